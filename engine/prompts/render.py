"""Rendering of the templates: Jinja2's sandbox, nothing undefined, and no value that closes the block it stands in.

PromptError: a template that cannot be read, or that asks for what there is not. Messages hold no values.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Final, NamedTuple

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from engine.errors import EngineError
from engine.prompts.samples import Lacking, full, lacking
from engine.prompts.texts import built_in, version

__all__ = ["AUTHOR", "DATA", "PromptError", "PromptSet", "Wrong", "wrong"]

_TAGS: Final = ("conversation", "facts", "field", "message", "passage")
"""Of the engine's own templates; those of a project's are kept from closing as well."""
_TAG = re.compile(r"</?([a-z][a-z_-]*)")
_AUTHOR: Final = {
    "answer": ("instruction", "language"),
    "classify": ("instruction", "choices"),
    "extract": ("fields", "language", "currency"),
    "work": ("instruction", "language"),
}
_DATA: Final = ("messages", "facts", "passages", "synonyms", "asked", "options", "now")
"""The time stands among them, so that the instructions are the same from call to call and a provider can cache them."""
AUTHOR: Final[Mapping[str, frozenset[str]]] = {job: frozenset(names) for job, names in _AUTHOR.items()}
"""job -> the names that its block `system` sees: words of authors, and nothing that a customer, an article or a tool
says."""
DATA: Final[Mapping[str, frozenset[str]]] = {job: frozenset({*names, *_DATA}) for job, names in _AUTHOR.items()}
"""job -> the names that its block `data` sees."""
_FAILS: Final = (TemplateError, AttributeError, LookupError, TypeError, ValueError, ArithmeticError, RecursionError)
"""What a template may raise while it is rendered."""
_MISUSED: Final = "a value is used for what it is not"


class PromptError(EngineError):
    """A template cannot be rendered."""

    code = "prompt"


class Wrong(NamedTuple):
    """What is wrong with a template, on which line, from 1, and what would help, or an empty text."""

    line: int
    message: str
    tip: str = ""


class PromptSet:
    """The templates of one version. Rendering is deterministic; safe to call from several threads."""

    def __init__(self, texts: Mapping[str, str] | None = None) -> None:
        self.texts = built_in(texts)

    @cached_property
    def version(self) -> str:
        """The digest that plans name."""
        return version(self.texts)

    def render(self, job: str, author: Mapping[str, Any], data: Mapping[str, Any]) -> tuple[str, str]:
        """The instructions and the data of a request. Raises PromptError."""
        try:
            return self._blocks(job, author, data)
        except _FAILS:
            failed = PromptError(f"the prompt `{job}` cannot be rendered")
        raise failed

    def tried(self, job: str, names: Mapping[str, Any]) -> int | None:
        """The line at which it cannot be rendered with these names, from 1. None: it can be."""
        author = {name: names[name] for name in AUTHOR[job]}
        try:
            self._blocks(job, author, {name: names[name] for name in _DATA})
        except _FAILS as error:
            return _line(self._templates[job], error)
        return None

    def _blocks(self, job: str, author: Mapping[str, Any], data: Mapping[str, Any]) -> tuple[str, str]:
        template = self._templates[job]
        blocks = template.blocks
        return (
            _rendered(template, blocks["system"], author),
            _rendered(template, blocks["data"], {**author, **data}),
        )

    @cached_property
    def _templates(self) -> dict[str, Any]:
        return {job: _environment(text).from_string(text) for job, text in self.texts.items()}


def wrong(job: str, text: str) -> list[Wrong]:
    """What keeps a template from being used, in the order of its lines; tried out on made-up requests last, with
    everything and with each thing lacking that a request of the job may lack."""
    try:
        tree = _environment(text).parse(text)
    except TemplateSyntaxError as error:
        return [Wrong(error.lineno, f"this is no template: {error.message}")]
    found = sorted(_misplaced(job, tree))
    if found:
        return found
    own, names = PromptSet({job: text}), full()
    line = own.tried(job, names)
    if line is not None:
        return [Wrong(line, f"this template cannot be rendered: {_MISUSED}")]
    *cases, together = lacking(job)
    found = list(_failing(own, job, names, cases))
    return sorted(found or _failing(own, job, names, [together]))


def _failing(own: PromptSet, job: str, names: Mapping[str, Any], cases: Sequence[Lacking]) -> Iterator[Wrong]:
    for one in cases:
        line = own.tried(job, {**names, **one.names})
        if line is not None:
            tip = f"ask first whether it is there: `{{% if {one.asks} %}}...{{% endif %}}`"
            yield Wrong(line, f"this template cannot be rendered where {one.when}: {_MISUSED}", tip)


def _misplaced(job: str, tree: nodes.Template) -> Iterator[Wrong]:
    blocks = {block.name: block for block in tree.find_all(nodes.Block)}
    for name in ("system", "data"):
        if name not in blocks:
            yield Wrong(1, f"a prompt has a block `{name}`: `{{% block {name} %}}...{{% endblock %}}`")
    for node in tree.find_all((nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)):
        yield Wrong(node.lineno, "a prompt takes no other template in")
    for name, block in blocks.items():
        known = {"system": AUTHOR[job], "data": DATA[job]}.get(name)
        if known is None:
            yield Wrong(block.lineno, f"a prompt has the blocks `system` and `data`, and no `{name}`")
            continue
        body = nodes.Template(block.body, lineno=block.lineno)
        body.environment = tree.environment
        for used in sorted(meta.find_undeclared_variables(body) - known):
            line = next((n.lineno for n in block.find_all(nodes.Name) if n.name == used), block.lineno)
            why = " (data stands in the block `data`)" if name == "system" and used in DATA[job] else ""
            listed = ", ".join(f"`{word}`" for word in sorted(known))
            yield Wrong(line, f"the block `{name}` does not have `{used}`{why}; it has {listed}")


def _environment(text: str) -> ImmutableSandboxedEnvironment:
    tags = sorted({*_TAG.findall(text), *_TAGS})
    inside = re.compile(rf"<(?=[\s/]*(?:{'|'.join(map(re.escape, tags))})\b)", re.IGNORECASE)

    def said(value: Any) -> Any:
        """A value that looks like a tag of this template is shown as one that is none."""
        if value is None:
            return ""
        return value if isinstance(value, StrictUndefined) else inside.sub("&lt;", str(value))

    return ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True, finalize=said
    )


def _line(template: Any, error: BaseException) -> int:
    """Where the template was when this was raised; the engine's frames and those of Jinja2 are no lines of it."""
    line, frame = 1, error.__traceback__
    while frame is not None:
        if frame.tb_frame.f_globals is template.root_render_func.__globals__:
            line = template.get_corresponding_lineno(frame.tb_lineno)
        frame = frame.tb_next
    return line


def _rendered(template: Any, block: Any, names: Mapping[str, Any]) -> str:
    lines = "".join(block(template.new_context(dict(names)))).splitlines()
    return "\n".join(line.rstrip() for line in lines).strip()
