"""Hearing the customer: pulls what came in, sees what ends a flow's say, and lets the waiting step take the rest."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from temporalio import activity

from engine.expressions.evaluate import EvaluationError, evaluate
from engine.expressions.values import decode
from engine.models.base import Choice, Job, Message, Request
from engine.models.lexical import topics, wishes_person
from engine.models.local import sentiment
from engine.models.local.yesno import plain_answer
from engine.runtime.activities.asking import Asker, Fresh
from engine.runtime.activities.base import Group, guarded
from engine.runtime.activities.desk import Desk
from engine.runtime.activities.scope import Scope
from engine.runtime.activities.seeing import words_of
from engine.runtime.activities.thinking import think
from engine.runtime.input import Result
from engine.store.messages import BEFORE
from engine.store.rows import MessageRow

__all__ = ["Hearer"]

_SURE = 0.55
"""Below this, what a message means is unclear, and unclear goes to a person."""

_ANSWERS = frozenset({"done", "missing", "given", "declined"})
"""Meanings of messages that a question or a consent has taken for its answer."""

MEANINGS = (
    Choice("withdraws", "Takes the request back", (
        "Never mind, forget it", "I don't need this any more", "Please cancel my request", "Leave it, it is fine now",
        "Hat sich erledigt", "Laissez tomber", "Olvídalo",
    )),
    Choice("corrects", "Corrects something said before", (
        "Sorry, I meant order 4822", "No, the other order", "I gave you the wrong number", "It was the chair",
        "Entschuldigung, ich meinte die andere Bestellung", "Je me suis trompé de numéro",
    )),
    Choice("adds", "Adds a detail", (
        "By the way, the box was open too", "I also attached a photo", "Just to add, it happened on Monday",
        "Forgot to mention that it was a gift", "Noch etwas: die Verpackung war offen",
    )),
    Choice("asks", "Asks a question about this matter", (
        "How long does that take?", "When will I get my money?", "Which card does it go to?", "What do I need to send?",
        "Wie lange dauert das?", "Combien de temps cela prend-il ?",
    )),
    Choice("new_wish", "Wants something else besides", (
        "Also, where is my other order?", "And can you change my address?", "One more thing: I need an invoice",
        "I also want to cancel my subscription", "Außerdem brauche ich eine Rechnung",
    )),
    Choice("instead", "Wants something else in place of this", (
        "No, I don't want that, I want my money back instead", "Forget the tracking, I would rather have a refund",
        "Actually I changed my mind, please send it back to me instead", "Instead of that, I would like to cancel it",
        "Nein, stattdessen möchte ich lieber mein Geld zurück", "Plutôt que ça, je préfère être remboursé",
    )),
    Choice("thanks", "Thanks or acknowledges", (
        "Thanks", "Thank you very much", "Great, thanks a lot", "Ok", "Perfect", "Danke", "Merci", "Gracias",
    )),
)  # fmt: skip
_DEFAULTS = {
    "withdraws": "stop", "corrects": "ask_again", "adds": "update", "asks": "answer", "new_wish": "queue",
    "thanks": "ignore", "instead": "reroute",
}  # fmt: skip


Rows = Sequence[MessageRow]
Heard = tuple[Result, Rows]
"""What came of it, and what of the pulled rows was taken up by it: all up to one of them."""


class Hearer(Group):
    """What came in since the cursor, and what it means to the step that waits."""

    def __init__(self, desk: Desk, asker: Asker) -> None:
        super().__init__(desk)
        self.asker = asker
        self.viewer = asker.viewer

    @activity.defn(name="listen")
    @guarded
    async def listen(self, scope: Scope) -> Result:
        """`nothing`, `person`, `escalate`, `meanwhile` with what to do, or what the purpose makes of it. What came
        after the message that decided stays for the next look: then `more` is set."""
        pulled = await self.store.run(self.store.messages.pull, scope.ticket.id, scope.work.cursor)
        if not pulled:
            return Result("nothing", cursor=scope.work.cursor)
        await self.desk.learn_language(scope)
        said = [m for m in pulled if _is_said(scope, m)]
        result = await self._turn(scope, said) if scope.plan.flow != "human" else None
        taken: Sequence[MessageRow] = pulled
        if result is None:
            result, taken = await self._purpose(scope, pulled, said)
        result.cursor = taken[-1].seq
        if len(taken) < len(pulled):
            result.data["more"] = True
        await self.store.run(
            self.store.messages.take, scope.ticket.id, [m.seq for m in taken], scope.place,
            meaning=result.data.get("meaning") or result.outcome,
        )  # fmt: skip
        return result

    async def _turn(self, scope: Scope, said: Sequence[MessageRow]) -> Result | None:
        """The wish for a person, then the flow's own thresholds. None: the flow goes on."""
        if any(m.wants_person or wishes_person(m.text or "") for m in said):
            return Result("person")
        when = scope.plan.settings.get("escalate", {}).get("when", {})
        reason = await self.threshold(scope, said, when)
        return Result("escalate", because=reason) if reason else None

    async def threshold(self, scope: Scope, said: Sequence[MessageRow], when: dict[str, Any]) -> str | None:
        """The first escalation threshold of the flow that these messages cross, as a code."""
        wanted = set(when.get("topics", ()))
        for message in said:
            found = wanted & (set(message.topics) | topics(message.text or "", wanted))
            if found:
                return f"topic:{sorted(found)[0]}"
        if said and _crosses(when.get("sentiment"), Decimal(str(sentiment(said[-1].text or "")))):
            return "sentiment"
        if "customer_turns" in when:
            heard = await self.store.run(self.store.messages.of_ticket, scope.ticket.id)
            turns = sum(1 for m in heard if m.kind == "message" and m.author_role == "customer")
            if _crosses(when["customer_turns"], Decimal(turns)):
                return "customer_turns"
        return None

    async def _purpose(self, scope: Scope, pulled: Rows, said: Rows) -> Heard:
        match scope.work.data.get("purpose"):
            case "wait":
                return await self._wait(scope, pulled)
            case _ if not said:
                return Result("nothing"), pulled
            case "ask":
                return await self._answer(scope, pulled, said)
            case "confirm":
                return await self._consent(scope, pulled, said)
            case _:
                return await self._meaning(scope, pulled, said)

    async def _wait(self, scope: Scope, pulled: Rows) -> Heard:
        """The first match in the order in which things came; what the customer said before it is heard first."""
        found = next(((at, number) for at, row in enumerate(pulled) if (number := _branch(scope, row))), None)
        before = pulled if found is None else pulled[: found[0]]
        said = [m for m in before if _is_said(scope, m)]
        if said and scope.plan.flow != "human":  # what people's own customers write to them is theirs to read
            return await self._meaning(scope, before, said)
        if found is None:
            return Result("nothing"), pulled
        at, number = found
        return Result(str(number)), pulled[: at + 1]

    async def _answer(self, scope: Scope, pulled: Rows, said: Rows) -> Heard:
        """Fields out of one or several messages, which together are one turn. What came before them and means something
        by itself is heard first; what came after them and adds nothing is heard next."""
        whole = await self.asker.fresh(scope, said)
        if not whole.values:
            if await self.asker.attached_in_vain(scope, said):
                return await self.asker.progress(scope, {}), pulled
            meant, taken = await self._meaning(scope, pulled, said)
            if scope.work.data.get("more") and meant.data.get("meaning") == "unclear":
                return Result("cannot"), taken  # it may say that they do not have it: there is another way
            return meant, taken
        last = await self._reaches(scope, said, whole)
        for at, message in enumerate(said[: last - 1]):
            if await self._says(scope, message, at, whole):
                break
            meaning = await self._clear(scope, [message])
            if meaning not in (None, "adds", "thanks"):
                return await self._do(scope, [message], meaning), _upto(pulled, message)
        found = await self.asker.progress(scope, whole.values)
        return found, _upto(pulled, said[last - 1])

    async def _reaches(self, scope: Scope, said: Rows, whole: Fresh) -> int:
        """How many of the messages say all of it. A model that quotes has told; any other is asked with ever more of
        them, which costs nothing: it runs in the worker."""
        if whole.at is not None:
            return max(whole.at.values()) + 1
        for count in range(1, len(said)):
            if (await self.asker.fresh(scope, said[:count])).values == whole.values:
                return count
        return len(said)

    async def _says(self, scope: Scope, message: MessageRow, at: int, whole: Fresh) -> bool:
        """Whether this message by itself says some of it."""
        if whole.at is not None:
            return at in whole.at.values()
        return bool((await self.asker.fresh(scope, [message])).values)

    async def _consent(self, scope: Scope, pulled: Rows, said: Rows) -> Heard:
        """Only an unqualified yes is a yes. What is neither yes nor no may still be a correction or a question."""
        consent = str(scope.work.data["consent"])
        plain = {message.seq: plain_answer(message.text or "") for message in said}
        answers = set(plain.values())
        if len(answers) == 1 and None not in answers:  # "yes" and then "wait" is no yes
            message = said[-1]
            decided = await self.store.run(
                self.store.consents.decide, consent, given=answers == {True}, author_id=message.author_id or "",
                message_seq=message.seq, platform_time=message.platform_time,
            )  # fmt: skip
            if decided in ("given", "declined"):
                return Result(decided), pulled
            if decided == "not_the_author":  # clear words, from somebody whose word does not count
                return Result("escalate", because=decided), pulled
        others = [message for message in said if plain[message.seq] is None] or said
        meaning, taken = await self._meaning(scope, pulled, others)
        if meaning.data.get("do") in ("escalate", "ignore"):
            return Result("again"), pulled  # a yes to the question so far is none to the next one
        if any(plain.get(row.seq) is not None for row in taken):  # a yes beside it was not taken: asked for once more
            meaning.data["again"] = True
        return meaning, taken

    async def _meaning(self, scope: Scope, pulled: Rows, said: Rows) -> Heard:
        """What was said that no step waits for: the first message that means something by itself, else all of them as
        one turn. Unclear ones go to a person."""
        for message in said if len(said) > 1 else ():
            meaning = await self._clear(scope, [message])
            if meaning not in (None, "thanks"):
                return await self._do(scope, [message], meaning), _upto(pulled, message)
        return await self._do(scope, said, await self._clear(scope, said)), _upto(pulled, said[-1])

    async def _clear(self, scope: Scope, said: Rows) -> str | None:
        """The meaning, None if it is unclear. Pictures are looked at where the words do not say it."""
        meaning = await self._meant(scope, tuple(words_of(said)))
        if meaning is None:
            shown = await self.viewer.messages(scope, said)
            meaning = await self._meant(scope, shown) if any(one.images for one in shown) else None
        return meaning

    async def _meant(self, scope: Scope, words: tuple[Message, ...]) -> str | None:
        answer = await think(self.desk, scope, "route", Request(Job.CLASSIFY, words, choices=MEANINGS))
        meaning = answer.data.get("choice")
        return str(meaning) if meaning and answer.confidence >= _SURE else None

    async def _do(self, scope: Scope, said: Rows, meaning: str | None) -> Result:
        declared = {**_DEFAULTS, **scope.plan.settings.get("meanwhile", {})}
        do = declared.get(meaning, "escalate") if meaning else "escalate"
        if meaning == "instead" and declared["new_wish"] != "queue":
            do = declared["new_wish"]  # a flow that wants people to see other wishes wants it for these, too
        if do == "reroute":
            return Result("meanwhile", data={"do": do, "meaning": meaning, "wish": said[-1].seq})
        if do == "queue":
            for message in said:
                await self.store.run(self.store.wishes.queue, scope.ticket.id, scope.work.epoch, message.seq)
        return Result("meanwhile", data={"do": do, "meaning": meaning or "unclear"})


