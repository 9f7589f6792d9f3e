"""The sample shop's data: the same customers, orders, payments and refunds for the same seed, dated relative to now."""

import json
import random
import sqlite3
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from engine.testing.shop import database
from engine.testing.shop.catalogue import CARRIERS, COUNTRIES, METHODS, PEOPLE, PRODUCTS, Country

__all__ = [
    "DELIVERED_ORDER", "FIXTURES", "LATE_ORDER", "SHIPPED_ORDER", "SMALL_ORDER", "Known", "seed",
]  # fmt: skip

SHIPPING: Final = {"DE": (490, 4900), "IE": (1490, 9900)}
"""Country -> (cents of standard shipping, cents of goods from which it is free), as the article on costs says."""
SHIPPING_ABROAD: Final = (990, 9900)
CUSTOMERS: Final = 96
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Known:
    """An order that stays the same whatever the seed, and the customer whose it is. Amounts in cents.

    `placed` and `delivered` are days before now; `delivered` is None while it is on its way.
    """

    order_id: str
    name: str
    email: str
    postcode: str
    country: str
    language: str
    phone: str
    placed: float
    delivered: float | None
    items: tuple[str, ...]
    total: int
    method: str
    carrier: str


SHIPPED_ORDER: Final = Known(
    "4821", "Maya Fischer", "maya.fischer@example.com", "10115", "DE", "de", "+49 151 2345678",
    placed=2.0, delivered=None, items=("LMP-310",), total=7950, method="PayPal account", carrier="DHL",
)  # fmt: skip
"""On its way, with a carrier, a tracking number and an expected day."""
DELIVERED_ORDER: Final = Known(
    "4710", "Jonas Weber", "jonas.weber@example.com", "80331", "DE", "de", "+49 151 7654321",
    placed=9.0, delivered=6.0, items=("LMP-204",), total=12900, method="Visa card ending 4242", carrier="DHL",
)  # fmt: skip
"""Delivered six days ago, 129.00 EUR: a refund needs an approval."""
SMALL_ORDER: Final = Known(
    "4655", "Inés García", "ines.garcia@example.com", "28013", "ES", "es", "+34 600 112233",
    placed=12.0, delivered=4.0, items=("MUG-006",), total=3850, method="Mastercard ending 5454", carrier="Correos",
)  # fmt: skip
"""Delivered four days ago, 38.50 EUR: a refund needs no approval. Its customer has exactly two orders."""
LATE_ORDER: Final = Known(
    "4433", "Élodie Martin", "elodie.martin@example.com", "69002", "FR", "fr", "+33 6 11 22 33 44",
    placed=52.0, delivered=45.0, items=("VAS-003", "CSH-002", "CND-009"), total=6725, method="PayPal account",
    carrier="Colissimo",
)  # fmt: skip
"""Delivered 45 days ago: outside the 30 days in which goods come back."""
_SECOND: Final = Known(
    "4512", "Inés García", "ines.garcia@example.com", "28013", "ES", "es", "+34 600 112233",
    placed=41.0, delivered=34.0, items=("RUG-118",), total=18900, method="Mastercard ending 5454", carrier="Correos",
)  # fmt: skip
FIXTURES: Final = (SHIPPED_ORDER, DELIVERED_ORDER, SMALL_ORDER, LATE_ORDER, _SECOND)
"""All orders that are known beforehand, the second one of `SMALL_ORDER`'s customer among them."""

_AGES: Final = ((4400, 60.0), (4433, 52.0), (4512, 41.0), (4655, 12.0), (4710, 9.0), (4821, 2.0), (4860, 0.1))
"""Order numbers rise with time: (number, days ago), between which ages are drawn straight."""


