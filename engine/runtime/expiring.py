"""An approval whose time is over: the next team of its line is asked, else it expires.

The worker and the watchdog both do this; whoever comes second finds what the first one did.
"""

from engine.runtime.deadlines import after, instants
from engine.store import ApprovalRow, Store

__all__ = ["expire"]


async def expire(store: Store, row: ApprovalRow) -> ApprovalRow:
    """Moves an open approval on if it is past its time. The row as it stands.

    The next team's time is counted from when it is asked, in its own calendar: what was down before costs it nothing.
    """
    if row.state != "open":
        return row
    now = await store.run(store.now)
    if now < row.expires_at:
        return row
    chain = row.chain or []
    if row.rank >= len(chain):
        return (await store.run(store.approvals.expire, row.id)).row
    link = chain[row.rank]
    expires = after(now, link["within"], link["calendar"])
    remind = instants(now, list(link["remind"]), expires, link["calendar"])
    return await store.run(store.approvals.pass_on, row.id, row.rank, expires_at=expires, remind_at=remind)
