"""`data.mask` of a flow: a model is asked with labels in place of the numbers, and answers about these.

All that is data is masked: what was said, values, passages, options, an agent's calls and their results. An author's
words stay as they are. What comes back is put into the real words again before anybody else sees it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.guardrails.base import CheckError
from engine.guardrails.masking import Masks
from engine.models.base import Answer, Call, Field, Job, Message, Passage, Request, Turn
from engine.models.errors import ModelRejected
from engine.routing import BUILT_IN
from engine.runtime.activities.scope import Scope
from engine.runtime.context import Projects

__all__ = ["hidden", "ids", "masked", "masks", "unmasked"]


def masks(scope: Scope, projects: Projects) -> Masks:
    """Those of the ticket's plan; where no flow is known yet, those of every flow that it may be. Raises ModelRejected
    for one that this engine does not know."""
    plans = [scope.plan, *(projects.plans.values() if scope.plan.flow in BUILT_IN else ())]
    try:
        return Masks(name for plan in plans for name in plan.settings.get("data", {}).get("mask", ()))
    except CheckError as error:
        raise ModelRejected(str(error), code="mask") from None


def masked(request: Request, own: Masks) -> Request:
    """Pictures stay behind, and count as unread: nobody can tell what is on them. Raises ModelRejected where the step
    needs them."""
    if request.needs_images:
        raise ModelRejected("a picture cannot be masked", code="mask")
    return replace(
        request,
        messages=tuple(_message(message, own) for message in request.messages),
        facts=hidden(request.facts, own),
        passages=tuple(_passage(number, one, own) for number, one in enumerate(request.passages, 1)),
        fields=tuple(_field(one, own) for one in request.fields),
        turns=tuple(_turn(turn, own) for turn in request.turns),
    )


def unmasked(answer: Answer, request: Request, own: Masks, passages: Sequence[Passage]) -> Answer:
    """The answer to a request that was masked; `passages` are those of the request before."""
    found = replace(
        answer,
        text=own.undo(answer.text),
        citations=ids(answer.citations, passages),
        data=_shown(answer.data, own),
        calls=tuple(replace(call, arguments=_shown(call.arguments, own)) for call in answer.calls),
    )
    return _read(found, request, own) if request.job is Job.EXTRACT else found


def ids(cited: Sequence[str], passages: Sequence[Passage]) -> tuple[str, ...]:
    """Ids of passages, for those that a masked request has."""
    real = {_id(number): one.id for number, one in enumerate(passages, 1)}
    return tuple(real[name] for name in cited if name in real)


def _id(number: int) -> str:
    return f"p{number}"


def _passage(number: int, one: Passage, own: Masks) -> Passage:
    """An id may be made of a heading's words, in which nothing would be recognised any more."""
    text, title, heading = own.hide(one.text), own.hide(one.title), own.hide(one.heading)
    return replace(one, id=_id(number), text=text, title=title, heading=heading, source="")


def _read(answer: Answer, request: Request, own: Masks) -> Answer:
    """With the fields whose pattern only the words behind a label fit: no model could see that they do."""
    lacking = [one for one in request.fields if one.pattern is not None and answer.data.get(one.name) is None]
    said = [words for message in request.messages if message.role == "customer" for words in own.behind(message.text)]
    found = {}
    for one in lacking:
        fitting = {words for raw in said for words in (raw, re.sub(r"[\s.-]", "", raw)) if one.fits(words)}
        if len(fitting) == 1:
            found[one.name] = fitting.pop()
    if not found:
        return answer
    sure = {**answer.per_field, **dict.fromkeys(found, 1.0)}
    return replace(answer, data={**answer.data, **found}, per_field=sure, confidence=min(sure.values()))


def hidden(value: Any, own: Masks) -> Any:
    """A value as JSON, with labels; a number that is hidden becomes a text."""
    match value:
        case str():
            return own.hide(value)
        case None | bool():
            return value
        case Mapping():
            return {own.hide(str(key)): hidden(inside, own) for key, inside in value.items()}
        case Sequence():
            return [hidden(inside, own) for inside in value]
    text = str(value)
    shown = own.hide(text)
    return value if shown == text else shown


def _shown(value: Any, own: Masks) -> Any:
    """What a model gave, with the real words. A value of another kind than JSON's is no text of the model's."""
    match value:
        case str():
            return own.undo(value)
        case Mapping():
            return {own.undo(str(key)): _shown(inside, own) for key, inside in value.items()}
        case list():
            return [_shown(inside, own) for inside in value]
    return value


def _message(one: Message, own: Masks) -> Message:
    return replace(one, text=own.hide(one.text), images=(), unread=one.unread + len(one.images))


def _field(one: Field, own: Masks) -> Field:
    options = tuple(
        replace(option, label=own.hide(option.label), synonyms=tuple(map(own.hide, option.synonyms)))
        for option in one.options
    )
    return replace(one, options=options, ask=own.hide(one.ask))


def _turn(turn: Turn, own: Masks) -> Turn:
    calls = tuple(Call(call.id, call.tool, hidden(call.arguments, own), call.signature) for call in turn.calls)
    return Turn(own.hide(turn.text), calls, hidden(turn.results, own))
