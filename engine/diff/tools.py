"""The tools that a flow hangs on: those that it is granted, and those that read their facts and read-backs."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.compile import Compiled
from engine.diagnostics import Place
from engine.diff.difference import Loosening, Spot
from engine.plan import canonical
from engine.project.contract import Tool

__all__ = ["changed", "looser"]

_WORDS = frozenset({"description", "title", "examples", "$comment"})
"""Keys of a schema that say something to people alone."""


def looser(strict: Compiled, loose: Compiled) -> Iterator[Loosening]:
    """Of every tool on both sides."""
    for before, after in _pairs(strict, loose):
        for parts in (_effect, _identifies, _audience, _facts, _binding, _repeats, _errors, _location, _input, _output):
            yield from parts(before, after)


def changed(old: Compiled, new: Compiled) -> Iterator[Loosening]:
    """How long a call may take, and how often a read is tried."""
    for before, after in _pairs(old, new):
        for part, was, now in (
            ("timeout", before.contract.timeout, after.contract.timeout),
            ("retry", before.binding.get("retry"), after.binding.get("retry")),
        ):
            if was != now:
                yield _lost(before, after, part, f"has another `{part}`", "")


def _pairs(strict: Compiled, loose: Compiled) -> Iterator[tuple[Tool, Tool]]:
    for name in strict.plan.tools:
        if name in loose.plan.tools:
            yield strict.project.tools[name], loose.project.tools[name]


def _lost(
    before: Tool, after: Tool, part: str, said: str, mirrored: str, was: str = "", now: str = ""
) -> Loosening:  # fmt: skip
    strict = Spot(before.entry.spot(part, "tool"), was)
    return Loosening(part, strict, Spot(after.entry.spot(part, "tool"), now), said, mirrored, after.name)


def _effect(before: Tool, after: Tool) -> Iterator[Loosening]:
    """A write that counts as a read loses the gates of a write; a read that is one now changes something."""
    was, now = before.contract.effect, after.contract.effect
    if was != now and (before.writes != after.writes or now == "irreversible"):
        mirrored = "" if before.writes != after.writes else f"counts as `{was}` now, not `{now}`"
        yield _lost(before, after, "effect", f"counts as `{now}` now, not `{was}`", mirrored, was, now)


def _identifies(before: Tool, after: Tool) -> Iterator[Loosening]:
    """Its arguments prove who somebody is from now on."""
    if after.entry.identifies is not None and before.entry.identifies is None:
        yield _lost(before, after, "identifies", "counts as a proof of who somebody is", "is no proof any more")


def _audience(before: Tool, after: Tool) -> Iterator[Loosening]:
    """Its answers are for anybody from now on."""
    if after.entry.audience is not None and before.entry.audience is None:
        yield _lost(before, after, "audience", "is for anybody now", "is for the customer alone now")


def _facts(before: Tool, after: Tool) -> Iterator[Loosening]:
    """A fact that is read no more, or otherwise: gates that name it judge another value, or none."""
    readings = {canonical(reading) for reading in after.contract.facts.values()}
    for name, reading in before.contract.facts.items():
        if canonical(reading) not in readings:
            other = name in after.contract.facts
            said = f"the fact `{name}` is read in another way" if other else f"there is no fact `{name}` any more"
            was, now = _fact_text(before, name), _fact_text(after, name)
            yield _lost(before, after, "facts", said, f"there is the fact `{name}` now" if not other else "", was, now)


def _fact_text(tool: Tool, name: str) -> str:
    reading = tool.contract.facts.get(name)
    return f"{name}: {reading['tool']}" if reading else ""


def _binding(before: Tool, after: Tool) -> Iterator[Loosening]:
    """Another request: what it does is beyond what a checker can tell."""
    if before.kind != after.kind:
        said = f"is called by `{after.kind}` and not by `{before.kind}`, which cannot be compared"
        yield Loosening("http", Spot(_way(before)), Spot(_way(after)), said, "", after.name)
        return
    for part in ("method", "url", "headers", "query", "json", "form", *_CALLED):
        was, now = before.binding.get(part), after.binding.get(part)
        if was != now:
            said = (
                f"calls something else: another `{part}`"
                if part in _CALLED
                else f"makes another request: another `{part}`"
            )
            message = f"{said}: another `{part}`, which cannot be compared"
            yield Loosening("http", _http(before, part), _http(after, part), message, "", after.name)


_CALLED = ("function", "secrets", "server", "tool", "digest")
"""Parts of the bindings of functions and MCP tools."""


def _way(tool: Tool) -> Place:
    return tool.entry.spot(tool.entry.way, "tool")


def _http(tool: Tool, part: str) -> Spot:
    http = tool.entry.http
    if http is None:
        return Spot(_way(tool))
    value = getattr(http, part)
    if part == "method":
        return Spot(http.spot(part), value.value if value else "")
    return Spot(http.spot(part), value.text.value if part == "url" and value else "")


def _repeats(before: Tool, after: Tool) -> Iterator[Loosening]:
    """A write is repeated under the vendor's key, within its memory, and decided by its read-back."""
    was, now = before.contract.idempotency, after.contract.idempotency
    if was and not now:
        yield _lost(before, after, "idempotency", "calls carry no idempotency key any more", "calls carry a key now")
    elif was and _carrier(was) != _carrier(now):
        said = "the idempotency key goes in another place, which cannot be compared"
        if "header" in was and "header" in now:
            said = "the idempotency key goes in another header, which cannot be compared"
        yield _lost(before, after, "idempotency", said, "", _carrier(was), _carrier(now))
    elif was and was["keeps"] < now["keeps"]:
        said = "a call may be repeated for longer: the vendor is said to remember its keys longer"
        yield _lost(before, after, "idempotency", said, "a call may be repeated for less long")
    if after.contract.find and before.contract.find != after.contract.find:
        said = "another read-back decides whether a call happened"
        yield _lost(before, after, "find", said, "" if before.contract.find else "no read-back decides any more")


