"""What an update may change in a ticket, and the audit events that say so."""

import html
import re
from collections.abc import Callable
from typing import Any, Final

from engine.testing.zendesk.records import Doc

__all__ = ["MAX_COMMENT", "Invalid", "apply", "comment_event"]

STATUSES: Final = ("new", "open", "pending", "hold", "solved", "closed")
PRIORITIES: Final = ("low", "normal", "high", "urgent")
TYPES: Final = ("problem", "incident", "question", "task")
MAX_COMMENT: Final = 65_535
"""Characters that Zendesk takes in a comment."""

_TAG: Final = re.compile(r"<[^>]*>")
_BREAK: Final = re.compile(r"<br\s*/?>|</p>|</div>|</li>", re.IGNORECASE)

Find = Callable[[str, int], Doc | None]


class Invalid(Exception):
    """Zendesk's 422: the field and what is wrong with it."""

    def __init__(self, field: str, description: str, error: str = "InvalidValue") -> None:
        super().__init__(description)
        self.details = {field: [{"description": description, "error": error}]}


def apply(ticket: Doc, given: Doc, *, actor: Doc, find: Find) -> list[Doc]:
    """Change the ticket in place; the audit events, without ids, of what is not as it was before.

    `find` looks up a user or a group by its id. Raises `Invalid`.
    """
    if ticket["status"] == "closed":
        raise Invalid("status", "Status: closed prevents ticket update", "InvalidTransition")
    before = {**ticket, "custom_fields": [dict(field) for field in ticket["custom_fields"]]}
    _plain_fields(ticket, given)
    _assignment(ticket, given, find)
    _tags(ticket, given)
    _custom_fields(ticket, given.get("custom_fields"))
    _status(ticket, given, actor, before["status"])
    return _differences(before, ticket)


def _plain_fields(ticket: Doc, given: Doc) -> None:
    for name, allowed in (("priority", PRIORITIES), ("type", TYPES)):
        if name in given:
            ticket[name] = _one_of(name, given[name], allowed)
    for name in ("subject", "external_id"):
        if name in given:
            if not isinstance(given[name], str | None):
                raise Invalid(name, f"{name.title()}: is invalid")
            ticket[name] = given[name]
    ticket["raw_subject"] = ticket["subject"]


def _one_of(name: str, value: Any, allowed: tuple[str, ...]) -> str | None:
    if value is not None and value not in allowed:
        raise Invalid(name, f"{name.title()}: {value} is not valid")
    return None if value is None else str(value)


def _assignment(ticket: Doc, given: Doc, find: Find) -> None:
    if "group_id" in given:
        group = _known("group", given["group_id"], find)
        if group != ticket["group_id"] and "assignee_id" not in given:
            ticket["assignee_id"] = None  # an assignee belongs to the group that was left
        ticket["group_id"] = group
    if "assignee_id" in given:
        ticket["assignee_id"] = _known("assignee", given["assignee_id"], find)


def _known(what: str, number: Any, find: Find) -> int | None:
    if number is None:
        return None
    kind = "group" if what == "group" else "user"
    found = find(kind, number) if isinstance(number, int) and not isinstance(number, bool) else None
    if found is None or (kind == "user" and found["role"] == "end-user"):
        raise Invalid(what, f"{what.title()}: is invalid")
    return int(found["id"])


def _tags(ticket: Doc, given: Doc) -> None:
    tags = set(_tag_list(given["tags"]) if "tags" in given else ticket["tags"])
    tags |= set(_tag_list(given.get("additional_tags", [])))
    tags -= set(_tag_list(given.get("remove_tags", [])))
    ticket["tags"] = sorted(tags)


def _tag_list(given: Any) -> list[str]:
    words = given.split() if isinstance(given, str) else given
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise Invalid("tags", "Tags: is invalid")
    return ["_".join(word.lower().split()) for word in words if word.strip()]


def _custom_fields(ticket: Doc, given: Any) -> None:
    if given is None:
        return
    if not isinstance(given, list) or not all(isinstance(field, dict) and "id" in field for field in given):
        raise Invalid("custom_fields", "Custom fields: is invalid")
    values = {field["id"]: field["value"] for field in ticket["custom_fields"]}
    values |= {_field_id(field["id"]): field.get("value") for field in given}
    ticket["custom_fields"] = [{"id": number, "value": value} for number, value in sorted(values.items())]
    ticket["fields"] = ticket["custom_fields"]


def _field_id(given: Any) -> int:
    if isinstance(given, int) and not isinstance(given, bool):
        return given
    if isinstance(given, str) and given.isdecimal():
        return int(given)
    raise Invalid("custom_fields", "Custom fields: is invalid")


def _status(ticket: Doc, given: Doc, actor: Doc, before: str) -> None:
    staff = actor["role"] != "end-user"
    wanted = _one_of("status", given["status"], STATUSES) if given.get("status") is not None else None
    if wanted == "new" and before != "new":
        raise Invalid("status", "Status: cannot be changed back to new", "InvalidTransition")
    if wanted is not None:
        ticket["status"] = wanted
    elif before == "new" and ticket["assignee_id"] is not None:
        ticket["status"] = "open"
    elif not staff and "comment" in given and before in ("pending", "hold", "solved"):
        ticket["status"] = "open"  # the customer wrote again
    if wanted == "solved" and ticket["assignee_id"] is None and staff:
        ticket["assignee_id"] = actor["id"]  # who solves a ticket that nobody has, has it


_WATCHED: Final = ("subject", "priority", "type", "external_id", "group_id", "assignee_id", "tags", "status")


def _differences(before: Doc, after: Doc) -> list[Doc]:
    found = [_change(name, after[name], before[name]) for name in _WATCHED if after[name] != before[name]]
    old = {field["id"]: field["value"] for field in before["custom_fields"]}
    for field in after["custom_fields"]:
        if field["value"] != old.get(field["id"]):
            found.append(_change(str(field["id"]), field["value"], old.get(field["id"])))
    return found


def _change(name: str, value: Any, previous: Any) -> Doc:
    return {"type": "Change", "field_name": name, "value": value, "previous_value": previous}


def comment_event(given: Any, *, author: Doc) -> Doc:
    """The audit event, without id, of a comment; a customer's comment is public whatever it says. Raises `Invalid`."""
    if not isinstance(given, dict):
        raise Invalid("comment", "Comment: is invalid")
    body, rich = given.get("body"), given.get("html_body")
    if not isinstance(body, str | None) or not isinstance(rich, str | None):
        raise Invalid("comment", "Comment: is invalid")
    plain = _flat(rich) if rich is not None else body or ""
    if not plain.strip():
        raise Invalid("comment", "Comment: cannot be blank", "BlankValue")
    if len(plain) > MAX_COMMENT:
        raise Invalid("comment", f"Comment: is too long (maximum is {MAX_COMMENT} characters)", "TooLong")
    shown = rich if rich is not None else f"<p>{html.escape(plain, quote=False)}</p>".replace("\n", "<br>")
    public = given.get("public", True)
    return {
        "type": "Comment", "author_id": author["id"], "body": plain, "html_body": shown, "plain_body": plain,
        "public": author["role"] == "end-user" or public is True, "attachments": [],
    }  # fmt: skip


def _flat(rich: str) -> str:
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", rich))).strip()
