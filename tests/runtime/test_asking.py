"""What a model is told when fields are read from a conversation."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from engine.models.base import Answer, Message, Request
from engine.models.local import LocalModel
from engine.runtime.activities.asking import Asker
from engine.runtime.activities.scope import Scope

LATE = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)


class Listening(LocalModel):
    """Remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[Request] = []

    async def answer(self, request: Request) -> Answer:
        self.requests.append(request)
        return await super().answer(request)


class Stub(Asker):
    """Of the activities, what reads a conversation: the store, the platform and the model's choice stand in."""

    def __init__(self) -> None:
        self.model = Listening()
        stub: Any = self
        context = SimpleNamespace(model=lambda plan, job: self.model, projects=SimpleNamespace(plans={}))
        stub.desk = SimpleNamespace(context=context)
        stub.store = SimpleNamespace(run=self._now, now=None)
        stub.viewer = SimpleNamespace(messages=self._said)
        stub.attacher = None

    async def _now(self, what: object) -> datetime:
        return LATE

    async def _said(self, scope: Scope, said: object) -> list[Message]:
        return [Message("customer", "It arrived today", at=LATE)]


def scope(settings: dict[str, Any]) -> Scope:
    node = SimpleNamespace(data={"fields": {"day": {"kind": "date"}}})
    work: Any = SimpleNamespace(data={}, node="details")
    ticket: Any = SimpleNamespace(language="en", updated_at=LATE, stays=False)
    plan: Any = SimpleNamespace(flow="refund", settings=settings, nodes={"details": node})
    return Scope(work, ticket, plan, {})


@pytest.mark.parametrize(
    ("settings", "day"), [({"timezone": "Europe/Berlin"}, 25), ({"timezone": "UTC"}, 24), ({}, 24)]
)
async def test_today_is_counted_in_the_projects_timezone(settings: dict[str, Any], day: int) -> None:
    asker = Stub()
    read = await asker._fresh(scope(settings), [], {})
    assert read.values == {"day": date(2026, 11, day)}
    assert asker.model.requests[0].timezone == settings.get("timezone", "UTC")
    assert asker.model.requests[0].currency == "EUR"
