"""The stand-ins, running on loopback."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from engine.testing.shop import Shop, seed
from engine.testing.zendesk import ZendeskStandIn

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    db = tmp_path_factory.mktemp("shop") / "shop.db"
    seed(db, now=NOW)
    return db


@pytest.fixture
def shop(tmp_path: Path, filled: Path) -> Iterator[Shop]:
    shutil.copy(filled, tmp_path / "shop.db")
    with Shop.start(db=tmp_path / "shop.db", token="shop-token") as running:
        yield running


@pytest.fixture(scope="session")
def quiet(tmp_path_factory: pytest.TempPathFactory, filled: Path) -> Iterator[Shop]:
    """A shop for requests that leave no trace: shared, because a server takes 0.2 s to stop."""
    db = tmp_path_factory.mktemp("quiet") / "shop.db"
    shutil.copy(filled, db)
    with Shop.start(db=db, token="shop-token") as running:
        yield running


@pytest.fixture(scope="session")
def asking(quiet: Shop) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {quiet.token}"}
    with httpx.Client(base_url=quiet.url, headers=headers, trust_env=False, timeout=10) as client:
        yield client


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


@pytest.fixture
def desk() -> Iterator[ZendeskStandIn]:
    with ZendeskStandIn.start(token="zd-token", secret="zd-secret") as running:
        yield running


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
