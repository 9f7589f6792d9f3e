"""The help desk behind the API: users, groups, tickets with their comments and audits, and the webhooks they cause."""

import base64
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from engine.testing.zendesk import events
from engine.testing.zendesk.changing import Invalid, apply, comment_event
from engine.testing.zendesk.records import Doc, Queued, Records

__all__ = ["ACCOUNT_ID", "GROUPS", "Conflict", "Desk", "Unknown"]

ACCOUNT_ID: Final = 22129848
GROUPS: Final = ("Support", "Billing", "Legal")
BRAND_ID, FORM_ID, STATUS_ID = 8447346621310, 8646151517822, 8447320465790


class Unknown(LookupError):
    """No such ticket, user or group."""


class Conflict(Exception):
    """A safe update of a ticket that was changed since."""


class Desk:
    """All of it, over one `Records`. `url` is the address that documents name as their own."""

    def __init__(self, db: Path | None, *, agent: str, url: str = "", groups: tuple[str, ...] = GROUPS) -> None:
        self.records = Records(db)
        self.url = url
        self.account_id = ACCOUNT_ID
        self._agent, self._groups = agent, groups
        with self.records.transaction():
            if not self.records.all("group"):
                self._furnish()

    def reset(self) -> None:
        """Forget everything that happened."""
        with self.records.transaction():
            self.records.clear()
            self._furnish()

    def _furnish(self) -> None:
        for name in self._groups:
            self._group(name)
        self._user("Northwind assistant", self._agent, "agent")

    # --- users and groups

    def add_group(self, name: str) -> Doc:
        """Make a group."""
        with self.records.transaction():
            return self._group(name)

    def add_user(self, name: str, email: str, *, role: str = "end-user", locale: str = "en") -> Doc:
        """Make a user (role: end-user, agent, admin), or get the one who has this address."""
        if role not in ("end-user", "agent", "admin"):
            raise Invalid("role", "Role: is not included in the list")
        with self.records.transaction():
            return self.by_email(email) or self._user(name, email, role, locale)

    def by_email(self, email: str) -> Doc | None:
        """The user with this address."""
        wanted = email.strip().lower()
        return next((user for user in self.records.all("user") if user["email"] == wanted), None)

    def find(self, kind: str, number: int) -> Doc:
        """A document by its id; raises `Unknown`."""
        found = self.records.get(kind, number)
        if found is None:
            raise Unknown(f"{kind} {number}")
        return found

    def _group(self, name: str) -> Doc:
        number, at = self.records.mint("group"), _stamp(datetime.now(UTC))
        group = {
            "url": f"{self.url}/api/v2/groups/{number}.json", "id": number, "is_public": True, "name": name,
            "description": "", "default": False, "deleted": False, "created_at": at, "updated_at": at,
        }  # fmt: skip
        self.records.put("group", group)
        return group

    def _user(self, name: str, email: str, role: str, locale: str = "en") -> Doc:
        number, at = self.records.mint("user"), _stamp(datetime.now(UTC))
        user = {
            "id": number, "url": f"{self.url}/api/v2/users/{number}.json", "name": name,
            "email": email.strip().lower(), "role": role, "locale": locale, "time_zone": "Berlin", "phone": None,
            "active": True, "verified": False, "suspended": False, "organization_id": None, "tags": [],
            "user_fields": {}, "external_id": None, "created_at": at, "updated_at": at,
        }  # fmt: skip
        self.records.put("user", user)
        return user

    # --- tickets

    def sign_up(self, email: str, *, external_id: str | None = None, verified: bool = True) -> Doc:
        """A customer verifies the address, or signs in by the shop's own SSO, which knows them by `external_id`."""
        user = {**self.add_user(email.partition("@")[0], email), "verified": verified, "external_id": external_id}
        with self.records.transaction():
            self.records.put("user", user)
        return user

    def identities(self, number: int) -> list[Doc]:
        """A user's identities: the address, verified or not. Raises `Unknown`."""
        user = self.find("user", number)
        return [{
            "url": f"{self.url}/api/v2/users/{number}/identities/{number}.json", "id": number, "user_id": number,
            "type": "email", "value": user["email"], "verified": user["verified"], "primary": True,
            "deliverable_state": "deliverable", "undeliverable_count": 0, "created_at": user["created_at"],
            "updated_at": user["updated_at"],
        }]  # fmt: skip

    def open(
        self, given: Doc, *, actor: Doc, channel: str = "api", flags: Sequence[int] = ()
    ) -> tuple[Doc, Doc]:  # fmt: skip
        """Make a ticket from the API's `ticket` object: (ticket, audit). `flags` of its comment, as Zendesk sets them:
        3 is an author who is not signed in. Raises `Invalid`."""
        if not isinstance(given.get("comment"), dict):
            raise Invalid("base", "Description: cannot be blank", "BlankValue")
        with self.records.transaction():
            now = datetime.now(UTC)
            requester = self._requester(given, actor)
            author = self._author(given["comment"], requester)
            comment = self._commented(given["comment"], author)
            ticket = self._blank(given, requester, actor, comment, channel, now)
            apply(ticket, {**given, "comment": None}, actor=actor, find=self.records.get)
            self.records.put("ticket", ticket)
            audit = self._audit(ticket, [comment], given, author, channel, now, flags)
            self._announce("created", {}, ticket, author, now)
            self._announce_all(audit, ticket, author, now)
            return ticket, audit

    def update(
        self, number: int, given: Doc, *, actor: Doc, channel: str = "api", flags: Sequence[int] = ()
    ) -> tuple[Doc, Doc]:  # fmt: skip
        """Change a ticket as the API's `ticket` object says: (ticket, audit).

        An update that changes nothing makes no audit, its `metadata` included: the latest one comes back, as Zendesk
        does it. Raises `Unknown`, `Invalid`, `Conflict`.
        """
        with self.records.transaction():
            ticket, now = self.find("ticket", number), datetime.now(UTC)
            if given.get("safe_update") in (True, "true") and given.get("updated_stamp") != ticket["updated_at"]:
                raise Conflict
            author = self._author(given.get("comment"), actor)
            happened = apply(ticket, given, actor=author, find=self.records.get)
            if given.get("comment") is not None:
                happened.insert(0, self._commented(given["comment"], author))
            if not happened:
                return ticket, self.audits(number)[-1]
            ticket["updated_at"] = _stamp(now)
            self.records.put("ticket", ticket)
            audit = self._audit(ticket, happened, given, author, channel, now, flags)
            self._announce_all(audit, ticket, author, now)
            return ticket, audit

    def upload(self, name: str, content: bytes, media_type: str = "application/octet-stream") -> str:
        """Keep a file until a comment takes it: the token that `comment.uploads` names it by."""
        with self.records.transaction():
            number, token = self.records.mint("attachment"), secrets.token_hex(12)
            url = f"{self.url}/attachments/token/{token}/?name={quote(name)}"
            self.records.put("attachment", {
                "id": number, "token": token, "content": base64.b64encode(content).decode(),
                "shown": {"id": number, "file_name": name, "content_url": url, "mapped_content_url": url,
                          "content_type": media_type, "size": len(content), "inline": False, "deleted": False},
            })  # fmt: skip
            return token

    def content(self, token: str) -> tuple[bytes, str]:
        """What was uploaded under a token, and the type that it was said to be. Raises `Unknown`."""
        found = next((one for one in self.records.all("attachment") if one["token"] == token), None)
        if found is None:
            raise Unknown(f"attachment {token}")
        return base64.b64decode(found["content"]), found["shown"]["content_type"]

    def _commented(self, given: Any, author: Doc) -> Doc:
        """The audit event of a comment, with what was uploaded for it."""
        event = comment_event(given, author=author)
        tokens = given.get("uploads") or []
        known = {one["token"]: one["shown"] for one in self.records.all("attachment")} if tokens else {}
        if not set(tokens) <= known.keys():
            raise Invalid("uploads", "Uploads: is invalid")
        return {**event, "attachments": [known[token] for token in tokens]}

    def comments(self, number: int) -> list[Doc]:
        """A ticket's comments, oldest first."""
        return self.records.all("comment", ticket_id=number)

    def audits(self, number: int) -> list[Doc]:
        """A ticket's audits, oldest first."""
        return self.records.all("audit", ticket_id=number)

    def queued(self, after: int = 0) -> list[Queued]:
        """The webhooks that all this has caused, after that sequence number."""
        return self.records.queued(after)

    def _requester(self, given: Doc, actor: Doc) -> Doc:
        number, who = given.get("requester_id"), given.get("requester")
        if isinstance(who, dict) and isinstance(who.get("email"), str):
            name = who.get("name") or who["email"]
            return self.by_email(who["email"]) or self._user(str(name), who["email"], "end-user")
        if number is None:
            return actor
        return self._member("requester", number)

    def _author(self, comment: Any, otherwise: Doc) -> Doc:
        number = comment.get("author_id") if isinstance(comment, dict) else None
        return otherwise if number is None else self._member("author", number)

    def _member(self, what: str, number: Any) -> Doc:
        found = self.records.get("user", number) if isinstance(number, int) else None
        if found is None:
            raise Invalid(what, f"{what.title()}: is invalid")
        return found

    def _blank(self, given: Doc, requester: Doc, actor: Doc, comment: Doc, channel: str, now: datetime) -> Doc:
        number, at = self.records.mint("ticket"), _stamp(now)
        return {
            "url": f"{self.url}/api/v2/tickets/{number}.json", "id": number, "external_id": None,
            "via": {"channel": channel, "source": {"from": {}, "to": {}, "rel": None}}, "created_at": at,
            "updated_at": at, "type": None, "subject": None, "raw_subject": None, "description": comment["body"],
            "priority": None, "status": "new", "recipient": None, "requester_id": requester["id"],
            "submitter_id": actor["id"], "assignee_id": None, "organization_id": None, "group_id": None,
            "collaborator_ids": [], "follower_ids": [], "email_cc_ids": [], "forum_topic_id": None,
            "problem_id": None, "has_incidents": False, "is_public": comment["public"], "due_at": None, "tags": [],
            "custom_fields": [], "satisfaction_rating": None, "sharing_agreement_ids": [],
            "custom_status_id": STATUS_ID, "fields": [], "followup_ids": [], "ticket_form_id": FORM_ID,
            "brand_id": BRAND_ID, "allow_channelback": False, "allow_attachments": True,
            "from_messaging_channel": False,
        }  # fmt: skip

    def _audit(
        self, ticket: Doc, happened: list[Doc], given: Doc, author: Doc, channel: str, now: datetime,
        flags: Sequence[int],
    ) -> Doc:  # fmt: skip
        custom = given.get("metadata") if isinstance(given.get("metadata"), dict) else {}
        flagged = {"flags": [*flags], "flags_options": {str(flag): {"trusted": False} for flag in flags}}
        via = {"channel": channel, "source": {"from": {}, "to": {}, "rel": None}}
        audit = {
            "id": self.records.mint("audit"), "ticket_id": ticket["id"], "created_at": _stamp(now),
            "author_id": author["id"], "via": via,
            "metadata": {"system": {}, "custom": custom, **(flagged if flags else {})},
            "events": [{"id": self.records.mint("comment"), **event} for event in happened],
        }  # fmt: skip
        self.records.put("audit", audit, ticket_id=ticket["id"])
        for event in audit["events"]:
            if event["type"] == "Comment":
                comment = {
                    **event, "audit_id": audit["id"], "via": via, "created_at": audit["created_at"],
                    "metadata": audit["metadata"],
                }  # fmt: skip
                self.records.put("comment", comment, ticket_id=ticket["id"])
        return audit

    def _announce_all(self, audit: Doc, ticket: Doc, author: Doc, now: datetime) -> None:
        for kind, event in events.changes(audit, author):
            self._announce(kind, event, ticket, author, now)

    def _announce(self, kind: str, event: Doc, ticket: Doc, actor: Doc, now: datetime) -> None:
        event_id, body = events.envelope(
            kind, event, ticket, actor_id=actor["id"], account_id=self.account_id, at=now
        )  # fmt: skip
        self.records.queue(ticket["id"], events.PREFIX + kind, event_id, body)


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
