"""Differences as text for a terminal, and as JSON for programs."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from engine.diagnostics import Place
from engine.diagnostics.render.lines import Lines
from engine.diagnostics.render.text import clean
from engine.diff.difference import Difference, Severity

__all__ = ["VERSION", "as_json", "as_text"]

VERSION = 1
"""Of the JSON: goes up when a key changes its meaning or goes. Keys that are added do not change it."""

_RED, _GREEN, _YELLOW, _BOLD, _DIM, _OFF = "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[1m", "\x1b[2m", "\x1b[0m"
_TINTS = {Severity.WIDENED: _RED, Severity.NARROWED: _GREEN, Severity.CHANGED: _YELLOW}
_ROOM = 160
"""Characters of a line that are quoted."""


def as_text(
    found: Sequence[Difference], old: Mapping[str, str], new: Mapping[str, str], revision: str, *, colour: bool
) -> str:  # fmt: skip
    """`file:line:col: widened: flow: tool: message [what]`, and below it the line as it was and as it is. `old` and
    `new` are the sources of both sides; what is gone is placed in the file at `revision`."""
    before, after = Lines(old), Lines(new)
    lines = []
    for one in found:
        place = f"{one.place} at {revision}" if one.gone else str(one.place)
        about = ": ".join(filter(None, (one.flow, f"`{one.tool}`" if one.tool else "", one.message)))
        mark = _paint(_TINTS[one.severity], f"{one.severity.value}:", colour)
        lines.append(
            f"{_paint(_BOLD, clean(place), colour)}: {mark} {clean(about)} {_paint(_DIM, f'[{one.what}]', colour)}"
        )
        if one.old and one.was:
            lines += _quoted(one.was, before, "-", _RED if colour else "")
        if one.new and not one.gone:
            lines += _quoted(one.place, after, "+", _GREEN if colour else "")
    return "".join(f"{line}\n" for line in lines)


def as_json(found: Sequence[Difference], revision: str, commit: str) -> str:
    """`{"version": 1, "revision", "commit", "differences": [...]}`."""
    said = {"version": VERSION, "revision": revision, "commit": commit, "differences": [_json(one) for one in found]}
    return json.dumps(said, indent=2) + "\n"


def _json(one: Difference) -> dict[str, Any]:
    return {
        "severity": one.severity.value,
        "flow": one.flow,
        "tool": one.tool,
        "what": one.what,
        "message": one.message,
        "old": one.old,
        "new": one.new,
        "place": one.place._asdict(),
        "was": one.was._asdict() if one.was else None,
        "gone": one.gone,
    }


def _quoted(place: Place, lines: Lines, sign: str, tint: str) -> list[str]:
    source = lines[place.path]
    if not 1 <= place.line <= len(source):
        return []
    line = source[place.line - 1].strip()
    cut = line if len(line) <= _ROOM else f"{line[:_ROOM]}..."
    return [f"{place.line:>5} | {_paint(tint, f'{sign} {clean(cut)}', bool(tint))}"]


def _paint(tint: str, text: str, colour: bool) -> str:
    return f"{tint}{text}{_OFF}" if colour else text
