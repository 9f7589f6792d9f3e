"""A condition on a channel that engine.yaml does not have."""

from collections.abc import Iterator

from engine.diagnostics import Sink, nearest
from engine.expressions import Tree
from engine.project.scalars import Expr
from engine.project.shape import quoted, shortened
from engine.rules.base import Case, Rule
from engine.rules.grants import grants
from engine.rules.references import missing, uses

__all__ = ["RULE"]

_CHANNEL = ("ticket", "channel")


def check(case: Case, sink: Sink) -> None:
    """Where a flow starts by it or an event opens its ticket, and, once channels are there, where `ticket.channel` is
    compared with a word."""
    settings = case.project.settings
    known = sorted((settings.channels if settings else None) or {})
    _opened(case, known, sink)
    if not known or not any(_CHANNEL[1] in text for text in case.project.sources.values()):
        return
    said = [
        (word.parts[0], expr.text.place_of(word.start, word.end))
        for expr in _expressions(case) for word in _compared(expr.tree)
    ]  # fmt: skip
    for word, place in said:
        if word not in known:
            near = nearest(word, known)
            message = f"unknown channel `{shortened(word)}`: engine.yaml has {quoted(known)}"
            sink.error("unknown-channel", place, message, tip=f"did you mean `{near}`?" if near else "")


def _opened(case: Case, known: list[str], sink: Sink) -> None:
    """The channel whose ticket an event opens has to be there, whatever else is declared."""
    settings = case.project.settings
    if settings is None or "channels" in settings.broken:
        return
    missing(
        (use for use in uses(case, "channel") if use.word not in known), sink, "channel", known, "engine.yaml"
    )  # fmt: skip


def _expressions(case: Case) -> Iterator[Expr]:
    for flow in case.files:
        for sites in flow.graph.sites.values():
            yield from (site.expr for site in sites if _reads_channel(site.expr))
    for granted in grants(case):
        lines = [line.test for line in granted.grant.approve or () if line.test is not None]
        yield from filter(_reads_channel, [*(granted.grant.only_if or ()), *lines])


def _reads_channel(expr: Expr) -> bool:
    """Looked for in the text first, which says no of nearly all."""
    return _CHANNEL[1] in expr.text.value and _CHANNEL in expr.reads


def _compared(tree: Tree) -> Iterator[Tree]:
    for inside in tree.walk():
        if inside.kind == "cmp":
            left = inside.parts[0]
            for operator, right in inside.parts[1:]:
                for one, other in ((left, right), (right, left)):
                    if _is_channel(one) and operator in ("==", "!=", "in", "not-in"):
                        yield from _words(other)
                left = right


def _is_channel(tree: Tree) -> bool:
    return tree.kind == "dot" and tree.parts[1] == "channel" and tree.parts[0].parts[:1] == ("ticket",)


def _words(tree: Tree) -> Iterator[Tree]:
    for part in tree.parts if tree.kind == "list" else (tree,):
        if part.kind == "lit" and isinstance(part.parts[0], str):
            yield part


RULE = Rule(
    "unknown-channel",
    check,
    why="The condition never holds, so tickets take a way that was not meant for them.",
    mend="Use a channel of `engine.yaml`.",
)
