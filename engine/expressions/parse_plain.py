"""The most common texts and expressions, read without Jinja2, which takes six times as long: of a thousand flows it is
asked about every tenth. What is given back is what Jinja2's parser leads to, place by place; tests compare the two.
Anything else is None, and Jinja2's to judge.
"""

import re
from collections.abc import Collection

from engine.expressions.tree import Tree

__all__ = ["plain_expression", "plain_parts"]

_PATH = r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*"
_SHOWN = re.compile(rf"\{{\{{ *({_PATH})(?: *\| *([a-z]+))? *\}}\}}")
_MARKS = ("{", "}}", "%}", "#}", "\v")
"""What only Jinja2 knows the meaning of; the last stands for the CR of a line's end."""
_RESERVED = frozenset({"and", "or", "not", "in", "is", "if", "else", "elif", "true", "false", "none", "loop", "self"})
_TERM = re.compile(
    rf"""
    [ ]* (?P<open>\([ ]*)? (?P<path>{_PATH}) (?(open)[ ]*\|[ ]*(?P<filter>[a-z_]+)[ ]*\))
    (?:
        [ ]*(?P<sign><=|>=|==|!=|<|>)[ ]*
        (?: (?P<number>0|[1-9][0-9]{{0,15}}) | '(?P<word>[^'\\\n\r\v]*)' | (?P<other>{_PATH}) )
    |   [ ]+is[ ]+(?P<no>not[ ]+)?(?P<test>none|defined)
    )?
    [ ]* (?: (?<![a-z0-9_])(?P<join>and|or)(?=[ ]) | $ )  # `totaland` is one name
    """,
    re.VERBOSE,
)


def plain_parts(source: str, filters: Collection[str]) -> list[Tree] | None:
    """The parts of a text in whose braces stand paths alone, or paths with one of `filters`, which take nothing."""
    parts: list[Tree] = []
    at = 0
    for match in _SHOWN.finditer(source):
        path = _path(match[1], match.start(1))
        if path is None or (match[2] is not None and match[2] not in filters):
            return None
        if match.start() > at:
            parts.append(Tree("lit", source[at : match.start()], start=at, end=match.start()))
        parts.append(path if match[2] is None else _filtered(match[2], path, match.end(2)))
        at = match.end()
    if at < len(source):
        parts.append(Tree("lit", source[at:], start=at, end=len(source)))
    between = (part.parts[0] for part in parts if part.kind == "lit")
    return None if any(mark in text for text in between for mark in _MARKS) else parts


def plain_expression(source: str, filters: Collection[str]) -> Tree | None:
    """The tree of comparisons of paths with numbers, words and each other, joined by one of `and` and `or`."""
    found: Tree | None = None
    joined = ""
    at = 0
    while at < len(source):
        match = _TERM.match(source, at)
        term = _term(match, filters) if match is not None else None
        if match is None or term is None or match["join"] not in (None, joined or match["join"]):
            return None
        found = term if found is None else Tree(joined, found, term, start=found.start, end=term.end)
        if match["join"] is None:
            return found
        joined, at = match["join"], match.end()
    return None


def _term(match: re.Match[str], filters: Collection[str]) -> Tree | None:
    left = _path(match["path"], match.start("path"))
    if left is not None and match["filter"] is not None:
        left = _filtered(match["filter"], left, match.end("filter")) if match["filter"] in filters else None
    if left is None:
        return None
    if match["test"] is not None:
        test = Tree("test", match["test"], left, start=left.start, end=match.end("test"))
        return test if match["no"] is None else Tree("not", test, start=test.start, end=test.end)
    if match["sign"] is None:
        return left
    right = _right(match)
    return None if right is None else Tree("cmp", left, [match["sign"], right], start=left.start, end=right.end)


def _right(match: re.Match[str]) -> Tree | None:
    if match["number"] is not None:
        return Tree("num", match["number"], start=match.start("number"), end=match.end("number"))
    if match["word"] is not None:
        return Tree("lit", match["word"], start=match.start("word") - 1, end=match.end("word") + 1)
    return _path(match["other"], match.start("other"))


def _path(said: str, start: int) -> Tree | None:
    name, *keys = said.split(".")
    if name in _RESERVED or not _RESERVED.isdisjoint(keys):
        return None
    end = start + len(name)
    tree = Tree("name", name, start=start, end=end)
    for key in keys:
        end += 1 + len(key)
        tree = Tree("dot", tree, key, start=tree.start, end=end)
    return tree


def _filtered(name: str, whole: Tree, end: int) -> Tree:
    return Tree("filter", name, whole, start=whole.start, end=end)
