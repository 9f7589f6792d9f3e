"""`engine explain RULE`: the page of a rule, for a terminal. Without one: every rule in a line."""

import argparse
import re
import sys
import textwrap
from collections.abc import Iterable, Iterator

from engine.cli.shown import coloured, width
from engine.cli.status import OK, USAGE, Stop
from engine.diagnostics import nearest
from engine.diagnostics.catalogue import Page
from engine.rules.pages import pages

__all__ = ["add_arguments", "run"]

_WIDEST = 100
_NARROWEST = 40
_INDENT = "    "
_TINTS = {"bold": "\x1b[1m", "cyan": "\x1b[36m", "red": "\x1b[31m", "green": "\x1b[32m"}
_OFF = "\x1b[0m"
_TIED = "\xa0"
"""A blank at which no line is broken: those inside `code`."""
_CODE = re.compile(r"`([^`]+)`")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the arguments of `engine explain`."""
    parser.add_argument("rule", nargs="?", metavar="RULE", help="what stands in brackets after a finding")
    parser.add_argument("--color", choices=("auto", "always", "never"), default="auto", help="colour of the text")


def run(args: argparse.Namespace) -> int:
    """The page on stdout."""
    known = pages()
    writer = _Writer(width(sys.stdout), coloured(sys.stdout, args.color))
    lines = writer.listed(known.values()) if args.rule is None else writer.page(_page(args.rule, known))
    print("\n".join(lines))
    return OK


def _page(rule: str, known: dict[str, Page]) -> Page:
    """The page of a rule, also where it is given as it stands after a finding: `[rule]`."""
    name = rule.strip().removeprefix("[").removesuffix("]")
    if name not in known:
        close = nearest(name, known)
        meant = f"; did you mean `{close}`?" if close else "; `engine explain` lists them all"
        raise Stop(f"there is no rule `{name}`{meant}", USAGE)
    return known[name]


class _Writer:
    """Pages as lines of a terminal."""

    def __init__(self, terminal: int | None, colour: bool) -> None:
        self.terminal = terminal
        self.columns = max(_NARROWEST, min(_WIDEST, terminal or _WIDEST))
        self.colour = colour

    def listed(self, known: Iterable[Page]) -> Iterator[str]:
        """Each rule with what it finds, names in one column; on a terminal each is cut to its line."""
        rules = list(known)
        name_width = max(len(page.rule) for page in rules)
        for page in rules:
            room = max(_NARROWEST, self.terminal - name_width - 2) if self.terminal else len(page.summary)
            said = textwrap.shorten(page.summary, room, placeholder=" ...")
            yield f"{self._tint('bold', page.rule)}{' ' * (name_width - len(page.rule) + 2)}{self._codes(said)}"

    def page(self, page: Page) -> Iterator[str]:
        """The whole page."""
        yield self._tint("bold", page.rule)
        for title, words in (("", page.summary), ("Why: ", page.why), ("Mend it: ", page.mend), ("", page.standing)):
            yield ""
            yield from self._paragraph(title, words)
        if page.example is not None:
            for path, text in page.example.files.items():
                yield from self._part(path, text)
            yield from self._part("What `engine validate` says", page.example.output)
            yield from self._part("What would be right", page.example.mended)

    def _paragraph(self, title: str, words: str) -> Iterator[str]:
        whole = _CODE.sub(lambda found: found[0].replace(" ", _TIED), title + words)
        lines = textwrap.wrap(whole, self.columns, break_long_words=False, break_on_hyphens=False)
        for number, line in enumerate(lines):
            bold = title.strip() if number == 0 else ""
            yield self._tint("bold", bold) + self._codes(line.removeprefix(bold).replace(_TIED, " "))

    def _part(self, title: str, text: str) -> Iterator[str]:
        yield ""
        yield f"{self._codes(title)}:"
        yield ""
        for line in text.rstrip("\n").split("\n"):
            tint = {"-": "red", "+": "green"}.get(line[:1], "")
            shown = self._tint(tint, line) if title.startswith("What would") else line
            yield f"{_INDENT}{shown}".rstrip()

    def _codes(self, text: str) -> str:
        """`code` in colour; with its backticks where there is none."""
        return _CODE.sub(lambda found: self._tint("cyan", found[1]), text) if self.colour else text

    def _tint(self, tint: str, text: str) -> str:
        return f"{_TINTS[tint]}{text}{_OFF}" if self.colour and tint and text else text
