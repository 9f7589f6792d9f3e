"""A reply is shown while a model writes it, where and only where that is safe.

What stands on the page at any moment is a text that the engine would send as it stands: its model holds it to be
supported and sure enough, it ends with a sentence, it has passed every output check of the flow from its first word on
(with the sources that will stand below it), and the ticket is open to it. The first doubt takes all of it back. The
text that is sent goes its own way: it is checked and written down as if there had been no draft.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from engine.channels.web import Web
from engine.guardrails.base import CheckError, Verdict
from engine.models.base import Decided, Passage
from engine.runtime.activities.desk import Desk
from engine.runtime.activities.scope import Scope
from engine.store.rows import TicketRow

__all__ = ["DOING", "Draft", "does", "open_draft", "sources", "sure"]

DOING: Final[Mapping[str, str]] = {
    **dict.fromkeys(("route", "listen", "ask.read", "judge", "verify", "verify.known"), "reading"),
    "knowledge.search": "looking_up", **dict.fromkeys(("reply", "answer"), "writing"), "agent": "working",
}  # fmt: skip
"""Activity -> what a visitor is told of it. Tools, flows and steps have names that are nobody's outside."""
_END: Final = re.compile(r"(?:(?<=\w\w)[.]|[!?])\s|\n")
"""Where a sentence ends, as the output checks see it or later: never in the middle of one of theirs."""

Judge = Callable[[str], Awaitable[Verdict]]


class Draft:
    """One attempt at a reply. Given what is written so far, it lets out what may be seen."""

    def __init__(self, desk: Desk, scope: Scope, token: str, judge: Judge, passages: Sequence[Passage] = ()) -> None:
        self._store, self._scope = desk.store, scope
        self._token = token
        self._judge = judge
        self.passages = passages
        """What the text is written from."""
        self._shown = 0
        self._over = False

    async def hear(self, decided: Decided, text: str) -> None:
        """The text so far, in the real words."""
        if self._over:
            return
        if not decided.supported or not sure(self._scope, decided.confidence):
            await self.withdraw()
            return
        end = max((found.end() for found in _END.finditer(text, self._shown)), default=0)
        so_far = text[:end].strip()
        if not so_far or end <= self._shown:
            return
        self._shown = end
        whole = so_far + sources(self.passages, decided.citations)
        verdict = await self._judge(whole)
        noted = all(finding.action == "note" for finding in verdict.findings)
        if not verdict.passed or not noted or verdict.text != whole:
            await self.withdraw()
        elif not await self._store.run(self._store.drafts.release, self._scope.ticket.id, self._token, so_far):
            self._over = True

    async def withdraw(self) -> None:
        """Takes it from the page, for good. What has become a text meanwhile stays."""
        self._over = True
        await self._store.run(self._store.drafts.withdraw, self._scope.ticket.id, self._token)


async def open_draft(desk: Desk, scope: Scope, judge: Judge) -> Draft | None:
    """A draft of the scope's reply. None where nothing may be shown before it is whole: on a channel that has no page,
    with a check that looks at the whole of a text, or where the engine would not send it now."""
    if not isinstance(desk.context.channels.get(scope.ticket.channel), Web):
        return None
    try:
        if not desk.context.guard(scope.plan).piecewise:
            return None
    except CheckError:
        return None
    token = await desk.store.run(
        desk.store.drafts.begin, scope.ticket.id, scope.work.epoch, scope.place, scope.work.iteration
    )
    return None if token is None else Draft(desk, scope, token, judge)


async def does(desk: Desk, ticket: TicketRow, kind: str, *, reads: bool) -> None:
    """Tells a visitor what an activity of this kind does. `reads`: it is a call of a tool that reads."""
    word = "looking_up" if reads else DOING.get(kind)
    if word is not None and ticket.state == "open" and isinstance(desk.context.channels.get(ticket.channel), Web):
        await desk.store.run(desk.store.drafts.doing, ticket.id, word)


def sure(scope: Scope, confidence: float) -> bool:
    """Whether a text is as sure as the flow asks for."""
    when = scope.plan.settings.get("escalate", {}).get("when", {}).get("confidence")
    return not (when and confidence < float(str(when["value"])))


def sources(passages: Sequence[Passage], citations: Sequence[str]) -> str:
    """What stands below a text: the titles of what it cites."""
    cited = [passage for passage in passages if passage.id in citations]
    titles = list(dict.fromkeys(passage.title or passage.source for passage in cited))
    return "\n\nFrom: " + "; ".join(titles) if titles else ""
