"""Wrong actions are stopped by what the project declares: the backend refuses nothing.

A few of each kind in `make test`; with ENGINE_PROVE=1 at least 2,000. `ENGINE_PROVE_SEED` draws others, and
`ENGINE_PROVE_PART=2:4` takes 150 of each of the third and the fourth kind.
"""

import copy
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest

from engine.expressions.evaluate import EvaluationError, condition, evaluate
from engine.plan import Plan
from engine.runtime.projects import LoadedProject
from engine.runtime.server import TemporalServer
from engine.tools.typed import typed
from tests.tau.gates import SHOP_ACTIONS, Gates, kept, set_up
from tests.tau.script import Task
from tests.tau.shop import DATA, TauShop
from tests.tau.world import PROJECT, TauBench
from tests.tau.wrong import KINDS, Action, Wrong, right_actions, wrong_actions

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the data of tau-bench are not beside the checkout")
PROVE = bool(os.environ.get("ENGINE_PROVE"))
SEED = int(os.environ.get("ENGINE_PROVE_SEED", "4"))
PART = [int(at) for at in os.environ.get("ENGINE_PROVE_PART", "").split(":") if at]
EACH, RIGHT, LEAST, TICKETS, LINES = (150, 200, 2_000, 60, 150) if PROVE else (2, 6, 30, 0, 60)
if PART:
    EACH, RIGHT, LEAST = 150, 12, 40


def test_every_kind_breaks_a_sentence_of_the_policy() -> None:
    policy = " ".join((DATA / "policy.md").read_text("utf-8").split())
    assert [kind for kind, (sentence, _) in KINDS.items() if sentence not in policy] == []


def test_the_shop_refuses_nothing() -> None:
    """A wrong action that reached it would be seen: done directly, each one is in its books."""
    shop, seen = TauShop(), 0
    for wrong in wrong_actions(TauShop(), Random(SEED), each=3):
        if wrong.kind != "an id that is none":
            shop.do(SHOP_ACTIONS[wrong.action.tool], wrong.action.arguments)
            seen += 1
            assert len(shop.writes) == seen
    assert seen > 40


@pytest.mark.timeout(7200)
async def test_wrong_actions_are_stopped_and_right_ones_are_not(tmp_path: Path) -> None:
    chance = Random(SEED)
    kinds = dict([*KINDS.items()][slice(*PART)] if PART else KINDS)
    by: dict[str, Counter[str]] = {kind: Counter() for kind in kinds}
    with Gates(tmp_path) as gates:
        for wrong in wrong_actions(TauShop(), chance, each=EACH, without=gates.counted, kinds=kinds):
            judged = await gates.judge(wrong.action)
            assert not judged.done, f"seed {SEED}: {wrong.kind}: {wrong.action}"
            by[wrong.kind][judged.by] += 1
        stopped = sum(sum(one.values()) for one in by.values())
        assert stopped >= LEAST
        assert all(by.values()), f"a kind without a case: {by}"
        await right(gates, chance)
    print(f"\n{stopped} wrong actions, none done; by kind and gate:")
    for kind, gates_of in by.items():
        print(f"  {kind}: {dict(gates_of)}")


def test_every_line_is_needed() -> None:
    """Some wrong action is stopped by that line alone: judged here by the evaluator, on facts that the shop gives."""
    plan, shop = LoadedProject(PROJECT).plans["orders"], TauShop()
    needed: Counter[tuple[str, str]] = Counter()
    for wrong in wrong_actions(TauShop(), Random(SEED), each=LINES):
        action = wrong.action
        with kept(shop, action):
            for earlier in action.done_before:
                shop.do(SHOP_ACTIONS[earlier.tool], earlier.arguments)
            set_up(shop, action)
            failing = failing_lines(plan, shop, action)
        if len(failing) == 1:
            needed[action.tool, failing[0]] += 1
    writes = {tool: grant for tool, grant in plan.grants.items() if plan.tools[tool].effect != "read"}
    lines = {(tool, line["text"]) for tool, grant in writes.items() for line in grant.only_if}
    assert len(lines) == 31
    assert lines - set(needed) == set(), "lines without which nothing wrong would be done"


