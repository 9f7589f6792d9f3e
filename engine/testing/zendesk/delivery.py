"""Webhooks as they go over the wire, and the courier that posts them when the stand-in is given an address."""

import logging
import threading
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import httpx

from engine.testing.zendesk.desk import ACCOUNT_ID, Desk
from engine.testing.zendesk.records import Queued
from engine.testing.zendesk.signature import SIGNATURE, TIMESTAMP, sign

__all__ = ["Courier", "Delivery", "signed"]

log = logging.getLogger(__name__)

WEBHOOK_ID: Final = "01HX5NWLV1NG"
ATTEMPTS: Final = 5
PAUSE: Final = 0.2
"""Seconds before the second attempt; each further pause is twice as long."""
TIMEOUT: Final = 12.0
"""Seconds that Zendesk waits for an answer."""
_INVOCATIONS: Final = uuid.UUID("6b1f0a54-4f0e-4a39-9d0e-4bcb0d8a4c11")


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook request: what is posted, and what it is about."""

    headers: dict[str, str]
    body: bytes
    seq: int
    ticket_id: int
    type: str
    event_id: str


def signed(queued: Queued, secret: str, *, at: datetime | None = None) -> Delivery:
    """The request for a webhook, signed as of `at` (default: now). Repeats of it have the same invocation id."""
    timestamp = (at or datetime.now(UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Zendesk Webhook",
        "X-Zendesk-Account-Id": str(ACCOUNT_ID),
        "X-Zendesk-Webhook-Id": WEBHOOK_ID,
        "X-Zendesk-Webhook-Invocation-Id": str(uuid.uuid5(_INVOCATIONS, queued.event_id)),
        SIGNATURE: sign(secret, timestamp, queued.body),
        TIMESTAMP: timestamp,
    }
    return Delivery(headers, queued.body, queued.seq, queued.ticket_id, queued.type, queued.event_id)


class Courier:
    """Posts each webhook `copies` times, in order, from a thread; tries again on 409, 429, 5xx and cut connections."""

    def __init__(self, desk: Desk, secret: str, url: str, *, copies: int = 1, after: int = 0) -> None:
        self._desk, self._secret, self._url, self._copies = desk, secret, url, copies
        self._after = after
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Begin with the first webhook after `after` that was not posted yet."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after the request that is under way; what is left stays queued."""
        self._stopped.set()
        self._thread.join(TIMEOUT + 1)

    def _run(self) -> None:
        with httpx.Client(timeout=TIMEOUT, trust_env=False) as client:
            while not self._stopped.wait(0.02):
                for queued in self._desk.queued(self._after):
                    if self._stopped.is_set():
                        return
                    if queued.state == "queued":
                        self._post(client, queued)
                    self._after = queued.seq

    def _post(self, client: httpx.Client, queued: Queued) -> None:
        state, tried = "delivered", 0
        for _ in range(self._copies):
            done, tried = self._until_taken(client, queued, tried)
            state = done if done != "delivered" else state
        self._desk.records.posted(queued.seq, state, tried)

    def _until_taken(self, client: httpx.Client, queued: Queued, tried: int) -> tuple[str, int]:
        pause = PAUSE
        for _ in range(ATTEMPTS):
            tried += 1
            status = self._attempt(client, queued)
            if status is not None and 200 <= status < 300:
                return "delivered", tried
            if status is not None and status < 500 and status not in (409, 429):
                break
            if self._stopped.wait(pause):
                return "queued", tried
            pause *= 2
        log.warning("webhook %s was not taken", queued.seq)
        return "failed", tried

    def _attempt(self, client: httpx.Client, queued: Queued) -> int | None:
        delivery = signed(queued, self._secret)
        try:
            return client.post(self._url, content=delivery.body, headers=delivery.headers).status_code
        except httpx.HTTPError:
            return None
