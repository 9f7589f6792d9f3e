"""Imported by the fork server of the fault tests alone: what each worker process would load anew is loaded once.

The vectors of all that is said there are kept, so that no worker has to load the second encoder: its session has
threads, which no fork outlives, and making one takes longer than a whole refund.
"""

import asyncio
from datetime import UTC, datetime

from engine.models.base import Field, Job, Message, Request
from engine.models.local import LocalModel, minilm
from engine.models.local.language import detect_language
from engine.models.local.model import answer
from engine.models.local.sentiment import sentiment
from engine.routing import choices, read, wishes
from engine.runtime.activities.hearing import MEANINGS
from engine.runtime.projects import LoadedProject
from tests.runtime.bench import REFUND, ROOT

_SAID = (REFUND, "Yes, please", "No", "Please let me talk to a human")


async def _hear() -> None:
    model, flows = LocalModel(), choices(LoadedProject(ROOT).plans.values())
    for text in _SAID:
        words = (Message("customer", text, datetime(2026, 1, 1, tzinfo=UTC)),)
        await wishes(model, text, await read(model, words, flows), flows, 0.6)
        answer(Request(Job.CLASSIFY, words, choices=MEANINGS))
        answer(Request(Job.EXTRACT, words, fields=(Field("email"),)))
        detect_language(text)
        sentiment(text)


asyncio.run(_hear())
minilm._loaded.cache_clear()
