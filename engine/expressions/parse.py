"""From a text to our tree: Jinja2 parses and never evaluates. The only module that imports it.

A lexer subclass hands on character offsets in place of line numbers, so that every node knows where it stands. What is
outside the listed subset is a finding that says what is accepted.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.lexer import Lexer, Token, TokenStream
from jinja2.parser import Parser

from engine.diagnostics import Sink, nearest
from engine.expressions.tree import Tree
from engine.syntax import Broken, Text

__all__ = ["FILTERS", "TESTS", "parse_expression", "parse_template"]

FILTERS = {
    "where": 2, "sum": 0, "length": 0, "first": 0, "last": 0, "join": 1, "default": 1, "round": 1, "lower": 0,
    "upper": 0, "title": 0, "money": 0, "date": 0, "days_ago": 1, "hours_ago": 1,
}  # fmt: skip
"""Name -> how many arguments it takes at most."""
TESTS = {"all_in": 1, "any_in": 1, "defined": 0, "none": 0}
_OPTIONAL = {"join": 0, "round": 0, "days_ago": 0, "hours_ago": 0}
_LONGEST = 20_000
_DEEPEST = 60
_BINARY = {
    nodes.Add: "add", nodes.Sub: "sub", nodes.Mul: "mul", nodes.Div: "div", nodes.FloorDiv: "floordiv",
    nodes.Mod: "mod", nodes.And: "and", nodes.Or: "or",
}  # fmt: skip
_COMPARISONS = {
    "eq": "==", "ne": "!=", "lt": "<", "lteq": "<=", "gt": ">", "gteq": ">=", "in": "in", "notin": "not-in"
}  # fmt: skip


class _OffsetLexer(Lexer):
    """Tells offsets where Jinja2 tells lines, and keeps the digits of numbers."""

    def tokeniter(
        self, source: str, name: str | None, filename: str | None = None, state: str | None = None
    ) -> Iterator[tuple[int, str, str]]:
        at = 0
        for _, token, value in super().tokeniter(source, name, filename, state):
            found = source.find(value, at)
            at = found if found >= 0 else at
            yield at, token, value
            at += len(value)

    def wrap(self, stream: Any, name: str | None = None, filename: str | None = None) -> Iterator[Token]:
        digits: list[str] = []

        def seen() -> Iterator[Any]:
            for part in stream:
                if part[1] == "float":
                    digits.append(part[2])
                yield part

        for token in super().wrap(seen(), name, filename):
            if token.type == "float":
                number: Any = Decimal(digits.pop(0).replace("_", ""))  # Jinja2's own value is binary
                token = Token(token.lineno, token.type, number)
            yield token


class _Grammar(Environment):
    """Jinja2's own environment is used for nothing but its grammar."""

    @property
    def lexer(self) -> Lexer:
        if self._ours is None:
            self._ours = _OffsetLexer(self)
        return self._ours

    _ours: _OffsetLexer | None = None


_GRAMMAR = _Grammar(keep_trailing_newline=True, autoescape=False)


class _Refused(Exception):
    """Something that is outside the subset; carries where, and what is accepted."""

    def __init__(self, rule: str, start: int, end: int, message: str, tip: str = "") -> None:
        super().__init__(message)
        self.rule, self.start, self.end, self.message, self.tip = rule, start, end, message, tip


def parse_expression(text: Text, sink: Sink) -> Tree | Broken:
    """The tree of a bare expression, as it stands after `if:`."""
    return _parsed(text, sink, _expression)


def parse_template(text: Text, sink: Sink) -> Tree | Broken:
    """The tree of a text with `{{ }}`, `{% if %}` and `{% for %}`. One that is exactly one `{{ }}` keeps its type."""
    if "{{" not in text.value and "{%" not in text.value:
        return Tree("lit", text.value, start=0, end=len(text.value))
    return _parsed(text, sink, _template)


def _parsed(text: Text, sink: Sink, read: Any) -> Tree | Broken:
    try:
        if len(text.value) > _LONGEST:
            raise _Refused("expression", 0, 1, f"this is longer than {_LONGEST:,} characters")
        if _depth(text.value) > _DEEPEST:
            raise _Refused("expression", 0, 1, f"this is nested over {_DEEPEST} deep")
        tree: Tree = read(text.value)
        return tree
    except TemplateSyntaxError as error:
        at = min(error.lineno, max(len(text.value) - 1, 0))
        message, tip = _said(error.message or "", text.value)
        sink.error("expression", text.place_of(at, at + 1), message, tip=tip)
    except _Refused as refused:
        end = max(refused.end, refused.start + 1)
        sink.error(refused.rule, text.place_of(refused.start, end), refused.message, tip=refused.tip)
    except RecursionError:
        sink.error("expression", text.place, f"this is nested over {_DEEPEST} deep")
    return Broken(text.place)


