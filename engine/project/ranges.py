"""A range of numbers as a regular expression, for editors that read a number as the text that it is."""

from decimal import Decimal

__all__ = ["between", "natural"]


def between(low: Decimal, high: Decimal, *, whole: bool = False) -> str:
    """Matches the plain decimals from `low` to `high`, both included, as `scalars.decimal` reads them.

    `high` is a whole number, and so is a negative `low`; any other `low` has at most one digit behind the point.
    """
    if low < 0:
        return f"(?:-(?:{_positive(Decimal(0), -low, whole)})|[+]?(?:{_positive(Decimal(0), high, whole)}))"
    zero = "-0+(?:[.]0{1,9})?|" if low == 0 else ""
    return f"(?:{zero}[+]?(?:{_positive(low, high, whole)}))"


def natural(low: int, high: int) -> str:
    """Matches the whole numbers from `low` to `high`, both included, with zeros before them; without a sign."""
    return f"0*(?:{'|'.join(_natural(low, high))})"


def _positive(low: Decimal, high: Decimal, whole: bool) -> str:
    first, tenths = divmod(int(low * 10), 10)
    parts = []
    if tenths:
        parts.append(f"0*{first}[.][{tenths}-9][0-9]{{0,8}}")
        first += 1
    if first < high:
        parts.append(natural(first, int(high) - 1) + ("(?:[.]0{1,9})?" if whole else "(?:[.][0-9]{1,9})?"))
    return "|".join([*parts, f"0*{int(high)}(?:[.]0{{1,9}})?"])


def _natural(low: int, high: int) -> list[str]:
    """One pattern for each number of digits and each leading digit that is bounded."""
    width = len(str(low))
    if len(str(high)) > width:
        return [*_natural(low, 10**width - 1), *_natural(10**width, high)]
    return _wide(str(low), str(high))


def _wide(low: str, high: str) -> list[str]:
    """The same for bounds of as many digits."""
    rest = len(low) - 1
    if low == "0" * len(low) and high == "9" * len(high):
        return ["[0-9]" * len(low)]
    if rest == 0:
        return [low if low == high else f"[{low}-{high}]"]
    if low[0] == high[0]:
        return [low[0] + part for part in _wide(low[1:], high[1:])]
    first, last = int(low[0]), int(high[0])
    below = [low[0] + part for part in _wide(low[1:], "9" * rest)] if int(low[1:]) else []
    above = [high[0] + part for part in _wide("0" * rest, high[1:])] if high[1:] != "9" * rest else []
    first, last = first + bool(below), last - bool(above)
    middle = [f"{first if first == last else f'[{first}-{last}]'}" + "[0-9]" * rest] if first <= last else []
    return [*below, *middle, *above]
