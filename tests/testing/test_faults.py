"""Faults strike where they say: before the work, after it, or in the answer alone."""

import json
import time
from typing import Any

import httpx
import pytest

from engine.testing.faults import BadFault, Fault, Faults
from engine.testing.shop import Shop

SMALL = {"order_id": "4655", "amount": 100, "currency": "EUR"}


def count(shop: Shop) -> int:
    return len(shop.refunds("4655"))


@pytest.mark.parametrize(("kind", "status", "refunds"), [("status", 503, 0), ("status_after_work", 500, 1)])
def test_a_status_before_or_after_the_work(api: httpx.Client, shop: Shop, kind: str, status: int, refunds: int) -> None:
    shop.fault("/refunds", kind=kind, status=status)
    answer = api.post("/refunds", json=SMALL)
    assert (answer.status_code, answer.json()) == (status, {"error": "injected"})
    assert count(shop) == refunds
    assert api.post("/refunds", json=SMALL).status_code == 201


@pytest.mark.parametrize(("kind", "refunds"), [("drop", 0), ("drop_after_work", 1)])
def test_a_cut_connection_before_or_after_the_work(api: httpx.Client, shop: Shop, kind: str, refunds: int) -> None:
    shop.fault("/refunds", kind=kind, method="post")
    with pytest.raises(httpx.RemoteProtocolError, match="disconnected"):
        api.post("/refunds", json=SMALL)
    assert count(shop) == refunds
    assert shop.requests()[-1]["status"] is None
    assert api.get("/orders/4655").status_code == 200


def test_a_replay_after_a_cut_connection_is_the_same_refund(api: httpx.Client, shop: Shop) -> None:
    shop.fault("/refunds", kind="drop_after_work")
    headers = {"Idempotency-Key": "key-1"}
    with pytest.raises(httpx.RemoteProtocolError):
        api.post("/refunds", json=SMALL, headers=headers)
    answer = api.post("/refunds", json=SMALL, headers=headers)
    assert (answer.status_code, [answer.json()]) == (201, shop.refunds("4655"))


@pytest.mark.parametrize(("kind", "refunds"), [("delay", 0), ("slow_work", 0), ("delay_after_work", 1)])
def test_a_delay_before_or_after_the_work(api: httpx.Client, shop: Shop, kind: str, refunds: int) -> None:
    shop.fault("/refunds", kind=kind, seconds=0.4)
    began = time.monotonic()
    with pytest.raises(httpx.ReadTimeout):
        api.post("/refunds", json=SMALL, timeout=0.2)
    assert count(shop) == refunds
    while count(shop) == 0 and time.monotonic() < began + 5:
        time.sleep(0.02)
    assert count(shop) == 1  # a caller who went away stops nothing


def test_garbage_is_no_json_and_comes_after_the_work(api: httpx.Client, shop: Shop) -> None:
    shop.fault("/refunds", kind="garbage")
    answer = api.post("/refunds", json=SMALL)
    assert answer.status_code == 201
    with pytest.raises(ValueError, match=r"Expecting|utf-8"):
        answer.json()
    assert count(shop) == 1


def test_a_bad_schema_is_json_with_other_types(api: httpx.Client, shop: Shop) -> None:
    shop.fault("/orders/*", kind="bad_schema")
    bent, sound = api.get("/orders/4821").json(), api.get("/orders/4821").json()
    assert set(bent) == set(sound)
    assert all(bent[name] == {"unexpected": sound[name]} for name in sound)


def test_a_fault_meets_only_what_it_names_and_as_often_as_it_says(api: httpx.Client, shop: Shop) -> None:
    shop.fault("/orders/482*", method="GET", times=2)
    assert api.get("/orders/4710").status_code == 200
    assert api.post("/orders/4821").status_code == 405
    assert [api.get("/orders/4821").status_code for _ in range(3)] == [500, 500, 200]


def test_faults_without_an_end_last_until_they_are_cleared(api: httpx.Client, admin: httpx.Client, shop: Shop) -> None:
    answer = admin.post(
        "/admin/faults", json={"path": "*", "kind": "status", "status": 429, "retry_after": 2, "times": None}
    )
    assert answer.json()["faults"][0]["times"] is None
    refused = api.get("/orders/4821")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "2")
    assert {api.get("/orders/4821").status_code for _ in range(5)} == {429}
    assert admin.get("/admin/faults").json() == answer.json()
    assert admin.delete("/admin/faults").status_code == 204
    assert api.get("/orders/4821").status_code == 200


def test_the_first_fault_that_fits_strikes_first(api: httpx.Client, shop: Shop) -> None:
    for status in (501, 502):
        shop.fault("/orders/*", status=status)
    assert [api.get("/orders/4821").status_code for _ in range(3)] == [501, 502, 200]


def test_every_request_is_on_record(api: httpx.Client, admin: httpx.Client, shop: Shop) -> None:
    shop.fault("/refunds", kind="drop")
    with pytest.raises(httpx.RemoteProtocolError):
        api.post("/refunds", json=SMALL, headers={"Idempotency-Key": "k1"})
    api.post("/refunds", json=SMALL, headers={"Idempotency-Key": "k1"})
    api.get("/orders/none", headers={"Authorization": "Bearer wrong"})
    seen = admin.get("/admin/requests").json()["requests"]
    assert [(one["method"], one["path"], one["idempotency_key"], one["status"], one["fault"]) for one in seen] == [
        ("POST", "/refunds", "k1", None, "drop"),
        ("POST", "/refunds", "k1", 201, None),
        ("GET", "/orders/none", None, 401, None),
    ]


@pytest.mark.parametrize("given", [
    None, [], {}, {"path": 3}, {"path": "orders"}, {"path": "/x", "kind": "explode"}, {"path": "/x", "status": 99},
    {"path": "/x", "status": True}, {"path": "/x", "seconds": -1}, {"path": "/x", "seconds": 1e9},
    {"path": "/x", "times": 0}, {"path": "/x", "times": 1.5}, {"path": "/x", "tims": 2}, {"path": "/x", "method": None},
    {"path": "/x", "retry_after": "soon"},
])  # fmt: skip
def test_a_fault_that_cannot_be_is_refused(api: httpx.Client, shop: Shop, given: Any) -> None:
    with pytest.raises(BadFault):
        Faults().add_json(given)
    headers = {"Authorization": f"Bearer {shop.admin_token}"}
    answer = api.post("/admin/faults", content=json.dumps(given), headers=headers)
    assert answer.status_code == 422
    assert answer.json()["error"] == "bad_fault"
    assert api.get("/admin/faults", headers=headers).json() == {"faults": []}


def test_a_fault_is_spent_once_over_all_threads() -> None:
    faults = Faults()
    faults.add(Fault("/x", times=3))
    assert [faults.take("GET", "/x") is not None for _ in range(5)] == [True, True, True, False, False]
