"""Durations as authors write them: `30s`, `15m`, `4h`, `3d` or `2 business days`."""

import re
from typing import Final, NamedTuple

from engine.project.ranges import natural
from engine.syntax import Text

__all__ = ["BUSINESS", "TIME", "Span", "duration", "unlike_duration"]

_DURATION = re.compile(r"(?:([0-9]{1,5})\s*([smhd])|([0-9]{1,3}) business days?)")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_LONGEST = 3660 * 86400
_BUSINESS_DAY = "business day"
_MOST_BUSINESS_DAYS = 999
_UNITS: Final = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), (1, "s")),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), (1, "m")),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), (1, "h")),
    **dict.fromkeys(("d", "day", "days"), (1, "d")),
    **dict.fromkeys(("w", "week", "weeks"), (7, "d")),
    **dict.fromkeys(("month", "months"), (30, "d")),
    **dict.fromkeys(("year", "years"), (365, "d")),
    **dict.fromkeys(
        ("bd", "business day", "business days", "working day", "working days", "workday", "workdays"),
        (1, _BUSINESS_DAY),
    ),
}
"""How people write units -> how many of the language's they are."""
BUSINESS = "(?=[0-9]{1,3} )" + natural(1, 999) + " business days?"
_TIMES = [rf"{natural(1, min(99999, _LONGEST // seconds))}\s*{unit}" for unit, seconds in _SECONDS.items()]
TIME = rf"(?=[0-9]{{1,5}}\s*[smhd])(?:{'|'.join(_TIMES)})"


class Span(NamedTuple):
    """A duration: either `seconds` or `business_days` is not zero."""

    seconds: int
    business_days: int
    text: Text

    def to_json(self) -> dict[str, int]:
        """As plans say it."""
        return {"business_days": self.business_days} if self.business_days else {"seconds": self.seconds}

    @property
    def rough(self) -> float:
        """Seconds, a business day counting as eight hours at the least: it is never shorter than what is open."""
        return self.seconds + self.business_days * 86400.0


def duration(text: Text, words: str | None = None) -> Span | None:
    """`30s 15m 4h 3d` or `2 business days`, as the text or `words` out of it say; None for anything else or none."""
    match = _DURATION.fullmatch((text.value if words is None else words).strip())
    if match is None:
        return None
    seconds = int(match[1]) * _SECONDS[match[2]] if match[1] else 0
    days = int(match[3] or 0)
    return Span(seconds, days, text) if seconds + days > 0 and seconds <= _LONGEST else None


def unlike_duration(words: str) -> tuple[str, str]:
    """What is wrong with a text that is no duration, and how it is written: out of range, or with a unit of another
    spelling."""
    if re.fullmatch("[0-9]{1,9}", words.strip()):
        return "it has no unit", ""
    match = re.fullmatch(r"([0-9]{1,9})\s*([A-Za-z]+(?: [A-Za-z]+)?)", words.strip())
    unit = _UNITS.get(match[2].lower()) if match else None
    if match is None or unit is None:
        return "", ""
    count, (times, sign) = int(match[1]), unit
    most = _MOST_BUSINESS_DAYS if sign == _BUSINESS_DAY else min(_LONGEST // _SECONDS[sign], 99_999)
    if not 0 < count * times <= most:
        longest = f"{most} business days" if sign == _BUSINESS_DAY else f"{most}{sign}"
        return (f"the longest is `{longest}`" if count else "it has to last some time"), ""
    if sign == _BUSINESS_DAY:
        return "", f"write `{count} business day{'' if count == 1 else 's'}`"
    return "", f"write `{count * times}{sign}`"