def _carrier(idempotency: Mapping[str, Any]) -> str:
    return str(idempotency.get("header") or idempotency.get("argument") or "")


def _errors(before: Tool, after: Tool) -> Iterator[Loosening]:
    """An answer that now counts as proof that nothing was done."""
    known = [error for error in before.contract.errors.values() if error.get("not_done")]
    for name, error in after.contract.errors.items():
        if error.get("not_done") and error not in known:
            said = f"the error `{name}` counts as proof that nothing was done"
            yield _lost(before, after, "errors", said, f"the error `{name}` no longer proves that nothing was done")


def _location(before: Tool, after: Tool) -> Iterator[Loosening]:
    was, now = (tool.entry.location.value if tool.entry.location else "anywhere" for tool in (before, after))
    if was == "on_premises" and now != was:
        yield _lost(before, after, "location", "may run off the premises", "stays on the premises now", was, now)


def _input(before: Tool, after: Tool) -> Iterator[Loosening]:
    """More arguments, fewer that a call needs, or others."""
    was, now = _bare(before.contract.input), _bare(after.contract.input)
    mine, theirs = _fields(was), _fields(now)
    needed, needs = before.required, after.required
    for name in sorted(theirs.keys() - mine.keys()):
        yield _lost(before, after, "input", f"takes the argument `{name}` now", f"takes no `{name}` any more")
    for name in sorted((needed - needs) & theirs.keys()):
        yield _lost(before, after, "input", f"can go without `{name}` now", f"cannot go without `{name}` now")
    for name in sorted(name for name in mine if _other(mine, theirs, name) and name in {*theirs, *needs}):
        yield _lost(before, after, "input", f"the argument `{name}` is another one, which cannot be compared", "")
    if mine and not theirs and now.get("additionalProperties") is not False:
        yield _lost(before, after, "input", "takes any argument now", "takes the listed arguments alone now")
    if _rest(was) != _rest(now):
        yield _lost(before, after, "input", "takes other arguments, which cannot be compared", "")


def _output(before: Tool, after: Tool) -> Iterator[Loosening]:
    """Fields that mean something else, or nothing that is known: gates read them."""
    was, now = _bare(before.contract.output), _bare(after.contract.output)
    mine, theirs = _fields(was), _fields(now)
    for name in sorted(mine):
        if _other(mine, theirs, name):
            said = f"the field `{name}` of the answer is another one, which cannot be compared"
            yield _lost(before, after, "output", said, "")
    if _rest(was) != _rest(now):
        yield _lost(before, after, "output", "answers in another form, which cannot be compared", "")


def _fields(schema: Any) -> dict[str, Any]:
    found = schema.get("properties")
    return found if isinstance(found, dict) else {}


def _other(mine: Mapping[str, Any], theirs: Mapping[str, Any], name: str) -> bool:
    return name not in theirs or bool(mine[name] != theirs[name])


def _rest(schema: Mapping[str, Any]) -> dict[str, Any]:
    """What a schema says beside its fields and which of them have to be there."""
    return {key: part for key, part in schema.items() if key not in ("properties", "required")}


def _bare(schema: Any) -> Any:
    """A schema without what it says to people; the order of its lists of names is of no effect."""
    if isinstance(schema, Mapping):
        return {key: _inside(key, part) for key, part in schema.items() if key not in _WORDS}
    if isinstance(schema, list):
        return [_bare(part) for part in schema]
    return schema


def _inside(key: str, part: Any) -> Any:
    if key in ("properties", "$defs", "definitions") and isinstance(part, Mapping):
        return {name: _bare(schema) for name, schema in part.items()}  # names, not keys of a schema
    if key in ("required", "enum") and isinstance(part, list):
        return sorted(part, key=str)
    return _bare(part)
