"""What the rules say of conditions is held against what the evaluator makes of them."""

from itertools import product
from random import Random

import pytest

from engine.expressions.evaluate import condition
from engine.rules.logic import bounded, contradict, implies, opened_without
from tests.expressions.test_evaluate import tree_of

SHOWN = [
    ("amount > 500", "amount > 50"),
    ("amount > 500", "amount >= 500"),
    ("500 < amount", "not (amount <= 500)"),
    ("amount == 7", "amount < 8 and amount > 6"),
    ("0 < amount <= order.total - order.refunded", "order.refunded + amount <= order.total"),
    ("amount <= a and a <= b and b < 10", "amount < 10"),
    ("2 * amount <= 100", "amount < 51"),
    ("order.customer_id == customer.id", "customer.id == order.customer_id"),
    ("word == 'damaged'", "word in ['late', 'damaged']"),
    ("word in ['late', 'damaged'] and word != 'late'", "word == 'damaged'"),
    ("word not in ['late', 'damaged']", "word != 'late'"),
    ("paid == true", "paid"),
    ("paid and (amount > 5 or amount < 2)", "amount != 3"),
    ("(x if paid else y) and paid", "x"),
    ("order.delivered_at | days_ago <= 14", "(order.delivered_at | days_ago) < 30"),
    ("order.note is none", "order.note is not defined"),
    ("amount > 5 and amount < 3", "never"),
]
NOT_SHOWN = [
    ("amount > 50", "amount > 500"),
    ("amount >= 500", "amount > 500"),
    ("amount <= order.total", "amount <= order.total - order.refunded"),
    ("word in ['late', 'damaged']", "word == 'damaged'"),
    ("order.paid", "refund.paid"),
    ("paid or amount > 5", "paid"),
    ("amount * amount > 4", "amount > 2"),
    ("amount > 0", "0 < amount < 5"),
]


@pytest.mark.parametrize(("given", "goal"), SHOWN)
def test_implied(given: str, goal: str) -> None:
    assert implies([tree_of(given)], tree_of(goal))


@pytest.mark.parametrize(("given", "goal"), NOT_SHOWN)
def test_not_implied(given: str, goal: str) -> None:
    assert not implies([tree_of(given)], tree_of(goal))


def test_far_too_many_ways_are_not_shown() -> None:
    """The checker stays quick: it gives up, towards "can't be shown"."""
    many = " and ".join(f"(a{n} or b{n})" for n in range(20))
    assert not contradict([(tree_of(f"{many} and amount > 5 and amount < 3"), True)])
    assert opened_without([tree_of(many)], [f"a{n}" for n in range(20)] + [f"b{n}" for n in range(20)])


def test_a_gate_that_claims_open() -> None:
    firm = ["order", "customer"]
    assert opened_without([tree_of("reason == 'late'")], firm)
    assert opened_without([tree_of("order.paid or reason == 'late'"), tree_of("amount < 5")], firm)
    assert opened_without([], firm)
    assert not opened_without([tree_of("order.paid"), tree_of("reason == 'late'")], firm)
    assert not opened_without([tree_of("order.paid or reason == 'late'"), tree_of("amount <= order.total")], firm)
    assert not opened_without([tree_of("order.paid or (reason == 'late' and reason == 'lost')")], firm)


def test_a_bound_that_the_call_does_not_choose() -> None:
    own = frozenset({"amount", "fee"})
    for said, found in (
        ("amount <= 20", True),
        ("order.total >= amount", True),
        ("amount + order.refunded <= order.total", True),
        ("amount == order.total", True),
        ("amount < 5 or (order.paid and amount <= order.total)", True),
        ("amount < 5 or order.paid", False),
        ("amount <= fee", False),
        ("amount <= amount * 2", False),
        ("amount <= amount * order.total", False),
        ("amount >= order.total", False),
        ("amount != 20", False),
    ):
        assert bounded([tree_of(said)], ["name", "amount"], own) is found, said


NUMBERS = ("a", "b", "c", "1", "2", "a + 1", "2 * b", "a - c")
GRID = [
    {"a": a, "b": b, "c": c, "w": w, "p": p}
    for a, b, c, w, p in product((0, 1, 2, 3), (0, 1, 2), (0, 2), ("x", "y", "z"), (True, False))
]


def made(chance: Random, depth: int) -> str:
    if depth == 0 or chance.random() < 0.2:
        return chance.choice([
            f"{chance.choice(NUMBERS)} {chance.choice(['<', '<=', '>', '>=', '==', '!='])} {chance.choice(NUMBERS)}",
            f"{chance.choice(NUMBERS)} < {chance.choice(NUMBERS)} <= {chance.choice(NUMBERS)}",
            f"w {chance.choice(['==', '!='])} '{chance.choice('xyz')}'",
            f"w {chance.choice(['in', 'not in'])} ['{chance.choice('xyz')}', '{chance.choice('xyz')}']",
            "p", "p == false",
        ])  # fmt: skip
    left, right = made(chance, depth - 1), made(chance, depth - 1)
    return chance.choice([
        f"({left} and {right})", f"({left} or {right})", f"not ({left})", f"(({left}) if p else ({right}))",
    ])  # fmt: skip


def test_what_is_said_to_contradict_never_holds() -> None:
    chance = Random(20)
    shown = 0
    for _ in range(400):
        said = made(chance, 3)
        tree = tree_of(said)
        for truth in (True, False):
            if contradict([(tree, truth)]):
                shown += 1
                assert not [names for names in GRID if condition(tree, names) is truth], (said, truth)
    assert shown > 20, "a check that never says anything shows nothing"
