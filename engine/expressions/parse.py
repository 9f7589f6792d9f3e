"""From a text to our tree: Jinja2 parses and never evaluates. The only module that imports it.

A lexer subclass hands on character offsets in place of line numbers, so that every node knows where it stands. What is
outside the listed subset is a finding that says what is accepted.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from jinja2 import TemplateSyntaxError, nodes

from engine.diagnostics import Edit, Sink, meant
from engine.expressions.currencies import CURRENCIES
from engine.expressions.filters import FILTERS, TESTS
from engine.expressions.parse_lexer import Amount, Lexed, Refused, lexed
from engine.expressions.parse_plain import plain_expression, plain_parts
from engine.expressions.tree import Tree
from engine.syntax import Broken, Text

__all__ = ["parse_expression", "parse_template"]

_SETS = "`=` sets nothing here: two values are compared with `==`"
_BRACES = re.compile(r"\{\{|\}\}")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_WHOLE = re.compile(r"\{\{\s*(\S(?:.*\S)?)\s*\}\}", re.DOTALL)
"""`{{ }}` around an expression; what else stands beside them is no part of it."""
_LONGEST = 20_000
_LEVELS = 80
"""Below what the evaluator allows (100), so that what is accepted can be evaluated."""
_DIGITS = 34
_SHORT = 200
"""Characters of an expression that is remembered."""
_RETURN = "\v"
"""Stands for the CR of CR LF while Jinja2 reads: a blank to it, and written by nobody."""
_BINARY = {
    nodes.Add: "add", nodes.Sub: "sub", nodes.Mul: "mul", nodes.Div: "div", nodes.FloorDiv: "floordiv",
    nodes.Mod: "mod", nodes.And: "and", nodes.Or: "or",
}  # fmt: skip
_COMPARISONS = {
    "eq": "==", "ne": "!=", "lt": "<", "lteq": "<=", "gt": ">", "gteq": ">=", "in": "in", "notin": "not-in"
}  # fmt: skip


def parse_expression(text: Text, sink: Sink) -> Tree | Broken:
    """The tree of a bare expression, as it stands after `if:`."""
    if "{{" in text.value and (found := _BRACES.search(_QUOTED.sub(_blank, text.value))):
        return _braced(text, found.start(), sink)
    return _parsed(text, sink, _expression)


def _braced(text: Text, at: int, sink: Sink) -> Broken:
    """Of an expression in the braces of a template. Where they stand around the whole, nothing else is meant."""
    whole = _WHOLE.fullmatch(text.value)
    tip, fix = "", None
    if whole is not None and not _BRACES.search(_QUOTED.sub(_blank, whole[1])):
        tip = f"write `{whole[1]}`"
        fix = Edit(text.place_of(0, len(text.value)), text.value, whole[1])
    message = "an expression stands here, which is written without `{{ }}`"
    sink.error("expression", text.place_of(at, at + 2), message, tip=tip, fix=fix)
    return Broken.instead(text)


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


def parse_template(text: Text, sink: Sink) -> Tree | Broken:
    """The tree of a text with `{{ }}`, `{% if %}` and `{% for %}`. One that is exactly one `{{ }}` keeps its type."""
    if not any(mark in text.value for mark in ("{{", "{%", "{#")):
        return Tree("lit", text.value, start=0, end=len(text.value))
    return _parsed(text, sink, _template)


def _parsed(text: Text, sink: Sink, read: Callable[[str], Tree]) -> Tree | Broken:
    """What `read` makes of it; every way in which it can fail as a finding."""
    try:
        if len(text.value) > _LONGEST:
            raise Refused("expression", 0, 1, f"this is longer than {_LONGEST:,} characters")
        return _short(read, text.value) if len(text.value) <= _SHORT else _read(read, text.value)
    except TemplateSyntaxError as error:
        at = min(error.lineno, max(len(text.value) - 1, 0))
        message, tip = _said(error.message or "", text.value)
        sink.error("expression", text.place_of(at, at + 1), message, tip=tip)
    except Refused as refused:
        end = max(refused.end, refused.start + 1)
        place = text.place_of(refused.start, end)
        tip, fix = meant(refused.word, refused.known, place)
        sink.error(refused.rule, place, refused.message, tip=refused.tip or tip, fix=fix)
    except RecursionError:
        sink.error("expression", text.place, "this is nested too deep")
    return Broken.instead(text)


def _read(read: Callable[[str], Tree], source: str) -> Tree:
    tree = read(_one_line_end(source))
    if len(source) > _LEVELS and tree.levels() > _LEVELS:  # a level takes a character
        message = f"an expression has at most {_LEVELS} levels: name parts with `set`"
        raise Refused("expression", tree.start, tree.end, message)
    return tree


_short = lru_cache(maxsize=5_000)(_read)
"""Flows say the same things: of 1,000 flows' expressions two thirds were seen before. A tree is never changed."""


