"""A platform, a bell and a watchdog."""

from collections.abc import Iterator

import pytest

from engine.channels.zendesk import Zendesk
from engine.runtime.watchdog import Watchdog
from engine.store import Store
from engine.testing.zendesk import ZendeskStandIn
from tests.runtime.watchdog.around import SECRET, TOKEN, Phone, another


@pytest.fixture(scope="module")
def desk() -> Iterator[ZendeskStandIn]:
    with ZendeskStandIn.start(token=TOKEN, secret=SECRET) as standin:
        yield standin


@pytest.fixture
def zendesk(desk: ZendeskStandIn) -> Zendesk:
    desk.clear_faults()
    return Zendesk(name="desk", url=desk.url, user=desk.user, token=TOKEN, webhook_secret=SECRET, seconds=2.0)


@pytest.fixture
def bell() -> Phone:
    return Phone()


@pytest.fixture
def dog(store: Store, zendesk: Zendesk, bell: Phone) -> Watchdog:
    return another(store, zendesk, bell)
