"""The page of a rule: what it finds, why that matters, how it is mended, and an example with its exact output."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

__all__ = ["Example", "Page", "document"]


_HEAD = """\
# Rules

What `engine validate` finds, each with an example, its exact output and what would be right. The same page is shown by
`engine explain RULE`. [Diagnostics](diagnostics.md) says how findings read, how one is ignored, and what `--fix` mends.

<!-- Written by tests/diagnostics/test_pages.py from engine/rules and tests/golden: ENGINE_UPDATE_RULES=1 -->
"""


class Example(NamedTuple):
    """A project that breaks a rule."""

    files: Mapping[str, str]
    """Path -> text of the wrong files, whole."""
    output: str
    """What `engine validate` says, exactly."""
    mended: str
    """What to change: lines of a unified diff, `-` before what goes and `+` before what comes; each file that changes
    is named before its lines where there are several."""


class Page(NamedTuple):
    """All that is said of one rule, in plain words with Markdown's `code` and nothing else."""

    rule: str
    summary: str
    """One sentence: what is found."""
    why: str
    """What would happen to a ticket."""
    mend: str
    """What to do about it."""
    ignorable: bool
    """Whether `# engine: ignore[rule] why` may silence it."""
    example: Example | None = None

    @property
    def standing(self) -> str:
        """How firm the rule is, in one sentence."""
        if self.ignorable:
            return f"One finding can be silenced by `# engine: ignore[{self.rule}] why` on its line or the line above."
        return "This can't be ignored."

    def markdown(self) -> str:
        """The page as a section of docs/rules.md, without its heading."""
        return "\n\n".join(self._parts()) + "\n"

    def _parts(self) -> Iterator[str]:
        yield self.summary
        yield f"**Why:** {self.why}"
        yield f"**Mend it:** {self.mend}"
        yield self.standing
        if self.example is not None:
            for path, text in self.example.files.items():
                yield f"`{path}`:"
                yield _block("yaml", text)
            yield _block("text", self.example.output)
            yield "What would be right:"
            yield _block("diff", self.example.mended)


def document(pages: Iterable[Page]) -> str:
    """docs/rules.md: a section for each rule, whose anchor is the rule's id."""
    return "\n".join([_HEAD, *(f"## {page.rule}\n\n{page.markdown()}" for page in pages)])


def _block(language: str, text: str) -> str:
    """A fenced block, whose fence is longer than any in the text."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"
