"""Zendesk Support: event webhooks of envelope version 2022-11-06 in, the Ticketing API out.

Sources: developer.zendesk.com, Webhooks (ticket events, request signing) and Ticketing API (tickets, audits, users,
groups). A text is found again by the custom metadata of the audit that it made.
"""

import base64
import json
import re
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from engine.channels.base import Made, Outgoing, Received, Unknown, Unsent
from engine.channels.zendesk_events import TAKE_BACK, moment, read_event, verify
from engine.errors import NotConfigured
from engine.exchange import Answer, Cut, NotSent, exchange, retry_after

__all__ = ["Zendesk"]

_SECONDS: Final = 20.0
"""For one whole request; shorter than the deadline of an outbound row."""
_STAMP: Final = 1.0
"""Its stamps have whole seconds: what is changed in the same second as before looks unchanged."""
_PAGES: Final = 200
_ANSWER_CAP: Final = 4_000_000
_CONTENTS: Final = ".zdusercontent.com"
"""Where Zendesk keeps what is attached."""
_NOT_DONE: Final = {401: "unauthorised", 403: "forbidden", 404: "not_found", 422: "rejected", 400: "rejected"}
_SIGNED_IN: Final = ("web", "native_messaging")
"""Channels on which a customer may be signed in."""
_STATUS: Final = ("new", "open", "pending", "hold", "solved", "closed")


