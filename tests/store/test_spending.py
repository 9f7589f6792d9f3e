"""Calls of models and their budgets, on SQLite and PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest

from engine.store import Missing, Store
from engine.store.spending import Begun
from tests.store import given


def begin(store: Store, ticket: str, worst: str | None, **budgets: Any) -> Begun:
    return store.spending.begin(
        ticket, 1, "faq/reply", job="answer", name="main", model="openai/m-1", prompts="v",
        worst=None if worst is None else Decimal(worst), **{name: Decimal(value) for name, value in budgets.items()},
    )  # fmt: skip


def test_the_worst_is_set_aside_until_the_cost_is_known(store: Store) -> None:
    row = given.ticket(store)
    call = begin(store, row.id, "0.4", ticket_budget="0.5", day_budget="10").id
    assert store.spending.counted(row.id) == Decimal("0.4")
    assert begin(store, row.id, "0.2", ticket_budget="0.5").refused == "ticket"
    store.spending.settle(call, cost=Decimal("0.0123456789"), tokens=(100, 40, 7))
    day = store.now().date().isoformat()
    assert store.spending.counted(row.id) == store.spending.of_day(day) == Decimal("0.012345679"), "rounded up"
    assert begin(store, row.id, "0.2", ticket_budget="0.5").id
    (first, second) = store.spending.of_ticket(row.id)
    assert (first.state, first.input_tokens, first.cached_tokens, first.output_tokens) == ("answered", 100, 40, 7)
    assert (second.state, second.cost, second.worst) == ("begun", None, 200_000_000)
    store.spending.settle(call, cost=Decimal(9))
    assert store.spending.of_day(day) == Decimal("0.212345679"), "settled once"


def test_what_nobody_came_back_from_keeps_its_worst_and_what_cost_nothing_does_not(store: Store) -> None:
    row = given.ticket(store)
    billed, free = begin(store, row.id, "0.3").id, begin(store, row.id, "0.3").id
    store.spending.settle(billed, cost=None, because="model_unavailable")
    store.spending.settle(free, cost=None, because="model_unavailable", nothing=True)
    assert store.spending.counted(row.id) == Decimal("0.3")
    assert [call.state for call in store.spending.of_ticket(row.id)] == ["failed", "failed"]


def test_a_price_that_is_not_known_is_refused_where_there_is_a_budget(store: Store) -> None:
    row = given.ticket(store)
    assert begin(store, row.id, None).id
    assert begin(store, row.id, None, day_budget="1").refused == "unpriced"
    with pytest.raises(Missing):
        begin(store, "t_none", "1")


def test_a_budget_of_the_day_holds_over_tickets_and_workers(store: Store) -> None:
    rows = [given.ticket(store, str(number)) for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda row: begin(store, row.id, "0.3", day_budget="1"), rows))
    assert sorted(one.refused or "" for one in made) == ["", "", "", *["day"] * 5]
    assert store.spending.of_day(store.now().date().isoformat()) == Decimal("0.9")


def test_prompts_are_kept_by_their_version(store: Store) -> None:
    store.revisions.keep_prompts("v1", {"answer": "ü"})
    store.revisions.keep_prompts("v1", {"answer": "other"})
    assert store.revisions.prompts("v1") == {"answer": "ü"}
    assert store.revisions.prompts("v2") is None
