"""Imported by the fork server of the fault tests alone: what each worker process would load anew is loaded once."""

from datetime import UTC, datetime

from engine.models.base import Choice, Field, Job, Message, Request
from engine.models.local.language import detect_language
from engine.models.local.model import answer
from engine.models.local.sentiment import sentiment

_WORDS = (Message("customer", "The lamp arrived damaged, I want a refund please.", datetime(2026, 1, 1, tzinfo=UTC)),)

answer(Request(Job.CLASSIFY, _WORDS, choices=(Choice("a", "A refund", ("refund me",)), Choice("b", "b", ("other",)))))
answer(Request(Job.EXTRACT, _WORDS, fields=(Field("email"),)))
detect_language(_WORDS[0].text)
sentiment(_WORDS[0].text)