def _said(message: str, source: str) -> tuple[str, str]:
    if not source.strip():
        return "an expression is missing here", ""
    if "&&" in source or "||" in source or source.strip().startswith("!"):
        return "conditions are joined with `and`, `or` and `not`", ""
    if "'='" in message or "got '='" in message:
        return "`=` sets nothing here: two values are compared with `==`", ""
    return f"this is no expression: {message[:1].lower()}{message[1:]}", ""


def _depth(source: str) -> int:
    deepest = depth = unary = 0
    for char in source:
        depth += (char in "([{") - (char in ")]}")
        unary = unary + 1 if char in "-+~ " and char != " " else (unary if char == " " else 0)
        deepest = max(deepest, depth, unary)
    return max(deepest, source.count("not "))


def _expression(source: str) -> Tree:
    parser = Parser(_GRAMMAR, source, state="variable")
    node = parser.parse_expression()
    stream: TokenStream = parser.stream
    if not stream.eos:
        at = stream.current.lineno
        raise _Refused("expression", at, at + len(str(stream.current.value)),
                       f"the expression ends before `{str(stream.current.value)[:40]}`")  # fmt: skip
    return _Reader(source).tree(node)


def _template(source: str) -> Tree:
    body = Parser(_GRAMMAR, source).parse().body
    reader = _Reader(source)
    parts = reader.parts(body)
    alone = [part for part in parts if not (part.kind == "lit" and not str(part.parts[0]).strip())]
    stripped = source.strip()
    if (
        len(alone) == 1
        and alone[0].kind not in ("for", "when", "lit")
        and stripped[:2] == "{{"
        and stripped[-2:] == "}}"
    ):
        return alone[0]
    return Tree("text", *parts, start=0, end=len(source))