@pytest.mark.skipif(not PROVE, reason="the same gates, through whole tickets: with ENGINE_PROVE=1")
@pytest.mark.timeout(1800)
async def test_wrong_actions_through_whole_tickets(temporal: TemporalServer, tmp_path: Path) -> None:
    """A model that asks for them, and a customer who says yes to everything: the same gates stop them there."""
    made = list(apart(wrong_actions(TauShop(), Random(SEED), each=EACH)))[:TICKETS]
    async with TauBench(tmp_path, temporal.address, f"q-{tmp_path.name}") as bench:
        tasks = [ticket(bench.shop, number, wrong.action) for number, wrong in enumerate(made)]
        model = bench.scripted(tasks)
        for wrong in made:
            set_up(bench.shop, wrong.action)
        before = copy.deepcopy(bench.shop.world)
        numbers = [bench.open(task) for task in tasks]
        async with bench.worker(model):
            await bench.until(lambda: all(map(bench.closed, numbers)), "the end of every ticket", patience=600)
        assert bench.shop.writes == []
        assert bench.shop.world == before
        told = [model.told(task.number) for task in tasks]
    for wrong, [came] in zip(made, told, strict=True):
        assert came["not_done"] in ("refused", "invalid_arguments", "not_found", "else"), f"{wrong}: {came}"
    print(f"\n{len(made)} of them through whole tickets: {dict(Counter(came['not_done'] for [came] in told))}")


def apart(found: Iterable[Wrong]) -> Iterator[Wrong]:
    """Those that need no more than a ticket of a customer who is proved, each of other people and another order."""
    seen: set[Any] = set()
    for wrong in found:
        action = wrong.action
        names = {action.customer, *(v for v in action.arguments.values() if isinstance(v, str) and len(v) > 6)}
        if action.identity == "proved" and action.consent == "yes" and not action.done_before and not names & seen:
            seen |= names
            yield wrong


def ticket(shop: TauShop, number: int, action: Action) -> Task:
    user = shop.users[action.customer]
    facts = {"first_name": user["name"]["first_name"], "last_name": user["name"]["last_name"],
             "zip": user["address"]["zip"]}  # fmt: skip
    turns = [[(action.tool, dict(action.arguments))], [("finish", {"done": True})]]
    return Task(number, action.customer, user["email"], facts, turns)


async def right(gates: Gates, chance: Random) -> None:
    """Right actions, drawn from the same data, all pass the same gates; each once, by the books of the shop."""
    done: Counter[str] = Counter()
    profiles: set[str] = set()
    for action in right_actions(TauShop(), chance):
        if action.tool == "customers.change_address" and action.customer in profiles:
            continue
        if done.total() >= RIGHT:
            break
        if gates.used_up(action):
            continue
        profiles.add(action.customer)
        judged = await gates.judge(action)
        assert judged.writes == 1, f"seed {SEED}: {action}: {judged.proposed} {judged.called}"
        done[action.tool] += 1
    print(f"\n{done.total()} right actions, all done: {dict(done)}")


def failing_lines(plan: Plan, shop: TauShop, action: Action) -> list[str]:
    """All lines of the grant that do not hold, not only the first."""
    names: dict[str, Any] = {
        **action.arguments, "ticket": {}, "customer": {"id": action.customer if action.identity == "proved" else None},
    }  # fmt: skip
    for name, fact in plan.tools[action.tool].facts.items():
        asked = {key: evaluate(tree, action.arguments) for key, tree in fact["arguments"].items()}
        with suppress(LookupError):
            given = shop.do(_READS[fact["tool"]], asked)
            names[name] = typed(given, plan.tools[fact["tool"]].output)
    return [line["text"] for line in plan.grants[action.tool].only_if if not _holds(line["tree"], names)]


_READS = {
    "orders.get": "get_order", "customers.get": "get_customer", "payments.method": "get_payment_method",
    "products.items": "get_items",
}  # fmt: skip


def _holds(tree: Any, names: Mapping[str, Any]) -> bool:
    try:
        return condition(tree, names)
    except EvaluationError:
        return False
