"""The embedded model behind the one interface of every model."""

import asyncio
from typing import Final

from engine.models.base import Answer, Capabilities, Finish, Job, Request
from engine.models.errors import ModelRejected

NAME: Final = "local"


class LocalModel:
    """Works on this machine, without a key. See the package for what each job does."""

    name = NAME
    capabilities = Capabilities(location="on_premises", free=True)

    async def answer(self, request: Request) -> Answer:
        """Do the request's job in a thread; deterministic, never raises for what a customer wrote."""
        return await asyncio.to_thread(answer, request)


def answer(request: Request) -> Answer:
    """The same, blocking."""
    match request.job:
        case Job.CLASSIFY | Job.ANSWER if _blind(request):
            return Answer(data={"choice": None, "scores": {}}, model=NAME, finish="refused")
        case Job.CLASSIFY:
            return _classify(request)
        case Job.EXTRACT:
            return _extract(request)
        case Job.ANSWER:
            return _quote(request)
        case Job.WORK:
            raise ModelRejected("the local model does not work with tools")


def _blind(request: Request) -> bool:
    """Whether it would answer a question about something that it was not shown. Finding the flow of what was written,
    and reading what was written, it can nevertheless."""
    asks = request.job is Job.ANSWER or bool(request.instruction)
    return asks and any(message.unread for message in request.messages)


def _classify(request: Request) -> Answer:
    from engine.models.local.classify import classify  # numpy: not for those who only name the model

    verdict = classify(request)
    data = {"choice": verdict.choice, "scores": verdict.scores}
    return Answer(data=data, confidence=verdict.confidence, model=NAME)


def _extract(request: Request) -> Answer:
    from engine.models.local.extract import extract

    data, sure = extract(request)
    return Answer(data=data, per_field=sure, confidence=min(sure.values(), default=0.0), model=NAME)


def _quote(request: Request) -> Answer:
    from engine.models.local.answer import quote

    said = quote(request)
    finish: Finish = "stop" if said.text else "refused"
    return Answer(text=said.text, citations=said.citations, confidence=said.confidence, model=NAME, finish=finish)
