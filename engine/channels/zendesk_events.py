"""Zendesk's webhooks: the signature over raw bytes, then the envelope.

Each event carries the whole ticket in `detail`, its description included: a comment's event also hands over the
description, so that a `ticket.created` that is lost or late loses nothing.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from engine.channels.base import Arrival, Received, Refused
from engine.channels.files import MOST, Attached

__all__ = ["TAKE_BACK", "moment", "read_event", "sign", "verify"]

TAKE_BACK: Final = "engine_take_back"
"""The tag by which an agent hands a ticket back to the engine."""
_PREFIX: Final = "zen:event-type:ticket."
_TOLERANCE: Final = timedelta(minutes=5)
_EXPECTED: Final = f"a Zendesk event of type {_PREFIX}*, with id, time, detail.id and event"
_SIGNATURE, _TIMESTAMP = "x-zendesk-webhook-signature", "x-zendesk-webhook-signature-timestamp"


def sign(secret: bytes, timestamp: str, body: bytes) -> str:
    """base64(HMAC-SHA256(secret, timestamp + body)): nothing between the two, and the body may be empty."""
    return base64.b64encode(hmac.new(secret, timestamp.encode() + body, hashlib.sha256).digest()).decode()


def verify(secret: bytes, headers: Mapping[str, str], body: bytes, *, now: datetime) -> None:
    """Raises Refused(401): no signature, a wrong one, or a timestamp more than five minutes off either way."""
    given = {name.lower(): value for name, value in headers.items() if name.lower() in (_SIGNATURE, _TIMESTAMP)}
    signature, timestamp = given.get(_SIGNATURE, ""), given.get(_TIMESTAMP, "")
    if not signature or not timestamp:
        raise Refused(401, "the signature headers are missing")
    expected = sign(secret, timestamp, body)
    if not hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace")):
        raise Refused(401, "wrong signature")
    at = moment(timestamp)
    if at is None or abs(now - at) > _TOLERANCE:
        raise Refused(401, "the timestamp is not within five minutes")


def read_event(body: bytes, *, own_id: str | None) -> Received | None:
    """A verified body as a delivery; None if it is of no interest. Raises Refused(400) if it is no ticket event."""
    event, detail, what, kind = _envelope(body)
    ticket = str(detail["id"])
    at, delivery = moment(event["time"]), str(event["id"])
    match kind:
        case "created":
            arrivals = _description(detail, delivery)
        case "comment_added":
            arrivals = _comment(detail, what, at, delivery, own_id)
        case "status_changed" | "tags_changed":
            arrivals = _happened(kind, detail, what, at, delivery, own_id)
        case _:
            arrivals = ()
    if not arrivals:
        return None
    return Received(
        external_id=ticket, subject=_words(detail.get("subject")), requester=_requester(detail),
        arrivals=arrivals,
        ours=tuple(a.content_id for a in arrivals if a.kind == "message" and a.author_role != "customer"),
    )  # fmt: skip


def _envelope(body: bytes) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any], str]:
    try:
        event = json.loads(body.decode())
    except (ValueError, RecursionError):
        raise Refused(400, f"not JSON; expected {_EXPECTED}") from None
    if not isinstance(event, dict) or not str(event.get("type", "")).startswith(_PREFIX):
        raise Refused(400, f"expected {_EXPECTED}")
    detail, what = event.get("detail"), event.get("event")
    if not isinstance(detail, dict) or not _is_id(detail.get("id")) or not isinstance(what, dict):
        raise Refused(400, f"expected {_EXPECTED}")
    if not _words(event.get("id")) or moment(event.get("time")) is None:
        raise Refused(400, f"expected {_EXPECTED}")
    return event, detail, what, event["type"].removeprefix(_PREFIX)


def _description(detail: Mapping[str, Any], delivery: str) -> tuple[Arrival, ...]:
    """The customer's first words. A private first comment is a note between agents, and no wish of a customer's."""
    text = _words(detail.get("description"))
    if text is None or detail.get("is_public") is False:
        return ()
    return (
        Arrival(
            content_id=f"{detail['id']}/description", author_id=_id(detail.get("requester_id")), text=text,
            platform_time=moment(detail.get("created_at")), delivery_id=delivery, same_as_first=True,
        ),
    )  # fmt: skip


def _comment(
    detail: Mapping[str, Any], what: Mapping[str, Any], at: datetime | None, delivery: str, own_id: str | None
) -> tuple[Arrival, ...]:
    comment = what.get("comment")
    if not isinstance(comment, dict) or not _is_id(comment.get("id")):
        raise Refused(400, "expected event.comment with an id")
    if comment.get("is_public") is not True:
        return ()  # notes are between people, the engine's own among them
    description = _description(detail, delivery)
    text = _words(comment.get("body")) or ""
    said = Arrival(
        content_id=f"comment/{comment['id']}", author_id=_author(comment), text=text,
        author_role=_role(comment, own_id), platform_time=at, delivery_id=delivery,
        same_as_first=bool(description) and text.strip() == (description[0].text or "").strip(),
        attachments=_attached(comment),
    )  # fmt: skip
    return (*description, said)


def _attached(comment: Mapping[str, Any]) -> tuple[Attached, ...]:
    """What is attached to a comment; what is no whole account of a file is left out."""
    listed = comment.get("attachments")
    found = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    said = [(one.get("file_name") or one.get("filename"), one.get("content_url"), one) for one in found]
    return tuple(
        Attached(name=name, type=str(one.get("content_type") or "")[:200], size=_size(one.get("size")), url=url)
        for name, url, one in said
        if isinstance(name, str) and isinstance(url, str) and 0 < len(name) <= 500 and 0 < len(url) <= 2000
    )[:MOST]  # fmt: skip


def _size(value: Any) -> int:
    return value if type(value) is int and 0 <= value < 2**60 else 0


def _role(comment: Mapping[str, Any], own_id: str | None) -> Any:
    """Only who is said to be no member of staff is a customer: in doubt a text has no customer's rights."""
    if own_id is not None and _author(comment) == own_id:
        return "engine"
    author = comment.get("author")
    return "customer" if isinstance(author, dict) and author.get("is_staff") is False else "agent"