class _Reader:
    """Jinja2's nodes -> ours."""

    def __init__(self, source: str) -> None:
        self.source = source

    def parts(self, body: Sequence[Any]) -> list[Tree]:
        """A template's body."""
        found: list[Tree] = []
        for node in body:
            match node:
                case nodes.Output():
                    found += [self.tree(inside) for inside in node.nodes]
                case nodes.If():
                    found.append(self._if(node))
                case nodes.For():
                    found.append(self._for(node))
                case _:
                    raise self._unsupported(node, "text takes `{{ }}`, `{% if %}` and `{% for %}`")
        return found

    def _if(self, node: nodes.If) -> Tree:
        other: list[Tree] = self.parts(node.else_)
        for branch in reversed(node.elif_):
            other = [Tree("when", self.tree(branch.test), self.parts(branch.body), other, start=branch.lineno)]
        test = self.tree(node.test)
        return Tree("when", test, self.parts(node.body), other, start=node.lineno, end=test.end)

    def _for(self, node: nodes.For) -> Tree:
        if not isinstance(node.target, nodes.Name) or node.test is not None or node.recursive:
            raise self._unsupported(node, "a loop is `{% for name in list %}`")
        items = self.tree(node.iter)
        return Tree(
            "for",
            node.target.name,
            items,
            self.parts(node.body),
            self.parts(node.else_),
            start=node.lineno,
            end=items.end,
        )

    def tree(self, node: Any) -> Tree:
        """An expression."""
        match node:
            case nodes.TemplateData():
                return Tree("lit", node.data, start=node.lineno, end=node.lineno + len(node.data))
            case nodes.Const():
                return self._const(node)
            case nodes.Name():
                return Tree("name", node.name, start=node.lineno, end=node.lineno + len(node.name))
            case nodes.Getattr():
                return self._dot(node)
            case nodes.Getitem():
                return self._item(node)
            case nodes.List() | nodes.Tuple():
                return self._spread("list", node, [self.tree(item) for item in node.items])
            case nodes.Not() | nodes.Neg():
                inside = self.tree(node.node)
                kind = "not" if isinstance(node, nodes.Not) else "neg"
                return Tree(kind, inside, start=min(node.lineno, inside.start), end=inside.end)
            case nodes.Compare():
                return self._compare(node)
            case nodes.CondExpr():
                return self._cond(node)
            case nodes.Filter():
                return self._named("filter", node, FILTERS)
            case nodes.Test():
                return self._named("test", node, TESTS)
            case nodes.BinExpr() if type(node) in _BINARY:
                left, right = self.tree(node.left), self.tree(node.right)
                return Tree(_BINARY[type(node)], left, right, start=left.start, end=right.end)
        raise self._unsupported(node, _ACCEPTED)

    def _spread(self, kind: str, node: Any, inside: list[Tree]) -> Tree:
        end = inside[-1].end if inside else node.lineno + 1
        return Tree(kind, *inside, start=node.lineno, end=end)

    def _const(self, node: nodes.Const) -> Tree:
        value, start = node.value, node.lineno
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            digits = format(value, "f") if isinstance(value, Decimal) else str(value)
            if len(digits) > 34:
                raise _Refused("expression", start, start + len(digits), "a number has at most 34 digits")
            width = len(self._digits(start)) or len(digits)
            return Tree("num", digits, start=start, end=start + width)
        width = len(str(value)) + (2 if isinstance(value, str) else 0)
        return Tree("lit", value, start=start, end=start + width)

    def _digits(self, start: int) -> str:
        end = start
        while end < len(self.source) and (self.source[end].isalnum() or self.source[end] in "._"):
            end += 1
        return self.source[start:end]

    def _dot(self, node: nodes.Getattr) -> Tree:
        whole = self.tree(node.node)
        start = self.source.find(node.attr, node.lineno)
        if node.attr.startswith("_"):
            raise _Refused("expression", start, start + len(node.attr), f"`{node.attr}` is no field of a value")
        return Tree("dot", whole, node.attr, start=whole.start, end=start + len(node.attr))

    def _item(self, node: nodes.Getitem) -> Tree:
        whole = self.tree(node.node)
        if isinstance(node.arg, nodes.Slice):
            raise self._unsupported(node, "one element is taken by its number: `list[0]`")
        at = self.tree(node.arg)
        return Tree("index", whole, at, start=whole.start, end=at.end + 1)

    def _compare(self, node: nodes.Compare) -> Tree:
        first = self.tree(node.expr)
        rest = [[_COMPARISONS[operand.op], self.tree(operand.expr)] for operand in node.ops]
        last = rest[-1][1]
        assert isinstance(last, Tree)
        return Tree("cmp", first, *rest, start=first.start, end=last.end)

    def _cond(self, node: nodes.CondExpr) -> Tree:
        test, then = self.tree(node.test), self.tree(node.expr1)
        other = self.tree(node.expr2) if node.expr2 is not None else Tree("lit", None, start=test.end, end=test.end)
        return Tree("cond", test, then, other, start=then.start, end=max(test.end, other.end))

    def _named(self, kind: str, node: Any, known: dict[str, int]) -> Tree:
        at = self.source.find(node.name, node.lineno)
        end = at + len(node.name)
        if node.node is None:
            raise self._unsupported(node, _ACCEPTED)
        if node.name not in known:
            near = nearest(node.name, known)
            raise _Refused(f"unknown-{kind}", at, end, f"there is no {kind} `{node.name}`; there are {_listed(known)}",
                           f"did you mean `{near}`?" if near else "")  # fmt: skip
        given = [self.tree(argument) for argument in node.args]
        fewest = _OPTIONAL.get(node.name, known[node.name])
        if node.kwargs or node.dyn_args or node.dyn_kwargs or not fewest <= len(given) <= known[node.name]:
            raise _Refused("expression", at, end, f"`{node.name}` takes {_count(fewest, known[node.name])}")
        whole = self.tree(node.node)
        return Tree(kind, node.name, whole, *given, start=whole.start, end=max(end, *(part.end for part in given), end))

    def _unsupported(self, node: Any, accepted: str) -> _Refused:
        start = getattr(node, "lineno", 0)
        what = _UNSUPPORTED.get(type(node), f"`{type(node).__name__.lower()}`")
        return _Refused("expression", start, start + 1, f"{what} not supported here; {accepted}")


def _count(fewest: int, most: int) -> str:
    if fewest == most:
        return f"{most} argument{'' if most == 1 else 's'}" if most else "no argument"
    return f"at most {most} argument{'' if most == 1 else 's'}"


def _listed(words: dict[str, int]) -> str:
    return ", ".join(sorted(words))


_ACCEPTED = (
    "expressions take names, dots, numbers, texts, lists, arithmetic, comparisons, `and or not`, filters and tests"
)
_UNSUPPORTED: dict[type, str] = {
    nodes.Call: "calls are", nodes.Pow: "powers are", nodes.Dict: "records are", nodes.Concat: "`~` is",
    nodes.Assign: "`{% set %}` is", nodes.Include: "`{% include %}` is", nodes.Macro: "macros are",
}  # fmt: skip