def _is_said(scope: Scope, row: MessageRow) -> bool:
    """Whether it is the customer's, and this step's to hear. What another step has taken for its answer (in a run that
    was set back since, or begun again) is in the conversation and in the store, and means nothing by itself here."""
    elsewhere = row.handled_by not in (None, scope.place) and row.meaning in _ANSWERS
    return row.kind == "message" and row.author_role == "customer" and row.handled_by != BEFORE and not elsewhere


def _upto(pulled: Rows, message: MessageRow) -> Rows:
    return [row for row in pulled if row.seq <= message.seq]


def _branch(scope: Scope, row: MessageRow) -> int | None:
    """The number of the branch that this is waited for by, from 1."""
    for number, branch in enumerate(scope.node.data["branches"], 1):
        if branch.get("event") and (row.kind, row.event) == ("event", branch["event"]) and _fits(scope, branch, row):
            return number
        if branch.get("reply") and _is_said(scope, row):
            return number
    return None


def _fits(scope: Scope, branch: Mapping[str, Any], row: MessageRow) -> bool:
    """Whether the event has the fields that are waited for; one that cannot be told does not fit."""
    data = row.data if isinstance(row.data, Mapping) else {}
    try:
        return all(
            name in data and str(decode(data[name])) == str(evaluate(tree, scope.names, now=row.received_at))
            for name, tree in branch.get("where", {}).items()
        )
    except EvaluationError:
        return False


def _crosses(threshold: Any, value: Decimal) -> bool:
    """A threshold is `{op, value}`: `< -0.5` crosses downwards, `> 8` upwards."""
    if not threshold:
        return False
    limit = Decimal(str(threshold["value"]))
    match threshold["op"]:
        case "<":
            return value < limit
        case "<=":
            return value <= limit
        case ">":
            return value > limit
        case ">=":
            return value >= limit
    return True
