"""Made-up requests by which a template is tried out: one with everything, and what a request of a job may lack."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

__all__ = ["Lacking", "full", "lacking"]

_NOW: Final = "2026-01-01T00:00:00+00:00"
_MESSAGE: Final = {"role": "customer", "text": "Hello.", "at": _NOW, "images": 1}
_FULL: Final[Mapping[str, Any]] = {
    "instruction": "Do it.", "language": "en", "currency": "EUR",
    "choices": [{"name": "a", "about": "A.", "examples": ["a"], "counter_examples": ["b"]}],
    "fields": [{"name": "a", "kind": "pattern", "pattern": "[0-9]+", "optional": False}],
    "messages": [_MESSAGE], "facts": {"a": "1"}, "asked": "a", "now": _NOW,
    "passages": [{"id": "p1", "title": "T", "heading": "H", "text": "Text."}],
    "synonyms": [["RMA", "return"]], "options": [{"field": "a", "ask": "Which?", "labels": ["x", "y"]}],
}  # fmt: skip


class Lacking(NamedTuple):
    """What may be lacking, in words that go on from "where"; what a template asks first; the names as they are then."""

    when: str
    asks: str
    names: Mapping[str, Any]
    always: tuple[str, ...] = ()
    """Jobs whose requests always have it."""


_LACKING: Final = (
    Lacking("there is no instruction", "instruction", {"instruction": ""}, always=("answer", "work")),
    Lacking("the customer's language is not known", "language", {"language": None}),
    Lacking("nobody has written yet", "messages", {"messages": []}, always=("answer",)),
    Lacking("the time of a message is not known", "message.at", {"messages": [{**_MESSAGE, "at": ""}]}),
    Lacking("there is no passage", "passages", {"passages": []}),
    Lacking("the step hands no values over", "facts", {"facts": {}}),
    Lacking("no synonyms have to do with the question", "synonyms", {"synonyms": []}),
    Lacking("nothing was asked", "asked", {"asked": None}),
    Lacking("the time is not told", "now", {"now": ""}, always=("extract", "work")),
    Lacking("no field has a question or options", "options", {"options": []}),
    Lacking("a field has no options", "one.labels", {"options": [{"field": "a", "ask": "Which?", "labels": []}]}),
    Lacking("a field has no pattern", "field.pattern",
            {"fields": [{"name": "a", "kind": "text", "pattern": None, "optional": False}]}),
    Lacking("a choice has no examples", "choice.examples",
            {"choices": [{"name": "a", "about": "", "examples": [], "counter_examples": []}]}),
)  # fmt: skip


def full() -> dict[str, Any]:
    """Every name with something behind it."""
    return dict(_FULL)


def lacking(job: str) -> Iterator[Lacking]:
    """Each thing that a request of the job may lack, one at a time; at last all of them at once."""
    found = [one for one in _LACKING if job not in one.always]
    yield from found
    together: dict[str, Any] = {}
    for one in found:
        for name, value in one.names.items():
            together.setdefault(name, value)
    yield Lacking("a request has as little as it may", "...", together)
