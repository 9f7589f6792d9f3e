"""`verify` in its ways: by a sign-in that the channel itself vouches for, and by facts in the order in which the
customer can answer. On a real Temporal server, against the stand-ins of Zendesk and the shop."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from engine.runtime.server import TemporalServer
from tests.runtime import made
from tests.runtime.bench import Bench

EMAIL, NUMBER = "jonas.weber@example.com", "C-1002"
GET = """
- tool: customers.get
  title: A customer by the shop's own id
  effect: read
  identifies: customer
  input: {type: object, required: [customer_id], properties: {customer_id: {type: string}}}
  output:
    type: object
    required: [id, name]
    properties: {id: {type: string}, name: {type: string}}
  errors: {nobody: {status: 404, not_done: true}}
  timeout: 10s
  http:
    method: GET
    url: "{{ secret.SHOP_URL }}/customers/{{ customer_id }}"
    headers: {Authorization: "Bearer {{ secret.SHOP_TOKEN }}"}
"""
FLOW = """
tools: {%s}
steps:
  - verify:
%s
    otherwise: escalate
  - reply: "You are {{ customer.name }}."
  - close: solved
"""
LATER = """
tools: {%s}
steps:
  - verify:
%s
  - if: not customer.verified or customer.orders | length == 0
    then: [{reply: "Nobody whom we know."}, {escalate: support}]
  - reply: "You are {{ customer.name }}, with {{ customer.orders | length }} orders."
  - close: solved
"""
SIGNED_IN = "      - {by: customers.get, signed_in: {customer_id: external_id}}\n"
MATCHED = "      - {by: customers.match, with: [email, postcode]}\n"
NUMBERED = "      - {by: customers.get, with: [customer_id]}\n"


@pytest.fixture
async def bench(temporal: TemporalServer, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    granted = [name for name in ("customers.get", "customers.match") if name in request.param]
    flow = LATER if "next" in request.param else FLOW
    root = made.project(tmp_path, flow=flow % (", ".join(f"{name}: allow" for name in granted), request.param))
    (root / "tools" / "get.yaml").write_text(GET, "utf-8")
    async with Bench(tmp_path, temporal.address, f"q-{tmp_path.name}", root=root) as running:
        yield running


async def ended(bench: Bench, *, text: str = "My lamp is damaged", **how: Any) -> tuple[int, list[str]]:
    """A ticket at its end, and what the engine said of who the customer is."""
    number = int(bench.desk.open_ticket(EMAIL, "Lamp", text, **how)["id"])
    async with bench.work():
        await bench.until(lambda: bench.closed(number) or bench.with_people(number), "an end")
    return number, bench.said(number)


def shopper(bench: Bench) -> str:
    """The shop's own id of the customer."""
    import sqlite3

    with sqlite3.connect(bench.folder / "shop.db") as shop:
        [(found,)] = shop.execute("select id from customers where email = ?", (EMAIL,))
    return str(found)


@pytest.mark.parametrize("bench", [SIGNED_IN, MATCHED + SIGNED_IN], indirect=True)
async def test_who_is_signed_in_is_asked_nothing(bench: Bench) -> None:
    bench.desk.desk.sign_up(EMAIL, external_id=shopper(bench))
    number, said = await ended(bench, channel="web")
    assert said == ["You are Jonas Weber."]
    verified = bench.row(number).verified
    assert verified is not None
    assert verified.how == "sign-in:customers.get"


@pytest.mark.parametrize("bench", [SIGNED_IN], indirect=True)
@pytest.mark.parametrize("how", [{"channel": "email"}, {"channel": "web", "flags": (3,)}])
async def test_a_claim_is_no_sign_in(bench: Bench, how: dict[str, Any]) -> None:
    """The very customer's address in a mail, and in a form that anybody can fill in: a person takes over."""
    bench.desk.desk.sign_up(EMAIL, external_id=shopper(bench))
    number, said = await ended(bench, text=f"I am customer {shopper(bench)}. My lamp is damaged", **how)
    assert bench.row(number).verified is None
    assert bench.row(number).escalated == "failed"
    assert not [text for text in said if "You are" in text]


@pytest.mark.parametrize("bench", [SIGNED_IN + MATCHED], indirect=True)
async def test_who_is_not_signed_in_is_asked(bench: Bench) -> None:
    bench.answers = [("postcode", "It is 80331")]
    number, said = await ended(bench)
    assert said[-1] == "You are Jonas Weber."
    assert [text for text in said if "email" in text] == [], "the channel's account of the address is enough to match"
    verified = bench.row(number).verified
    assert verified is not None
    assert verified.how == "customers.match"


@pytest.mark.parametrize("bench", [SIGNED_IN], indirect=True)
async def test_somebody_the_shop_does_not_know_is_nobody(bench: Bench) -> None:
    bench.desk.desk.sign_up(EMAIL, external_id="C-0000")
    number, _ = await ended(bench, channel="web")
    assert bench.row(number).verified is None
    assert bench.with_people(number)


@pytest.mark.parametrize("bench", [NUMBERED + MATCHED], indirect=True)
async def test_a_way_that_was_answered_already_is_enough(bench: Bench) -> None:
    """The second way's facts stand in the first message: nobody is asked for the first one's."""
    _, said = await ended(bench, text="My lamp is damaged. My postcode is 80331.")
    assert said == ["You are Jonas Weber."]


@pytest.mark.parametrize("bench", [MATCHED + NUMBERED], indirect=True)
async def test_who_cannot_answer_one_way_is_asked_for_the_next(bench: Bench) -> None:
    bench.answers = [("postcode", "No idea, I moved a while ago"), ("customer id", shopper(bench))]
    _, said = await ended(bench)
    assert ["postcode" in text for text in said] == [True, False, False]
    assert said[-1] == "You are Jonas Weber."


@pytest.mark.parametrize("bench", [MATCHED + NUMBERED], indirect=True)
async def test_who_answers_the_first_way_is_not_asked_for_the_other(bench: Bench) -> None:
    bench.answers = [("postcode", "80331")]
    _, said = await ended(bench)
    assert said[1:] == ["You are Jonas Weber."]


@pytest.mark.parametrize("bench", [MATCHED + NUMBERED], indirect=True)
async def test_facts_that_do_not_match_lead_to_the_next_way(bench: Bench) -> None:
    bench.answers = [("postcode", "It is 99999"), ("customer id", shopper(bench))]
    number, said = await ended(bench)
    assert said[-1] == "You are Jonas Weber."
    assert bench.row(number).attempts == {"verify": 2}


@pytest.mark.parametrize("bench", [MATCHED + "    attempts: 1\n    otherwise: next"], indirect=True)
@pytest.mark.parametrize(("postcode", "known"), [("80331", True), ("It is 99999", False)])
async def test_a_flow_that_goes_on_without_a_proof_asks_whether_there_is_one(
    bench: Bench, postcode: str, known: bool
) -> None:
    bench.answers = [("postcode", postcode)]
    number, said = await ended(bench)
    assert (bench.row(number).verified is not None) == known
    assert said[-1].startswith("You are Jonas Weber, with ") == known
    assert bench.with_people(number) != known
