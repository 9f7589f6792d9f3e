"""Lowering of what talks with the customer or a team: `verify`, `ask`, `reply`."""

from collections.abc import Mapping
from typing import Any

from engine.compile.graph import TEXT, Env, Site
from engine.compile.lowering import At, Lowering, names, silence_json
from engine.compile.names import customer, element, field_type
from engine.plan import Node
from engine.project.contract import json_of
from engine.project.scalars import Expr
from engine.steps.ask import Ask, FieldSpec, Files
from engine.steps.reply import Reply, Texts, Write
from engine.steps.verify import Verify, Way
from engine.syntax import Text
from engine.types import TEXT as TEXT_TYPE
from engine.types import UNKNOWN, Type, optional, record, to_json

__all__ = ["ask", "path_of", "reply", "verify"]

Fields = Mapping[str, tuple[Text, FieldSpec | None]]
_KNOWN = ("email", "phone", "postcode", "order_number")
"""Kinds of text that a model recognises by their form, and that a field's name may say by itself."""


def verify(low: Lowering, step: Verify, at: At) -> None:
    """The fields of all ways, and the ways in their order."""
    ways = [way for way in step.ways or () if way.by is not None and (way.facts is not None or way.proved)]
    tools = tuple(low.tools[way.by.value] for way in ways if way.by is not None and way.by.value in low.tools)
    fields = {name.value: _fact(name.value) for way in ways for name in way.facts or ()}
    on = {"done": at.next, **low.outcomes(step, at, ["failed"]), "silent": low.silent(step, at)}
    data = {
        "ways": [
            {"tool": way.by.value if way.by else "", "with": [name.value for name in way.facts or ()], **_proved(way)}
            for way in ways
        ],
        "fields": fields,
        "attempts": step.attempts or 3,
        "silence": silence_json(low.silence(step)),
    }
    low.graph.add(
        Node(at.id, "verify", on=on, data=data, binds="customer", establishes=("verified",), effect="text"),
        step.part("verify"),
        gives=lambda env: customer(tools),
    )


def _proved(way: Way) -> dict[str, Any]:
    """Argument -> what of the sign-in it is."""
    named = {name: word.value for name, (_, word) in sorted((way.proved or {}).items()) if word is not None}
    return {"signed_in": named} if named else {}


def _fact(name: str) -> dict[str, Any]:
    kind = next((kind for kind in _KNOWN if kind in name), "text")
    return {"kind": kind, "type": to_json(TEXT_TYPE)}


def ask(low: Lowering, step: Ask, at: At) -> None:
    """Fields in the order of the file; of the customer with a silence, of a team with a deadline."""
    fields = {name: spec for name, (_, spec) in (step.fields or {}).items() if spec is not None}
    data: dict[str, Any] = {"fields": {name: _field(spec, low) for name, spec in fields.items()}}
    sites = [site for name, spec in fields.items() for site in _field_sites(name, spec, fields, low)]
    if step.of is not None:
        data |= _team(step)
        on = low.outcomes(step, at, ["late", "invalid"])
        if step.show is not None:
            data["show"] = json_of(step.show)
            sites.append(Site(step.show, TEXT))
    else:
        data["silence"] = silence_json(low.silence(step))
        on = {**low.outcomes(step, at, ["invalid", "unsure"]), "silent": low.silent(step, at)}
    binds = step.name.value if step.name else None
    node = Node(
        at.id, "ask", on={"done": at.next, **on}, data=data, binds=binds, reads=_read(fields, step), effect="text"
    )
    known = "fields" not in step.broken  # else a field that is read may be the one that is broken
    low.graph.add(
        node, step.part("ask"), sites=sites, gives=lambda env: _record(fields, env, low) if known else UNKNOWN
    )


def _team(step: Ask) -> dict[str, Any]:
    return {
        "of": step.of.value if step.of else "",
        "deadline": step.within.to_json() if step.within else {"seconds": 86400},
        "remind": [span.to_json() for span in step.remind or ()],
    }


