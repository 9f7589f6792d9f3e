"""What a call counts against the limits of its grant."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine.expressions.values import Money
from engine.plan import Grant
from engine.runtime.gates import limits_of

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CUSTOMER = ["name", "customer"]
GRANT = Grant(
    "payments.refund",
    limit=(
        {"count": None, "amount": {"value": "200.00", "currency": "EUR"}, "subject": CUSTOMER, "name": "customer",
         "window": 86400},
    ),
)  # fmt: skip


def eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


@pytest.mark.parametrize(
    ("arguments", "amount"),
    [
        ({"amount": eur("129.00"), "order": "4710"}, "129.00"),
        ({"amount": eur("129.00"), "fee": eur("3.50")}, "132.50"),
        ({"lines": [{"amount": eur("100")}, {"amount": eur("150")}]}, "250"),
        ({"amount": Money(Decimal(129), "USD")}, None),
        ({"amount": eur("1.00"), "fee": Money(Decimal(500), "JPY")}, None),
        ({"order": "4710"}, None),
    ],
)
def test_all_money_of_a_call_counts_and_only_in_the_limits_currency(arguments: Any, amount: str | None) -> None:
    [limit] = limits_of(GRANT, {"customer": {"id": "cus_1"}, **arguments}, arguments, NOW)
    assert limit.amount == (None if amount is None else Decimal(amount))
    assert (limit.currency, limit.total, limit.window) == ("EUR", Decimal("200.00"), timedelta(days=1))
    assert limit.subject == "customer:cus_1"


@pytest.mark.parametrize("customer", [None, {}, {"id": None}, {"id": ""}, ""])
def test_nobody_to_count_for_closes_the_gate(customer: Any) -> None:
    [limit] = limits_of(GRANT, {"customer": customer}, {"amount": eur("1")}, NOW)
    assert limit.subject is None