class Zendesk:
    """One Zendesk account. `user` is the e-mail address of the agent that the engine writes as, with or
    without the `/token` that Zendesk puts after it."""

    kind = "zendesk"

    def __init__(
        self, *, name: str, url: str, user: str, token: str, webhook_secret: str, seconds: float = _SECONDS
    ) -> None:
        if not (url.startswith(("https://", "http://")) and user and token and webhook_secret):
            raise NotConfigured(f"the channel `{name}` needs an address with https://, a user, a token and a secret")
        self.name = name
        self.seconds = seconds
        self._url = url.rstrip("/")
        self._secret = webhook_secret.encode()
        login = f"{user.removesuffix('/token')}/token:{token}"
        self._login = "Basic " + base64.b64encode(login.encode()).decode()
        self._groups: dict[str, int] = {}
        self._self_id: str | None = None

    def receive(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Received | None:
        """See `Channel.receive`."""
        verify(self._secret, headers, body, now=now)
        return read_event(body, own_id=self._self_id)

    async def requester(self, external_id: str) -> dict[str, Any]:
        """See `Channel.requester`; two requests."""
        ticket = _part(await self._look(f"/api/v2/tickets/{_number(external_id)}.json"), "ticket")
        user = _part(await self._look(f"/api/v2/users/{_number(ticket.get('requester_id'))}.json"), "user")
        return {
            "id": str(user.get("id")), "email": user.get("email"), "name": user.get("name"),
            "language": str(user["locale"]).partition("-")[0] if user.get("locale") else None,
        }  # fmt: skip

    async def proof(self, external_id: str, author_id: str) -> Mapping[str, str]:
        """Of a requester who is signed in at the help center, or in its messaging, in all that they wrote so far.

        An e-mail proves nothing, for anybody can write a sender's address. A comment that Zendesk has flagged was
        written without a sign-in (3), by somebody else (2, 11), or is one that Zendesk itself does not trust (0). An
        address counts if its identity is verified; the `external_id` is what the shop's own sign-in (SSO or the JWT of
        messaging) gave.
        """
        number = _number(external_id)
        ticket = _part(await self._look(f"/api/v2/tickets/{number}.json"), "ticket")
        if str(ticket.get("requester_id")) != author_id or ticket.get("submitter_id") != ticket.get("requester_id"):
            return {}
        comments = await self._all(f"/api/v2/tickets/{number}/comments.json?page[size]=100", "comments")
        own = [comment for comment in comments if str(comment.get("author_id")) == author_id]
        if not own or not all(map(_is_signed_in, own)):
            return {}
        user = _part(await self._look(f"/api/v2/users/{_number(author_id)}.json"), "user")
        if user.get("role") != "end-user" or user.get("active") is not True or user.get("suspended") is not False:
            return {}
        found = {"external_id": user["external_id"]} if _is_word(user.get("external_id")) else {}
        identities = await self._all(f"/api/v2/users/{_number(author_id)}/identities.json?page[size]=100", "identities")
        verified = [
            one.get("value") for one in identities if one.get("type") == "email" and one.get("verified") is True
        ]
        if _is_word(user.get("email")) and user["email"] in verified:
            found["email"] = user["email"]
        return found

    async def _all(self, path: str | None, what: str) -> list[dict[str, Any]]:
        """Every page of a list. Raises Unknown for one that is too long, or none."""
        found: list[dict[str, Any]] = []
        for _ in range(_PAGES):
            page = await self._look(path)
            if not isinstance(page.get(what), list) or not all(isinstance(one, dict) for one in page[what]):
                raise Unknown("unreadable")
            found += page[what]
            path = self._next(page)
            if path is None:
                return found
        raise Unknown(f"too_many_{what}")

    async def send(self, external_id: str, message: Outgoing) -> Made:
        """One update of the ticket, its comment included: all of it or nothing, and only if nobody changed the ticket
        since the look at it (`conflict`).

        That look comes first and `until` is judged after it: a process that was stopped anywhere in between, while
        another one sent the same, is turned away by `until` or by Zendesk itself.
        """
        number = _number(external_id)
        change = await self._change(number, message)
        if message.until is not None and time.monotonic() >= message.until - _STAMP:
            raise Unsent("late", retry_after=1.0)
        content = json.dumps({"ticket": change}).encode()
        answer = await self._exchange("PUT", f"/api/v2/tickets/{number}.json", content)
        self._raise_for(answer, write=True)
        return self._made(answer, message, number)

    async def find(self, external_id: str, marker: str) -> Made | None:
        """Pages through the ticket's audits, all of them: None is the licence to send again."""
        path: str | None = f"/api/v2/tickets/{_number(external_id)}/audits.json?page[size]=100"
        for _ in range(_PAGES):
            page = await self._look(path)
            audits = page.get("audits")
            if not isinstance(audits, list):
                raise Unknown("unreadable")
            for audit in audits:
                if _marker(audit) == marker:
                    return _read(audit)
            path = self._next(page)
            if path is None:
                return None
        raise Unknown("too_many_audits")

    async def attachment(self, url: str, *, cap: int) -> bytes:
        """See `Channel.attachment`. Zendesk sends on to its own store of contents, which is given no login."""
        there, here = urlsplit(url), urlsplit(self._url)
        if (there.scheme, there.netloc) != (here.scheme, here.netloc):
            raise Unsent("foreign")
        answer = await self._content(url, {"authorization": self._login}, cap)
        if answer.status in (301, 302, 303, 307, 308):
            onward = urlsplit(answer.headers.get("location", ""))
            if onward.scheme != "https" or not (onward.hostname or "").endswith(_CONTENTS):
                raise Unsent("foreign")
            answer = await self._content(onward.geturl(), {}, cap)
        self._raise_for(answer, write=False)
        return answer.body

    async def _content(self, url: str, headers: Mapping[str, str], cap: int) -> Answer:
        try:
            return await exchange("GET", url, headers=headers, seconds=self.seconds, cap=cap)
        except NotSent:
            raise Unsent("unreachable", retry_after=2.0) from None
        except Cut as error:
            raise (Unsent("too_large") if error.code == "too_large" else Unknown(error.code)) from None

    async def _change(self, number: str, message: Outgoing) -> dict[str, Any]:
        ticket = _part(await self._look(f"/api/v2/tickets/{number}.json", before=True), "ticket", before=True)
        change: dict[str, Any] = {
            "metadata": {"marker": message.marker}, "safe_update": True, "updated_stamp": ticket.get("updated_at"),
        }  # fmt: skip
        if message.text:
            change["comment"] = {"body": message.text, "public": message.kind == "reply"}
        elif message.kind != "update":
            raise Unsent("empty")
        if message.status is not None:
            if message.status not in _STATUS:
                raise Unsent("rejected")
            change["status"] = message.status
        if message.group is not None:
            change["group_id"] = await self._group(message.group)
        if message.fields:
            change["custom_fields"] = [{"id": _field(key), "value": value} for key, value in message.fields.items()]
        if message.tags:
            # all are set at once; the one by which people hand a ticket back is used up by what we do next
            there = [tag for tag in ticket.get("tags") or () if isinstance(tag, str) and tag != TAKE_BACK]
            change["tags"] = list(dict.fromkeys([*there, *message.tags]))
        return change

    async def _group(self, name: str) -> int:
        if name not in self._groups:
            path: str | None = "/api/v2/groups.json?page[size]=100"
            for _ in range(_PAGES):
                page = await self._look(path, before=True)
                groups = [group for group in page.get("groups") or () if isinstance(group, dict)]
                self._groups |= {str(g.get("name")): g["id"] for g in groups if isinstance(g.get("id"), int)}
                path = self._next(page)
                if path is None or name in self._groups:
                    break
        if name not in self._groups:
            raise Unsent("no_group")
        return self._groups[name]

    def _made(self, answer: Answer, message: Outgoing, number: str) -> Made:
        """What a 2xx made. It happened, readable or not: the marker finds the rest."""
        try:
            audit = json.loads(answer.body).get("audit")
        except (ValueError, AttributeError, RecursionError):
            audit = None
        if isinstance(audit, dict) and _marker(audit) == message.marker:
            self._self_id = str(audit.get("author_id") or "") or self._self_id
            return _read(audit)
        return Made(f"ticket/{number}")  # an update that changes nothing makes no audit

    async def _look(self, path: str | None, *, before: bool = False) -> dict[str, Any]:
        """A read. `before` a change: whatever goes wrong, nothing was sent."""
        try:
            answer = await self._exchange("GET", path or "")
            self._raise_for(answer, write=False)
            found = json.loads(answer.body)
        except Unknown as error:
            if before:
                raise Unsent("unavailable", retry_after=2.0) from None
            raise error from None
        except (ValueError, RecursionError):
            raise (Unsent("unavailable", retry_after=2.0) if before else Unknown("unreadable")) from None
        if not isinstance(found, dict):
            raise Unsent("unavailable", retry_after=2.0) if before else Unknown("unreadable")
        return found

    async def _exchange(self, method: str, path: str, content: bytes | None = None) -> Answer:
        headers = {"authorization": self._login, "accept": "application/json"}
        if content is not None:
            headers["content-type"] = "application/json"
        try:
            return await exchange(
                method, self._url + path, headers=headers, content=content, seconds=self.seconds, cap=_ANSWER_CAP
            )
        except NotSent:
            raise Unsent("unreachable", retry_after=2.0) from None
        except Cut as error:
            raise Unknown(error.code) from None

    def _raise_for(self, answer: Answer, *, write: bool) -> None:
        if 200 <= answer.status < 300:
            return
        if answer.status == 429:
            raise Unsent("rate_limited", retry_after=retry_after(answer.headers) or 1.0)
        if answer.status == 409 and write:
            raise Unsent("conflict", retry_after=1.0)
        if answer.status in _NOT_DONE:
            raise Unsent(_NOT_DONE[answer.status])
        raise Unknown("redirect" if answer.status < 400 else f"status_{answer.status}")

    def _next(self, page: Mapping[str, Any]) -> str | None:
        """The next page's path, of cursor or offset pagination. An address elsewhere would be sent our login."""
        links, meta = page.get("links"), page.get("meta")
        following = page.get("next_page")
        if isinstance(links, dict) and isinstance(meta, dict):
            following = links.get("next") if meta.get("has_more") else None
        if not following:
            return None
        there, here = urlsplit(str(following)), urlsplit(self._url)
        path = there.path.removeprefix(here.path)
        if (there.scheme, there.netloc) != (here.scheme, here.netloc) or not path.startswith("/api/v2/"):
            raise Unknown("foreign_page")
        return f"{path}?{there.query}"


def _is_signed_in(comment: Mapping[str, Any]) -> bool:
    """Whether Zendesk says that its author was signed in; a comment of which it says less was not."""
    via, metadata = comment.get("via"), comment.get("metadata")
    channel = via.get("channel") if isinstance(via, dict) else None
    return channel in _SIGNED_IN and isinstance(metadata, dict) and not metadata.get("flags")


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 320 and value == value.strip()


def _number(value: Any) -> str:
    """An id of Zendesk's: digits alone, so that it can't change the path that it stands in."""
    text = str(value)
    if not re.fullmatch(r"[0-9]{1,20}", text):
        raise Unsent("not_found")
    return text


def _field(key: str) -> int:
    return int(_number(key))


def _part(page: Mapping[str, Any], key: str, *, before: bool = False) -> dict[str, Any]:
    part = page.get(key)
    if not isinstance(part, dict):
        raise Unsent("unavailable", retry_after=2.0) if before else Unknown("unreadable")
    return part


def _marker(audit: Any) -> str | None:
    metadata = audit.get("metadata") if isinstance(audit, dict) else None
    custom = metadata.get("custom") if isinstance(metadata, dict) else None
    return custom.get("marker") if isinstance(custom, dict) else None


def _read(audit: Mapping[str, Any]) -> Made:
    """`comment/<id>`, as the webhook's content id has it, else `audit/<id>`."""
    events = [event for event in audit.get("events") or () if isinstance(event, dict)]
    comment = next((event.get("id") for event in events if event.get("type") == "Comment"), None)
    return Made(f"comment/{comment}" if comment else f"audit/{audit.get('id')}", moment(audit.get("created_at")))