def _happened(
    kind: str, detail: Mapping[str, Any], what: Mapping[str, Any], at: datetime | None, delivery: str,
    own_id: str | None,
) -> tuple[Arrival, ...]:  # fmt: skip
    """What an agent did to the ticket that the engine must know of: solved it, or handed it back."""
    actor = _id(detail.get("actor_id"))
    if actor is None or actor in (own_id, _id(detail.get("requester_id"))):
        return ()
    if kind == "status_changed" and str(what.get("current")).upper() == "SOLVED":
        name = "ticket.solved"
    elif kind == "tags_changed" and TAKE_BACK in _added(what):
        name = "ticket.handed_back"
    else:
        return ()
    return (
        Arrival(
            content_id=f"event/{delivery}", kind="event", event=name, author_id=actor, author_role="agent",
            platform_time=at, delivery_id=delivery,
        ),
    )  # fmt: skip


def _added(what: Mapping[str, Any]) -> set[str]:
    if isinstance(what.get("tags_added"), list):
        return {str(tag) for tag in what["tags_added"]}
    current, previous = what.get("current"), what.get("previous")
    now = {str(tag) for tag in current} if isinstance(current, list) else set()
    return now - {str(tag) for tag in previous} if isinstance(previous, list) else now


def _requester(detail: Mapping[str, Any]) -> dict[str, Any]:
    """The event names the requester by id alone; `Zendesk.requester` asks for the rest."""
    found = _id(detail.get("requester_id"))
    return {"id": found} if found else {}


def _author(comment: Mapping[str, Any]) -> str | None:
    author = comment.get("author")
    return _id(author.get("id")) if isinstance(author, dict) else None


def moment(value: Any) -> datetime | None:
    """An aware time of RFC 3339; digits beyond microseconds are cut."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        at = datetime.fromisoformat(value)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _is_id(value: Any) -> bool:
    text = str(value)
    return not isinstance(value, bool) and text.isascii() and text.isdigit() and len(text) <= 20


def _id(value: Any) -> str | None:
    return str(value) if _is_id(value) else None


def _words(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() else None
