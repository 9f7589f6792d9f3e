"""The shop over HTTP: reads, refunds, idempotency keys, and what bad requests get."""

import json
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from engine.testing.serving import MAX_BODY
from engine.testing.shop import Shop
from engine.testing.shop import ledger as books

SMALL = {"order_id": "4655", "amount": 3850, "currency": "EUR"}


def refund(api: httpx.Client, key: str | None = None, **changed: Any) -> httpx.Response:
    headers = {} if key is None else {"Idempotency-Key": key}
    return api.post("/refunds", json={**SMALL, **changed}, headers=headers)


def paid_back(shop: Shop, order_id: str = "4655") -> int:
    return sum(row["amount"] for row in shop.refunds(order_id))


def test_an_order_says_what_it_is(api: httpx.Client) -> None:
    order = api.get("/orders/4710").json()
    assert set(order) == {
        "id", "number", "customer_id", "status", "placed_at", "shipped_at", "delivered_at", "expected_on", "carrier",
        "tracking", "items", "shipping", "total", "refunded", "currency", "method",
    }  # fmt: skip
    assert order["number"] == order["id"] == "4710"
    assert (order["total"], order["refunded"], order["currency"]) == (12900, 0, "EUR")
    assert order["items"] == [{"sku": "LMP-204", "name": "Floor lamp Halden", "quantity": 1, "unit_price": 12900}]


def test_a_customer_is_found_by_id_without_orders(api: httpx.Client) -> None:
    found = api.post("/customers/match", json={"email": "maya.fischer@example.com", "postcode": "10115"}).json()
    alone = api.get(f"/customers/{found['id']}").json()
    assert alone == {name: value for name, value in found.items() if name != "orders"}
    assert alone["name"] == "Maya Fischer"


@pytest.mark.parametrize("given", [
    {"email": "maya.fischer@example.com", "postcode": "10116"},
    {"email": "nobody@example.com", "postcode": "10115"},
    {"email": "maya.fischer@example.com' OR '1'='1", "postcode": "10115"},
    {"email": "%", "postcode": "%"}, {"email": "", "postcode": ""},
])  # fmt: skip
def test_who_does_not_match_is_nobody(api: httpx.Client, given: dict[str, str]) -> None:
    answer = api.post("/customers/match", json=given)
    assert (answer.status_code, answer.json()) == (404, {"error": "no_match"})


@pytest.mark.parametrize("path", ["/orders/9999", "/orders/%00", "/orders/4821 ", "/customers/cus_0", "/nothing"])
def test_what_is_not_there_is_not_found(api: httpx.Client, path: str) -> None:
    answer = api.get(path)
    assert (answer.status_code, answer.json()) == (404, {"error": "not_found"})


