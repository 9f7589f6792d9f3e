"""SARIF 2.1.0 (OASIS Standard), as code scanning and editors read it.

Section numbers in comments are those of the standard.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from engine import __version__
from engine.diagnostics.catalogue import Page
from engine.diagnostics.finding import Diagnostic, Edit, Label, Place
from engine.diagnostics.render import PLAIN, View
from engine.diagnostics.render.lines import Lines

__all__ = ["render"]

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
_BASE = "ROOT"


def render(
    findings: Sequence[Diagnostic], sources: Mapping[str, str], colour: bool = False, view: View = PLAIN, /
) -> str:
    """One log with one run."""
    del colour
    return json.dumps(_Log(sources, view).log(findings), indent=2, ensure_ascii=False) + "\n"


class _Log:
    def __init__(self, sources: Mapping[str, str], view: View) -> None:
        self.lines = Lines(sources)
        self.view = view
        self.seen: Counter[str] = Counter()

    def log(self, findings: Sequence[Diagnostic]) -> dict[str, Any]:
        names = sorted({*self.view.pages, *(found.rule for found in findings)})
        number = {name: at for at, name in enumerate(names)}
        run = {
            "tool": {
                "driver": {
                    "name": "engine",
                    "semanticVersion": __version__,
                    "rules": [_rule(name, self.view.pages.get(name)) for name in names],
                }
            },
            # without a `uri` (3.14.14): where the files lie on the machine that checked them is nobody's business
            "originalUriBaseIds": {_BASE: {"description": {"text": "The folder that all files lie in."}}},
            "columnKind": "unicodeCodePoints",
            "results": [self._result(found, number[found.rule]) for found in findings],
        }
        return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}

    def _result(self, found: Diagnostic, number: int) -> dict[str, Any]:
        result: dict[str, Any] = {
            "ruleId": found.rule,
            "ruleIndex": number,
            "level": found.severity.value,
            "message": _text(f"{found.message}. {found.tip[0].upper()}{found.tip[1:]}" if found.tip else found.message),
            "locations": [self._location(found.place)],
            "partialFingerprints": {"primaryLocationLineHash": self._fingerprint(found)},
        }
        if found.labels:
            result["relatedLocations"] = [
                {"id": at, **self._location(label.place, label.message)} for at, label in enumerate(found.labels, 1)
            ]
        if found.path:
            steps = [*found.path, Label(found.place, found.message)]
            flow = [{"location": self._location(step.place, step.message)} for step in steps]
            result["codeFlows"] = [{"threadFlows": [{"locations": flow}]}]
        if found.fix is not None:
            result["fixes"] = [self._fix(found.fix)]
        return result

    def _location(self, place: Place, message: str = "") -> dict[str, Any]:
        location: dict[str, Any] = {
            "physicalLocation": {"artifactLocation": self._artifact(place.path), "region": _region(place)}
        }
        return {**location, "message": _text(message)} if message else location

    def _artifact(self, path: str) -> dict[str, str]:
        return {"uri": quote(self.view.prefix + path), "uriBaseId": _BASE}

    def _fix(self, fix: Edit) -> dict[str, Any]:
        replacement = {"deletedRegion": _region(fix.place), "insertedContent": {"text": fix.text}}
        change = {"artifactLocation": self._artifact(fix.place.path), "replacements": [replacement]}
        return {"description": _text(f"Write `{fix.text}`."), "artifactChanges": [change]}

    def _fingerprint(self, found: Diagnostic) -> str:
        """What stays the same when lines are inserted above: the rule, the words and the line, and which of its kind.

        Under the name, and in the form `HASH:COUNT`, that GitHub's code scanning knows.
        """
        lines = self.lines[found.place.path]
        line = lines[found.place.line - 1] if found.place.line <= len(lines) else ""
        parts = (found.rule, found.place.path, found.message, line.strip())
        digest = sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]
        self.seen[digest] += 1
        return f"{digest}:{self.seen[digest]}"


def _rule(name: str, page: Page | None) -> dict[str, Any]:
    if page is None:
        return {"id": name}
    return {
        "id": name,
        "shortDescription": _text(page.summary),
        "fullDescription": _text(page.why),
        "help": {"text": f"{page.summary} {page.why} {page.mend}", "markdown": page.markdown()},
        "defaultConfiguration": {"level": "error"},
    }


def _region(place: Place) -> dict[str, int]:
    return {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    }


def _text(text: str) -> dict[str, str]:
    """A plain message (3.11.3). Braces stay single: 3.11.5 doubles them for the sake of `{0}`, which stands in no
    message here, and readers in use, GitHub among them, would show `{{{{ order.id }}}}`."""
    return {"text": text}
