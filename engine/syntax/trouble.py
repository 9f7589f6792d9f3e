"""YAML's own errors, said so that somebody who runs a support team can mend them."""

import re
from typing import Any

import yaml

from engine.diagnostics import Sink
from engine.syntax.source import Source

__all__ = ["behind_quotes", "explain"]

_FAR = 1_000
"""Characters of a line that are looked back."""
_LONGEST = 100
"""Characters of a line that a tip repeats."""
_QUOTE = 'Put quotes around the text: "..."'
_HINTS: tuple[tuple[str, str, str], ...] = (
    ("could not find expected ':'", "this line has no `:` after its key", _QUOTE),
    ("mapping values are not allowed", "a text that holds `: ` needs quotes", _QUOTE),
    ("did not find expected alphabetic or numeric", "`*` and `&` begin an alias or an anchor of YAML", _QUOTE),
    ("found character that cannot start any token", "a text may not begin with this character", _QUOTE),
    ("did not find expected ',' or ']'", "a list in brackets misses `,` or `]`",
     "A text with `?`, `,`, `:` or quotes inside brackets needs quotes around it."),
    ("did not find expected ',' or '}'", "a record in braces misses `,` or `}`",
     "A text with `,`, `:` or braces inside braces needs quotes around it: {with: \"{{ order.id }}\"}."),
    ("did not find expected key", "this line stands at a depth where no key or item is expected",
     "Indent it like the lines that it belongs to, or put quotes around a text that begins with a quote or bracket."),
    ("did not find expected '-' indicator", "this list is not indented evenly", "Put all its `-` in one column."),
    ("found undefined tag handle", "`!` begins a tag of YAML", f"{_QUOTE}. A condition negates with `not`."),
    ("did not find expected node content", "a value is missing before this character", _QUOTE),
    ("parsing a quoted scalar", "in double quotes `\\` begins an escape, and this is none",
     "Write `\\\\` for a `\\`, or put the text in single quotes."),
    ("found incompatible YAML document", "this is no version of YAML 1", "Leave the line that begins with `%` out."),
    ("found unexpected end of stream", "a quote or bracket that opens here is never closed", ""),
    ("found a tab character", "a tab may not indent", "Indent with blanks."),
    ("unacceptable character", "this character may not stand in a YAML file", ""),
    ("control characters are not allowed", "control characters may not stand in a YAML file", ""),
)  # fmt: skip


_QUOTED = re.compile(r"""(?:'(?:[^'\n]|'')*'|"(?:[^"\\\n]|\\.)*")[ \t]+\Z""")
"""A text in quotes, and then blanks, at the end of what was read of a line."""
_OPERATOR = re.compile(r"(?:in|not|and|or|is|if)\b|[=!<>|+*/%-]")


def behind_quotes(error: yaml.MarkedYAMLError, source: Source) -> int | None:
    """Where a text in quotes begins behind which more of its line stands, which is what ended the file."""
    at = error.problem_mark.index if error.problem_mark else 0
    line = max(source.text.rfind("\n", 0, at) + 1, at - _FAR)
    found = _QUOTED.search(source.text, line, at)
    return found.start() if found and source.text[at : at + 1].strip() else None


def _half(source: Source, start: int, at: int, inside: bool, sink: Sink) -> None:
    """`- 'refund' in ticket.question`: to YAML the text is over where its quotes end. `inside`: within brackets, which
    may end the text."""
    rest = source.text[at:].partition("\n")[0]
    rest = (re.split(r"[\],}]", rest)[0] if inside else rest).strip()
    what = "an expression" if _OPERATOR.match(rest) else "a text"
    whole = source.text[start:at] + rest
    quote = "'" if '"' in whole else '"'
    tip = f"write `{quote}{whole}{quote}`" if quote not in whole and len(whole) <= _LONGEST else _QUOTE
    message = f"{what} that begins with a quote needs quotes around the whole"
    sink.error("yaml", source.place(start, at + len(rest)), message, tip=tip)


def explain(error: yaml.MarkedYAMLError, source: Source, sink: Sink) -> None:
    """One finding for the error that ended the file."""
    start = behind_quotes(error, source)
    if start is not None and error.problem_mark:
        _half(source, start, error.problem_mark.index, "flow" in (error.context or ""), sink)
        return
    problem = f"{error.context or ''} {error.problem or ''}"
    mark: Any = error.problem_mark or error.context_mark
    over = mark is not None and mark.index >= len(source.text.rstrip())
    if error.context_mark is not None and (over or "expected ':'" in problem):  # it is told where the part begins
        mark = error.context_mark
    start = min(mark.index, len(source.text)) if mark else 0
    if source.text[start : start + 1] == "\t":
        problem = "found a tab character"
    message, tip = next(((said, tip) for sign, said, tip in _HINTS if sign in problem), (f"YAML: {error.problem}", ""))
    sink.error("yaml", source.place(start, start + 1), message, tip=tip)
