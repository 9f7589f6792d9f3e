"""docs/language.md, made of the declarations: nothing in it is said twice, and nothing can be forgotten."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from engine.project.flow import Flow
from engine.project.settings import Settings
from engine.project.shape import Declaration, Key, Section, Shape
from engine.project.step import CAUSES, WORDS, StepKind
from engine.steps import STEPS

__all__ = ["EXAMPLES", "reference"]

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = ROOT / "docs" / "examples"


def reference() -> str:
    """The whole page."""
    return (
        "\n".join(
            [*_head(), *_flow(), *_causes(), *(line for kind in STEPS.values() for line in _kind(kind)), *_project()]
        )
        + "\n"
    )


def _head() -> Iterator[str]:
    kinds = ", ".join(f"[`{word}`](#{word})" for word in STEPS)
    yield from (
        "# The language of flows",
        "",
        "One file of `flows/` is one category of tickets. Its name is the flow's. Every file here is checked by",
        "`engine validate --strict` whenever the tests run; the project that they stand in is [examples](examples/).",
        "",
        f"Kinds of steps: {kinds}.",
        "",
    )


def _flow() -> Iterator[str]:
    yield from ("## A flow", "", _doc(Flow), "", *_table(Flow.KEYS.values(), links=True))
    for declared in Flow.KEYS.values():
        inner = _declaration(declared.shape)
        if inner is not None:
            yield from (f"### `{declared.name}` of a flow", "", _doc(inner), "", *_table(inner.KEYS.values()))
            yield from _inside(inner)


def _project() -> Iterator[str]:
    yield from ("## engine.yaml", "", "What holds for every flow of a project.", "", *_table(Settings.KEYS.values()))
    for declared in Settings.KEYS.values():
        inner = _declaration(declared.shape)
        if inner is not None and inner.KEYS:
            yield from (f"### `{declared.name}` of engine.yaml", "", _doc(inner), "", *_table(inner.KEYS.values()))
            yield from _inside(inner)


def _inside(declaration: type[Declaration]) -> Iterator[str]:
    """The records that stand in a record."""
    for declared in declaration.KEYS.values():
        inner = _declaration(declared.shape)
        if inner is not None and not issubclass(inner, StepKind):
            yield from (f"`{declared.name}` has:", "", *_table(inner.KEYS.values()), *_inside(inner))


def _causes() -> Iterator[str]:
    yield from (
        "## `otherwise`",
        "",
        "What follows where a step did not work: a word, steps, or either of them by cause. A cause that is not named",
        "goes to a person.",
        "",
        "| word | what it does |",
        "|---|---|",
        *(f"| `{word}` | {said} |" for word, said in WORDS.items()),
        "",
        "| cause | when |",
        "|---|---|",
        *(f"| `{cause}` | {said} |" for cause, said in CAUSES.items()),
        "",
    )


def _kind(kind: type[StepKind]) -> Iterator[str]:
    yield from (f"## `{kind.WORD}`", "", _doc(kind), "", *_table(kind.KEYS.values()))
    if kind.CAN:
        yield from (f"It may end by {', '.join(f'`{cause}`' for cause in kind.CAN)}: [`otherwise`](#otherwise).", "")
    for declared in kind.KEYS.values():
        inner = _declaration(declared.shape)
        if inner is not None and not issubclass(inner, StepKind):
            yield from (f"`{declared.name}` has:", "", *_table(inner.KEYS.values()))
    path = EXAMPLES / "flows" / f"{kind.WORD}.yaml"
    yield from (
        f"[{path.name}](examples/flows/{path.name}):",
        "",
        "```yaml",
        path.read_text("utf-8").rstrip(),
        "```",
        "",
    )


def _declaration(shape: Shape) -> type[Declaration] | None:
    """The record that stands there, or each of a list or mapping of them."""
    while not isinstance(shape, Section):
        inner = getattr(shape, "element", None) or getattr(shape, "value", None) or getattr(shape, "entries", None)
        if not isinstance(inner, Shape):
            return None
        shape = inner
    return shape.declaration


def _table(keys: Iterable[Key], *, links: bool = False) -> Iterator[str]:
    yield from ("| key | what it is | what stands there | for example |", "|---|---|---|---|")
    for declared in keys:
        example = f"`{_cell(declared.example)}`" if declared.example else ""
        needed = " Needed." if declared.required else ""
        name = f"`{declared.name}`"
        if links and _declaration(declared.shape):
            name = f"[{name}](#{declared.name}-of-a-flow)"
        yield f"| {name} | {_cell(declared.doc)}{needed} | {_takes(declared.shape)} | {example} |"
    yield ""


def _takes(shape: Shape) -> str:
    says = _cell(shape.says)
    return f"{says[:1].upper()}{says[1:]}." if says != "a value" else ""


def _doc(declaration: type[Declaration]) -> str:
    return " ".join((declaration.__doc__ or "").split())


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
