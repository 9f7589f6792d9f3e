"""Tells teams what waits for them, approvals and visitors: sends the rows of mails and chats that were written.

It needs the store alone, and the rows are taken by compare-and-set: any number of these may run. A notice is sent at
least once: with the same Message-ID where it is a mail, and no more once nobody is asked any more.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from engine.notices.base import Notice, Notifier, NotSent, Unsure
from engine.runtime import telling
from engine.runtime.links import Link, sign
from engine.store import ApprovalRow, HandoffRow, Missing, OutboundRow, Store, StoreUnavailable

__all__ = ["Notices", "written"]

log = logging.getLogger("engine.notices")
_DEADLINE = timedelta(seconds=60)
"""For sending one; longer than any way's own time-outs."""
_AGAIN = (5.0, 30.0, 120.0, 600.0)
"""Seconds before one that did not get through is tried again."""
_MOST = 8
"""How often one is sent whose arrival stays unsure."""


class Notices:
    """`mail`: the server, if there is one; `chats` by team; `address`: where people reach the service, without a slash
    at its end; `links`: whether a mail's link decides by itself."""

    def __init__(
        self,
        store: Store,
        *,
        mail: Notifier | None = None,
        chats: Mapping[str, Notifier] | None = None,
        address: str = "",
        links: bool = False,
    ) -> None:
        self.store = store
        self.mail = mail
        self.chats = dict(chats or {})
        self.address = address.rstrip("/")
        self.links = links
        self._later: dict[str, tuple[datetime, int]] = {}
        """row -> when it may be tried again, and how often it was"""

    async def look(self) -> None:
        """One round. What fails for one does not keep the others from being sent."""
        now = await self.store.run(self.store.now)
        rows = await self.store.run(self.store.outbound.due, ("mail", "chat"))
        self._later = {row.id: self._later[row.id] for row in rows if row.id in self._later}
        for row in rows:
            if row.id in self._later and now < self._later[row.id][0]:
                continue
            try:
                await self._see_to(row, now)
            except StoreUnavailable:
                raise
            except Exception as error:  # its text may quote what customers wrote
                log.error("notice %s could not be sent: %s", row.id, type(error).__name__)
                self._wait(row, now)

    async def _see_to(self, row: OutboundRow, now: datetime) -> None:
        outbound = self.store.outbound
        if row.state == "sending":  # nobody can still be sending it, and a notice twice is better than none
            if row.attempts >= _MOST:
                await self.store.run(outbound.mark_unknown, row.id)
                return
            await self.store.run(outbound.not_found, row.id)
        about = await (self._waits(row) if "handoff" in row.content else self._asked(row, now))
        way = self.mail if row.kind == "mail" else self.chats.get(str(row.content["to"]))
        if about is None or way is None:
            await self.store.run(outbound.withdraw, row.id, "nobody_asked" if about is None else "no_way")
            return
        token = await self.store.run(outbound.hold, row.id)
        if token is None:
            return
        began = await self.store.run(outbound.begin, row.id, token, deadline=_DEADLINE)
        if not began.ok:
            await self.store.run(outbound.withdraw, row.id, began.code)
            return
        await self._send(row, way, await self._notice(row, about), token, now)

    async def _asked(self, row: OutboundRow, now: datetime) -> ApprovalRow | None:
        """The approval, while it waits for whom this is to."""
        try:
            found = await self.store.run(self.store.approvals.get, str(row.content["approval"]))
        except Missing:
            return None
        about = (row.content["version"], row.content["rank"])
        asked = found.state == "open" and now < found.expires_at and about == (found.version, found.rank)
        return found if asked else None

    async def _waits(self, row: OutboundRow) -> HandoffRow | None:
        """The handoff, while nobody has seen to it."""
        try:
            found = await self.store.run(self.store.handoffs.get, str(row.content["handoff"]))
        except Missing:
            return None
        return found if found.resolved_at is None else None

    async def _send(self, row: OutboundRow, way: Notifier, notice: Notice, token: str, now: datetime) -> None:
        outbound = self.store.outbound
        try:
            await way.send(notice)
        except NotSent as error:
            log.warning("notice %s was not taken: %s", row.id, error.code)
            if error.again:
                await self.store.run(outbound.release, row.id, token)
                self._wait(row, now)
            else:
                await self.store.run(outbound.settle, row.id, token, "not_sent", because=error.code)
        except Unsure as error:
            # stays `sending`: once its deadline has passed it is sent again
            log.warning("notice %s may not have arrived: %s", row.id, error.code)
        else:
            await self.store.run(outbound.settle, row.id, token, "sent", external_id=notice.marker)

    def _wait(self, row: OutboundRow, now: datetime) -> None:
        tried = self._later.get(row.id, (now, 0))[1]
        self._later[row.id] = (now + timedelta(seconds=_AGAIN[min(tried, len(_AGAIN) - 1)]), tried + 1)

    async def _notice(self, row: OutboundRow, about: ApprovalRow | HandoffRow) -> Notice:
        to = str(row.content["to"])
        if isinstance(about, HandoffRow):
            subject, text = telling.written(about, self.address)
            return Notice(to=to, subject=subject, text=text, marker=row.marker)
        link = f"{self.address}/approvals/{about.id}" if self.address else ""
        if self.address and self.links and row.kind == "mail":
            said = Link(approval=about.id, version=about.version, person=to, until=about.expires_at)
            link = f"{self.address}/decide/{sign(await self.store.run(self.store.meta.link_key), said)}"
        subject, text = written(about, link, reminder=bool(row.content.get("reminder")))
        return Notice(to=to, subject=subject, text=text, marker=row.marker)


def written(row: ApprovalRow, link: str, *, reminder: bool) -> tuple[str, str]:
    """Subject and text. The subject holds nothing of the customer: it stands on locked screens."""
    shown = row.shown or {}
    lines = [f"{name}: {value}" for name, value in (shown.get("arguments") or {}).items()]
    if shown.get("because"):
        lines.append(f"because {shown['because']}")
    if shown.get("edited_by"):
        lines.append(f"changed by {shown['edited_by']}; the customer was asked anew")
    lines += ["", f"Until {row.expires_at:%Y-%m-%d %H:%M} UTC, for {row.team}.", ""]
    lines.append(f"Look and decide: {link}" if link else f"Decide: engine approvals approve {row.id}")
    kind = "Reminder: approval" if reminder else "Approval"
    return f"{kind} needed: {shown.get('tool', 'a call')} ({row.id})", "\n".join(lines)
