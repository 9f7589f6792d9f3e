"""What the rules say of conditions is held against what the evaluator makes of them."""

from itertools import product
from random import Random

import pytest

from engine.expressions.evaluate import condition
from engine.rules.logic import bounded, contradict, implies, opened_by_others
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
    assert opened_by_others([tree_of(many), tree_of("a1.x == customer.id")], "customer")


@pytest.mark.parametrize(
    ("lines", "opened"),
    [
        ([], True),
        (["reason == 'late'"], True),
        (["order.paid", "0 < amount <= order.total"], True),
        (["customer.verified", "amount <= 40"], True),
        (["customer.email != 'x'"], True),
        (["order.customer_id != customer.id"], True),
        (["order.rank <= customer.rank"], True),
        (["customer.id == customer.email"], True),
        (["order.customer_id == order.payer_id"], True),
        (["order.customer_id == customer.id or amount > 0", "amount > 0"], True),
        (["order.customer_id not in customer.orders.id"], True),
        (["customer.tier in ['gold', 'plus']"], True),
        (["order.customer_id == customer.id"], False),
        (["customer.id == order.customer_id", "reason == 'late'"], False),
        (["order.rank <= customer.rank", "customer.rank <= order.rank"], False),
        (["order_id in customer.orders.id"], False),
        (["order.customer_id == customer.id or order_id in customer.orders.id"], False),
        (["order.customer_id == customer.id or (reason == 'late' and reason == 'lost')"], False),
        (["not (order.customer_id != customer.id)"], False),
    ],
)
def test_a_gate_that_a_claim_opens(lines: list[str], opened: bool) -> None:
    """Only what says that something of the call is the customer's own ties it to them."""
    assert opened_by_others(map(tree_of, lines), "customer") is opened


def test_a_bound_that_the_call_does_not_choose() -> None:
    for said, found in (
        ("amount <= 20", True),
        ("order.total >= amount", True),
        ("amount + order.refunded <= order.total", True),
        ("amount == order.total", True),
        ("amount < 5 or (order.paid and amount <= order.total)", True),
        ("amount <= customer.credit / 2", True),
        ("amount < 5 or order.paid", False),
        ("amount <= fee", False),
        ("amount <= order.total + fee", False),
        ("amount <= (ticket.question | length) * 100", False),
        ("amount <= order.total + (order_id | length) * 1000", False),
        ("amount <= amount * 2", False),
        ("amount <= amount * order.total", False),
        ("amount >= order.total", False),
        ("amount != 20", False),
    ):
        assert bounded([tree_of(said)], ["name", "amount"], ["order", "customer"]) is found, said


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
