"""What an agent has said and was told, and what it took. Kept in the store between calls, by reference in the history.

What a model answers is anybody's text: it may hold no JSON, numbers without end, half a letter, the same id twice. It
is made harmless here, where it is taken up, so that all that reads it later can rely on it.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from engine.errors import EngineError
from engine.models.base import Answer, Call, Turn
from engine.tools import wire

__all__ = ["CALLS", "Memory"]

CALLS = 32
"""Calls of one answer that are made; what a model asks for beyond them, it is told, was not."""
_ARGUMENTS = 50_000
"""Characters of one call's arguments, as JSON."""
_TEXT = 20_000
_NAME = 200
_SIGNATURE = 100_000
_SAY = "write_to_customer"


@dataclass(slots=True)
class Memory:
    """One agent step of one ticket."""

    turns: list[dict[str, Any]] = field(default_factory=list)
    """{text, calls: [{id, tool, arguments, broken?, signature?}], results: {id: JSON}}, oldest first"""
    queue: list[str] = field(default_factory=list)
    """Ids of calls of the last turn that are still to be made."""
    out: list[str] = field(default_factory=list)
    """The ids of the calls that are under way: one, or several that only read."""
    model_calls: int = 0
    customer_turns: int = 0
    cost: str = "0"
    seen: dict[str, int] = field(default_factory=dict)
    """call and arguments in canonical form -> how often since anything has changed"""
    written: str = ""
    """The last write that was done, in canonical form."""
    writing: str = ""
    """The write that is under way."""
    until: str = ""
    """When its time is up, an instant; empty for no such bound."""
    stopped: str = ""
    """The checks of a guardrail that want a person to see what came up."""

    @classmethod
    def load(cls, kept: Any) -> Self:
        """As it was kept, by an older release too."""
        found = json.loads(kept)
        if not isinstance(found["out"], list):
            found["out"] = [found["out"]] if found["out"] else []
        return cls(**found)

    def dump(self) -> str:
        """As it is kept."""
        return json.dumps(asdict(self), ensure_ascii=False)

    def call(self, name: str) -> dict[str, Any]:
        """A call of the last turn."""
        found: dict[str, Any] = next(call for call in self.turns[-1]["calls"] if call["id"] == name)
        return found

    def tell(self, name: str, result: Any) -> None:
        """What came of a call."""
        self.turns[-1]["results"][name] = result

    def past(self) -> tuple[Turn, ...]:
        """The turns as a model reads them."""
        return tuple(
            Turn(
                turn["text"],
                tuple(
                    Call(one["id"], one["tool"], one["arguments"], one.get("signature", "")) for one in turn["calls"]
                ),
                turn["results"],
            )
            for turn in self.turns
        )  # fmt: skip

    def alone(self, name: str) -> bool:
        """Whether nothing else was asked for in the same answer."""
        return [call["id"] for call in self.turns[-1]["calls"]] == [name]

    def changed(self) -> None:
        """Something has happened: what was asked before may be asked again."""
        self.seen.clear()

    def take(self, answer: Answer) -> None:
        """A text without a call is one to the customer: nothing that a model says is lost between the calls."""
        said = _clean(answer.text, _TEXT)
        calls = [_call(call) for call in answer.calls[:CALLS]] or [_call(Call("", _SAY, {"text": said}))]
        self._name(calls)
        self.turns.append({"text": said, "calls": calls, "results": {}})
        self.queue = [call["id"] for call in calls]
        if len(answer.calls) > CALLS:
            because = f"at most {CALLS} calls in one answer; {len(answer.calls) - CALLS} were left out"
            self.turns[-1]["text"] = f"{said}\n({because})".strip()

    def _name(self, calls: list[dict[str, Any]]) -> None:
        """The model's own ids, where they tell the calls of this step apart; else others."""
        used = {call["id"] for turn in self.turns for call in turn["calls"]}
        times = Counter(call["id"] for call in calls)
        for number, call in enumerate(calls):
            if not call["id"] or call["id"] in used or times[call["id"]] > 1:
                call["id"] = self._free(number, used | set(times))

    def _free(self, number: int, used: set[str]) -> str:
        name = f"call-{len(self.turns) + 1}-{number + 1}"
        while name in used:
            name += "x"
        return name


def _call(call: Call) -> dict[str, Any]:
    """One call. `broken`: its arguments are no record of JSON of a decent size; there are none then."""
    made = {"id": _clean(call.id, _NAME), "tool": _clean(call.tool, _NAME), "arguments": _arguments(call.arguments)}
    if 0 < len(call.signature) <= _SIGNATURE:  # word for word, or not at all
        made["signature"] = call.signature
    return made if made["arguments"] is not None else {**made, "arguments": {}, "broken": True}


def _arguments(given: Any) -> dict[str, Any] | None:
    try:
        text = json.dumps(dict(given) if isinstance(given, Mapping) else None, allow_nan=False, ensure_ascii=False)
        if len(text) > _ARGUMENTS:
            return None
        wire.read(text.encode())  # what a tool's answer may not be, a model's arguments may not either
    except (EngineError, ValueError, TypeError, RecursionError):
        return None
    found: Any = json.loads(text)
    return found if isinstance(found, dict) else None


def _clean(text: Any, most: int) -> str:
    """A text without halves of letters, which nothing can store."""
    said = text if isinstance(text, str) else ""
    return said[:most].encode("utf-8", "replace").decode()
