"""Zendesk's two ways to page a list: by cursor (`page[size]`), or by number (`page`, `per_page`)."""

import base64
from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request

from engine.testing.zendesk.records import Doc

__all__ = ["BadPage", "page"]

MOST: Final = 100


class BadPage(ValueError):
    """A size, number or cursor that is none."""


def page(request: Request, name: str, found: list[Doc]) -> Doc:
    """The part of the list that the request asks for, with the links to its neighbours. Raises `BadPage`."""
    asked = request.query_params
    if asked.get("sort") == "-created_at" or asked.get("sort_order") == "desc":
        found = found[::-1]
    if any(key.startswith("page[") for key in asked):
        return _by_cursor(request, name, found)
    return _by_number(request, name, found)


def _by_cursor(request: Request, name: str, found: list[Doc]) -> Doc:
    asked = request.query_params
    size = _number(asked.get("page[size]", str(MOST)))
    ids = [item["id"] for item in found]
    start = 0
    if "page[after]" in asked:
        start = _place(ids, asked["page[after]"]) + 1
    elif "page[before]" in asked:
        start = max(0, _place(ids, asked["page[before]"]) - size)
    part, more = found[start : start + size], start + size < len(found)
    after, before = (_cursor(part[-1]), _cursor(part[0])) if part else (None, None)
    return {
        name: part,
        "meta": {"has_more": more, "after_cursor": after, "before_cursor": before},
        "links": {
            "prev": _link(request, {"page[size]": size, "page[before]": before}) if start > 0 else None,
            "next": _link(request, {"page[size]": size, "page[after]": after}) if more else None,
        },
    }


def _by_number(request: Request, name: str, found: list[Doc]) -> Doc:
    asked = request.query_params
    size, number = _number(asked.get("per_page", str(MOST))), _number(asked.get("page", "1"), 10_000)
    start = (number - 1) * size
    return {
        name: found[start : start + size],
        "next_page": _link(request, {"page": number + 1, "per_page": size}) if start + size < len(found) else None,
        "previous_page": _link(request, {"page": number - 1, "per_page": size}) if number > 1 else None,
        "count": len(found),
    }


def _number(text: str, most: int = MOST) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise BadPage(text)
    return int(text)


def _cursor(item: Doc) -> str:
    return base64.urlsafe_b64encode(f"id:{item['id']}".encode()).decode()


def _place(ids: list[int], cursor: str) -> int:
    try:
        return ids.index(int(base64.urlsafe_b64decode(cursor).decode().removeprefix("id:")))
    except ValueError:  # binascii's and the decoder's errors are of this kind, too
        raise BadPage(cursor) from None


def _link(request: Request, changed: dict[str, Any]) -> str:
    kept = {key: value for key, value in request.query_params.items() if not key.startswith("page")}
    return f"{request.url.replace(query='')}?{urlencode({**kept, **changed})}"