def _one_line_end(source: str) -> str:
    """Of the same length: Jinja2 reads CR LF as one character, which would shift all that follows."""
    return source.replace("\r\n", f"{_RETURN}\n").replace("\r", "\n")


def _said(message: str, source: str) -> tuple[str, str]:
    if not source.strip():
        return "an expression is missing here", ""
    if "&&" in source or "||" in source or source.strip().startswith("!"):
        return "conditions are joined with `and`, `or` and `not`", ""
    if "'='" in message or "got '='" in message:
        return _SETS, ""
    return f"this is no expression: {message[:1].lower()}{message[1:]}", ""


def _expression(source: str) -> Tree:
    return plain_expression(source, _ALONE) or _whole(source)


def _whole(source: str) -> Tree:
    tokens = lexed(source, "variable")
    parser = tokens.parser()
    node = parser.parse_expression()
    if not parser.stream.eos:
        at, word = parser.stream.current.lineno, str(parser.stream.current.value)
        end = tokens.ends.get(at, at + 1)
        raise Refused("expression", at, end, _SETS if word == "=" else f"the expression ends before `{word[:40]}`")
    return _Reader(tokens).tree(node)


def _template(source: str) -> Tree:
    parts = plain_parts(source, _ALONE)
    return _parts(source) if parts is None else _text(source, parts)


def _parts(source: str) -> Tree:
    tokens = lexed(source, None)
    return _text(source, _Reader(tokens).parts(tokens.parser().parse().body))


def _text(source: str, parts: list[Tree]) -> Tree:
    alone = [part for part in parts if not (part.kind == "lit" and not str(part.parts[0]).strip())]
    stripped = source.strip()
    braces = stripped.startswith("{{") and stripped.endswith("}}")
    if len(alone) == 1 and braces and alone[0].kind not in ("for", "when") and not _is_text(alone[0]):
        return alone[0]
    return Tree("text", *parts, start=0, end=len(source))


def _is_text(tree: Tree) -> bool:
    return tree.kind == "lit" and isinstance(tree.parts[0], str)


