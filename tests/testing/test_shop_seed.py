"""The sample shop's data: the same for everybody, dated relative to now, and its books are sound."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from engine.testing.shop import ledger
from engine.testing.shop.database import reading
from engine.testing.shop.seed import DELIVERED_ORDER, FIXTURES, LATE_ORDER, SHIPPED_ORDER, SMALL_ORDER, Known, seed
from tests.testing.conftest import NOW


def content(db: Path) -> list[list[tuple[object, ...]]]:
    with reading(db) as connection:
        return [
            [tuple(row) for row in connection.execute(f"SELECT * FROM {table} ORDER BY 1")]
            for table in ("customers", "orders", "payments", "refunds")
        ]


def test_the_same_seed_gives_the_same_shop_and_another_one_another(tmp_path: Path) -> None:
    for name, number in (("a", 7), ("b", 7), ("c", 8)):
        seed(tmp_path / name, number, now=NOW)
    assert content(tmp_path / "a") == content(tmp_path / "b")
    assert content(tmp_path / "a") != content(tmp_path / "c")


def test_a_shop_that_has_customers_is_left_alone(tmp_path: Path) -> None:
    seed(tmp_path / "shop", now=NOW)
    before = content(tmp_path / "shop")
    seed(tmp_path / "shop", 9, now=NOW + timedelta(days=40))
    assert content(tmp_path / "shop") == before


@pytest.mark.parametrize("number", [7, 8, 123])
def test_there_is_enough_of_everything(tmp_path: Path, number: int) -> None:
    seed(tmp_path / "shop", number, now=NOW)
    customers, _, _, _ = content(tmp_path / "shop")
    with reading(tmp_path / "shop") as connection:
        orders = [dict(row) for row in connection.execute("SELECT * FROM orders")]
    assert len(customers) >= 80
    assert len(orders) >= 200
    assert {row[5] for row in customers} == {"en", "de", "fr", "es"}
    assert any(not str(row[1]).isascii() for row in customers)
    assert all(str(row[2]).isascii() and str(row[2]).endswith("@example.com") for row in customers)
    assert set(Counter(order["status"] for order in orders)) == {"placed", "shipped", "delivered", "cancelled"}
    ages = [NOW - datetime.fromisoformat(order["delivered_at"]) for order in orders if order["delivered_at"]]
    assert sum(age > timedelta(days=30) for age in ages) >= 20
    assert sum(age < timedelta(days=30) for age in ages) >= 20


def test_no_order_is_ahead_of_its_time(tmp_path: Path) -> None:
    seed(tmp_path / "shop", now=NOW)
    with reading(tmp_path / "shop") as connection:
        orders = [dict(row) for row in connection.execute("SELECT * FROM orders")]
    for order in orders:
        moments = [order[name] for name in ("placed_at", "shipped_at", "delivered_at") if order[name]]
        assert moments == sorted(moments)
        assert moments[-1] <= NOW.isoformat().replace("+00:00", "Z")
        assert (order["status"] == "delivered") == (order["delivered_at"] is not None)
        assert (order["status"] in ("shipped", "delivered")) == (order["carrier"] is not None)
        if order["status"] in ("placed", "shipped"):
            assert order["expected_on"] >= NOW.date().isoformat()


def test_the_books_balance(tmp_path: Path) -> None:
    seed(tmp_path / "shop", now=NOW)
    books = ledger.ledger(tmp_path / "shop")
    paid = {row["order_id"]: row["amount"] for row in books["payments"]}
    back: dict[str, int] = defaultdict(int)
    for row in books["refunds"]:
        back[row["order_id"]] += row["amount"]
    assert back
    assert all(amount <= paid[order_id] for order_id, amount in back.items())
    with reading(tmp_path / "shop") as connection:
        for row in connection.execute("SELECT id, total, status FROM orders"):
            assert paid[row["id"]] == row["total"]
            if row["status"] == "cancelled":
                assert back[row["id"]] == row["total"]


@pytest.mark.parametrize("known", FIXTURES, ids=lambda known: known.order_id)
@pytest.mark.parametrize("number", [7, 99])
def test_the_named_orders_are_there_whatever_the_seed(tmp_path: Path, known: Known, number: int) -> None:
    seed(tmp_path / "shop", number, now=NOW)
    found = ledger.match(tmp_path / "shop", known.email, known.postcode)
    assert found is not None
    assert (found["name"], found["language"]) == (known.name, known.language)
    order = next(order for order in found["orders"] if order["id"] == known.order_id)
    assert (order["total"], order["refunded"], order["method"]) == (known.total, 0, known.method)
    if known.delivered is None:
        assert (order["status"], order["delivered_at"]) == ("shipped", None)
    else:
        assert datetime.fromisoformat(order["delivered_at"]) == NOW - timedelta(days=known.delivered)


def test_the_named_orders_are_those_that_the_demo_needs(tmp_path: Path) -> None:
    seed(tmp_path / "shop", now=NOW)
    assert [known.order_id for known in (SHIPPED_ORDER, DELIVERED_ORDER, SMALL_ORDER)] == ["4821", "4710", "4655"]
    assert (DELIVERED_ORDER.total, SMALL_ORDER.total) == (12900, 3850)
    small = ledger.match(tmp_path / "shop", SMALL_ORDER.email, SMALL_ORDER.postcode)
    assert small is not None
    assert [order["id"] for order in small["orders"]] == ["4655", "4512"]
    shipped = ledger.order(tmp_path / "shop", "4821")
    assert shipped is not None
    assert shipped["carrier"] == "DHL"
    assert shipped["tracking"]
    assert shipped["expected_on"] == "2026-11-24"
    assert LATE_ORDER.delivered is not None
    assert LATE_ORDER.delivered > 30


def test_dates_follow_the_moment_of_seeding(shop_now: datetime, tmp_path: Path) -> None:
    seed(tmp_path / "shop", now=shop_now)
    order = ledger.order(tmp_path / "shop", "4710")
    assert order is not None
    assert shop_now - datetime.fromisoformat(order["delivered_at"]) == timedelta(days=6)


@pytest.fixture(params=[datetime(2028, 2, 29, 23, 59, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)])
def shop_now(request: pytest.FixtureRequest) -> datetime:
    assert isinstance(request.param, datetime)
    return request.param


@pytest.mark.parametrize(("email", "postcode"), [
    ("ines.garcia@example.com", "28013"), (" INES.GARCIA@example.com ", "28 013"),
])  # fmt: skip
def test_matching_minds_neither_case_nor_blanks(api: httpx.Client, email: str, postcode: str) -> None:
    answer = api.post("/customers/match", json={"email": email, "postcode": postcode})
    assert answer.status_code == 200
    assert answer.json()["name"] == "Inés García"
    assert {order["number"] for order in answer.json()["orders"]} == {"4655", "4512"}
