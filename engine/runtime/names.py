"""The names that the engine itself gives to conditions and texts: `customer` and `ticket`, from the store alone."""

from typing import Any

from engine.expressions.values import decode
from engine.runtime.languages import language_of
from engine.store import Missing, Store, TicketRow

__all__ = ["QUESTION", "engine_names", "is_verified"]

QUESTION = 3
"""Messages of the customer's, the newest, that `ticket.question` holds."""


async def engine_names(store: Store, ticket: TicketRow) -> dict[str, Any]:
    """`customer` and `ticket`, as gates and texts see them."""
    return {
        "ticket": {
            "id": ticket.id,
            "subject": ticket.subject,
            "question": await _question(store, ticket),
            "language": language_of(ticket),
            "channel": ticket.channel,
            "category": ticket.category,
        },
        "customer": await _customer(store, ticket),
    }


async def is_verified(store: Store, ticket: TicketRow) -> bool:
    """Whether the author that `verify` proved is still proved, on the database's clock."""
    proof = ticket.verified
    if proof is None:
        return False
    return proof.until is None or await store.run(store.now) < proof.until


async def _question(store: Store, ticket: TicketRow) -> str:
    messages = await store.run(store.messages.of_ticket, ticket.id)
    said = [m.text for m in messages if m.kind == "message" and m.author_role == "customer" and m.text]
    return "\n".join(said[-QUESTION:])


async def _customer(store: Store, ticket: TicketRow) -> dict[str, Any]:
    """The verified customer; before that what the channel claims, without an id: gates on it stay closed."""
    if await is_verified(store, ticket) and ticket.customer_value:
        try:
            known = decode(await store.run(store.values.get, ticket.customer_value))
        except Missing:
            known = None
        if isinstance(known, dict):
            return {**known, "verified": True}
    claims = ticket.requester or {}
    return {"email": claims.get("email"), "name": claims.get("name"), "id": None, "verified": False}