class _Reader:
    """Jinja2's nodes -> ours."""

    def __init__(self, tokens: Lexed) -> None:
        self.tokens = tokens

    def _found(self, word: str, at: int) -> tuple[int, int]:
        """Where the first such token at or after an offset stands."""
        for index in range(bisect_left(self.tokens.starts, at), len(self.tokens.starts)):
            if self.tokens.words[index] == word:
                return self.tokens.starts[index], self.tokens.starts[index] + len(word)
        return at, at + 1

    def _stands(self, word: str, at: int) -> bool:
        """Whether such a token stands at an offset."""
        index = bisect_left(self.tokens.starts, at)
        return index < len(self.tokens.starts) and (self.tokens.starts[index], self.tokens.words[index]) == (at, word)

    def _end(self, at: int, otherwise: int) -> int:
        return self.tokens.ends.get(at, otherwise)

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
                data = node.data.replace(f"{_RETURN}\n", "\n")
                return Tree("lit", data, start=node.lineno, end=node.lineno + len(node.data))
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
                return self._named("filter", node, _TAKES["filter"])
            case nodes.Test():
                return self._named("test", node, _TAKES["test"])
            case nodes.BinExpr() if type(node) in _BINARY:
                left, right = self.tree(node.left), self.tree(node.right)
                return Tree(_BINARY[type(node)], left, right, start=left.start, end=right.end)
        raise self._unsupported(node, _ACCEPTED)

    def _spread(self, kind: str, node: Any, inside: list[Tree]) -> Tree:
        end = inside[-1].end if inside else node.lineno + 1
        start = min(node.lineno, inside[0].start) if inside else node.lineno  # of `a, b` Jinja2 tells the comma
        return Tree(kind, *inside, start=start, end=end)

    def _const(self, node: nodes.Const) -> Tree:
        value, start = node.value, node.lineno
        if isinstance(value, Amount):
            number = self._const(nodes.Const(value.number, lineno=start))
            end = self._end(start, number.end)
            if value.currency not in CURRENCIES:
                raise Refused("expression", end - 3, end, f"`{value.currency}` is no currency of ISO 4217")
            return Tree("money", number.parts[0], value.currency, start=start, end=end)
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            digits = format(value, "f") if isinstance(value, Decimal) else str(value)
            end = self._end(start, start + len(digits))
            if len(digits) > _DIGITS:
                raise Refused("expression", start, end, f"a number has at most {_DIGITS} digits")
            return Tree("num", digits, start=start, end=end)
        return Tree("lit", value, start=start, end=self._end(start, start + 1))

    def _dot(self, node: nodes.Getattr) -> Tree:
        whole = self.tree(node.node)
        start, end = self._found(node.attr, node.lineno)
        if node.attr.startswith("_"):
            raise Refused("expression", start, end, f"`{node.attr}` is no field of a value")
        return Tree("dot", whole, node.attr, start=whole.start, end=end)

    def _item(self, node: nodes.Getitem) -> Tree:
        whole = self.tree(node.node)
        if isinstance(node.arg, nodes.Slice):
            raise self._unsupported(node, "one element is taken by its number: `list[0]`")
        at = self.tree(node.arg)
        bracket = self._stands("[", node.lineno)  # `list.0` has none
        end = self._found("]", at.end)[1] if bracket else at.end
        return Tree("index", whole, at, start=whole.start, end=end)

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

    def _named(self, kind: str, node: Any, known: Mapping[str, tuple[int, int]]) -> Tree:
        at, end = self._found(node.name, node.lineno)
        if node.node is None:
            raise self._unsupported(node, _ACCEPTED)
        if node.name not in known:
            message = f"there is no {kind} `{node.name}`; there are {_listed(known)}"
            raise Refused(f"unknown-{kind}", at, end, message, word=node.name, known=known)
        given = [self.tree(argument) for argument in node.args]
        fewest, most = known[node.name]
        if node.kwargs or node.dyn_args or node.dyn_kwargs or not fewest <= len(given) <= most:
            raise Refused("expression", at, end, f"`{node.name}` takes {_count(fewest, most)}")
        whole = self.tree(node.node)
        last = max(end, *(part.end for part in given), end)
        return Tree(kind, node.name, whole, *given, start=whole.start, end=max(last, self._closed(end)))

    def _closed(self, at: int) -> int:
        """Where the bracket ends that is the first token at or after an offset; the offset if that is no bracket."""
        index = bisect_left(self.tokens.starts, at)
        depth = 0
        if self.tokens.words[index : index + 1] != ["("]:
            return at
        for number in range(index, len(self.tokens.words)):
            depth += (self.tokens.words[number] == "(") - (self.tokens.words[number] == ")")
            if depth == 0:
                return self.tokens.starts[number] + 1
        return at

    def _unsupported(self, node: Any, accepted: str) -> Refused:
        start = getattr(node, "lineno", 0)
        what = _UNSUPPORTED.get(type(node), f"`{type(node).__name__.lower()}`")
        return Refused("expression", start, start + 1, f"{what} not supported here; {accepted}")


def _count(fewest: int, most: int) -> str:
    if fewest == most:
        return f"{most} argument{'' if most == 1 else 's'}" if most else "no argument"
    return f"at most {most} argument{'' if most == 1 else 's'}"


def _listed(words: Mapping[str, tuple[int, int]]) -> str:
    return ", ".join(sorted(words))


_TAKES = {
    "filter": {"default": (1, 1), **{
        name: (sum(not argument.optional for argument in declared.arguments), len(declared.arguments))
        for name, declared in FILTERS.items()
    }},
    "test": {name: (int(declared.run is not None),) * 2 for name, declared in TESTS.items()},
}  # fmt: skip
"""Name -> the fewest and the most arguments."""
_ALONE = frozenset(name for name, takes in _TAKES["filter"].items() if takes[0] == 0)
"""Filters that need no argument."""
_ACCEPTED = (
    "expressions take names, dots, numbers, texts, lists, arithmetic, comparisons, `and or not`, filters and tests"
)
_UNSUPPORTED: dict[type, str] = {
    nodes.Call: "calls are", nodes.Pow: "powers are", nodes.Dict: "records are", nodes.Concat: "`~` is",
    nodes.Assign: "`{% set %}` is", nodes.Include: "`{% include %}` is", nodes.Macro: "macros are",
}  # fmt: skip
