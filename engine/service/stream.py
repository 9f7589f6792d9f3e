"""A conversation as server-sent events (WHATWG HTML, 9.2): what was said, what is being written, and where it stands.

An event's id is the reader's place behind it, `seq.number` of the two orders of `engine.store.chats`. A stream that is
taken up with `Last-Event-ID`, at whatever process, goes on behind it. Drafts and states have no id: they pass. Every
stream begins with nothing drafted.
"""

import json
import logging
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, Final

from engine.channels.web_token import Visitor
from engine.service.feed import Crowded, Feed, Key
from engine.store import Store, StoreUnavailable
from engine.store.chats import Line, Pulse

__all__ = ["Place", "place_of", "streamed"]

log = logging.getLogger("engine.service")
_HEARTBEAT: Final = 15.0
"""Seconds of silence before a comment says that the connection is there: proxies cut what is silent for a minute."""
_RETRY: Final = 2_000
"""Milliseconds after which a client comes again."""
_ID: Final = re.compile(r"([0-9]{1,9})\.([0-9]{1,9})")
_STATES: Final = {"open": "open", "handed_off": "with_person", "closed": "closed"}

Place = tuple[int, int]
"""How far a reader is: seq of messages, number of replies."""


def place_of(last_event_id: str) -> Place | None:
    """The place that an id names; the beginning for none. None: it is no id of ours."""
    if not last_event_id:
        return 0, 0
    found = _ID.fullmatch(last_event_id)
    return (int(found[1]), int(found[2])) if found else None


async def streamed(store: Store, feed: Feed, key: Key, visitor: Visitor, place: Place) -> AsyncIterator[str]:
    """The events from a place on, until the token has expired or the process is told to stop."""
    yield f"retry: {_RETRY}\n\n"
    telling = _Telling(store, place)
    try:
        async with feed.watch(key, visitor.id) as watch:
            while (left := (visitor.until - datetime.now(UTC)).total_seconds()) > 0 and not watch.over:
                if not await watch.changed(min(_HEARTBEAT, left)):
                    yield ": \n\n"
                elif not watch.over:
                    async for event in telling.news(watch.pulse):
                        yield event
            if left <= 0:
                yield _event("expired", {"because": "the token has expired"})
    except (StoreUnavailable, Crowded):
        return  # the client comes again, with its place
    except Exception as error:  # its text may quote what was said
        log.error("a stream failed: %s", type(error).__name__)


class _Telling:
    """What one stream has told so far."""

    def __init__(self, store: Store, place: Place) -> None:
        self._store = store
        self._seq, self._number = place
        self._draft: tuple[int, str] | None = None
        self._state: dict[str, Any] | None = None

    async def news(self, pulse: Pulse | None) -> AsyncIterator[str]:
        """The events between the last look and this one."""
        if self._state is None and (pulse is None or self._seq > pulse.last_seq or self._number > pulse.lines):
            self._seq = self._number = 0  # a place in another store: all of it is new
        if pulse is not None:
            while self._seq < pulse.last_seq or self._number < pulse.lines:
                lines = await self._store.run(self._store.chats.after, pulse.ticket_id, self._seq, self._number)
                for line in lines:
                    event = self._said(line)
                    if line.text:
                        yield event
                if not lines:
                    self._seq, self._number = max(self._seq, pulse.last_seq), max(self._number, pulse.lines)
            if self._number > pulse.lines:
                return  # what is said of a draft is older than what was just told: the next look says more
        for event in self._drafted(pulse):
            yield event
        state = _state(pulse)
        if state != self._state:
            self._state = state
            yield _event("state", state)

    def _said(self, line: Line) -> str:
        self._seq, self._number = line.seq, line.number
        if line.who == "assistant":
            self._draft = None  # the text takes its place
        told = {"who": line.who, "text": line.text, "at": line.at.isoformat()}
        if line.who == "visitor" and line.content_id:
            told["id"] = line.content_id.rpartition("/")[2]
        return _event("message", told, f"{line.seq}.{line.number}")

    def _drafted(self, pulse: Pulse | None) -> list[str]:
        draft = (pulse.attempt, pulse.draft) if pulse is not None and pulse.draft else None
        events = []
        if self._draft is not None and (draft is None or draft[0] != self._draft[0]):
            events.append(_event("withdrawn", {"attempt": self._draft[0]}))
        if draft is not None and draft != self._draft:
            events.append(_event("draft", {"attempt": draft[0], "text": draft[1]}))
        self._draft = draft
        return events


def _state(pulse: Pulse | None) -> dict[str, Any]:
    if pulse is None:
        return {"state": "new", "doing": None}
    return {"state": _STATES[pulse.state], "doing": pulse.doing}


def _event(name: str, data: dict[str, Any], id_: str | None = None) -> str:
    """JSON holds no line end, so one `data:` line is enough."""
    told = f"id: {id_}\n" if id_ else ""
    return f"{told}event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
