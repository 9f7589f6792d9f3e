"""JSON Schema 2020-12 over exact numbers: is it valid, and if not, where, without a word of what stands there."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final, cast

from referencing import Registry
from referencing.exceptions import Unresolvable

from engine import patterns
from engine.imports import without
from engine.tools.base import Unreadable
from engine.tools.times import is_date, is_date_time, is_duration

with without("rfc3987_syntax"):  # it compiles a grammar for two seconds, for a format that is not checked here
    from jsonschema import Draft202012Validator, FormatChecker, validators
    from jsonschema.exceptions import ValidationError, best_match

__all__ = ["check", "fits", "merged"]

_FORMATS: Final = FormatChecker(formats=())
for _name, _holds in (("date", is_date), ("date-time", is_date_time), ("duration", is_duration)):
    _FORMATS.checks(_name)(lambda value, holds=_holds: not isinstance(value, str) or holds(value))


def _is_integer(_: Any, value: Any) -> bool:
    whole = isinstance(value, Decimal) and value == value.to_integral_value()
    return whole or (isinstance(value, int) and not isinstance(value, bool))


_TYPES = Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer)


def _found(pattern: str, text: str) -> bool:
    """By a matcher that no text keeps busy. The checker refuses what it does not know; here nothing fits that."""
    try:
        return patterns.compiled(pattern).search(text)
    except patterns.Hard:
        return False


def _pattern(_: Any, pattern: str, value: Any, schema: Any) -> Iterator[ValidationError]:
    if isinstance(value, str) and not _found(pattern, value):
        yield ValidationError("the text is of another form")


def _by_pattern(validator: Any, fields: Mapping[str, Any], value: Any, schema: Any) -> Iterator[ValidationError]:
    for pattern, inside in fields.items() if isinstance(value, dict) else ():
        for name, part in value.items():
            if _found(pattern, name):
                yield from validator.descend(part, inside, path=name, schema_path=pattern)


def _others(validator: Any, inside: Any, value: Any, schema: Mapping[str, Any]) -> Iterator[ValidationError]:
    """`additionalProperties`: the fields that neither `properties` nor `patternProperties` describes."""
    for name, part in value.items() if isinstance(value, dict) else ():
        known = name in schema.get("properties", ()) or any(
            _found(one, name) for one in schema.get("patternProperties", ())
        )
        if not known and inside is False:
            yield ValidationError("there are fields that are not known")
            return
        if not known:
            yield from validator.descend(part, inside, path=name)


_Exact: Any = validators.extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    {"pattern": _pattern, "patternProperties": _by_pattern, "additionalProperties": _others},
    type_checker=_TYPES,
)


def check(json: Any, schema: Mapping[str, Any]) -> None:
    """Raises Unreadable with the path of the most telling violation. A remote `$ref` is never fetched."""
    try:
        error = best_match(_validator(schema).iter_errors(json))
    except (Unresolvable, RecursionError, ArithmeticError, TypeError):
        raise Unreadable("$") from None
    if error is not None:
        raise Unreadable(_path(error, set(_names(schema))))


def fits(json: Any, schema: Mapping[str, Any], root: Mapping[str, Any]) -> bool:
    """Whether a part is valid under a part of the schema."""
    try:
        return bool(_validator(root).evolve(schema=_exact(schema)).is_valid(json))
    except (Unresolvable, RecursionError, ArithmeticError, TypeError):
        return False


def merged(schema: Any, root: Mapping[str, Any], json: Any) -> dict[str, Any]:
    """The schema that holds for this value: local `$ref` followed, `allOf` and the fitting branch of `oneOf` or
    `anyOf` laid over it."""
    if not isinstance(schema, Mapping):
        return {}
    whole = dict(schema)
    for _ in range(20):  # a chain of references longer than this is a circle
        parts = [_local(whole.pop("$ref"), root)] if "$ref" in whole else []
        parts += whole.pop("allOf", ())
        for key in ("oneOf", "anyOf"):
            parts += [branch for branch in whole.pop(key, ()) if fits(json, branch, root)][:1]
        if not parts:
            break
        for part in parts:
            whole = _over(whole, part)
    return whole


def _over(schema: dict[str, Any], part: Any) -> dict[str, Any]:
    if not isinstance(part, Mapping):
        return schema
    properties = {**part.get("properties", {}), **schema.get("properties", {})}
    both = {**part, **schema}
    return {**both, "properties": properties} if properties else both


def _local(reference: str, root: Mapping[str, Any]) -> Any:
    found: Any = root
    for step in reference.removeprefix("#").strip("/").split("/"):
        step = step.replace("~1", "/").replace("~0", "~")
        found = found.get(step) if isinstance(found, Mapping) else None
    return found if reference.startswith("#/") else None


def _validator(schema: Mapping[str, Any]) -> Any:
    return _Exact(_exact(schema), registry=Registry(), format_checker=_FORMATS)


def _exact(schema: Any) -> Any:
    """Bounds as the author wrote them: 0.1 and not the nearest binary fraction."""
    match schema:
        case float():
            return Decimal(repr(schema))
        case dict():
            return {key: _exact(item) for key, item in schema.items()}
        case list():
            return [_exact(item) for item in schema]
    return schema


def _names(schema: Any) -> Iterator[str]:
    if isinstance(schema, Mapping):
        yield from (str(name) for name in schema.get("properties", ()) if isinstance(name, str))
        for part in schema.values():
            yield from _names(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _names(part)


def _path(error: ValidationError, names: set[str]) -> str:
    steps = list(error.absolute_path)
    if error.validator == "required" and isinstance(error.instance, Mapping):
        required = [str(name) for name in cast("list[str]", error.validator_value)]
        steps += [name for name in required if name not in error.instance][:1]
        names = names | set(required)
    return "$" + "".join(_step(step, names) for step in steps)


def _step(step: Any, names: set[str]) -> str:
    """A key that the schema does not name came from outside: it may be anybody's name."""
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if step in names else ".*"
