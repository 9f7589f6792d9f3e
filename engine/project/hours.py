"""engine.yaml: when people work, and who stands in for whom on which days."""

import re
from datetime import date
from typing import Any

from engine.project.containers import ListOf, MapOf
from engine.project.scalars import STRING, Word, text_of
from engine.project.shape import Declaration, Outline, Reader, Schema, Shape, key
from engine.syntax import Node, Text

__all__ = ["DAY", "ZONE", "Calendar", "Substitute"]

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])")


class _DayNames(Shape):
    says = "days such as `mon` or `mon-fri`"

    def read(self, node: Node, reader: Reader) -> Any:
        """The text, days in the order of the week."""
        if not isinstance(node, Text):
            return self.wrong(node, reader)
        first, _, last = node.value.partition("-")
        known = first in _DAYS and (last or first) in _DAYS
        if not known or _DAYS.index(first) > _DAYS.index(last or first):
            return self.wrong(node, reader, f"got `{node.value}`")
        return node

    def schema(self, outline: Outline) -> Schema:
        """Every day, and every run of days."""
        runs = [f"{day}-{other}" for number, day in enumerate(_DAYS) for other in _DAYS[number:]]
        said = [f"From {_DAYS[number]} to {other}." for number in range(7) for other in _DAYS[number:]]
        return {"enum": [*_DAYS, *runs], "markdownEnumDescriptions": [*(f"On {day}." for day in _DAYS), *said]}


def _hours(text: Text) -> Text | None:
    match = _SPAN.fullmatch(text.value.strip())
    return text if match and match[1] + match[2] < match[3] + match[4] <= "2400" else None


def _day(text: Text) -> Text | None:
    try:
        return text if date.fromisoformat(text.value).isoformat() == text.value else None
    except ValueError:
        return None


def _zone(text: Text) -> Text | None:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(text.value)
    except Exception:  # zoneinfo raises OSError, ValueError and its own for what is no zone
        return None
    return text


_LEAP = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)"
_DATE = (
    "(?!0000)(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    f"|02-(?:0[1-9]|1[0-9]|2[0-8]))|{_LEAP}-02-29)"
)
_HOURS = Word('hours such as "09:00-18:00"', _hours, text_of(_SPAN.pattern))
DAY = Word("a day such as 2026-12-25", _day, {"type": "string", "pattern": f"^{_DATE}$"})
ZONE = Word("a time zone such as `Europe/Berlin`", _zone, {"type": "string", "pattern": "^[A-Za-z0-9_+/-]+$"})


class Calendar(Declaration):
    """When people work: what business days are counted in."""

    WHAT = "calendar"
    hours: dict[str, tuple[Text, Text | None]] | None = key(
        "hours", MapOf(_HOURS, names=_DayNames(), least=1),
        doc="Opening hours by day.", example='{mon-fri: "09:00-18:00"}', required=True,
    )  # fmt: skip
    holidays: list[Text] | None = key(
        "holidays", ListOf(DAY), doc="Days without opening hours.",
        example="[2026-12-25]",
    )  # fmt: skip
    timezone: Text | None = key("timezone", ZONE, doc="Where the hours are.", example="Europe/Berlin")

    def to_json(self, timezone: str) -> dict[str, Any]:
        """As plans say it."""
        return {
            "timezone": self.timezone.value if self.timezone else timezone,
            "hours": {days: text.value for days, (_, text) in (self.hours or {}).items() if text is not None},
            "holidays": sorted(day.value for day in self.holidays or ()),
        }


class Substitute(Declaration):
    """Who stands in for somebody of a team, in the days between."""

    WHAT = "a substitute"
    person: Text | None = key(
        "for", STRING, doc="Who is away, as the team has them.", example="lena@shop.example", required=True
    )
    by: Text | None = key("by", STRING, doc="Who stands in, by sign-in.", example="mira@shop.example", required=True)
    first: Text | None = key("from", DAY, doc="The first day.", example="2026-12-21", required=True)
    last: Text | None = key("until", DAY, doc="The last day.", example="2027-01-03", required=True)

    def finish(self, reader: Reader) -> None:
        """The last day is not before the first one."""
        if self.first is not None and self.last is not None and self.last.value < self.first.value:
            message = f"the last day is before the first one, {self.first.value}: nobody would ever stand in"
            reader.error("wrong-word", self.last.place, message)

    def stands_in(self, day: str) -> bool:
        """Whether it counts on this day, `2026-12-24`."""
        return bool(self.first and self.last and self.first.value <= day <= self.last.value)
