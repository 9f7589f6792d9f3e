"""`use` and `parallel` through real tickets."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.runtime.server import TemporalServer
from tests.runtime import made
from tests.runtime.bench import Bench
from tests.runtime.test_loops import orders_of, write

PIECE = """flow: find-order
title: Find the order that this is about
owner: support
about: Which order the customer means.
needs: verified
takes: {number: text}
gives:
  number: "{{ order.id }}"
  asked: "{{ number }}"
steps:
  - each: one
    in: customer.orders
    most: 50
    do:
      - set: word
        to: "{{ one.id if one.id == number else '' }}"
    gives: "{{ word }}"
    as: words
  - tool: orders.get
    with: {order_id: "{{ words | join('') }}"}
    as: order
"""
HEAD = """
tools:
  customers.match: allow
  orders.get: {only_if: [result.customer_id == customer.id]}
steps:
  - verify: [{by: customers.match, with: [email, postcode]}]
  - set: order
    to: "mine"
"""
USE = """
  - use: find-order
    with: {number: "{{ customer.orders[0].id | default('none') }}"}
    as: one
  - use: find-order
    with: {number: "{{ customer.orders[1].id | default('none') }}"}
    as: other
  - reply: "{{ order }}: {{ one.number }} of {{ one.asked }}, {{ other.number }} of {{ other.asked }}"
  - close: solved
"""
PARALLEL = """
  - parallel:
      one:
        - tool: orders.get
          with: {order_id: "{{ customer.orders[0].id | default('none') }}"}
          as: first
      other:
        - tool: orders.get
          with: {order_id: "{{ customer.orders[1].id | default('none') }}"}
          as: second
        - if: second.id is defined
          then:
            - set: told
              to: "{{ second.id }} too"
          else:
            - set: told
              to: "nothing"
      third:
        - set: third
          to: "{{ customer.name }}"
  - reply: "{{ first.id }}, {{ told }}, {{ third }}"
  - close: solved
"""


@pytest.fixture
async def bench(temporal: TemporalServer, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    root = made.project(tmp_path, flow=HEAD + request.param)
    (root / "flows/find-order.yaml").write_text(PIECE, "utf-8")
    async with Bench(tmp_path, temporal.address, f"q-{tmp_path.name}", root=root) as world:
        yield world


async def ended(bench: Bench) -> int:
    ticket = write(bench, "My lamp is damaged.")
    await bench.until(lambda: bench.closed(ticket) or bench.with_people(ticket), "the end")
    return ticket


@pytest.mark.parametrize("bench", [USE], indirect=True)
async def test_a_piece_is_used_twice_and_its_names_are_its_own(bench: Bench) -> None:
    async with bench.work():
        ticket = await ended(bench)
    first, second = [order["id"] for order in orders_of(bench)[:2]]
    assert bench.said(ticket)[-1] == f"mine: {first} of {first}, {second} of {second}"


@pytest.mark.parametrize("bench", [PARALLEL], indirect=True)
async def test_branches_run_at_once_and_all_they_name_is_known_behind(bench: Bench) -> None:
    async with bench.work():
        ticket = await ended(bench)
    first, second = [order["id"] for order in orders_of(bench)[:2]]
    assert bench.said(ticket)[-1].startswith(f"{first}, {second} too, ")
    steps = bench.store.steps.of(bench.row(ticket).id)
    assert [step.ordinal for step in steps] == list(range(1, len(steps) + 1)), "each step has a line of its own"


@pytest.mark.parametrize("bench", [PARALLEL], indirect=True)
async def test_where_one_branch_goes_to_people_all_do(bench: Bench) -> None:
    second = orders_of(bench)[1]["id"]
    bench.shop.fault(f"/orders/{second}", kind="status", status=404)
    async with bench.work():
        ticket = await ended(bench)
    assert bench.with_people(ticket)
    assert len(bench.said(ticket)) == 1, "a colleague takes over, and nothing else"
