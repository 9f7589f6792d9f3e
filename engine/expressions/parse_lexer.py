"""Jinja2's lexer, which hands on character offsets in place of line numbers: every node knows where it stands."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple, cast

from jinja2 import Environment, TemplateSyntaxError
from jinja2.lexer import Lexer, Token, TokenStream
from jinja2.parser import Parser

__all__ = ["GRAMMAR", "Amount", "Lexed", "Refused", "lexed"]

_DEEPEST = 40
"""Brackets, `not`s, signs and branches within each other. Jinja2's parser takes 14 calls for each bracket."""
_DIGITS = 34
_SILENT = frozenset({
    "whitespace", "comment_begin", "comment", "comment_end", "raw_begin", "raw_end", "data",
})  # fmt: skip
_BLANKS = frozenset(" \t\n\r\v\f")
_CURRENCY = re.compile(r"(?!AND|NOT)[A-Z]{3}")
"""As limits and floors write one. Whoever writes words in capitals means no currency."""
_ESCAPE = re.compile(r"\\(?:[\n\\'\"abfnrtv]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U00(?:0[0-9a-fA-F]|10)[0-9a-fA-F]{4})")


class Amount(NamedTuple):
    """The value of a token such as `10 EUR`."""

    number: Decimal
    currency: str


class Refused(Exception):
    """Something that is outside the language; carries where it stands and what is accepted."""

    def __init__(
        self, rule: str, start: int, end: int, message: str, tip: str = "", word: str = "", known: Iterable[str] = ()
    ) -> None:
        super().__init__(message)
        self.rule, self.start, self.end, self.message, self.tip = rule, start, end, message, tip
        self.word, self.known = word, known
        """A name that is not there, and those that are."""


class _OffsetLexer(Lexer):
    """Tells offsets where Jinja2 tells lines, and keeps the digits of numbers."""

    def tokeniter(
        self, source: str, name: str | None, filename: str | None = None, state: str | None = None
    ) -> Iterator[tuple[int, str, str]]:
        at = 0
        try:
            for _, token, value in super().tokeniter(source, name, filename, state):
                found = source.find(value, at)
                at = found if found >= 0 else at
                yield at, token, value
                at += len(value)
        except TemplateSyntaxError as error:
            error.lineno = at  # Jinja2 itself counts lines here
            raise

    def wrap(self, stream: Any, name: str | None = None, filename: str | None = None) -> Iterator[Token]:
        parts = [*stream]
        digits = [value for _, kind, value in parts if kind == "float"]
        if not digits:
            return super().wrap(parts, name, filename)
        bare = [(at, kind, "0.0" if kind == "float" else value) for at, kind, value in parts]
        return self._exact(super().wrap(bare, name, filename), digits)

    def _exact(self, tokens: Iterator[Token], digits: list[str]) -> Iterator[Token]:
        for token in tokens:
            if token.type == "float":
                said, *currency = digits.pop(0).split()
                number = Decimal(said.replace("_", ""))  # Jinja2's own value is binary
                value: Any = Amount(number, currency[0]) if currency else number
                token = Token(token.lineno, token.type, value)
            yield token


def _check(at: int, token: str, value: str) -> None:
    """Refuses what Jinja2 would stumble over while it makes a value of a token: digits of any script, odd escapes."""
    if token in ("integer", "float"):
        if not value.isascii():
            raise Refused("expression", at, at + len(value), "a number is written with the digits 0 to 9")
        shift = re.search(r"[eE]([+-]?\d+)", value)
        if len(value) > 2 * _DIGITS or (shift and abs(int(shift[1])) > _DIGITS):
            raise Refused("expression", at, at + len(value), f"a number has at most {_DIGITS} digits")
    elif token == "string":  # noqa: S105 - a kind of token
        rest = _ESCAPE.sub(lambda match: " " * len(match[0]), value)
        if "\\" in rest:
            odd = at + rest.index("\\")
            raise Refused("expression", odd, odd + 2, "a `\\` in a text is written `\\\\`")
    elif token == "block_end" and value.startswith("+"):  # noqa: S105 - Jinja2's sign to keep blanks, which all are
        raise Refused("expression", at, at + 1, "something is missing behind this `+`")


