"""The webhook events that changes of a ticket cause, in Zendesk's envelope of version 2022-11-06.

Source: developer.zendesk.com/api-reference/webhooks/event-types/ticket-events. In an event ids are texts and words such
as the status are capitals, unlike in the API.
"""

import json
import uuid
from datetime import datetime
from typing import Any, Final

from engine.testing.zendesk.records import Doc

__all__ = ["PREFIX", "VERSION", "changes", "envelope"]

VERSION: Final = "2022-11-06"
PREFIX: Final = "zen:event-type:ticket."


def changes(audit: Doc, author: Doc) -> list[tuple[str, Doc]]:
    """(type without prefix, `event` object) of each event of an audit, the comment first."""
    found: list[tuple[str, Doc]] = []
    for event in audit["events"]:
        if event["type"] == "Comment":
            found.insert(0, ("comment_added", _comment(event, author)))
        elif event["type"] == "Change":
            found.append(_change(event))
    return found


def _comment(event: Doc, author: Doc) -> Doc:
    who = {"id": str(author["id"]), "is_staff": author["role"] != "end-user", "name": author["name"]}
    shown = ("content_type", "content_url", "file_name", "size")
    attached = [{"id": str(one["id"]), **{name: one[name] for name in shown}} for one in event["attachments"]]
    return {
        "comment": {"attachments": attached, "author": who, "body": event["body"], "id": str(event["id"]),
                    "is_public": event["public"]}
    }  # fmt: skip


def _change(event: Doc) -> tuple[str, Doc]:
    name, now, before = event["field_name"], event["value"], event["previous_value"]
    match name:
        case "tags":
            return "tags_changed", {
                "tags_added": sorted(set(now) - set(before)),
                "tags_removed": sorted(set(before) - set(now)),
            }
        case "group_id" | "assignee_id":
            kind = "group_assignment_changed" if name == "group_id" else "agent_assignment_changed"
            return kind, {"current": _text(now), "previous": _text(before)}
        case "status" | "priority" | "type":
            return f"{name}_changed", {"current": _capitals(now), "previous": _capitals(before)}
        case "subject" | "external_id":
            return f"{name}_changed", {"current": now, "previous": before}
    return "custom_field_changed", {"current": now, "field": {"id": name}, "previous": before}


def envelope(kind: str, event: Doc, ticket: Doc, *, actor_id: int, account_id: int, at: datetime) -> tuple[str, bytes]:
    """(event id, body) of one event; the ticket is as it is after the change."""
    event_id = str(uuid.uuid4())
    said = {
        "account_id": account_id,
        "detail": _detail(ticket, actor_id),
        "event": event,
        "id": event_id,
        "subject": f"zen:ticket:{ticket['id']}",
        "time": at.strftime("%Y-%m-%dT%H:%M:%S.%f") + "000Z",  # nanoseconds, as Zendesk sends them
        "type": PREFIX + kind,
        "zendesk_event_version": VERSION,
    }
    return event_id, json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def _detail(ticket: Doc, actor_id: int) -> Doc:
    return {
        "actor_id": str(actor_id),
        "assignee_id": _text(ticket["assignee_id"]),
        "brand_id": _text(ticket["brand_id"]),
        "created_at": ticket["created_at"],
        "custom_status": _text(ticket["custom_status_id"]),
        "description": ticket["description"],
        "external_id": ticket["external_id"],
        "form_id": _text(ticket["ticket_form_id"]),
        "group_id": _text(ticket["group_id"]),
        "id": str(ticket["id"]),
        "is_public": ticket["is_public"],
        "organization_id": _text(ticket["organization_id"]),
        "priority": _capitals(ticket["priority"]),
        "requester_id": str(ticket["requester_id"]),
        "status": _capitals(ticket["status"]),
        "subject": ticket["subject"],
        "submitter_id": str(ticket["submitter_id"]),
        "tags": ticket["tags"],
        "type": _capitals(ticket["type"]),
        "updated_at": ticket["updated_at"],
        "via": {"channel": ticket["via"]["channel"]},
    }


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _capitals(value: str | None) -> str | None:
    return None if value is None else value.upper()
