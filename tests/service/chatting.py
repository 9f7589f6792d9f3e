"""A visitor's side of a chat over real HTTP: a token, posts, and a stream of server-sent events that is read."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from engine.channels.web_token import made

SECRET = "a-secret-of-the-teams-own-backend-0001"


@dataclass(slots=True)
class Event:
    name: str
    data: dict[str, Any]
    id: str | None = None


@dataclass
class Events:
    """What a stream has told so far."""

    lines: Iterator[str]
    seen: list[Event] = field(default_factory=list)
    comments: int = 0

    def next(self) -> Event | None:
        """The next event; None where the stream has ended."""
        fields: dict[str, str] = {}
        for line in self.lines:
            if not line:
                if "data" in fields:
                    event = Event(fields.get("event", "message"), json.loads(fields["data"]), fields.get("id"))
                    self.seen.append(event)
                    return event
                fields = {}
            elif line.startswith(":"):
                self.comments += 1
            else:
                name, _, value = line.partition(": ")
                fields[name] = value
        return None

    def until(self, reached: Callable[[Event], bool]) -> Event:
        """Reads up to an event. The client's own patience ends a wait."""
        while (event := self.next()) is not None:
            if reached(event):
                return event
        raise AssertionError(f"the stream ended: {self.seen}")

    def message(self, text: str) -> Event:
        """Reads up to a text."""
        return self.until(lambda event: event.name == "message" and event.data["text"] == text)

    def state(self, state: str) -> Event:
        """Reads up to a state."""
        return self.until(lambda event: event.name == "state" and event.data["state"] == state)


@dataclass(frozen=True)
class Visitor:
    """Somebody with a page open."""

    http: httpx.Client
    id: str = "v-1"
    claims: dict[str, Any] = field(default_factory=dict)
    conversation: str = "main"
    secret: str = SECRET

    @property
    def token(self) -> str:
        return made(self.secret, audience="site", visitor=self.id, **self.claims)

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}

    def path(self, what: str) -> str:
        return f"/chat/site/{self.conversation}/{what}"

    def says(self, text: Any, name: str = "m-1", **headers: str) -> httpx.Response:
        return self.http.post(
            self.path("messages"), json={"id": name, "text": text}, headers={**self.headers, **headers}
        )

    @contextmanager
    def reads(self, last: str | None = None, http: httpx.Client | None = None) -> Iterator[Events]:
        headers = {**self.headers, **({"last-event-id": last} if last else {})}
        with (http or self.http).stream("GET", self.path("events"), headers=headers) as answer:
            assert answer.status_code == 200, answer.read()
            assert answer.headers["content-type"].startswith("text/event-stream")
            yield Events(answer.iter_lines())
