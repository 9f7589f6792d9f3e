"""What the tests of the models share."""

from datetime import UTC, datetime
from typing import Final

from engine.models.base import Choice

NOW: Final = datetime(2026, 5, 20, 12, tzinfo=UTC)
"""A Wednesday."""

FLOWS: Final = (
    Choice(
        "refund",
        about="The customer wants money back for an order that they paid for.",
        examples=("I want a refund for order 4821", "You charged me twice", "Please give me my money back"),
        counter_examples=("Where is the refund you promised?",),
    ),
    Choice(
        "order-status",
        about="The customer wants to know where an order is and when it arrives.",
        examples=("Where is my order 4821?", "When will my parcel arrive", "My delivery is late"),
    ),
    Choice(
        "faq",
        about="A question about how the shop works: shipping, returns, warranty, accounts, payment.",
        examples=(
            "How long do I have to send something back?",
            "Which payment methods do you accept?",
            "Do you ship to Norway?",
            "How do I change my password?",
        ),
    ),
)
