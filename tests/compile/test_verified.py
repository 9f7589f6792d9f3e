"""Where `customer.verified` is known to be true, the customer is verified; nowhere else."""

from pathlib import Path

import pytest

from tests.golden.case import checked, rules

FLOW = """tools: {{customers.match: allow, orders.get: {{only_if: [result.customer_id == customer.id]}}}}
silence: {{within: 5d, otherwise: close}}
steps:
  - verify: [{{by: customers.match, with: [email, postcode]}}]
    otherwise: next
  - if: {test}
    then: [{{reply: "{yes}"}}]
    else: [{{reply: "{no}"}}]
  - tool: orders.get
    with: {{order_id: "1"}}
    as: order
  - close: solved
"""
KNOWN, UNKNOWN = "Hello {{ customer.name }}.", "Hello."
TRUE = [
    "customer.verified", "not not customer.verified", "customer.verified and customer.orders | length > 0",
    "customer.orders | default([]) | length > 0 and customer.verified", "customer.verified and customer.verified",
    "not (not customer.verified or ticket.subject is none)",
    "customer.verified if ticket.id == '1' else customer.verified",
]  # fmt: skip
FALSE = ["not customer.verified", "not customer.verified or ticket.subject is none"]
NEITHER = [
    "customer.verified or customer.email is not none", "ticket.subject is none", "customer.email is not none",
    "customer.verified if ticket.subject is none else true", "not customer.verified and ticket.subject is none",
    "customer.id == '1' or customer.verified",
]  # fmt: skip


def found(folder: Path, test: str, yes: str, no: str) -> list[str]:
    return rules(checked(folder, FLOW.format(test=test, yes=yes, no=no)))


@pytest.mark.parametrize("test", TRUE)
def test_it_is_known_where_the_condition_holds(test: str, tmp_path: Path) -> None:
    assert found(tmp_path, test, KNOWN, UNKNOWN) == []
    assert found(tmp_path, test, KNOWN, KNOWN) == ["maybe-missing"]


@pytest.mark.parametrize("test", FALSE)
def test_it_is_known_where_the_condition_does_not_hold(test: str, tmp_path: Path) -> None:
    assert found(tmp_path, test, UNKNOWN, KNOWN) == []
    assert found(tmp_path, test, KNOWN, UNKNOWN) == ["maybe-missing"]


@pytest.mark.parametrize("test", NEITHER)
def test_a_claim_and_a_condition_on_something_else_say_nothing(test: str, tmp_path: Path) -> None:
    for yes, no in ((KNOWN, UNKNOWN), (UNKNOWN, KNOWN)):
        assert found(tmp_path, test, yes, no) == ["maybe-missing"]


def test_a_loop_until_it_is_so(tmp_path: Path) -> None:
    flow = """tools: {customers.match: allow}
silence: {within: 5d, otherwise: close}
steps:
  - repeat: 3
    until: customer.verified
    do:
      - verify: [{by: customers.match, with: [email, postcode]}]
        otherwise: next
    otherwise: {exhausted: escalate}
  - reply: "Hello {{ customer.name }}."
  - close: solved
"""
    assert rules(checked(tmp_path, flow)) == []
    assert rules(checked(tmp_path, flow.replace("exhausted: escalate", "exhausted: next"))) == ["maybe-missing"]


def test_a_name_of_the_checkers_own_is_never_offered(tmp_path: Path) -> None:
    shown = checked(tmp_path, FLOW.format(test="customers.verified", yes="a", no="b")).diagnostics
    assert [one.rule for one in shown] == ["unknown-name"]
    assert "/" not in f"{shown[0].message} {shown[0].tip}"
