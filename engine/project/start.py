"""How tickets come to a flow: by what customers write, by an event of another system, or by the clock."""

import re
from typing import Any

from engine.project.containers import Either, ListOf, MapOf
from engine.project.durations import Span
from engine.project.kind import PLAIN_KIND, Kind
from engine.project.scalars import DURATION, NAME, STRING, Ref, Word
from engine.project.shape import Declaration, Reader, Schema, Section, key
from engine.syntax import Text

__all__ = ["EVENT", "WEEK", "EventStart", "Schedule", "Start"]

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_PART = r"[^\x00-\x40\x5b-\x5e\x60\x7b-\x7f][^\x00-\x2f\x3a-\x40\x5b-\x5e\x60\x7b-\x7f]*"
_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]"


def _event(text: Text) -> Text | None:
    parts = text.value.split(".")
    return text if 1 < len(parts) <= 4 and all(part.isidentifier() for part in parts) else None


def _clock(text: Text) -> Text | None:
    return text if re.fullmatch(_CLOCK, text.value) else None


def _days() -> list[str]:
    runs = [f"{day}-{other}" for number, day in enumerate(WEEK) for other in WEEK[number + 1 :]]
    return [*WEEK, *runs, "business days", "last"]


_DAYS = _days()


def _day(text: Text) -> Text | None:
    return text if text.value in _DAYS or re.fullmatch("[1-9]|1[0-9]|2[0-8]", text.value) else None


def _said(word: str) -> str:
    match word:
        case "business days":
            return "Each day with opening hours in the project's calendar."
        case "last":
            return "The last day of the month."
    first, _, last = word.partition("-")
    return f"From {first} to {last}." if last else f"On {first}."


EVENT = Word("an event such as `parcel.delivered`", _event,
             {"type": "string", "pattern": f"^{_PART}(?:[.]{_PART}){{1,3}}$"})  # fmt: skip
_AT = Word('a time of the day such as `"09:00"`', _clock, {"type": "string", "pattern": f"^{_CLOCK}$"})
_ON = Word(
    "a day such as `mon` or `mon-fri`, `business days`, a day of the month from 1 to 28, or `last`", _day,
    {"anyOf": [
        {"enum": _DAYS, "markdownEnumDescriptions": [*map(_said, _DAYS)]},
        {"type": ["integer", "string"], "minimum": 1, "maximum": 28, "pattern": "^(?:[1-9]|1[0-9]|2[0-8])$"},
    ]},
)  # fmt: skip


class EventStart(Declaration):
    """An event of another system, which comes in by `POST /api/events/NAME`."""

    WHAT = "event"
    name: Text | None = key("name", EVENT, doc="What it is called.", example="shipment.delayed", required=True)
    fields: dict[str, tuple[Text, Kind | None]] | None = key(
        "with", MapOf(PLAIN_KIND, names=NAME, what="a name"),
        doc="What comes with it, with the type of each; the flow knows it as `event`.",
        example="{order: text, days: integer}",
    )  # fmt: skip
    opens: Text | None = key(
        "opens", Ref("channel"), example="zendesk",
        doc="The channel whose ticket the event names. Without it there is no customer to write to.",
    )  # fmt: skip


class Schedule(Declaration):
    """When the flow starts by itself, in the project's time zone."""

    WHAT = "schedule"
    times: list[Text] | None = key("at", ListOf(_AT, one=True, least=1), doc="The times of the day.", example='"09:00"')
    days: list[Text] | None = key(
        "on", ListOf(_ON, one=True, least=1), doc="The days; without it, every day.", example="business days"
    )
    every: Span | None = key("every", DURATION, doc="So long after each other, in place of `at`.", example="4h")

    def finish(self, reader: Reader) -> None:
        """One of `at` and `every`; days belong to `at`."""
        there = [word for word in ("at", "every") if word in self.at]
        if not there and self.broken.isdisjoint(("at", "every")):
            self.broken.add("at")
            reader.error("missing-key", self.place, "a schedule needs `at` or `every`", tip='write `at: "09:00"`')
        for word in ("at", "on") if "every" in self.at else ():
            if word in self.at:
                self.broken.add(word)
                message = f"`every` counts from one start to the next: `{word}` does not go with it"
                reader.error("wrong-shape", self.at[word].place, message)
        if self.every is not None and (self.every.business_days or self.every.seconds < 60):
            self.broken.add("every")
            tip = 'write `{at: "09:00", on: business days}`' if self.every.business_days else ""
            message = f"expected at least a minute of plain time, got `{self.every.text.value}`"
            reader.error("wrong-shape", self.every.text.place, message, tip=tip)

    @classmethod
    def demands(cls) -> Schema:
        """The same as `finish`."""
        timed: Schema = {"required": ["at"], "not": {"required": ["every"]}}
        spaced: Schema = {
            "required": ["every"], "not": {"anyOf": [{"required": ["at"]}, {"required": ["on"]}]},
            "properties": {"every": {"not": {"pattern": r"business|^\s*[1-5]?[0-9]\s*s"}}},
        }  # fmt: skip
        return {"oneOf": [timed, spaced]}