def _read(fields: Mapping[str, FieldSpec], step: Ask) -> tuple[str, ...]:
    """What the questions are made of: the lists to choose from, and what a team is shown."""
    options = [spec.one_of if spec.kind == "one_of" else spec.some_of for spec in fields.values()]
    return names(*(one for one in options if isinstance(one, Expr)), step.show if step.of is not None else None)


def _field(spec: FieldSpec, low: Lowering) -> dict[str, Any]:
    """A field as plans say it. Words to choose from are a tree as well: a list of literals."""
    kind = spec.kind or "text"
    said: dict[str, Any] = {"kind": kind, "type": to_json(field_type(spec, {}, low.settings))}
    options = spec.one_of if kind == "one_of" else spec.some_of if kind == "some_of" else None
    if isinstance(options, Expr):
        said["options"] = json_of(options)
    elif isinstance(options, list):
        said["options"] = ["list", *(["lit", word.value] for word in options)]
    if kind == "files":
        said["files"] = (spec.files if isinstance(spec.files, Files) else Files(spec.node)).to_json()
    for name, expr in (("show", spec.show), ("ask", spec.ask), ("if", spec.test)):
        if expr is not None:
            said[name] = json_of(expr)
    if spec.pattern is not None:
        said["pattern"] = spec.pattern.value
    if spec.optional is not None:
        said["optional"] = True
    return said


def _field_sites(name: str, spec: FieldSpec, fields: Mapping[str, FieldSpec], low: Lowering) -> list[Site]:
    """`show` sees the element under the field's name; `if` and `ask` see the fields before it, which may be missing."""
    sites = []
    options = spec.one_of if isinstance(spec.one_of, Expr) else spec.some_of
    if isinstance(options, Expr):
        sites.append(Site(options, "options", what=name))
    if spec.show is not None:
        sites.append(Site(spec.show, TEXT, local=lambda env: {**env, name: element(spec, env)}))
    before = dict(list(fields.items())[: list(fields).index(name)])

    def known(env: Env) -> Env:
        return {**env, **{other: _given(earlier, env, low) for other, earlier in before.items()}}

    if spec.test is not None:
        sites.append(Site(spec.test, "condition", local=known))
    if spec.ask is not None:
        sites.append(Site(spec.ask, TEXT))
    return sites


def _given(spec: FieldSpec, env: Env, low: Lowering) -> Type:
    found = field_type(spec, env, low.settings)
    return optional(found) if spec.optional is not None or spec.test is not None else found


def _record(fields: Mapping[str, FieldSpec], env: Env, low: Lowering) -> Type:
    return record({name: _given(spec, env, low) for name, spec in fields.items()})


def reply(low: Lowering, step: Reply, at: At) -> None:
    """A template per language, or an instruction with the values that it may use."""
    on = {"done": at.next, **low.outcomes(step, at, ["unsure", "blocked"])}
    part = step.part("reply")
    match step.what:
        case Write() as written:
            using = [expr for expr in written.using or () if path_of(json_of(expr)) is not None]
            data: dict[str, Any] = {
                "write": written.write.value if written.write else "",
                "using": [path_of(json_of(expr)) for expr in using],
            }
            sites = [Site(expr, "using") for expr in written.using or ()]
        case Texts() as texts:
            using = [expr for _, expr in texts.by_language.values() if expr is not None]
            data = {"texts": {name: json_of(expr) for name, (_, expr) in texts.by_language.items() if expr is not None}}
            sites = [Site(expr, TEXT) for expr in using]
        case _:
            low.broken(step, at)
            return
    node = Node(at.id, "reply", on=on, data=data, reads=names(*using), effect="text")
    low.graph.add(node, part, sites=sites)


def path_of(tree: Any) -> str | None:
    """`refused.because` of a tree of names and dots; None for anything else."""
    names: list[str] = []
    while isinstance(tree, list) and len(tree) == 3 and tree[0] == "dot":
        names.append(tree[2])
        tree = tree[1]
    if isinstance(tree, list) and tree[:1] == ["name"]:
        return ".".join([tree[1], *reversed(names)])
    return None
