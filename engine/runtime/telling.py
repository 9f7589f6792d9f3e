"""Who is told that people have a ticket where no ticketing platform tells its agents: the team, by mail and chat.

The rows are sent by the service (`engine.runtime.notices`). Whoever hands the ticket over writes them, the workflow or
the watchdog: they are the same rows.
"""

import hashlib
from collections.abc import Callable, Iterable

from engine.channels.base import Channel
from engine.channels.web import Web
from engine.store import HandoffRow, Store

__all__ = ["Notified", "tell_team", "written"]

Notified = Callable[[str], Iterable[tuple[str, str]]]
"""Team -> way (mail or chat) and whom by it."""


async def tell_team(store: Store, notified: Notified, handoff: HandoffRow, channel: Channel | None) -> None:
    """One row for each way and person; none where the platform does it."""
    if not isinstance(channel, Web):
        return
    for kind, to in notified(handoff.team or ""):
        name = hashlib.sha256(to.encode()).hexdigest()[:16]
        await store.run(
            store.outbound.propose, handoff.ticket_id, handoff.epoch, f"handoff/{handoff.id}", name,
            "mail" if kind == "mail" else "chat", {"handoff": handoff.id, "to": to},
        )  # fmt: skip


def written(row: HandoffRow, address: str) -> tuple[str, str]:
    """Subject and text. They hold nothing of the visitor's: `engine tickets show` does."""
    ticket = row.ticket_id
    lines = [
        f"A visitor waits for {row.team or 'a person'}: {row.reason.replace('_', ' ')}.",
        f"Until {row.due_at:%Y-%m-%d %H:%M} UTC.", "",
        f"Read:   engine tickets show {ticket}", f'Answer: engine tickets reply {ticket} "..."',
    ]  # fmt: skip
    if address:
        lines.append(f"The service: {address}")
    return f"A visitor waits ({ticket})", "\n".join(lines)
