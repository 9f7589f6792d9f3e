"""What types mean: order, join and union against random values; their JSON; how they read."""

from itertools import combinations, product
from random import Random

import pytest

from engine.types import (
    BOOL,
    DATE,
    DATETIME,
    DURATION,
    INTEGER,
    JSON,
    LABEL,
    NEVER,
    NONE,
    NUMBER,
    TEXT,
    UNKNOWN,
    Type,
    enum,
    field_of,
    from_json,
    is_scalar,
    is_subtype,
    join,
    list_of,
    map_of,
    money,
    optional,
    record,
    required,
    show,
    to_json,
    union,
)
from tests.types.given import belongs, random_type, random_value

SIMPLE = (TEXT, BOOL, INTEGER, NUMBER, DATE, DATETIME, DURATION, JSON, NONE, UNKNOWN, LABEL, NEVER)
EVERY = (
    *SIMPLE, enum(["paid"]), enum(["paid", "open"]), money(), money("EUR"), money("USD"), list_of(TEXT), map_of(TEXT),
    optional(TEXT), record({"a": TEXT}), record({"a": TEXT}, closed=False), record({}),
    list_of(optional(record({"a": list_of(money("EUR"))}))),
)  # fmt: skip


def test_types_are_told_apart() -> None:
    """A type with one part is a tuple of one: a list of text is no map of text all the same."""
    for one, other in combinations(EVERY, 2):
        assert one != other
    assert len({*EVERY}) == len(EVERY)
    assert money("text") != TEXT


@pytest.mark.parametrize("kind", EVERY, ids=show)
def test_json(kind: Type) -> None:
    assert from_json(to_json(kind)) == kind


@pytest.mark.parametrize("data", [["what"], ["money"], [], 5, None, ["list"]])
def test_what_is_no_type(data: object) -> None:
    with pytest.raises(ValueError, match="no type"):
        from_json(data)


def pairs(many: int) -> list[tuple[Type, Type, Random]]:
    """Pairs that often have to do with each other."""
    found = []
    for seed in range(many):
        chance = Random(seed)
        left = random_type(chance)
        right = chance.choice([random_type(chance), optional(left), required(left), random_type(chance, 0)])
        found.append((left, right, chance))
    return found


def test_every_value_of_a_subtype_is_one_of_the_other() -> None:
    subtypes = 0
    for left, right, chance in pairs(4_000):
        if right != JSON and is_subtype(left, right):
            subtypes += left != right
            for _ in range(4):
                value = random_value(chance, left)
                loose = money() in (left, right) or "currency=None" in str(left)
                assert loose or belongs(value, right), f"{value!r} of {left} is none of {right}"
    assert subtypes > 200


def test_a_union_has_the_values_of_both() -> None:
    for left, right, chance in pairs(4_000):
        for found in (union(left, right), join(left, right), union(right, left)):
            for part in (left, right):
                value = random_value(chance, part)
                assert belongs(value, found), f"{value!r} of {part} is none of {found}, of {left} and {right}"


def test_a_union_is_not_larger_than_it_need_be() -> None:
    assert union(enum(["paid"]), enum(["open"])) == enum(["paid", "open"])
    assert union(enum(["paid"]), TEXT) == TEXT
    assert union(INTEGER, NUMBER) == NUMBER
    assert union(TEXT, NUMBER) == LABEL
    assert union(TEXT, BOOL) == JSON
    assert union(money("EUR"), money("EUR")) == money("EUR")
    assert union(money("EUR"), money("USD")) == money()
    assert union(NONE, TEXT) == optional(TEXT)
    assert union(optional(TEXT), INTEGER) == optional(LABEL)
    assert union(list_of(NEVER), list_of(TEXT)) == list_of(TEXT)
    assert union(record({"a": TEXT}), record({"a": INTEGER, "b": BOOL})) == record({"a": LABEL, "b": optional(BOOL)})
    assert join(TEXT, BOOL) == UNKNOWN
    open_record = record({"a": TEXT}, closed=False)
    assert union(record({"b": TEXT}), open_record) == record({"a": optional(TEXT), "b": UNKNOWN}, closed=False)
    for kind in EVERY:
        assert union(kind, kind) == join(kind, kind) == kind
        assert union(kind, NEVER) == union(NEVER, kind) == kind
        assert union(kind, UNKNOWN) == union(UNKNOWN, kind) == UNKNOWN


def test_missing_is_never_nested() -> None:
    assert optional(optional(TEXT)) == optional(TEXT)
    assert optional(NONE) == NONE
    assert optional(UNKNOWN) == UNKNOWN
    assert optional(NEVER) == NONE
    for left, right in product(EVERY, EVERY):
        assert "inner=OptionalType" not in str(union(left, right))


def test_fields() -> None:
    order = record({"id": TEXT})
    assert field_of(optional(order), "id") == TEXT
    assert field_of(order, "total") is None
    assert field_of(record({"id": TEXT}, closed=False), "total") == UNKNOWN
    assert field_of(map_of(BOOL), "anything") == BOOL


def test_what_may_stand_in_a_history() -> None:
    assert [show(kind) for kind in EVERY if is_scalar(kind)] == [
        "true or false", "a whole number", "a number", "a date", "a point in time", "a duration", "the text `paid`",
        "one of open, paid", "money", "money in EUR", "money in USD",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (list_of(optional(TEXT)), "a list of text or missing"),
        (optional(money("EUR")), "money in EUR or missing"),
        (record(dict.fromkeys("abcdefgh", TEXT)), "a record (a, b, c, d, e, f, ...)"),
        (record({}), "a record"),
        (map_of(INTEGER), "a record of a whole number"),
        (enum("abcdefgh"), "one of a, b, c, d, e, f, ..."),
        (LABEL, "text or a number"),
        (UNKNOWN, "unknown"),
    ],
)
def test_show(kind: Type, said: str) -> None:
    assert show(kind) == said
