"""The shop in a thread of its own."""

from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from engine.testing.faults import Fault
from engine.testing.serving import Server
from engine.testing.shop import database, ledger
from engine.testing.shop.app import ADMIN_TOKEN, create_app
from engine.testing.shop.seed import seed

__all__ = ["Shop"]


class Shop:
    """A running shop: `url` and `token` for who calls it, the rest for who tests."""

    def __init__(self, db: Path, token: str, admin_token: str, port: int) -> None:
        self.db, self.token, self.admin_token = db, token, admin_token
        self._app = create_app(db, token, admin_token=admin_token)
        self._server = Server(self._app, port=port)
        self.url = self._server.url
        self._begun = database.snapshot(db)

    @classmethod
    def start(
        cls, *, db: Path, token: str, port: int = 0, admin_token: str = ADMIN_TOKEN, now: datetime | None = None
    ) -> Self:
        """Serve the shop of this file on 127.0.0.1, filled first if it is empty; port 0 takes a free one."""
        seed(db, now=now)
        shop = cls(db, token, admin_token, port)
        shop._server.start()
        return shop

    def stop(self) -> None:
        """Stop serving; the file stays."""
        self._server.stop()

    def reset(self) -> None:
        """The books as they were at the start, no faults, no requests, the same address."""
        database.restore(self.db, self._begun)
        self._app.state.faults.clear()
        self._app.state.log.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, at: TracebackType | None
    ) -> None:
        self.stop()

    def fault(self, path: str, **how: Any) -> None:
        """Let requests to this path fail; arguments as of `Fault`."""
        self._app.state.faults.add(Fault(path, **how))

    def clear_faults(self) -> None:
        """Let all requests succeed again."""
        self._app.state.faults.clear()

    def requests(self) -> list[dict[str, Any]]:
        """Every request since the start: at, method, path, idempotency_key, status, fault."""
        seen: list[dict[str, Any]] = self._app.state.log.to_json()
        return seen

    def refunds(self, order_id: str) -> list[dict[str, Any]]:
        """What the books say was paid back for an order, in cents; not what anybody claims."""
        return ledger.refunds(self.db, order_id)
