"""The demo's course: eight tickets come in, a lead lowers an amount, the shop keeps an answer to itself, the worker is
killed while one waits for a lead; then a look at the world."""

import asyncio
import json
import time
from pathlib import Path

from engine.demo.report import Report
from engine.demo.stack import Stack, index_articles
from engine.demo.tickets import TICKETS, Outcome, Played, answer, outcomes, play
from engine.demo.world import World, opened
from engine.runtime.client import connect
from engine.runtime.projects import LoadedProject
from engine.runtime.ring import workflow_id
from engine.settings import Settings
from engine.store import Store

__all__ = ["run_demo"]

_PATIENCE = 100.0
_LEAD = "lena@northwind.example"
_BILLING = "mira@northwind.example"
_ABOVE, _EDITED, _UNKNOWN = 2, 6, 7
"""Places of the tickets that people have a hand in."""


async def run_demo(root: Path, state: Path, *, record: Path | None = None) -> bool:
    """Whether every outcome holds. `record`: a folder for the histories of all runs."""
    report = Report()
    began = time.monotonic()
    try:
        LoadedProject(root)  # a project with errors is refused before anything starts
        report.progress("indexing the articles ...")
        await index_articles(root)
        report.progress("starting Temporal, a worker, the service, the shop and a stand-in of Zendesk ...")
        async with Stack(root, state, sample=True) as stack:
            with Store.open(stack.env["ENGINE_STORE"]) as store:
                played, results = await _course(stack, store, report, record)
            report.done()
            for one, holds in zip(played, results, strict=True):
                report.ticket(one, store_again(stack), stack, holds)
            return report.table(played, results, time.monotonic() - began)
    finally:
        report.done()


def store_again(stack: Stack) -> Store:
    """The store, opened for the report."""
    return Store.open(stack.env["ENGINE_STORE"])


async def _course(
    stack: Stack, store: Store, report: Report, record: Path | None
) -> tuple[list[Played], list[list[Outcome]]]:
    lena = store.people.mint(_LEAD)
    somebody = store.people.mint("ana@northwind.example")
    mira = store.people.mint(_BILLING)
    async with opened(stack.env) as world:
        await world.lose_answer("/payouts")
        played = [await play(world, script) for script in TICKETS]
        report.progress("eight tickets are in; each webhook is posted twice, one pair in the wrong order ...")
        await _until(world, played, lambda: bool(_waiting(store, played[_EDITED])), "a refund waits that is edited")
        [first] = _waiting(store, played[_EDITED])
        report.progress("a lead lowers a refund of 129.00 EUR to 40.00 EUR; the customer is asked again ...")
        edited = await world.edit(first, {"amount": "40"}, lena)
        await _until(
            world, played, lambda: _settled(store, played) and bool(_waiting(store, played[_ABOVE])),
            "seven are done, one waits",
        )  # fmt: skip
        report.progress(
            "nobody knows whether the shop paid 3.85 EUR: its answer was lost; a person looks and says so ..."
        )
        [lost] = await world.unknown(mira)
        early = await world.reconcile(lost["id"], lena, done=True)
        reconciled = [await world.reconcile(lost["id"], mira, done=True) for _ in range(2)]
        report.progress("a refund of 129.00 EUR waits for a billing lead; the worker is killed with SIGKILL ...")
        stack.processes["worker"].kill()
        if record is not None:
            await _record(stack, store, record, stage="waiting", running=True)
        [approval] = [a for a in await world.approvals(lena) if a["id"] in _waiting(store, played[_ABOVE])]
        refused = [await world.decide(approval, None), await world.decide(approval, somebody)]
        report.progress("the lead approves while no worker runs; then a worker is started again ...")
        decided = [await world.decide(approval, lena), await world.decide(approval, lena)]
        stack.start_worker()
        await _until(world, played, lambda: _all_through(store, played), "the refund is paid")
        for one in played:
            one.shown = await world.show(one.number)
        results = await outcomes(played, world, store)
        if record is not None:
            await _record(stack, store, record, stage="after")
    results[_EDITED].append(("the edit counted, as version 2", edited == (200, 2)))
    results[_UNKNOWN] += [
        ("what is needed to decide was shown", lost["arguments"]["amount"] == "3.85 EUR" and bool(lost["sent_at"])),
        ("nobody of another team could say what became of it", early == 404),
        ("the first word counted, once", reconciled == [200, 409]),
    ]
    results[_ABOVE] += [
        ("nobody unknown and nobody of another team could approve", refused == [401, 403]),
        ("the lead's approval counted once", decided == [200, 409]),
    ]
    results[0].append(("every webhook was accepted, each posted twice", not world.refused and world.posted >= 12))
    return played, results


async def _until(world: World, played: list[Played], reached, what: str) -> None:  # type: ignore[no-untyped-def]
    """Carries webhooks and lets the customers answer, until something is the case. Raises TimeoutError."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        await world.pump()
        await asyncio.gather(*(answer(world, one) for one in played))
        if reached():
            return
        if time.monotonic() > deadline:
            raise TimeoutError(f"after {_PATIENCE:.0f} s it was not so: {what}")
        await asyncio.sleep(0.25)


def _waiting(store: Store, one: Played) -> list[str]:
    row = store.tickets.find("zendesk", str(one.number))
    return [a.id for a in store.approvals.of_ticket(row.id) if a.state == "open"] if row else []


def _settled(store: Store, played: list[Played]) -> bool:
    """All but the third are closed, or delivered to people."""
    return all(_through(store, one) for number, one in enumerate(played) if number != _ABOVE)


def _all_through(store: Store, played: list[Played]) -> bool:
    return all(_through(store, one) for one in played)


def _through(store: Store, one: Played) -> bool:
    row = store.tickets.find("zendesk", str(one.number))
    if row is None or row.state == "open":
        return False
    sent = [o for o in store.outbound.of_ticket(row.id) if o.kind != "note"]
    quiet = all(o.state == "sent" for o in sent)
    if row.state == "closed":
        return quiet and any(o.kind == "update" for o in sent)
    return quiet and any(h.state == "delivered" for h in store.handoffs.of_ticket(row.id)) and bool(sent)


async def _record(stack: Stack, store: Store, folder: Path, *, stage: str, running: bool = False) -> None:
    """Every run's history, or those that are still running, as JSON: what tests replay on each later version of the
    code. A run that waits is what an upgrade meets."""
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    client = await connect(Settings.from_env(stack.root, stack.env))
    for ticket in reversed(store.tickets.listing()):
        query = f"WorkflowId = '{workflow_id(ticket)}'" + (" AND ExecutionStatus = 'Running'" if running else "")
        number = 0
        async for run in client.list_workflows(query):
            history = await client.get_workflow_handle(run.id, run_id=run.run_id).fetch_history()
            name = f"{ticket.external_id}-{stage}-{number}-{run.workflow_type}.json"
            (folder / name).write_text(json.dumps(json.loads(history.to_json()), indent=1) + "\n", encoding="utf-8")
            number += 1
