"""The language of a ticket: as the customer's words tell it, else the channel, else the project's own."""

from collections.abc import Mapping
from typing import Any, Final

from engine.store.rows import TicketRow

__all__ = ["language_of", "spoken", "told"]

_UNTOLD: Final = frozenset({None, "und"})
"""What earlier versions kept of words that told none."""


def told(ticket: TicketRow) -> str | None:
    """ISO 639-1 code of what the customer wrote in this ticket; None while it does not tell its language."""
    return None if ticket.language in _UNTOLD else ticket.language


def language_of(ticket: TicketRow) -> str | None:
    """What the customer is written to in: as their words tell it, else as the channel claims it, else None."""
    claimed = (ticket.requester or {}).get("language")
    return told(ticket) or (str(claimed).lower() if claimed else None)


def spoken(ticket: TicketRow, settings: Mapping[str, Any]) -> str:
    """The language of fixed texts: the customer's if the project promises it, else the first of its `languages`, else
    English.

    `settings`: those of the ticket's plan.
    """
    promised = settings.get("languages") or ()
    own = language_of(ticket)
    return own if own is not None and own in promised else str(next(iter(promised), own or "en"))