@pytest.mark.parametrize("header", [None, "Bearer wrong", "Bearer", "Basic shop-token", "Bearer shop-admin"])
def test_without_the_token_nothing_opens(shop: Shop, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    with httpx.Client(base_url=shop.url, headers=headers, trust_env=False) as client:
        for answer in (client.get("/orders/4821"), client.post("/refunds", json=SMALL), client.get("/refunds")):
            assert (answer.status_code, answer.json()) == (401, {"error": "unauthorized"})
    assert paid_back(shop) == 0


def test_the_api_token_does_not_open_the_testing_side(api: httpx.Client) -> None:
    assert {api.get(f"/admin/{name}").status_code for name in ("ledger", "requests", "faults")} == {401}
    assert api.delete("/admin/keys").status_code == 401


def test_a_refund_is_in_the_books(api: httpx.Client, admin: httpx.Client, shop: Shop) -> None:
    answer = refund(api, "key-1", reason="damaged")
    assert answer.status_code == 201
    made = answer.json()
    assert set(made) == {"id", "order_id", "amount", "currency", "method", "created_at"}
    assert (made["amount"], made["currency"], made["method"]) == (3850, "EUR", "Mastercard ending 5454")
    entered = [row for row in admin.get("/admin/ledger").json()["refunds"] if row["order_id"] == "4655"]
    assert [(row["id"], row["reason"], row["idempotency_key"]) for row in entered] == [(made["id"], "damaged", "key-1")]
    assert api.get("/refunds", params={"order_id": "4655"}).json() == {"refunds": [made]}
    assert api.get("/orders/4655").json()["refunded"] == 3850


def test_the_same_key_and_body_is_one_refund_with_one_answer(api: httpx.Client, shop: Shop) -> None:
    first, again = refund(api, "key-1", amount=1000), refund(api, "key-1", amount=1000)
    reordered = api.post(
        "/refunds", content=b'{"currency":  "EUR", "amount": 1000, "order_id": "4655"}',
        headers={"Idempotency-Key": "key-1"},
    )  # fmt: skip
    assert [answer.status_code for answer in (first, again, reordered)] == [201, 201, 201]
    assert first.content == again.content == reordered.content
    assert paid_back(shop) == 1000


@pytest.mark.parametrize("changed", [{"amount": 999}, {"order_id": "4710"}, {"reason": "late"}, {"currency": "USD"}])
def test_the_same_key_with_another_body_is_a_conflict(api: httpx.Client, shop: Shop, changed: dict[str, Any]) -> None:
    refund(api, "key-1", amount=1000)
    answer = refund(api, "key-1", **{"amount": 1000, **changed})
    assert (answer.status_code, answer.json()) == (409, {"error": "idempotency_conflict"})
    assert paid_back(shop) + paid_back(shop, "4710") == 1000


def test_a_refusal_is_remembered_under_its_key_too(api: httpx.Client, shop: Shop) -> None:
    answers = [refund(api, "key-too-much", amount=3851) for _ in range(2)]
    assert [(answer.status_code, answer.json()) for answer in answers] == [(422, {"error": "exceeds_balance"})] * 2
    assert paid_back(shop) == 0


def test_without_a_key_each_request_is_a_refund(api: httpx.Client, shop: Shop) -> None:
    assert [refund(api, amount=1000).status_code for _ in range(2)] == [201, 201]
    assert paid_back(shop) == 2000


def test_a_forgotten_key_pays_again(api: httpx.Client, admin: httpx.Client, shop: Shop) -> None:
    refund(api, "key-1", amount=1000)
    assert admin.delete("/admin/keys").json() == {"forgotten": 1}
    assert refund(api, "key-1", amount=1000).status_code == 201
    assert paid_back(shop) == 2000


def test_a_key_whose_work_is_under_way_is_in_progress(api: httpx.Client, shop: Shop) -> None:
    shop.fault("/refunds", kind="slow_work", seconds=0.6)
    with ThreadPoolExecutor() as pool:
        first = pool.submit(refund, api, "key-1")
        while not any(seen["fault"] for seen in shop.requests()):
            time.sleep(0.005)
        time.sleep(0.1)
        second = refund(api, "key-1")
    assert first.result().status_code == 201
    assert (second.status_code, second.json()) == (409, {"error": "in_progress"})
    assert paid_back(shop) == 3850


def test_who_lost_the_key_to_another_one_enters_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = books.Asked("4655", 1000, "EUR", None)
    slow = books.claim(shop.db, "key-1", asked.digest)
    monkeypatch.setattr(books, "LEASE", -1.0)  # as if the first one had been silent for longer
    quick = books.claim(shop.db, "key-1", asked.digest)
    assert isinstance(slow, books.Claim)
    assert isinstance(quick, books.Claim)
    assert books.refund(shop.db, asked, quick)[0] == 201
    with pytest.raises(books.Refused, match="in_progress"):
        books.refund(shop.db, asked, slow)
    assert paid_back(shop) == 1000


def test_no_more_comes_back_than_was_paid(api: httpx.Client, shop: Shop) -> None:
    assert refund(api, amount=3000).status_code == 201
    answer = refund(api, amount=851)
    assert (answer.status_code, answer.json()) == (422, {"error": "exceeds_balance"})
    assert refund(api, amount=850).status_code == 201
    assert refund(api, amount=1).json() == {"error": "exceeds_balance"}
    assert paid_back(shop) == 3850


@pytest.mark.parametrize("amount", [0, -1, 10**12, 38.5, "3850", True, None, [1]])
def test_what_is_no_amount_is_refused(api: httpx.Client, shop: Shop, amount: Any) -> None:
    answer = refund(api, "key-no-amount", amount=amount)
    assert (answer.status_code, answer.json()) == (422, {"error": "invalid_amount"})
    assert paid_back(shop) == 0


@pytest.mark.parametrize("currency", ["USD", "eur", "", None, 3])
def test_another_currency_is_no_amount(api: httpx.Client, shop: Shop, currency: Any) -> None:
    assert refund(api, currency=currency).json() == {"error": "invalid_amount"}
    assert paid_back(shop) == 0


def test_a_refund_of_no_order_is_not_found(api: httpx.Client) -> None:
    answer = refund(api, "key-no-order", order_id="1")
    assert (answer.status_code, answer.json()) == (404, {"error": "not_found"})


@pytest.mark.parametrize("body", [
    b"", b"{", b"\xff\xfe", b'{"amount": NaN}', b'{"a": 1' + b" " * 2000, b"[" * 100_000, b'"\xed\xa0\x80"',
    b'{"email": "\\ud800", "postcode": "1"}',
])  # fmt: skip
def test_what_is_no_json_is_a_bad_request(api: httpx.Client, shop: Shop, body: bytes) -> None:
    for path in ("/refunds", "/customers/match"):
        answer = api.post(path, content=body)
        assert (answer.status_code, answer.json()) == (400, {"error": "bad_json"})
    assert paid_back(shop) == 0


@pytest.mark.parametrize("body", [[], None, 7, "x", {}, {"order_id": 4655, "amount": 1, "currency": "EUR"}])
def test_json_of_another_shape_is_an_invalid_request(api: httpx.Client, body: Any) -> None:
    for path in ("/refunds", "/customers/match"):
        answer = api.post(path, content=json.dumps(body))
        assert (answer.status_code, answer.json()) == (422, {"error": "invalid_request"})


def test_a_body_over_the_cap_is_refused(api: httpx.Client) -> None:
    answer = api.post("/refunds", content=b" " * (MAX_BODY + 1))
    assert (answer.status_code, answer.json()) == (413, {"error": "body_too_large"})


@pytest.mark.parametrize("key", ["", "k" * 256])
def test_a_key_of_no_length_or_too_much_is_refused(api: httpx.Client, shop: Shop, key: str) -> None:
    assert refund(api, key).json() == {"error": "invalid_idempotency_key"}
    assert paid_back(shop) == 0


@pytest.mark.parametrize("statement", [
    "DELETE FROM refunds", "UPDATE refunds SET amount = 1", "DELETE FROM payments", "UPDATE payments SET amount = 9",
    "INSERT INTO refunds VALUES ('r', '4655', 3851, 'EUR', 'm', NULL, NULL, 'x', '2026')",
])  # fmt: skip
def test_the_books_cannot_be_bent_even_in_the_file(shop: Shop, statement: str) -> None:
    connection = sqlite3.connect(shop.db)
    try:
        with pytest.raises(sqlite3.IntegrityError, match=r"ledger keeps|exceed the payment"):
            connection.execute(statement)
    finally:
        connection.close()


def test_many_threads_at_one_order_never_pay_more_than_was_paid(api: httpx.Client, shop: Shop) -> None:
    ready = threading.Barrier(8)

    def go(place: int) -> int:
        ready.wait()
        return refund(api, f"key-{place}", amount=1000).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(go, range(8)))
    assert statuses == [201] * 3 + [422] * 5
    assert paid_back(shop) == 3000
