"""Between a tool's JSON and the values of flows: validated by the declared schema, then typed by it, and back.

- `money` annotations give Money in major units. A currency that a field names is looked for in the same record, then
  outwards; writing money sets that field, and another currency than the declared one is refused.
- `format: date` gives a date; `date-time` an aware datetime, where one without an offset needs the annotation
  `timezone` (of the field, or of any schema around it); `duration` a timedelta. They are written with an offset always.
- `number` is Decimal, `integer` is int; text is NFC.
- A field that the schema does not declare is dropped, unless `additionalProperties` is true or a schema: flows can't
  name it, and what nobody declared is nobody's to store.
- None and a missing field are one: a None for a field that may not be null is not written.
"""

import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from engine.expressions.values import Money
from engine.tools import schema as schemas
from engine.tools.base import Unreadable
from engine.tools.money import MoneyForm, money_form
from engine.tools.times import read_date, read_date_time, read_duration, write_duration

__all__ = ["plain", "typed"]

Schema = Mapping[str, Any]


def typed(json: Any, schema: Schema) -> Any:
    """The typed value of JSON (numbers as int and Decimal). Raises Unreadable with the path of the violation."""
    schemas.check(json, schema)
    try:
        return _Reading(schema).value(json, schema, "$", None)
    except RecursionError:
        raise Unreadable("$") from None


def plain(value: Any, schema: Schema) -> Any:
    """The JSON of a typed value, numbers as int and Decimal. Text passes where a date is declared: `typed` judges it.

    Raises Unreadable with the path of what has no form under the schema, such as money in another currency.
    """
    try:
        return _Writing(schema).value(value, schema, "$")
    except RecursionError:
        raise Unreadable("$") from None


class _Walk:
    """What reading and writing share: the root for references, and the records around the value at hand."""

    def __init__(self, root: Schema) -> None:
        self.root = root
        self.records: list[tuple[dict[str, Any], Schema]] = []


class _Reading(_Walk):
    def value(self, json: Any, schema: Any, path: str, timezone: str | None) -> Any:
        shape = schemas.merged(schema, self.root, json)
        timezone = shape.get("timezone", timezone)
        if (form := money_form(shape)) is not None and json is not None:
            return self._money(json, form, path)
        match json:
            case str():
                return _read_text(json, shape.get("format"), path, timezone)
            case Decimal() | int() if not isinstance(json, bool):
                return _read_number(json, shape.get("type"))
            case list():
                return [self.value(v, _item(shape, i), f"{path}[{i}]", timezone) for i, v in enumerate(json)]
            case dict():
                return self._record(json, shape, path, timezone)
        return json

    def _record(self, json: dict[str, Any], shape: Schema, path: str, timezone: str | None) -> dict[str, Any]:
        self.records.append((json, shape))
        read: dict[str, Any] = {}
        for key, item in json.items():
            part = _field(shape, key)
            if part is not None:
                read[_nfc(key)] = self.value(item, part, _below(path, key, shape), timezone)
        self.records.pop()
        return read

    def _money(self, json: Any, form: MoneyForm, path: str) -> Money:
        beside = (record[form.sibling] for record, _ in reversed(self.records) if form.sibling in record)
        try:
            return Money(*form.read(json, form.currency or next(beside, "")))
        except (ValueError, ArithmeticError):
            raise Unreadable(path) from None


class _Writing(_Walk):
    def value(self, value: Any, schema: Any, path: str) -> Any:
        shape = schemas.merged(schema, self.root, value)
        if (form := money_form(shape)) is not None and value is not None:
            return self._money(value, form, shape, path)
        match value:
            case None | bool() | int() | str() | Decimal():
                return _nfc(value) if isinstance(value, str) else value
            case Money():
                raise Unreadable(path)
            case datetime() | date():
                return value.isoformat()
            case timedelta():
                return write_duration(value)
            case list() | tuple():
                return [self.value(item, _item(shape, i), f"{path}[{i}]") for i, item in enumerate(value)]
            case dict():
                return self._record(value, shape, path)
        raise Unreadable(path)

    def _record(self, value: dict[str, Any], shape: Schema, path: str) -> dict[str, Any]:
        written: dict[str, Any] = {}
        self.records.append((written, shape))
        for key, item in value.items():
            part, below = _field(shape, key), _below(path, key, shape)
            if item is None and part is not None and not schemas.fits(None, part, self.root):
                continue
            found = self.value(item, part if part is not None else {}, below)
            if key in written and not _same(written[key], found):
                raise Unreadable(below)  # the currency beside an amount is not the amount's
            written[key] = found
        self.records.pop()
        return written

    def _money(self, value: Any, form: MoneyForm, shape: Schema, path: str) -> Any:
        if not isinstance(value, Money):
            bare = isinstance(value, int | Decimal | str) and not isinstance(value, bool)
            if bare and form.currency and not form.minor:
                return value  # a number where the currency is fixed; in minor units it could mean either
            raise Unreadable(path)
        amount, currency = value
        if form.currency not in (None, currency):
            raise Unreadable(path)
        if form.sibling is not None:
            self._name_currency(form.sibling, currency, path)
        try:
            return form.write(amount, currency, text="string" in _types(shape))
        except (ValueError, ArithmeticError):
            raise Unreadable(path) from None

    def _name_currency(self, sibling: str, currency: str, path: str) -> None:
        declared = [(record, shape) for record, shape in self.records if sibling in shape.get("properties", {})]
        if not declared:
            raise Unreadable(path)
        record, shape = declared[-1]
        allowed = schemas.merged(shape["properties"][sibling], self.root, currency).get("enum", ())
        word = next((a for a in allowed if isinstance(a, str) and a.upper() == currency), currency)
        if record.get(sibling) is not None and not _same(record[sibling], word):
            raise Unreadable(path)
        record[sibling] = word


def _read_text(json: str, form: str | None, path: str, timezone: str | None) -> Any:
    try:
        match form:
            case "date":
                return read_date(json)
            case "date-time":
                return read_date_time(json, timezone)
            case "duration":
                return read_duration(json)
    except (ValueError, OverflowError, KeyError, OSError):  # the last two: no such timezone
        raise Unreadable(path) from None
    return _nfc(json)


def _read_number(json: int | Decimal, types: Any) -> int | Decimal:
    types = [types] if isinstance(types, str) else types or ()
    if "number" in types:
        return Decimal(json)
    return int(json) if "integer" in types else json


def _types(shape: Schema) -> tuple[str, ...]:
    said = shape.get("type", ())
    return (said,) if isinstance(said, str) else tuple(said)


def _item(shape: Schema, index: int) -> Any:
    first = shape.get("prefixItems", ())
    return first[index] if index < len(first) else shape.get("items", {})


def _field(shape: Schema, key: str) -> Any:
    """The schema of a field, None for one that is dropped. Records without any declared field are passed on whole."""
    properties = shape.get("properties", {})
    if key in properties:
        return properties[key]
    more = shape.get("additionalProperties", not properties)
    return {} if more is True else (more if isinstance(more, Mapping) else None)


def _below(path: str, key: str, shape: Schema) -> str:
    return f"{path}.{key}" if key in shape.get("properties", {}) else f"{path}.*"


def _same(left: Any, right: Any) -> bool:
    return bool(left == right or (isinstance(left, str) and isinstance(right, str) and left.upper() == right.upper()))


def _nfc(text: str) -> str:
    """Normal form C; half a surrogate pair, which nothing can store, becomes the replacement character."""
    return unicodedata.normalize("NFC", text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
