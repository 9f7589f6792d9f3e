"""Workflow commands of GitHub Actions, which become annotations of a pull request.

Format and escapes: GitHub's "Workflow commands for GitHub Actions", and `command.ts` of its toolkit. `endLine` is not
given: GitHub shows an annotation at its last line, which for a whole section is far from what is wrong.
"""

from collections.abc import Iterator, Mapping, Sequence

from engine.diagnostics.finding import Diagnostic
from engine.diagnostics.render import PLAIN, View
from engine.diagnostics.render.text import clean

__all__ = ["render"]


def render(
    findings: Sequence[Diagnostic], sources: Mapping[str, str], colour: bool = False, view: View = PLAIN, /
) -> str:
    """One command a finding, each on a line of its own."""
    del sources, colour
    return "".join(f"{_command(found, view.prefix)}\n" for found in findings)


def _command(found: Diagnostic, prefix: str) -> str:
    place = found.place
    properties = {"file": prefix + place.path, "line": place.line, "col": place.column}
    if place.end_line == place.line:
        properties["endColumn"] = max(place.column, place.end_column - 1)  # GitHub's is the last column itself
    properties["title"] = found.rule
    written = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{found.severity.value} {written}::" + _data("\n".join(map(clean, _lines(found))))


def _lines(found: Diagnostic) -> Iterator[str]:
    yield found.message
    yield from (f"{label.place}: {label.message}" for label in found.labels)
    yield from (f"{number}. {label.place}: {label.message}" for number, label in enumerate(found.path, 1))
    if found.tip:
        yield f"tip: {found.tip}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
