"""A request as every hosted model is asked it: instructions, data, tools and a schema, still without any wire format.

What a job asks for stands here once, so that the adapters differ in nothing but how they say it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from itertools import accumulate
from typing import Any, Final
from zoneinfo import ZoneInfo

from engine.models.base import FIELD_KINDS, Call, Field, Image, Job, Message, Prompt, Request, Tool, Turn

__all__ = ["ANSWER", "Ask", "ask_of", "named", "parts", "plain"]

ANSWER: Final = "answer"
"""Name of the schema, and of the tool that a provider without schemas is made to call."""
_TOOL_NAME: Final = 64
"""Characters of a tool's name on the wire, the least that any provider takes."""
_DENSE: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
"""A kana, or a character of Chinese."""
_TEXT: Final = {"type": "string"}
_SHARE: Final = {"type": "number"}
_VALUES: Final[Mapping[str, Mapping[str, Any]]] = {
    "number": _SHARE,
    "integer": {"type": "integer"},
    "yes_no": {"type": "boolean"},
    "one_of": {"type": "integer"},
    "some_of": {"type": "array", "items": {"type": "integer"}},
    "money": {
        "type": "object", "additionalProperties": False, "required": ["amount", "currency"],
        "properties": {"amount": _SHARE, "currency": {"type": ["string", "null"]}},
    },
}  # fmt: skip
"""Kinds of fields whose values are no text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One question to a hosted model. `tools` and `turns` have names that every provider takes."""

    system: str = field(repr=False)
    data: str = field(repr=False)
    images: tuple[Image, ...] = ()
    turns: tuple[Turn, ...] = ()
    tools: tuple[Tool, ...] = ()
    schema: Mapping[str, Any] | None = None
    """That of the answer, an object whose properties are all required. None: tools, or a text."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Name of a tool on the wire -> its own."""
    most: int
    """Tokens of the answer."""

    @property
    def size(self) -> int:
        """Bytes of all texts: no provider counts more tokens than these."""
        texts = [self.system, self.data, json.dumps([tool.schema for tool in self.tools], default=str)]
        texts += [tool.name + tool.about for tool in self.tools]
        texts += [json.dumps([t.text, [plain(c.arguments) for c in t.calls], plain(t.results)]) for t in self.turns]
        if self.schema is not None:
            texts.append(json.dumps(self.schema))
        return sum(len(text.encode("utf-8", "surrogatepass")) for text in texts)

    @property
    def least(self) -> int:
        """Tokens that these texts come to at the least: five letters or signs a token, blanks aside, and two of Chinese
        and Japanese. Among tokenizers, `o200k_base` of OpenAI makes few: one of 4.9 characters of English with their
        blanks, of fewer in other languages (3.5 of Hindi, which are nine bytes), and of 1.3 of Chinese. So nothing
        that would fit is refused, and some that would not passes. Pictures and the schema count nothing: what servers
        make of these differs."""
        told = [(turn.text, [call.arguments for call in turn.calls], turn.results) for turn in self.turns]
        texts = [self.system, self.data, *(tool.about for tool in self.tools)]
        texts += [json.dumps(plain(one), ensure_ascii=False) for one in (*told, *(tool.schema for tool in self.tools))]
        dense = sum(len(_DENSE.findall(text)) for text in texts)
        signs = sum(len(word) for text in texts for word in text.split())
        return (signs - dense) // 5 + dense // 2


def ask_of(request: Request, prompt: Prompt, *, most: int) -> Ask:
    """The question that a request comes to, with the prompt that was rendered for it."""
    names = named(request.tools)
    own = {name: wire for wire, name in names.items()}
    images = tuple(image for message in request.messages for image in message.images)
    return Ask(
        system=_clean(prompt.system),
        data=_clean(prompt.data) or "-",
        images=images,
        turns=tuple(_turn(turn, own) for turn in request.turns),
        tools=tuple(Tool(own[tool.name], tool.about, tool.schema) for tool in request.tools),
        schema=_schema(request),
        names=names,
        most=most,
    )