class _Grammar(Environment):
    """Jinja2's own environment is used for nothing but its grammar."""

    @property
    def lexer(self) -> Lexer:
        if self._ours is None:
            self._ours = _OffsetLexer(self)
        return self._ours

    def _tokenize(
        self, source: Any, name: str | None, filename: str | None = None, state: str | None = None
    ) -> TokenStream:
        """A parser hands its source to nothing but this: here it is the tokens themselves."""
        return TokenStream(self.lexer.wrap(source, name, filename), name, filename)

    _ours: _OffsetLexer | None = None


GRAMMAR = _Grammar(keep_trailing_newline=True, autoescape=False)


class Lexed(NamedTuple):
    """The tokens of a text, and where they stand; blanks are left out of `ends`, `starts` and `words`."""

    tokens: list[tuple[int, str, str]]
    ends: dict[int, int]
    """Start of a token -> its end."""
    starts: list[int]
    words: list[str]

    def parser(self) -> Parser:
        """Jinja2's parser at the first of these tokens."""
        return Parser(GRAMMAR, cast("str", self.tokens))


def lexed(source: str, state: str | None) -> Lexed:
    """The tokens of an expression (`state` is "variable") or a template (None).

    Raises Refused where they nest deeper than the parser can follow, and TemplateSyntaxError, its `lineno` an offset.
    """
    found = Lexed(_amounts([*GRAMMAR.lexer.tokeniter(source, None, None, state)]), {}, [], [])
    told = [part for part in found.tokens if part[1] not in _SILENT]
    for at, token, value in told:
        _check(at, token, value)
        found.ends[at] = at + len(value)
        found.starts.append(at)
        found.words.append(value)
    nesting = _Nesting()
    for at, token, value in told if len(told) > _DEEPEST else ():
        if nesting.see(token, value) > _DEEPEST:
            raise Refused("expression", at, at + len(value), f"this is nested over {_DEEPEST} deep")
    return found


def _amounts(tokens: list[tuple[int, str, str]]) -> list[tuple[int, str, str]]:
    """With each number and the currency behind it as one: no other number has a name behind it."""
    made: list[tuple[int, str, str]] = []
    for at, token, value in tokens:
        if token == "name" and _CURRENCY.fullmatch(value):  # noqa: S105 - a kind of token
            blank = "".join(part[2] for part in made[-1:] if part[1] == "whitespace")
            number = made[-2] if blank and len(made) > 1 else None
            if number is not None and number[1] in ("integer", "float") and not set(number[2]) & _BLANKS:
                made[-2:] = [(number[0], "float", f"{number[2]}{blank}{value}")]
                continue
        made.append((at, token, value))
    return made


class _Nesting:
    """How deep a text nests, by its tokens alone."""

    def __init__(self) -> None:
        self.open = [[0, 0]]
        """For each open bracket the signs and `not`s that wait for their operand, and the `else`s."""
        self.blocks = 0
        self.before = ""

    def see(self, token: str, word: str) -> int:
        """One token more; the depth at it."""
        operand = self.before in (")", "]", "}", "operand")
        if token in ("block_begin", "variable_begin", "block_end", "variable_end"):
            self.open = [[0, 0]]
        elif self.before == "block_begin":
            self.blocks += (word in ("if", "for")) - (word in ("endif", "endfor"))
        elif word in ("(", "[", "{"):
            self.open.append([0, 0])
        elif word in (")", "]", "}"):
            self.open = self.open[:-1] or [[0, 0]]
            self.open[-1][0] = 0
        elif word in ("not", "-", "+"):
            self.open[-1][0] += not operand
        elif word == "else":
            self.open[-1][1] += 1
        elif token in ("name", "integer", "float", "string") and word not in ("and", "or", "if", "in", "is"):
            self.open[-1][0] = 0
            self.before = "operand"
            return self._depth()
        self.before = word if word in (")", "]", "}") else token
        return self._depth()

    def _depth(self) -> int:
        return len(self.open) - 1 + sum(map(sum, self.open)) + self.blocks