_BY_RULE = ("tags", "form", "channel")
_STARTS = ("examples", "event", "schedule")


class Start(Declaration):
    """Which tickets begin here: what customers write, an event, or a schedule."""

    WHAT = "start"
    examples: list[Text] | None = key(
        "examples", ListOf(STRING, least=1), doc="What customers write who belong here.", required=True,
        example='["I want a refund for order 4821"]',
    )  # fmt: skip
    counter: list[Text] | None = key(
        "not", ListOf(STRING), doc="What looks alike and belongs to another flow.",
        example='["Where is the refund you promised?"]',
    )  # fmt: skip
    tags: list[Text] | None = key(
        "tags", ListOf(STRING, least=1), example="[refund]",
        doc="A ticket that comes with one of these tags of the platform begins here, whatever its text says.",
    )  # fmt: skip
    form: Text | None = key(
        "form", STRING, example="returns",
        doc="A ticket that comes by this form begins here; with `tags` or `channel`, if they fit as well.",
    )  # fmt: skip
    channel: Text | None = key(
        "channel", Ref("channel"), example="zendesk",
        doc="A ticket that comes by this channel of engine.yaml begins here; with `tags` or `form`, if they fit too.",
    )  # fmt: skip
    event: Any = key(
        "event", Either("an event such as `shipment.delayed`, or a mapping with `name`, `with` and `opens`",
                        text=EVENT, entries=Section(EventStart)),
        doc="An event of another system that starts the flow (docs/starts.md).", example="shipment.delayed",
    )  # fmt: skip
    schedule: Schedule | None = key(
        "schedule", Section(Schedule), doc="When the flow starts by itself (docs/starts.md).",
        example='{at: "09:00", on: business days}',
    )  # fmt: skip

    def absent(self) -> list[str]:
        """`examples` may be missing where something else starts the flow."""
        return [] if self.by_itself or set(_BY_RULE) & set(self.at) else list(super().absent())

    def finish(self, reader: Reader) -> None:
        """One way to begin: another way is another flow, whose steps know what they begin with."""
        ways = [way for way in _STARTS if way in self.at]
        ways[:0] = [way for way in _BY_RULE if way in self.at][:1] if "examples" not in self.at else []
        for second in ways[1:]:
            self.broken.add(second)
            message = f"a flow starts in one way: `{ways[0]}` stands here already, beside `{second}`"
            reader.error("wrong-shape", self.at[second].place, message)
        if "not" in self.at and "examples" not in self.at and ways:
            reader.error("wrong-shape", self.at["not"].place, f"`not` goes with `examples`, not with `{ways[0]}`")

    @classmethod
    def demands(cls) -> Schema:
        """One way to begin."""
        customers: Schema = {"anyOf": [{"required": [way]} for way in ("examples", *_BY_RULE)]}
        ways: list[Schema] = [customers, *({"required": [way]} for way in ("event", "schedule"))]
        return {"oneOf": ways, "dependencies": {"not": ["examples"]}}

    @property
    def rule(self) -> dict[str, Any]:
        """What a ticket must come with to begin here without a look at its text: tags, form, channel; may be empty."""
        if self.by_itself:
            return {}
        said: dict[str, Any] = {"tags": [tag.value for tag in self.tags]} if self.tags else {}
        return said | {name: text.value for name, text in (("form", self.form), ("channel", self.channel)) if text}

    @property
    def happening(self) -> tuple[Text | None, dict[str, tuple[Text, Kind | None]], Text | None] | None:
        """The name, the fields and the channel of the event that starts the flow, if one does."""
        match self.event:
            case Text() as name:
                return name, {}, None
            case EventStart() as said:
                return said.name, said.fields or {}, said.opens
        return None

    @property
    def by_itself(self) -> bool:
        """Whether no customer begins it; also where the word that says so is misspelt."""
        return not {"event", "schedule"}.isdisjoint({*self.at, *self.broken})

    @property
    def has_customer(self) -> bool:
        """Whether there is somebody to write to."""
        found = self.happening
        return not self.by_itself or (found is not None and found[2] is not None)
