"""Hearing the customer: pulls what came in, sees what ends a flow's say, and lets the waiting step take the rest."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from temporalio import activity

from engine.models.base import Choice, Job, Message, Request
from engine.models.lexical import topics, wishes_person
from engine.models.local import sentiment
from engine.models.local.yesno import plain_answer
from engine.runtime.activities.asking import Asker
from engine.runtime.activities.base import Desk, Group, Scope, guarded
from engine.runtime.input import Result
from engine.store.rows import MessageRow

__all__ = ["Hearer"]

_SURE = 0.55
"""Below this, what a message means is unclear, and unclear goes to a person."""

MEANINGS = (
    Choice("withdraws", "Takes the request back", (
        "Never mind, forget it", "I don't need this any more", "Please cancel my request", "Leave it, it is fine now",
        "Hat sich erledigt", "Laissez tomber", "Olvídalo",
    )),
    Choice("corrects", "Corrects something said before", (
        "Sorry, I meant order 4822", "No, the other order", "I gave you the wrong number", "It was the chair",
        "Entschuldigung, ich meinte die andere Bestellung", "Je me suis trompé de numéro",
    )),
    Choice("adds", "Adds a detail", (
        "By the way, the box was open too", "I also attached a photo", "Just to add, it happened on Monday",
        "Forgot to mention that it was a gift", "Noch etwas: die Verpackung war offen",
    )),
    Choice("asks", "Asks a question about this matter", (
        "How long does that take?", "When will I get my money?", "Which card does it go to?", "What do I need to send?",
        "Wie lange dauert das?", "Combien de temps cela prend-il ?",
    )),
    Choice("new_wish", "Wants something else besides", (
        "Also, where is my other order?", "And can you change my address?", "One more thing: I need an invoice",
        "I also want to cancel my subscription", "Außerdem brauche ich eine Rechnung",
    )),
    Choice("thanks", "Thanks or acknowledges", (
        "Thanks", "Thank you very much", "Great, thanks a lot", "Ok", "Perfect", "Danke", "Merci", "Gracias",
    )),
)  # fmt: skip
_DEFAULTS = {
    "withdraws": "stop", "corrects": "ask_again", "adds": "update", "asks": "answer", "new_wish": "queue",
    "thanks": "ignore",
}  # fmt: skip


class Hearer(Group):
    """What came in since the cursor, and what it means to the step that waits."""

    def __init__(self, desk: Desk, asker: Asker) -> None:
        super().__init__(desk)
        self.asker = asker

    @activity.defn(name="listen")
    @guarded
    async def listen(self, scope: Scope) -> Result:
        """`nothing`, `person`, `escalate`, `meanwhile` with what to do, or what the purpose makes of it."""
        pulled = await self.store.run(self.store.messages.pull, scope.ticket.id, scope.work.cursor)
        if not pulled:
            return Result("nothing", cursor=scope.work.cursor)
        said = [m for m in pulled if m.kind == "message" and m.author_role == "customer"]
        result = await self._turn(scope, said) if scope.plan.flow != "human" else None
        if result is None:
            result = await self._purpose(scope, pulled, said)
        result.cursor = pulled[-1].seq
        await self.store.run(
            self.store.messages.take, scope.ticket.id, [m.seq for m in pulled], scope.place,
            meaning=result.data.get("meaning") or result.outcome,
        )  # fmt: skip
        return result

    async def _turn(self, scope: Scope, said: Sequence[MessageRow]) -> Result | None:
        """The wish for a person, then the flow's own thresholds. None: the flow goes on."""
        if any(m.wants_person or wishes_person(m.text or "") for m in said):
            return Result("person")
        when = scope.plan.settings.get("escalate", {}).get("when", {})
        reason = await self.threshold(scope, said, when)
        return Result("escalate", because=reason) if reason else None

    async def threshold(self, scope: Scope, said: Sequence[MessageRow], when: dict[str, Any]) -> str | None:
        """The first escalation threshold of the flow that these messages cross, as a code."""
        wanted = set(when.get("topics", ()))
        for message in said:
            found = wanted & (set(message.topics) | topics(message.text or "", wanted))
            if found:
                return f"topic:{sorted(found)[0]}"
        if said and _crosses(when.get("sentiment"), Decimal(str(sentiment(said[-1].text or "")))):
            return "sentiment"
        if "customer_turns" in when:
            heard = await self.store.run(self.store.messages.of_ticket, scope.ticket.id)
            turns = sum(1 for m in heard if m.kind == "message" and m.author_role == "customer")
            if _crosses(when["customer_turns"], Decimal(turns)):
                return "customer_turns"
        return None

    async def _purpose(self, scope: Scope, pulled: Sequence[MessageRow], said: Sequence[MessageRow]) -> Result:
        match scope.work.data.get("purpose"):
            case "wait":
                return self._wait(scope, pulled, said)
            case _ if not said:
                return Result("nothing")
            case "ask":
                found = await self.asker.read_fields(scope, said=said)
                return found if found is not None else await self._meaning(scope, said)
            case "confirm":
                return await self._consent(scope, said)
            case _:
                return await self._meaning(scope, said)

    def _wait(self, scope: Scope, pulled: Sequence[MessageRow], said: Sequence[MessageRow]) -> Result:
        for number, branch in enumerate(scope.node.data["branches"], 1):
            name = branch.get("event")
            if name and any(m.kind == "event" and m.event == name for m in pulled):
                return Result(str(number))
            if branch.get("reply") and said:
                return Result(str(number))
        return Result("nothing")

    async def _consent(self, scope: Scope, said: Sequence[MessageRow]) -> Result:
        """Only an unqualified yes is a yes. What is neither yes nor no may still be a correction or a question."""
        consent = str(scope.work.data["consent"])
        answers = {plain_answer(message.text or "") for message in said}
        if len(answers) == 1 and None not in answers:  # "yes" and then "wait" is no yes
            message = said[-1]
            decided = await self.store.run(
                self.store.consents.decide, consent, given=answers == {True}, author_id=message.author_id or "",
                message_seq=message.seq, platform_time=message.platform_time,
            )  # fmt: skip
            if decided in ("given", "declined"):
                return Result(decided)
            if decided == "not_the_author":  # clear words, from somebody whose word does not count
                return Result("escalate", because=decided)
        meaning = await self._meaning(scope, said)
        return Result("again") if meaning.data.get("do") in ("escalate", "ignore") else meaning

    async def _meaning(self, scope: Scope, said: Sequence[MessageRow]) -> Result:
        """What the last words mean that no step waits for; unclear ones go to a person."""
        model = self.context.model(scope.plan, "route")
        words = tuple(Message("customer", m.text or "", m.platform_time) for m in said)
        answer = await model.answer(Request(Job.CLASSIFY, words, choices=MEANINGS))
        meaning = answer.data.get("choice") if answer.confidence >= _SURE else None
        declared = {**_DEFAULTS, **scope.plan.settings.get("meanwhile", {})}
        do = declared.get(str(meaning), "escalate") if meaning else "escalate"
        if do == "queue":
            for message in said:
                await self.store.run(self.store.wishes.queue, scope.ticket.id, scope.work.epoch, message.seq)
        return Result("meanwhile", data={"do": do, "meaning": meaning or "unclear"})


def _crosses(threshold: Any, value: Decimal) -> bool:
    """A threshold is `{op, value}`: `< -0.5` crosses downwards, `> 8` upwards."""
    if not threshold:
        return False
    limit = Decimal(str(threshold["value"]))
    match threshold["op"]:
        case "<":
            return value < limit
        case "<=":
            return value <= limit
        case ">":
            return value > limit
        case ">=":
            return value >= limit
    return True