def parts(request: Request) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the templates see: words of authors, and data apart from them (`engine.prompts.render`)."""
    author: dict[str, Any] = {"instruction": request.instruction, "language": request.language}
    if request.job is Job.CLASSIFY:
        author = {"instruction": request.instruction, "choices": [_choice(one) for one in request.choices]}
    elif request.job is Job.EXTRACT:
        fields = [_field(one) for one in request.fields]
        author = {"fields": fields, "language": request.language, "currency": request.currency}
    messages = [
        {
            "role": m.role,
            "text": _with_attached(m, seen),
            "at": _moment(m.at, request.timezone),
            "images": len(m.images),
        }
        for m, seen in zip(request.messages, _seen_before(request), strict=True)
    ]
    data = {
        "messages": messages,
        "facts": {name: json.dumps(plain(value), ensure_ascii=False) for name, value in request.facts.items()},
        "passages": [{"id": p.id, "title": p.title, "heading": p.heading, "text": p.text} for p in request.passages],
        "asked": request.asked,
        "synonyms": [list(one) for one in request.synonyms],
        "options": [_options(f) for f in request.fields if f.options or f.ask],
        "now": _moment(request.now, request.timezone),
    }
    return author, data


def _seen_before(request: Request) -> list[int]:
    """Of each message, the pictures of those before it."""
    return [*accumulate((len(message.images) for message in request.messages), initial=0)][:-1]


def _with_attached(message: Message, seen: int) -> str:
    """The text, a line for each picture by its number among all that are sent, and one for what could not be read."""
    lines = [f"[picture {seen + number}]" for number, _ in enumerate(message.images, 1)]
    if message.unread:
        many = f"{message.unread} attachments" if message.unread > 1 else "an attachment"
        lines.append(f"[{many} that could not be read]")
    return "\n".join([*([message.text] if message.text else []), *lines])


def named(tools: tuple[Tool, ...]) -> dict[str, str]:
    """Name on the wire -> name. Providers take letters, digits, `_` and `-`: `orders.get` is `orders_get`."""
    found: dict[str, str] = {}
    for tool in tools:
        wire = "".join(c if c.isascii() and (c.isalnum() or c in "_-") else "_" for c in tool.name)[:_TOOL_NAME]
        if wire in found:
            mark = blake2b(tool.name.encode(), digest_size=4).hexdigest()
            wire = f"{wire[: _TOOL_NAME - len(mark) - 1]}_{mark}"
        found[wire] = tool.name
    return found


def plain(value: Any) -> Any:
    """As JSON, whatever the value is made of; text that nothing can encode is mended."""
    match value:
        case str():
            return _clean(value)
        case None | bool() | int() | float():
            return value
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
    return str(value)


def _clean(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _moment(at: datetime | None, timezone: str | None) -> str:
    """In the project's timezone, where it has one: a model counts "yesterday" from the day that it reads."""
    local = at.astimezone(ZoneInfo(timezone)) if at and timezone else at
    return local.isoformat(timespec="seconds") if local else ""


def _choice(choice: Any) -> dict[str, Any]:
    return {
        "name": choice.name, "about": choice.about, "examples": list(choice.examples),
        "counter_examples": list(choice.counter_examples),
    }  # fmt: skip


def _field(one: Field) -> dict[str, Any]:
    return {"name": one.name, "kind": one.kind, "pattern": one.pattern, "optional": one.optional}


def _options(one: Field) -> dict[str, Any]:
    # a line break within a label, which may be a tool's, would begin an option of its own
    labels = [" / ".join(dict.fromkeys(" ".join(w.split()) for w in (o.label, *o.synonyms))) for o in one.options]
    return {"field": one.name, "ask": one.ask, "labels": labels}


def _turn(turn: Turn, own: Mapping[str, str]) -> Turn:
    """With wire names; a tool that is not offered any more keeps a name that providers take."""
    gone = {call.tool for call in turn.calls} - own.keys()
    names = {**own, **{name: wire for wire, name in named(tuple(Tool(t, "", {}) for t in sorted(gone))).items()}}
    calls = tuple(Call(call.id, names[call.tool], plain(call.arguments), call.signature) for call in turn.calls)
    return Turn(_clean(turn.text), calls, {name: plain(result) for name, result in turn.results.items()})


def _schema(request: Request) -> dict[str, Any] | None:
    """What the answer is held to: objects whose properties are all required, as every provider takes them."""
    match request.job:
        case Job.CLASSIFY:
            choice = {"type": ["string", "null"], "enum": [*(one.name for one in request.choices), None]}
            return _object({"choice": choice, "confidence": _SHARE})
        case Job.EXTRACT:
            return _object({one.name: _extracted(one) for one in request.fields})
        case Job.ANSWER:
            decided = {"citations": {"type": "array", "items": _TEXT}, "supported": {"type": "boolean"},
                       "confidence": _SHARE}  # fmt: skip
            return _object({**decided, "answer": _TEXT} if request.upfront else {"answer": _TEXT, **decided})
    return None


def _extracted(one: Field) -> dict[str, Any]:
    assert one.kind in FIELD_KINDS
    value = _VALUES.get(one.kind, _TEXT)
    return {"anyOf": [_object({"value": value, "quote": _TEXT, "confidence": _SHARE}), {"type": "null"}]}


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object", "properties": dict(properties), "required": list(properties), "additionalProperties": False,
    }  # fmt: skip
