"""A limit holds over any number of tickets, workers and services (invariant 12)."""

from datetime import timedelta
from decimal import Decimal

import pytest

from engine.store import Began, Clock, Limit, Stopped, Store
from tests.store import given
from tests.store.racing import race


def _held(store: Store, number: int, **more: str) -> list[dict[str, str | int]]:
    pieces: list[dict[str, str | int]] = []
    for index in range(number):
        intent = given.intent(store, given.ticket(store, f"t{index}"))
        pieces.append({"intent": intent.id, "token": store.intents.hold(intent.id) or "", **more})
    return pieces


def test_six_processes_at_one_limit_of_100_each_asking_40(store: Store, url: str) -> None:
    pieces = _held(store, 6, amount="40")
    results = race(url, "begin", [[piece] for piece in pieces])
    assert sorted(results) == ["began"] * 2 + ["limit"] * 4
    used = store.intents.limits_used(given.TOOL, "customer:1")
    assert (used.count, used.amounts) == (2, {"EUR": Decimal("80")})


def test_fifty_at_once_at_a_count_limit(store: Store, url: str) -> None:
    pieces = [piece | {"count": 7} for piece in _held(store, 50)]
    results = race(url, "begin", [pieces[start::5] for start in range(5)])
    assert sorted(results) == ["began"] * 7 + ["limit"] * 43
    states = [row.state for piece in pieces for row in [store.intents.get(str(piece["intent"]))]]
    assert (states.count("sending"), states.count("reserved")) == (7, 43)


def _count(bound: int, **more: object) -> Limit:
    return Limit(line=1, subject="customer:1", count=bound, **more)  # type: ignore[arg-type]


def _money(amount: str | None, currency: str | None = "EUR", total: str = "100") -> Limit:
    value = None if amount is None else Decimal(amount)
    return Limit(line=2, subject="customer:1", total=Decimal(total), amount=value, currency=currency)


def _next(store: Store, name: str, *limits: Limit) -> tuple[str, str | None]:
    """Begin a call on another ticket under these limits: how that went, and the intent."""
    intent = given.intent(store, given.ticket(store, name))
    return given.code(given.begin(store, intent, limits=limits)), intent.id


def test_sums_are_decimal_and_reach_the_total_exactly(store: Store) -> None:
    assert [_next(store, str(n), _money("0.1", total="0.3"))[0] for n in range(4)] == ["began"] * 3 + ["limit"]


@pytest.mark.parametrize(
    "limit",
    [
        Limit(line=1, subject=None, count=9),
        Limit(line=1, subject="", count=9),
        Limit(line=1, subject="customer:1"),
        _money(None),
        _money("1", None),
        _money("-1"),
        _money("NaN"),
        _money("Infinity"),
    ],
)
def test_what_is_missing_closes_the_gate(store: Store, limit: Limit) -> None:
    code, intent = _next(store, "1", limit)
    assert code == "limit"
    assert store.intents.get(str(intent)).state == "reserved"


def test_another_currency_closes_a_money_limit(store: Store) -> None:
    assert _next(store, "1", _money("10"))[0] == "began"
    assert _next(store, "2", _money("10", "USD"))[0] == "limit"
    assert _next(store, "3", _money("10"))[0] == "began"


def test_an_earlier_call_without_an_amount_closes_a_money_limit(store: Store) -> None:
    assert _next(store, "1", _count(5))[0] == "began"
    assert _next(store, "2", _money("1"))[0] == "limit"


def test_a_count_and_a_sum_of_one_subject_are_kept_apart(store: Store) -> None:
    both = (_count(3), _money("30"))
    assert [_next(store, str(n), *both)[0] for n in range(4)] == ["began"] * 3 + ["limit"]
    assert store.intents.limits_used(given.TOOL, "customer:1").amounts == {"EUR": Decimal("90")}


@pytest.mark.parametrize(
    ("settled", "room"), [("done", False), ("unknown", False), ("not_done", True)], ids=lambda value: str(value)
)
def test_what_may_have_happened_counts(store: Store, settled: str, room: bool) -> None:
    intent = given.intent(store, given.ticket(store, "1"))
    token = store.intents.hold(intent.id) or ""
    assert isinstance(given.begin(store, intent, token, limits=[_count(1)]), Began)
    assert store.intents.settle(intent.id, token, settled)  # type: ignore[arg-type]
    assert _next(store, "2", _count(1))[0] == ("began" if room else "limit")


@pytest.mark.parametrize("as_done", [True, False])
def test_a_reconciled_call_counts_as_what_was_found(store: Store, as_done: bool) -> None:
    intent = given.intent(store, given.ticket(store, "1"))
    token = store.intents.hold(intent.id) or ""
    given.begin(store, intent, token, limits=[_count(1)])
    store.intents.settle(intent.id, token, "unknown")
    assert store.intents.reconcile(intent.id, as_done, "ida", "looked")
    assert _next(store, "2", _count(1))[0] == ("limit" if as_done else "began")


def test_a_window_moves_with_the_clock(store: Store, clock: Clock) -> None:
    day = timedelta(days=1)
    assert _next(store, "1", _count(1, window=day))[0] == "began"
    assert _next(store, "2", _count(1, window=day))[0] == "limit"
    clock.shift = day + timedelta(seconds=1)
    assert _next(store, "3", _count(1, window=day))[0] == "began"
    assert _next(store, "4", _count(2, since=store.now() - 3 * day))[0] == "limit"


def test_a_released_call_leaves_its_room_and_its_own_row_does_not_count(store: Store) -> None:
    intent = given.intent(store, given.ticket(store, "1"))
    for _ in range(2):
        token = store.intents.hold(intent.id) or ""
        assert isinstance(given.begin(store, intent, token, limits=[_count(1)]), Began)
        assert store.intents.release(intent.id, token)
    assert _next(store, "2", _count(1))[0] == "began"


def test_two_limits_taken_in_opposite_order_do_not_wait_in_a_circle(store: Store) -> None:
    subjects = ("a", "b")
    for number, order in enumerate((subjects, subjects[::-1]) * 3):
        limits = [Limit(line=line, subject=subject, count=6) for line, subject in enumerate(order)]
        assert _next(store, str(number), *limits)[0] == "began"
    last = _next(store, "7", Limit(line=1, subject="b", count=6))
    assert last[0] == "limit"


def test_a_long_subject_is_counted_too(store: Store) -> None:
    long = "order:" + "\u00e9" * 5000
    outcomes = [
        given.begin(
            store, given.intent(store, given.ticket(store, str(n))), limits=[Limit(line=1, subject=long, count=1)]
        )
        for n in range(2)
    ]
    assert [type(outcome) for outcome in outcomes] == [Began, Stopped]