def seed(db: Path, seed: int = 7, *, now: datetime | None = None) -> None:
    """Fill an empty shop; a shop that has customers is left as it is."""
    rng = random.Random(seed)
    moment = (now or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)
    database.create(db)
    with database.writing(db) as connection:
        if connection.execute("SELECT 1 FROM customers").fetchone():
            return
        known_ones, drawn_ones = list(_known_customers()), list(_drawn_customers(rng))
        rows = [*known_ones, *drawn_ones]
        connection.executemany("INSERT INTO customers VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        ids = {row[2]: row[0] for row in known_ones}
        for known in FIXTURES:
            _insert(connection, _known_order(known, ids[known.email], moment), known.method)
        for order in _drawn_orders(rng, drawn_ones, moment):
            _insert(connection, order, rng.choice(METHODS))
        _refund_some(connection, rng, moment)


def _known_customers() -> Iterator[tuple[str, ...]]:
    met = {}
    for known in FIXTURES:
        met[known.email] = (known.name, known.email, known.postcode, known.country, known.language, known.phone)
    for place, fields in enumerate(met.values()):
        yield (f"cus_{1001 + place}", *fields)


def _drawn_customers(rng: random.Random) -> Iterator[tuple[str, ...]]:
    taken: set[str] = set()
    for place in range(CUSTOMERS):
        language = rng.choice(list(PEOPLE))
        name = rng.choice([name.strip() for name in PEOPLE[language].split(",")])
        country = rng.choice(COUNTRIES[language])
        postcode = _digits(rng, country.postcode)
        phone = f"{country.phone} {rng.randrange(10**6, 10**7)}"
        yield f"cus_{1101 + place}", name, _address(name, taken), postcode, country.code, language, phone


def _digits(rng: random.Random, pattern: str) -> str:
    return "".join(str(rng.randrange(1, 10)) if mark == "#" else mark for mark in pattern)


def _address(name: str, taken: set[str]) -> str:
    plain = unicodedata.normalize("NFKD", name.lower().replace("ß", "ss").replace("ı", "i").replace("ł", "l"))
    words = "".join(mark for mark in plain if mark.isascii() and (mark.isalnum() or mark == " ")).split()
    stem = ".".join((words[0], "".join(words[1:])))
    address, count = stem, 1
    while address in taken:
        count += 1
        address = f"{stem}{count}"
    taken.add(address)
    return f"{address}@example.com"


def _known_order(known: Known, customer_id: str, now: datetime) -> dict[str, Any]:
    lines = [_line(sku, 1) for sku in known.items]
    placed = now - known.placed * DAY
    delivered = None if known.delivered is None else now - known.delivered * DAY
    expected = _workday(now.date() + DAY) if delivered is None else delivered.date()
    return _order(known.order_id, customer_id, placed, lines, known.country) | {
        "status": "shipped" if delivered is None else "delivered", "shipped_at": _said(placed + DAY),
        "delivered_at": _said(delivered), "expected_on": expected.isoformat(), "carrier": known.carrier,
        "tracking": _tracking(known.order_id, known.country),
    }  # fmt: skip


def _drawn_orders(rng: random.Random, customers: list[tuple[str, ...]], now: datetime) -> Iterator[dict[str, Any]]:
    taken = {known.order_id for known in FIXTURES}
    for number in range(_AGES[0][0], _AGES[-1][0]):
        order_id, customer = str(number), rng.choice(customers)
        if order_id in taken or rng.random() < 0.4:
            continue
        lines = [_line(sku, rng.choice((1, 1, 1, 2))) for sku in rng.sample(sorted(PRODUCTS), rng.randint(1, 3))]
        placed = now - _age(number) * DAY
        country = next(c for kinds in COUNTRIES.values() for c in kinds if c.code == customer[4])
        yield _order(order_id, customer[0], placed, lines, country.code) | _course(rng, order_id, placed, country, now)


def _age(number: int) -> float:
    """Days ago, between the two known numbers next to it."""
    for (low, older), (high, newer) in pairwise(_AGES):
        if number <= high:
            return older + (newer - older) * (number - low) / (high - low)
    return _AGES[-1][1]


def _course(rng: random.Random, order_id: str, placed: datetime, country: Country, now: datetime) -> dict[str, Any]:
    """How far the order has come by now."""
    shipped, arrives = placed + rng.uniform(0.6, 1.4) * DAY, placed + rng.uniform(*country.days) * DAY
    if rng.random() < 0.05:
        return {"status": "cancelled"}
    if shipped > now:
        return {"status": "placed", "expected_on": _workday(arrives.date()).isoformat()}
    gone = {
        "shipped_at": _said(shipped), "carrier": rng.choice(CARRIERS.get(country.code, ("DPD",))),
        "tracking": _tracking(order_id, country.code), "expected_on": _workday(arrives.date()).isoformat(),
    }  # fmt: skip
    if arrives > now:
        return {"status": "shipped", **gone}
    return {"status": "delivered", **gone, "expected_on": arrives.date().isoformat(), "delivered_at": _said(arrives)}


def _workday(day: date) -> date:
    return day + DAY if day.weekday() == 6 else day  # carriers rest on Sundays


def _line(sku: str, quantity: int) -> dict[str, Any]:
    name, price = PRODUCTS[sku]
    return {"sku": sku, "name": name, "quantity": quantity, "unit_price": price}


def _order(
    order_id: str, customer_id: str, placed: datetime, lines: list[dict[str, Any]], country: str
) -> dict[str, Any]:
    goods = sum(line["unit_price"] * line["quantity"] for line in lines)
    cost, free_from = SHIPPING.get(country, SHIPPING_ABROAD)
    shipping = 0 if goods >= free_from else cost
    return {
        "id": order_id, "customer_id": customer_id, "status": "placed", "placed_at": _said(placed), "shipped_at": None,
        "delivered_at": None, "expected_on": None, "carrier": None, "tracking": None,
        "items": json.dumps(lines, ensure_ascii=False), "shipping": shipping, "total": goods + shipping,
        "currency": "EUR",
    }  # fmt: skip


def _tracking(order_id: str, country: str) -> str:
    return f"NL{int(order_id) * 7919 % 10**9:09d}{country}"


def _said(moment: datetime | None) -> str | None:
    return None if moment is None else moment.replace(microsecond=0).isoformat().replace("+00:00", "Z")


def _insert(connection: sqlite3.Connection, order: dict[str, Any], method: str) -> None:
    names = ", ".join(order)
    marks = ", ".join(f":{name}" for name in order)
    connection.execute(f"INSERT INTO orders ({names}) VALUES ({marks})", order)  # noqa: S608 - our own names
    connection.execute(
        "INSERT INTO payments VALUES (:payment, :id, :total, :currency, :method, :placed_at)",
        {**order, "payment": f"pay_{order['id']}", "method": method},
    )


def _refund_some(connection: sqlite3.Connection, rng: random.Random, now: datetime) -> None:
    """Cancelled orders were paid back in full; a few others had money back for one damaged piece."""
    known = {fixture.order_id for fixture in FIXTURES}
    rows = connection.execute(
        "SELECT * FROM orders JOIN payments ON order_id = orders.id ORDER BY orders.id"
    ).fetchall()
    for row in rows:
        if row["order_id"] in known:
            continue
        if row["status"] == "cancelled":
            _refund(connection, row, row["amount"], "cancelled before shipping", row["placed_at"])
        elif row["status"] == "delivered" and rng.random() < 0.06:
            _refund(connection, row, json.loads(row["items"])[0]["unit_price"], "damaged", row["delivered_at"])


def _refund(connection: sqlite3.Connection, row: sqlite3.Row, amount: int, reason: str, at: str) -> None:
    connection.execute(
        "INSERT INTO refunds VALUES (?, ?, ?, ?, ?, ?, NULL, 'seed', ?)",
        (f"ref_{row['order_id']}_seed", row["order_id"], amount, row["currency"], row["method"], reason, at),
    )
