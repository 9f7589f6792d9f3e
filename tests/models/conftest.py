"""What the tests of the models share."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Final

import pytest

from engine.models.base import Choice
from engine.models.hosted import HostedModel
from engine.models.registry import PROVIDERS
from engine.testing.models import ModelStandIn
from tests.models.given import hosted

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


@pytest.fixture(scope="module")
def served() -> Iterator[ModelStandIn]:
    with ModelStandIn.start() as standin:
        yield standin


@pytest.fixture
def standin(served: ModelStandIn) -> ModelStandIn:
    served.asked.clear()
    served.refused.clear()
    return served


@pytest.fixture(params=sorted(PROVIDERS))
async def model(request: pytest.FixtureRequest, standin: ModelStandIn) -> AsyncIterator[HostedModel]:
    made = hosted(request.param, standin.url(request.param))
    yield made
    await made.close()
    assert standin.refused == [], "a request that the provider would refuse"
