"""The search attributes by which the Temporal UI lists and filters tickets. Nothing personal stands in them."""

from typing import Any, Final

from temporalio.common import SearchAttributeKey

__all__ = [
    "AWAITING_TEAM",
    "CATEGORY",
    "CHANNEL",
    "ESCALATED",
    "FLOW",
    "OUTCOME",
    "ROLLOUT",
    "SEARCH_ATTRIBUTES",
    "SLA_DUE",
    "STATE",
    "TEAM",
]

STATE: Final = SearchAttributeKey.for_keyword("TicketState")
"""`open`, `handed_off` or `closed`."""
FLOW: Final = SearchAttributeKey.for_keyword("Flow")
CATEGORY: Final = SearchAttributeKey.for_keyword("Category")
"""The flow that works on it, once triage is done; it stays after a handoff."""
CHANNEL: Final = SearchAttributeKey.for_keyword("Channel")
TEAM: Final = SearchAttributeKey.for_keyword("Team")
"""Who owns it."""
AWAITING_TEAM: Final = SearchAttributeKey.for_keyword("AwaitingTeam")
"""Whose turn it is, while that is a team's."""
ESCALATED: Final = SearchAttributeKey.for_bool("Escalated")
ROLLOUT: Final = SearchAttributeKey.for_keyword("Rollout")
SLA_DUE: Final = SearchAttributeKey.for_datetime("SlaDue")
OUTCOME: Final = SearchAttributeKey.for_keyword("Outcome")

SEARCH_ATTRIBUTES: Final[tuple[SearchAttributeKey[Any], ...]] = (
    STATE, FLOW, CATEGORY, CHANNEL, TEAM, AWAITING_TEAM, ESCALATED, ROLLOUT, SLA_DUE, OUTCOME,
)  # fmt: skip
"""What a namespace must know before a ticket starts."""
