"""What is wrong at the end of a schedule, by the shop's books, the platform and the store."""

from collections import Counter
from collections.abc import Iterator

from engine.expressions.values import decode
from engine.store.rows import IntentRow
from engine.testing.shop import ledger
from tests.runtime.bench import Bench

__all__ = ["judged"]


def judged(bench: Bench, ticket: int, *, keyed: bool) -> list[str]:
    """All that is wrong; nothing, if all is right."""
    return [*_money(bench, ticket, keyed=keyed), *_texts(bench, ticket), *_order(bench, ticket)]


def _money(bench: Bench, ticket: int, *, keyed: bool) -> Iterator[str]:
    """One refund for every intent that is done, of its amount; none for the others; none that no intent wanted."""
    paid = Counter((row["order_id"], row["amount"]) for row in ledger.ledger(bench.folder / "shop.db")["refunds"])
    paid -= bench.paid_before  # type: ignore[attr-defined]
    row = bench.row(ticket)
    for intent in bench.store.intents.of_ticket(row.id):
        arguments = decode(intent.arguments)
        of = str(arguments["order_id"]), int(arguments["amount"].amount * 100)
        times, may = paid.pop(of, 0), _may_be_paid(intent)
        if times not in may:
            yield f"an intent that is {intent.state} ({intent.because}) was paid {times} times"
        if intent.state == "unknown" and (keyed or row.state == "closed"):
            yield f"nobody can tell an outcome: {intent.because}"
        used = [one.state for one in bench.store.approvals.of_ticket(row.id) if one.intent_id == intent.id]
        if times and used.count("used") != 1:
            yield f"paid with the approvals {used}"
        consents = [one.state for one in bench.store.consents.of_intent(intent.id)]
        if times and consents.count("used") != 1:
            yield f"paid with the consents {consents}"
    if paid:
        yield f"paid without an intent: {dict(paid)}"


def _may_be_paid(intent: IntentRow) -> tuple[int, ...]:
    if intent.counts_as_done:
        return (1,)
    return (0, 1) if intent.state == "unknown" else (0,)


def _texts(bench: Bench, ticket: int) -> Iterator[str]:
    """Each row that was sent stands on the platform once, and nothing else does but what may have been: the watchdog
    looks for it after its time, which is longer than a schedule."""
    said = Counter(bench.said(ticket))
    said += Counter(one["body"] for one in bench.desk.comments(ticket) if not one["public"])
    rows = [one for one in bench.store.outbound.of_ticket(bench.row(ticket).id) if one.kind in ("reply", "note")]
    for text, times in said.items():
        if times > 1:
            of = [(one.node, one.iteration, one.state, one.resent) for one in rows if one.content.get("text") == text]
            yield f"said {times} times: {text[:60]} {of}"
    sent, on_their_way = (sum(one.state == state for one in rows) for state in ("sent", "sending"))
    if not sent <= sum(said.values()) <= sent + on_their_way:
        yield f"{sum(said.values())} texts on the platform, {sent} rows sent: {[(o.kind, o.state) for o in rows]}"


def _order(bench: Bench, ticket: int) -> Iterator[str]:
    """Nothing is left over, and somebody has it."""
    store, row = bench.store, bench.row(ticket)
    if row.state != "closed" and (not row.owner or row.next_due is None):
        yield "nobody has it, or nothing comes next"
    if row.state == "closed" and bench.desk.ticket(ticket)["status"] != "solved":
        yield f"closed, and the platform has it {bench.desk.ticket(ticket)['status']}"
    if asked := [one.id for one in store.approvals.of_ticket(row.id) if one.state == "open"]:
        yield f"approvals left open {asked}"
    if meant := [one.id for one in store.intents.of_ticket(row.id) if one.state in ("reserved", "sending")]:
        yield f"intents left {meant}"
    messages = store.messages.of_ticket(row.id)
    spoken = [one for one in messages if one.kind == "message" and one.author_role == "customer"]
    if row.state == "closed" and not all(one.handled_by for one in spoken):
        yield f"never heard: {[one.seq for one in spoken if not one.handled_by]}"
    seen = [one.seq for one in messages]
    if seen != list(range(1, len(seen) + 1)):
        yield f"messages {seen}"
