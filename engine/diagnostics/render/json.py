"""JSON with a version, for programs."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from engine.diagnostics.finding import Diagnostic, Place

__all__ = ["VERSION", "render"]

VERSION = 1


def render(findings: Sequence[Diagnostic], sources: Mapping[str, str], colour: bool = False) -> str:
    """`{"version": 1, "findings": [...]}`."""
    del sources, colour
    return json.dumps({"version": VERSION, "findings": [_finding(found) for found in findings]}, indent=2) + "\n"


def _finding(found: Diagnostic) -> dict[str, Any]:
    return {
        "rule": found.rule,
        "severity": found.severity.value,
        "message": found.message,
        "place": _place(found.place),
        "labels": [{"place": _place(label.place), "message": label.message} for label in found.labels],
        "tip": found.tip,
    }


def _place(place: Place) -> dict[str, Any]:
    return place._asdict()
