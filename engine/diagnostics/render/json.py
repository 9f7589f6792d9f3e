"""JSON with a version, for programs. docs/diagnostics.md says what each key holds."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from engine.diagnostics.finding import Diagnostic, Label, Place
from engine.diagnostics.render import PLAIN, View

__all__ = ["VERSION", "render"]

VERSION = 1
"""Goes up when a key changes its meaning or goes. Keys that are added do not change it."""


def render(
    findings: Sequence[Diagnostic], sources: Mapping[str, str], colour: bool = False, view: View = PLAIN, /
) -> str:
    """`{"version": 1, "findings": [...]}`."""
    del sources, colour, view
    return json.dumps({"version": VERSION, "findings": [_finding(found) for found in findings]}, indent=2) + "\n"


def _finding(found: Diagnostic) -> dict[str, Any]:
    fix = found.fix
    return {
        "rule": found.rule,
        "severity": found.severity.value,
        "message": found.message,
        "place": _place(found.place),
        "labels": [_label(label) for label in found.labels],
        "path": [_label(label) for label in found.path],
        "tip": found.tip,
        "fix": None if fix is None else {"place": _place(fix.place), "old": fix.old, "text": fix.text},
    }


def _label(label: Label) -> dict[str, Any]:
    return {"place": _place(label.place), "message": label.message}


def _place(place: Place) -> dict[str, Any]:
    return place._asdict()
