"""The stand-ins, running on loopback."""

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from engine.testing.shop import Shop
from engine.testing.zendesk import ZendeskStandIn

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def running_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """One server for all tests: it takes 0.2 s to stop."""
    with Shop.start(db=tmp_path_factory.mktemp("shop") / "shop.db", token="shop-token", now=NOW) as running:
        yield running


@pytest.fixture
def shop(running_shop: Shop) -> Shop:
    running_shop.reset()
    return running_shop


@pytest.fixture
def api(shop: Shop) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {shop.token}"}
    with httpx.Client(base_url=shop.url, headers=headers, trust_env=False, timeout=10) as client:
        yield client


@pytest.fixture
def admin(shop: Shop) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {shop.admin_token}"}
    with httpx.Client(base_url=shop.url, headers=headers, trust_env=False, timeout=10) as client:
        yield client


@pytest.fixture(scope="session")
def running_desk() -> Iterator[ZendeskStandIn]:
    with ZendeskStandIn.start(token="zd-token", secret="zd-secret") as running:
        yield running


@pytest.fixture
def desk(running_desk: ZendeskStandIn) -> ZendeskStandIn:
    running_desk.reset()
    return running_desk


@pytest.fixture
def zendesk(desk: ZendeskStandIn) -> Iterator[httpx.Client]:
    url = f"{desk.url}/api/v2"
    with httpx.Client(base_url=url, auth=(desk.user, desk.token), trust_env=False, timeout=10) as client:
        yield client


@pytest.fixture
def desk_admin(desk: ZendeskStandIn) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {desk.admin_token}"}
    with httpx.Client(base_url=f"{desk.url}/admin", headers=headers, trust_env=False, timeout=10) as client:
        yield client
