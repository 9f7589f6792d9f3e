"""Which flow a ticket goes to, as its rows say it: rules first, then what was written."""

from collections.abc import Sequence

from engine.models.base import Message, Model
from engine.plan import Plan
from engine.routing import BUILT_IN, Came, by_rule, choices, decide, read
from engine.runtime.activities.base import Group
from engine.runtime.activities.desk import Desk
from engine.runtime.activities.scope import Scope
from engine.runtime.activities.seeing import Viewer, words_of
from engine.runtime.activities.thinking import OnAccount
from engine.store.rows import MessageRow

__all__ = ["Sorter"]

Rows = Sequence[MessageRow]


class Sorter(Group):
    """Asks the rules of the flows that are active now, then the model; changes nothing but the queue of wishes."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.viewer = Viewer(desk)

    async def best(self, scope: Scope, said: Rows, threshold: float) -> str | None:
        """The flow of the ticket; below the threshold, none. Further wishes of the same message are queued."""
        plans = await self._plans()
        starts = {plan.flow: plan.settings.get("rule", {}) for plan in plans}
        fits = by_rule(starts, _came(scope, said)) if scope.plan.flow == "triage" else []
        texts = tuple(words_of(said)) or (Message("customer", scope.ticket.subject or ""),)
        decision = await decide(
            self._model(scope), texts, choices(plans), threshold, fits=fits,
            last=(said[-1].text or "") if said and scope.plan.flow == "triage" else "",
            look=lambda: self.viewer.messages(scope, said),
        )  # fmt: skip
        for wish in decision.wishes[1:]:
            at = (said[-1].seq, wish.start, wish.end)
            await self.store.run(self.store.wishes.queue, scope.ticket.id, scope.work.epoch, *at)
        return decision.flow

    async def of_wish(self, scope: Scope, said: Rows, threshold: float) -> str | None:
        """The flow of a wish: of the message with this number, or of the words at this place of it. One that comes
        `instead` of the present matter names that as well ("forget the refund"), so other flows are looked at first."""
        number, (begins, ends) = scope.work.data["wish"], scope.work.data.get("at") or (0, None)
        texts = tuple(
            Message("customer", (m.text or "")[begins:ends], m.platform_time) for m in said if m.seq == number
        )
        model, among = self._model(scope), choices(await self._plans())
        others = tuple(choice for choice in among if choice.name != scope.plan.flow)
        for known in (others, among) if scope.work.data.get("instead") else (among,):
            answer = await read(model, texts, known)
            if answer.data.get("choice") and answer.confidence >= threshold:
                return str(answer.data["choice"])
        return None

    def _model(self, scope: Scope) -> Model:
        return OnAccount(self.desk, scope, "route")

    async def _plans(self) -> list[Plan]:
        active = await self.store.run(self.store.revisions.all_active)
        return [await self.desk.plan(revision) for flow, revision in active.items() if flow not in BUILT_IN]


def _came(scope: Scope, said: Rows) -> Came:
    """What the ticket came with. Once: what a customer writes after the ticket was closed comes without."""
    data = next((m.data for m in said if m.epoch == scope.work.epoch and isinstance(m.data, dict)), {})
    tags, form = data.get("tags"), data.get("form")
    channel = scope.ticket.channel if scope.work.epoch == 1 else ""
    return Came(channel, tuple(map(str, tags)) if isinstance(tags, list) else (), str(form) if form else None)
