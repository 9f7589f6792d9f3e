"""Types of the names that the engine itself gives, and of what fields hold."""

from collections.abc import Iterable
from functools import lru_cache

from engine.compile.graph import Env
from engine.diagnostics import Sink
from engine.expressions import infer
from engine.expressions.narrowing import PROVED, VERIFIED
from engine.project.contract import Tool
from engine.project.scalars import Expr
from engine.project.settings import Settings
from engine.steps.ask import FieldSpec
from engine.syntax import Broken
from engine.types import (
    BOOL,
    DATE,
    INTEGER,
    JSON,
    NUMBER,
    TEXT,
    UNKNOWN,
    ListType,
    OptionalType,
    RecordType,
    Type,
    enum,
    join,
    list_of,
    money,
    optional,
    record,
)  # fmt: skip

__all__ = [
    "FILE",
    "PASSAGES",
    "REFUSED",
    "certain",
    "claims",
    "customer",
    "element",
    "engine_values",
    "field_type",
    "sure",
]

PASSAGES = list_of(record({
    "id": TEXT, "text": TEXT, "title": optional(TEXT), "heading": optional(TEXT), "source": TEXT, "collection": TEXT,
    "language": optional(TEXT), "score": NUMBER,
}))  # fmt: skip
TICKET = record({
    "id": TEXT, "subject": optional(TEXT), "question": TEXT, "language": optional(TEXT), "channel": TEXT,
    "category": optional(TEXT),
})  # fmt: skip
FILE = record({"id": TEXT, "name": TEXT, "type": TEXT, "size": INTEGER})
REFUSED = record({"because": TEXT})

_SIMPLE = {
    "text": TEXT, "number": NUMBER, "integer": INTEGER, "yes_no": BOOL, "date": DATE, "pattern": TEXT, "email": TEXT,
    "phone": TEXT, "postcode": TEXT, "order_number": TEXT,
}  # fmt: skip


@lru_cache(maxsize=100)
def engine_values(verifiers: tuple[Tool, ...]) -> Env:
    """What every flow starts from: nobody is verified yet."""
    claimed = claims(verifiers)
    return {"ticket": TICKET, "conversation": JSON, "customer": claimed, VERIFIED: optional(BOOL),
            PROVED: customer(verifiers) if verifiers else claimed}  # fmt: skip


@lru_cache(maxsize=100)
def customer(tools: tuple[Tool, ...]) -> Type:
    """The verified customer: what the tool that matched has given, whichever of them it was."""
    found: Type | None = None
    for tool in tools:
        given = with_field(tool.output, "verified", BOOL)
        found = given if found is None else join(found, given)
    return found if found is not None else UNKNOWN


def claims(verifiers: tuple[Tool, ...]) -> Type:
    """The customer before `verify`: what the channel claims, without `id`; all else is missing."""
    known = customer(verifiers)
    fields = {name: optional(kind) for name, kind in known.fields.items()} if isinstance(known, RecordType) else {}
    return record({**fields, "id": optional(TEXT) if "id" not in fields else fields["id"], "email": optional(TEXT),
                   "name": optional(TEXT), "verified": BOOL})  # fmt: skip


def with_field(given: Type, name: str, kind: Type) -> Type:
    """A record with one field more."""
    return record({**given.fields, name: kind}) if isinstance(given, RecordType) else given


def field_type(spec: FieldSpec, env: Env, settings: Settings | None) -> Type:
    """What a field holds, once it is obtained."""
    match spec.kind:
        case "money":
            said = spec.money.value if spec.money else "true"
            project = settings.currency.value if settings and settings.currency else None
            return money(said if len(said) == 3 else project)
        case "one_of":
            return element(spec, env)
        case "some_of":
            return list_of(element(spec, env))
        case "files":
            return list_of(FILE)
        case str() as kind if kind in _SIMPLE:
            return _SIMPLE[kind]
    return UNKNOWN


def element(spec: FieldSpec, env: Env) -> Type:
    """One of the options: a word, or an element of the list that an expression gives."""
    options = spec.one_of if spec.kind == "one_of" else spec.some_of
    if isinstance(options, list):
        return enum(word.value for word in options)
    if not isinstance(options, Expr) or isinstance(options.tree, Broken) or not env:
        return UNKNOWN
    found = infer(options.tree, env, Sink(), options.text)
    return found.element if isinstance(found, ListType) else UNKNOWN


def sure(names: Env, read: Iterable[str]) -> Env:
    """The names, with nothing missing in those that are read."""
    return {**names, **{name: certain(names[name]) for name in read if name in names}}


@lru_cache(maxsize=2_000)
def certain(kind: Type) -> Type:
    """The type with nothing missing anywhere in it: in a gate, a missing value closes it, so no guard is needed."""
    match kind:
        case RecordType():
            return record({name: certain(inside) for name, inside in kind.fields.items()})
        case ListType():
            return list_of(certain(kind.element))
        case OptionalType():
            return certain(kind.inner)
    return kind
