"""The demo's hands and eyes outside the engine: customers on the platform, the shop's own books, approvers."""

import base64
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx

__all__ = ["World", "opened"]

_ONCE = httpx.Limits(max_keepalive_connections=0)
"""A kept connection may be closed by its server at the moment in which it is used."""


@asynccontextmanager
async def opened(env: Mapping[str, str]) -> AsyncIterator["World"]:
    """A world with connections of its own. `env` is the stack's environment."""
    async with httpx.AsyncClient(trust_env=False, timeout=20, limits=_ONCE) as http:
        yield World(env, http)


class World:
    """Speaks HTTP with the stand-ins and the service, as customers, agents and approvers would. `env` is the stack's
    environment."""

    def __init__(self, env: Mapping[str, str], http: httpx.AsyncClient) -> None:
        self._http = http
        self._shop = env["SHOP_URL"], {"Authorization": f"Bearer {env['SHOP_ADMIN_TOKEN']}"}
        self._desk = env["ZENDESK_URL"], {"Authorization": f"Bearer {env['ZENDESK_ADMIN_TOKEN']}"}
        self._customer = {"Authorization": f"Bearer {env['SHOP_TOKEN']}"}
        self._service = f"http://{env['ENGINE_SERVICE']}"
        self.posted = 0
        self.refused: list[int] = []
        self._held: set[int] = set()
        self._seen = 0

    async def open_ticket(self, email: str, subject: str, body: str) -> int:
        """A customer writes an e-mail."""
        return int((await self._admin("POST", "/tickets", {"email": email, "subject": subject, "body": body}))["id"])

    async def write(self, ticket: int, body: str) -> None:
        """The customer writes again."""
        await self._admin("POST", f"/tickets/{ticket}/comments", {"body": body})

    async def show(self, ticket: int) -> dict[str, Any]:
        """A ticket with its comments, as the platform has it."""
        return await self._admin("GET", f"/tickets/{ticket}")

    async def _admin(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        url, headers = self._desk
        answer = await self._http.request(method, f"{url}/admin{path}", json=body, headers=headers)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def hold(self, ticket: int) -> None:
        """Keeps back the webhooks of a ticket, to be posted in another order."""
        self._held.add(ticket)

    async def pump(self) -> None:
        """Posts every new webhook twice."""
        new = (await self._admin("GET", f"/deliveries?after={self._seen}"))["deliveries"]
        for one in new:
            self._seen = max(self._seen, one["seq"])
            if one["ticket_id"] not in self._held:
                await self._post(one)
                await self._post(one)

    async def release(self, ticket: int) -> int:
        """Posts what was kept back, the last one first, each twice; how many webhooks those were."""
        self._held.discard(ticket)
        kept = [d for d in (await self._admin("GET", "/deliveries?after=0"))["deliveries"] if d["ticket_id"] == ticket]
        for one in reversed(kept):
            await self._post(one)
            await self._post(one)
        return len(kept)

    async def _post(self, delivery: dict[str, Any]) -> None:
        body = base64.b64decode(delivery["body"])
        answer = await self._http.post(f"{self._service}/webhooks/zendesk", content=body, headers=delivery["headers"])
        self.posted += 1
        if answer.status_code != 200:
            self.refused.append(answer.status_code)

    async def refunds(self, order: str) -> list[dict[str, Any]]:
        """What the shop's own books say was paid back for an order, in cents."""
        url, headers = self._shop
        ledger = (await self._http.get(f"{url}/admin/ledger", headers=headers)).json()
        return [row for row in ledger["refunds"] if row["order_id"] == order]

    async def order(self, number: str) -> dict[str, Any]:
        """An order, as the shop's own API gives it."""
        url, _ = self._shop
        answer = await self._http.get(f"{url}/orders/{number}", headers=self._customer)
        found: dict[str, Any] = answer.json()
        return found

    async def approvals(self, token: str) -> list[dict[str, Any]]:
        """What waits for the person with this token."""
        answer = await self._http.get(f"{self._service}/api/approvals", headers={"Authorization": f"Bearer {token}"})
        answer.raise_for_status()
        return list(answer.json()["approvals"])

    async def decide(self, approval: dict[str, Any], token: str | None) -> int:
        """Approves, as the person with this token; the status."""
        answer = await self._http.post(
            f"{self._service}/api/approvals/{approval['id']}/decision",
            json={"decision": "approve", "version": approval["version"], "reason": "Lamp was damaged, within 30 days."},
            headers={"Authorization": f"Bearer {token}"} if token else {},
        )
        return answer.status_code

    async def edit(self, approval: str, arguments: dict[str, str], token: str) -> tuple[int, int]:
        """Changes arguments, as the person with this token; the status, and the version that it made."""
        headers = {"Authorization": f"Bearer {token}"}
        shown = (await self._http.get(f"{self._service}/api/approvals/{approval}", headers=headers)).json()
        body = {"decision": "edit", "version": shown["version"], "arguments": arguments, "reason": "the shade is fine"}
        answer = await self._http.post(
            f"{self._service}/api/approvals/{approval}/decision", json=body, headers=headers
        )  # fmt: skip
        return answer.status_code, answer.json().get("edited_version", 0)

    async def lose_answer(self, path: str) -> None:
        """The shop does the next work that is asked for there, and its answer never arrives."""
        url, headers = self._shop
        fault = {"path": path, "method": "POST", "kind": "drop_after_work"}
        (await self._http.post(f"{url}/admin/faults", json=fault, headers=headers)).raise_for_status()

    async def unknown(self, token: str) -> list[dict[str, Any]]:
        """What waits for this person's word."""
        answer = await self._http.get(f"{self._service}/api/reconcile", headers={"Authorization": f"Bearer {token}"})
        answer.raise_for_status()
        return list(answer.json()["unknown"])

    async def reconcile(self, call: str, token: str, *, done: bool) -> int:
        """Says what became of a call; the status."""
        answer = await self._http.post(
            f"{self._service}/api/reconcile/{call}/decision",
            json={"as_done": done, "reason": "It stands in the shop's books."},
            headers={"Authorization": f"Bearer {token}"},
        )
        return answer.status_code
