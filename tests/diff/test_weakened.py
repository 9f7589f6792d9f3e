"""Any grant, weakened in any way, is named; and a grant beside itself in another order is not."""

import random
from dataclasses import replace
from math import inf
from typing import Any, NamedTuple

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from engine.compile import compile_flow
from engine.diagnostics import Sink
from engine.diff import Severity, Side, compare
from engine.project import Loader
from engine.steps import STEPS
from tests.diff.shop import FLOW, FLOW_FILE

LINES = (
    "order.customer_id == customer.id",
    "amount > {low}",
    "amount <= {high}",
    "amount + order.refunded <= order.total",
    "(order.delivered_at | days_ago) <= {days}",
    "order.status in ['shipped', 'delivered']",
)
SUBJECTS = ("order_id", "customer", "order.customer_id")


class Grant(NamedTuple):
    """Of `payments.refund`."""

    lines: tuple[str, ...]
    limits: tuple[tuple[int, str, int | None], ...]
    """(times, subject, days)"""
    asks: bool
    approvals: tuple[tuple[str, int | None], ...]
    """(team, the amount above which its people decide)"""

    def yaml(self, order: random.Random) -> str:
        """Its gates, each list in some order."""

        def listed(key: str, items: list[str]) -> str:
            order.shuffle(items)
            return f"    {key}:\n" + "".join(f"      - {item}\n" for item in items) if items else ""

        limits = [f"{n} per {what}" + (f" per {days}d" if days else "") for n, what, days in self.limits]
        approvals = [
            f"{{by: {team}, {f'if: amount > {least}, ' if least is not None else ''}within: 1d, otherwise: escalate}}"
            for team, least in self.approvals
        ]
        question = '"{{ amount | money }} for {{ order_id }}?"' if self.asks else "no"
        return (
            listed("only_if", list(self.lines)) + listed("limit", limits) + f"    confirm: {question}\n"
            + listed("approve", approvals)
        )  # fmt: skip


amounts = st.integers(2, 400)
lines = st.builds(
    lambda chosen, low, high, days: tuple(line.format(low=low, high=high, days=days) for line in sorted(chosen)),
    st.sets(st.sampled_from(LINES), min_size=1), st.integers(2, 40), st.integers(50, 400), st.integers(5, 60),
)  # fmt: skip
limits = st.lists(
    st.tuples(st.integers(2, 9), st.sampled_from(SUBJECTS), st.none() | st.integers(2, 90)),
    min_size=1, unique_by=lambda limit: limit[1],
).map(tuple)  # fmt: skip
approvals = st.lists(
    st.tuples(st.sampled_from(("billing", "billing-leads", "legal")), st.none() | amounts),
    min_size=1, unique_by=lambda line: line[0],
).map(tuple)  # fmt: skip
grants = st.builds(Grant, lines, limits, st.just(True), approvals)


def weakened(grant: Grant, draw: Any) -> tuple[Grant, str]:
    """A looser grant, and the key that tells it."""
    how = draw(st.sampled_from(["only_if", "bound", "limit", "raised", "window", "confirm", "approve", "above"]))
    number = draw(st.integers(0, 9))
    if how == "only_if":
        return grant._replace(lines=_without(grant.lines, number)), "only_if"
    if how == "bound":
        at = number % len(grant.lines)
        return grant._replace(lines=_with(grant.lines, at, _looser(grant.lines[at]))), "only_if"
    if how in ("limit", "raised", "window"):
        at = number % len(grant.limits)
        times, subject, days = grant.limits[at]
        if how == "limit":
            return grant._replace(limits=_without(grant.limits, number)), "limit"
        looser = (times + 1, subject, days) if how == "raised" else (times, subject, days - 1 if days else 365)
        return grant._replace(limits=_with(grant.limits, at, looser)), "limit"
    if how == "confirm":
        return grant._replace(asks=False), "confirm"
    if how == "approve":
        return grant._replace(approvals=_without(grant.approvals, number)), "approve"
    at = number % len(grant.approvals)
    team, least = grant.approvals[at]
    return grant._replace(approvals=_with(grant.approvals, at, (team, (least or 0) + 1))), "approve"


def _without(items: tuple[Any, ...], number: int) -> tuple[Any, ...]:
    at = number % len(items)
    return items[:at] + items[at + 1 :]


def _with(items: tuple[Any, ...], at: int, item: Any) -> tuple[Any, ...]:
    return (*items[:at], item, *items[at + 1 :])


def _looser(line: str) -> str:
    """A bound that lets more through."""
    left, operator, number = line.rpartition("<= ") if "<= " in line else line.rpartition("> ")
    if not number.isdigit():
        return f"{line} or ticket.channel == 'phone'"
    return f"{left}{operator}{int(number) + (1 if operator == '<= ' else -1)}"


def read(before: Side, grant: Grant, order: random.Random) -> Side:
    """The shop with this grant. All else is as it was, and not read again."""
    head, _, rest = FLOW.partition("  payments.refund:\n")
    tail = rest[rest.index("silence: {remind") :]
    text = f"{head}  payments.refund:\n{grant.yaml(order)}{tail}"
    sink = Sink()
    flow = Loader(before.project.root, sink, STEPS, {FLOW_FILE: text}).flow(FLOW_FILE)
    assert flow is not None
    assert not sink.ordered()
    project = replace(before.project, flows={**before.project.flows, "refund": flow})
    return Side(project, {"refund": compile_flow(flow, project)}, {})


bounded = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], phases=[Phase.explicit, Phase.generate])
"""To shrink an example takes minutes, and says little more."""


@settings(bounded, max_examples=40)
@given(grants, st.randoms(use_true_random=False), st.data())
def test_a_weaker_grant_is_always_named(before: Side, grant: Grant, order: random.Random, data: Any) -> None:
    strict = read(before, grant, order)
    looser, what = weakened(grant, data.draw)
    if _no_more(grant, looser):
        return  # what is dropped follows from the rest, or no call comes to it
    loose = read(before, looser, order)
    found = compare(strict, loose)
    assert (Severity.WIDENED, "refund", "payments.refund", what) in {one[:4] for one in found}
    assert [one for one in compare(loose, strict) if one.severity is Severity.WIDENED] == []


@settings(bounded, max_examples=20)
@given(grants, st.randoms(use_true_random=False))
def test_the_order_of_a_grant_is_of_no_effect(before: Side, grant: Grant, order: random.Random) -> None:
    assert compare(read(before, grant, order), read(before, grant, order)) == ()


def _no_more(grant: Grant, looser: Grant) -> bool:
    """Whether no amount that the lines let through needed an approval that it no longer needs."""
    before, after = dict(grant.approvals), dict(looser.approvals)
    team = next((team for team, least in before.items() if after.get(team, -1) != least), None)
    if team is None:
        return False
    above = max(_bound(before[team], -inf), _bound(_number(grant, "amount > "), -inf))
    upto = min(_bound(after[team], -inf) if team in after else inf, _bound(_number(grant, "amount <= "), inf))
    return above >= upto


def _number(grant: Grant, beginning: str) -> int | None:
    return next((int(line.removeprefix(beginning)) for line in grant.lines if line.startswith(beginning)), None)


def _bound(number: int | None, otherwise: float) -> float:
    return otherwise if number is None else number
