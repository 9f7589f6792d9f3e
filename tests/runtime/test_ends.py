"""Whatever goes wrong while articles are looked for comes to a person in the end: no code is tried again for ever."""

from collections.abc import Iterator
from dataclasses import replace
from typing import cast

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from engine.knowledge.base import BrokenDocument, IndexTaken, KnowledgeError, VersionGone
from engine.runtime.activities.base import Group, guarded
from engine.runtime.activities.desk import Desk
from engine.runtime.activities.scope import Scope
from engine.runtime.input import Result, Work

OF_RUNS = (BrokenDocument, IndexTaken)
"""What only those meet who index."""


def kinds(of: type[KnowledgeError] = KnowledgeError) -> Iterator[type[KnowledgeError]]:
    yield of
    for one in of.__subclasses__():
        yield from kinds(one)


class Searching(Group):
    """An activity whose search fails."""

    error: KnowledgeError

    async def search(self, scope: Scope) -> Result:
        raise self.error


class _Desk:
    """Stands where the store would be read."""

    context = store = None

    async def enter(self, work: Work, *, closed: bool, lenient: bool) -> Scope:
        raise Searching.error


@pytest.mark.parametrize("kind", [kind for kind in kinds() if kind not in OF_RUNS], ids=lambda kind: kind.__name__)
async def test_a_search_that_fails_for_long_is_a_persons(kind: type[KnowledgeError]) -> None:
    Searching.error = kind() if kind is VersionGone else kind("the server does not answer")
    run = guarded(Searching.search)
    desk = cast("Desk", _Desk())
    ends = []
    for attempt in (1, 8, 20):
        env = ActivityEnvironment()
        env.info = replace(env.info, attempt=attempt)
        with pytest.raises(ApplicationError) as raised:
            await env.run(run, Searching(desk), Work("t", 0, "flow@1"))
        ends.append(raised.value.non_retryable)
    assert ends[0] is False
    assert ends[-1] is True
