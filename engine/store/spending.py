"""What models cost: a row a call, and budgets that hold over any number of workers.

A call begins by setting aside what it may cost at the most, in the transaction that looks whether there is room for it.
What is set aside becomes what it did cost once that is known; a call that nobody came back from keeps its worst.
"""

from decimal import ROUND_CEILING, Decimal
from typing import Any, Final, Literal, NamedTuple

import sqlalchemy as sa

from engine.store import place, schema
from engine.store.database import Database
from engine.store.rows import ModelCallRow
from engine.store.transaction import Transaction, mint

__all__ = ["Begun", "Refused", "Spending"]

UNIT: Final = 1_000_000_000
"""Of a USD."""
Refused = Literal["ticket", "day", "unpriced"]


class Begun(NamedTuple):
    """A call's id, or why it may not begin."""

    id: str
    refused: Refused | None = None


class Spending:
    """Calls of models."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(
        self,
        ticket_id: str,
        epoch: int,
        node: str,
        *,
        job: str,
        name: str,
        model: str,
        worst: Decimal | None,
        prompts: str | None = None,
        ticket_budget: Decimal | None = None,
        day_budget: Decimal | None = None,
    ) -> Begun:
        """Sets `worst` USD aside for a call, if both budgets (in USD) have room for it. Where there is a budget, a call
        whose price is not known is refused. Raises Missing."""
        counted = 0 if worst is None else _units(worst)
        with self._database.write() as tx:
            place.locked(tx, ticket_id)
            day = tx.now().date().isoformat()
            if worst is None and (ticket_budget, day_budget) != (None, None):
                return Begun("", "unpriced")
            if ticket_budget is not None and self._of_ticket(tx, ticket_id) + counted > _units(ticket_budget):
                return Begun("", "ticket")
            if not self._of_day(tx, day, counted, day_budget):
                return Begun("", "day")
            call = mint("m")
            tx.insert(
                schema.model_calls, id=call, ticket_id=ticket_id, epoch=epoch, node=node, job=job, name=name,
                model=model, prompts=prompts, state="begun", worst=None if worst is None else counted, counted=counted,
                day=day, begun_at=tx.now(),
            )  # fmt: skip
            return Begun(call)

    def settle(
        self,
        call: str,
        *,
        cost: Decimal | None,
        tokens: tuple[int, int, int] | None = None,
        because: str | None = None,
        nothing: bool = False,
    ) -> None:
        """What came of a call: `tokens` of input, of those from the cache, and of output; `because`, a code, where no
        answer came; `nothing` if it certainly cost nothing. With no cost known, its worst stays counted. Once."""
        row = schema.model_calls.c
        used: dict[str, Any] = {}
        if tokens is not None:
            used = dict(zip(("input_tokens", "cached_tokens", "output_tokens"), tokens, strict=True))
        with self._database.write() as tx:
            found = tx.by_id(ModelCallRow, schema.model_calls, call)
            price = 0 if nothing else (None if cost is None else _units(cost))
            counted = found.counted if price is None else price
            changed = tx.update(
                schema.model_calls, row.id == call, row.state == "begun", cost=price, counted=counted,
                state="answered" if because is None else "failed", because=because, settled_at=tx.clock, **used,
            )  # fmt: skip
            if changed and counted != found.counted:
                days = schema.model_days.c
                more = days.counted + (counted - found.counted)
                tx.update(schema.model_days, days.day == found.day, counted=more)

    def of_ticket(self, ticket_id: str) -> list[ModelCallRow]:
        """All calls for a ticket, oldest first."""
        row = schema.model_calls.c
        query = sa.select(schema.model_calls).where(row.ticket_id == ticket_id).order_by(row.begun_at, row.id)
        with self._database.read() as tx:
            return tx.all(ModelCallRow, query)

    def counted(self, ticket_id: str) -> Decimal:
        """USD that the ticket's budget has been charged with."""
        with self._database.read() as tx:
            return Decimal(self._of_ticket(tx, ticket_id)) / UNIT

    def of_day(self, day: str) -> Decimal:
        """USD that the budget of a day (`YYYY-MM-DD`, UTC) has been charged with."""
        days = schema.model_days.c
        with self._database.read() as tx:
            found = tx.connection.execute(sa.select(days.counted).where(days.day == day)).scalar()
            return Decimal(found or 0) / UNIT

    def _of_ticket(self, tx: Transaction, ticket_id: str) -> int:
        row = schema.model_calls.c
        query = sa.select(sa.func.coalesce(sa.func.sum(row.counted), 0)).where(row.ticket_id == ticket_id)
        return int(tx.connection.execute(query).scalar_one())

    def _of_day(self, tx: Transaction, day: str, counted: int, budget: Decimal | None) -> bool:
        """One compare-and-set on the day's row: whether it had room."""
        row = schema.model_days.c
        tx.insert_new(schema.model_days, day=day, counted=0)
        where = [row.day == day]
        if budget is not None:
            where.append(row.counted + counted <= _units(budget))
        return tx.update(schema.model_days, *where, counted=row.counted + counted) == 1


def _units(amount: Decimal) -> int:
    """Rounded up: what is counted is never less than what it costs."""
    return int((amount * UNIT).to_integral_value(ROUND_CEILING))
