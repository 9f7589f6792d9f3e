"""A Zendesk of one's own: the API on 127.0.0.1, and the customers and agents who use it."""

from collections.abc import Mapping
from datetime import datetime
from mimetypes import guess_type
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from starlette.applications import Starlette

from engine.testing.faults import Fault
from engine.testing.serving import Server
from engine.testing.zendesk import admin
from engine.testing.zendesk.api import application
from engine.testing.zendesk.delivery import Courier, Delivery, signed
from engine.testing.zendesk.desk import GROUPS, Desk, Unknown
from engine.testing.zendesk.records import Doc

__all__ = ["ADMIN_TOKEN", "AGENT", "ZendeskStandIn"]

AGENT: Final = "assistant@northwind.example"
"""The agent in whose name an integration works, unless another one is given."""
ADMIN_TOKEN: Final = "zendesk-admin"


class ZendeskStandIn:
    """The stand-in: `url`, `user` and `token` for the integration, the rest for who tests.

    State is in memory, or in the file `db`, which outlives it. `secret` signs the webhooks.
    """

    def __init__(
        self, *, token: str, secret: str, db: Path | None = None, agent: str = AGENT, admin_token: str = ADMIN_TOKEN,
        groups: tuple[str, ...] = GROUPS,
    ) -> None:  # fmt: skip
        self.token, self.secret, self.admin_token = token, secret, admin_token
        self.user = f"{agent}/token"
        self.url = ""
        self.desk = Desk(db, agent=agent, groups=groups)
        self.app: Starlette = application(self.desk, token, admin.routes(self, admin_token))
        self._server: Server | None = None
        self._courier: Courier | None = None

    @classmethod
    def start(cls, *, token: str, secret: str, port: int = 0, **more: Any) -> Self:
        """Serve on 127.0.0.1; port 0 takes a free one. `more`: db, agent, admin_token, groups."""
        standin = cls(token=token, secret=secret, **more)
        standin._server = Server(standin.app, port=port)
        standin.served_at(standin._server.url)
        standin._server.start()
        return standin

    def served_at(self, url: str) -> None:
        """The address that documents name as their own."""
        self.url = self.desk.url = url

    def stop(self) -> None:
        """Stop posting and serving. May be called twice."""
        self.post_to(None)
        if self._server is not None:
            self._server.stop()
        self.desk.records.close()

    def reset(self) -> None:
        """As if it had just been started: no tickets, no webhooks, no faults, no requests, the same address."""
        self.post_to(None)
        self.desk.reset()
        self.app.state.faults.clear()
        self.app.state.log.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, at: TracebackType | None
    ) -> None:
        self.stop()

    # --- what people do

    def open_ticket(
        self, email: str, subject: str, body: str, *, name: str = "", tags: tuple[str, ...] = (),
        files: Mapping[str, bytes] | None = None, channel: str = "email", flags: tuple[int, ...] = (),
    ) -> Doc:  # fmt: skip
        """A customer writes an e-mail, or by another channel: a new ticket, and a new user if the address is not known.
        `files`: see `customer_writes`. `flags` of the comment, such as 3 on the web: nobody was signed in."""
        customer = self.desk.add_user(name or email.partition("@")[0], email)
        given = {"subject": subject, "comment": {"body": body, "uploads": self._uploaded(files)}, "tags": list(tags)}
        return self.desk.open(given, actor=customer, channel=channel, flags=flags)[0]

    def customer_writes(
        self, ticket_id: int, body: str, *, email: str | None = None, files: Mapping[str, bytes] | None = None,
        channel: str = "email", flags: tuple[int, ...] = (),
    ) -> Doc:  # fmt: skip
        """The requester writes again, or another customer (`email`) who was copied in: the comment. `files` are
        attached, by their names, with the type that a mail program would guess."""
        ticket = self.desk.find("ticket", ticket_id)
        author = self.desk.find("user", ticket["requester_id"]) if email is None else self._person(email)
        comment = {"body": body, "uploads": self._uploaded(files)}
        self.desk.update(ticket_id, {"comment": comment}, actor=author, channel=channel, flags=flags)
        return self.desk.comments(ticket_id)[-1]

    def _uploaded(self, files: Mapping[str, bytes] | None) -> list[str]:
        return [
            self.desk.upload(name, content, guess_type(name)[0] or "application/octet-stream")
            for name, content in (files or {}).items()
        ]

    def agent_changes(self, ticket_id: int, ticket: Doc, *, email: str) -> Doc:
        """A human agent changes a ticket: the API's `ticket` object, such as {"status": "solved"}; the ticket after."""
        return self.desk.update(ticket_id, ticket, actor=self._person(email, "agent"), channel="web")[0]

    def agent_replies(self, ticket_id: int, body: str, *, email: str, public: bool = True) -> Doc:
        """A human agent writes a reply, or a note that is not public: the comment."""
        self.agent_changes(ticket_id, {"comment": {"body": body, "public": public}}, email=email)
        return self.desk.comments(ticket_id)[-1]

    def _person(self, email: str, role: str = "end-user") -> Doc:
        return self.desk.by_email(email) or self.desk.add_user(email.partition("@")[0], email, role=role)

    # --- what came of it

    def ticket(self, ticket_id: int) -> Doc:
        """The ticket as the API shows it."""
        return self.desk.find("ticket", ticket_id)

    def comments(self, ticket_id: int) -> list[Doc]:
        """Its comments, public and internal, oldest first."""
        return self.desk.comments(ticket_id)

    def audits(self, ticket_id: int) -> list[Doc]:
        """Its audits, oldest first."""
        return self.desk.audits(ticket_id)

    def group(self, name: str) -> Doc:
        """The group of this name; raises `Unknown`."""
        for group in self.desk.records.all("group"):
            if group["name"] == name:
                return group
        raise Unknown(f"group {name}")

    def show(self, ticket_id: int) -> Doc:
        """The ticket with its comments, audits, requester, assignee and group."""
        ticket = self.desk.find("ticket", ticket_id)
        return {
            "ticket": ticket,
            "comments": self.desk.comments(ticket_id),
            "audits": self.desk.audits(ticket_id),
            "requester": self.desk.records.get("user", ticket["requester_id"]),
            "assignee": self.desk.records.get("user", ticket["assignee_id"] or 0),
            "group": self.desk.records.get("group", ticket["group_id"] or 0),
        }

    # --- webhooks

    def deliveries(self, after: int = 0, *, at: datetime | None = None) -> list[Delivery]:
        """All webhooks after a sequence number, signed as of `at` (default: now), whether they were posted or not."""
        return [signed(queued, self.secret, at=at) for queued in self.desk.queued(after)]

    def post_to(self, url: str | None, *, copies: int = 1, after: int | None = None) -> None:
        """Post every webhook to this address from now on (or from `after`), each `copies` times; None stops it."""
        if self._courier is not None:
            self._courier.stop()
            self._courier = None
        if url is not None:
            begin = max((queued.seq for queued in self.desk.queued()), default=0) if after is None else after
            self._courier = Courier(self.desk, self.secret, url, copies=copies, after=begin)
            self._courier.start()

    # --- faults

    def fault(self, path: str, **how: Any) -> None:
        """Let requests to this path fail; arguments as of `Fault`."""
        self.app.state.faults.add(Fault(path, **how))

    def limit_rate(self, path: str = "/api/*", *, retry_after: int = 1, times: int | None = 1) -> None:
        """Answer the next requests with 429 and Retry-After (seconds)."""
        self.fault(path, kind="status", status=429, retry_after=retry_after, times=times)

    def clear_faults(self) -> None:
        """Let all requests succeed again."""
        self.app.state.faults.clear()

    def requests(self) -> list[Doc]:
        """Every API request since the start."""
        seen: list[Doc] = self.app.state.log.to_json()
        return seen
