"""What tests of the step `agent` share: a flow with one, and a ticket on which its model answers by a script."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.models.base import Answer, Call, Job, Request
from engine.models.local import LocalModel
from engine.testing.model import Outcome, ScriptedModel
from tests.runtime import made
from tests.runtime.bench import Bench

EMAIL, POSTCODE = "jonas.weber@example.com", "80331"
FLOW = """
tools:
  customers.match: allow
  orders.get: {only_if: [result.customer_id == customer.id]}
  payments.refund:
    only_if: [order.customer_id == customer.id, 0 < amount <= order.total - order.refunded]
    limit: [1 per order_id]
    confirm: "I will refund {{ amount | money }} for order {{ order_id }}. Shall I?"
    approve: {by: billing-leads, within: 1d, otherwise: escalate}
models: {agent: claude}
steps:
  - verify: [{by: customers.match, with: [email, postcode]}]
  - agent: Do for the customer what can be done.
    tools: [orders.get, payments.refund]
    using: [customer.name]
    gives: {solved: yes_no, why: [broken, late]}
    max: {model_calls: 6, customer_turns: 1, cost: 1 USD}
    as: outcome
  - reply: "{{ outcome.why }}"
  - close: solved
"""
CLAUDE = "models:\n  claude: {use: anthropic, model: claude-sonnet-4-5}\n"
DONE = Answer(calls=(Call("end", "finish", {"solved": True, "why": "broken"}),))


def project(folder: Path, flow: str = FLOW) -> Path:
    """A project whose one flow is this."""
    root = made.project(folder, flow=flow)
    settings = root / "engine.yaml"
    settings.write_text(settings.read_text("utf-8").replace("models:\n", CLAUDE, 1), "utf-8")
    return root


def calls(*asked: tuple[str, dict[str, Any]], cost: str = "0") -> Answer:
    """An answer that asks for these."""
    return Answer(calls=tuple(Call(f"{tool}-{at}", tool, given) for at, (tool, given) in enumerate(asked)),
                  cost=Decimal(cost))  # fmt: skip


class Played:
    """A ticket on which the agent's model answers by a script."""

    def __init__(self, bench: Bench, *script: Outcome, **more: Any) -> None:
        self.bench = bench
        self.model = ScriptedModel([(Job.WORK, list(script))])
        local = LocalModel()
        self.worker = bench.work(model=lambda plan, job: self.model if job == "agent" else local, **more)
        made = bench.desk.open_ticket(EMAIL, "Damaged", f"My lamp is damaged. My postcode is {POSTCODE}.")
        self.ticket = int(made["id"])

    async def end(self, answers: Sequence[tuple[str, str]] = ()) -> None:
        """Plays it to its end; whatever is to be approved is."""
        self.bench.answers = list(answers)
        async with self.worker:
            while (ended := await self.bench.until(self._stands, "an end, or an approval")) is not True:
                assert (await self.bench.decide(ended)).status_code == 200

    def _stands(self) -> Any:
        if self.bench.closed(self.ticket) or self.bench.with_people(self.ticket):
            return True
        return next(iter(self.bench.open_approvals()), None)

    @property
    def asked(self) -> list[Request]:
        """What the model was asked."""
        return self.model.requests

    @property
    def escalated(self) -> str | None:
        """Why people have it."""
        return self.bench.row(self.ticket).escalated

    def told(self) -> dict[str, Any]:
        """All that the model was told of its calls, by their ids, before its last answer."""
        return {name: result for turn in self.asked[-1].turns for name, result in turn.results.items()}
