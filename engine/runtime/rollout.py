"""How far a flow is let with a ticket: its mode, for that share of the customers that it is for."""

import hashlib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast

from engine.store.rows import Mode, TicketRow

__all__ = ["drawn", "mode_of"]

_BESIDE: Mode = "suggest"
"""What a flow is let for everybody else: people have the ticket, with what the engine would have said."""


def mode_of(rollout: Mapping[str, Any], ticket: TicketRow) -> Mode:
    """The mode that a plan's `rollout` gives a ticket. A ticket's mode only falls: see `Tickets.lower_mode`."""
    mode = cast("Mode", rollout.get("mode", "live"))
    within = drawn(ticket) < Decimal(str(rollout.get("share", 100)))
    return mode if within or mode == "shadow" else _BESIDE


def drawn(ticket: TicketRow) -> Decimal:
    """From 0 to below 100, evenly spread over customers (SHA-256 of who asks); the same for all tickets of one."""
    who = ticket.requester.get("id") if ticket.requester else None
    digest = hashlib.sha256(f"{ticket.channel}\0{who or ticket.external_id}".encode()).digest()
    return Decimal(int.from_bytes(digest[:8]) * 100) / 2**64
