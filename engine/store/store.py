"""The store: one object per process, its areas by name."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from types import TracebackType
from typing import ParamSpec, Self, TypeVar

from engine.store.approvals import Approvals
from engine.store.attachments import Attachments
from engine.store.chats import Chats
from engine.store.consents import Consents
from engine.store.database import Clock, Database
from engine.store.drafts import Drafts
from engine.store.handoffs import Handoffs
from engine.store.intents import Intents
from engine.store.messages import Messages
from engine.store.meta import Meta
from engine.store.migrate import migrate
from engine.store.outbound import Outbound
from engine.store.people import People
from engine.store.questions import Questions
from engine.store.reconciling import Reconciling
from engine.store.revisions import Revisions
from engine.store.revocations import Revocations
from engine.store.spending import Spending
from engine.store.starts import Starts
from engine.store.steps import Steps
from engine.store.surveys import Surveys
from engine.store.tickets import Tickets
from engine.store.values import Values
from engine.store.wishes import Wishes

P = ParamSpec("P")
R = TypeVar("R")


class Store:
    """Everything that the engine knows. Each method of an area is one transaction.

    Areas: tickets, messages, values, steps, revisions, intents, consents, approvals, attachments, questions,
    starts, surveys, outbound, chats, drafts, handoffs, reconciling, people, revocations, wishes, spending, meta.
    `with Store.open(url) as store:` closes it.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.tickets = Tickets(database)
        self.messages = Messages(database)
        self.values = Values(database)
        self.steps = Steps(database)
        self.surveys = Surveys(database)
        self.revisions = Revisions(database)
        self.intents = Intents(database)
        self.consents = Consents(database)
        self.approvals = Approvals(database)
        self.attachments = Attachments(database)
        self.questions = Questions(database)
        self.starts = Starts(database)
        self.outbound = Outbound(database)
        self.chats = Chats(database)
        self.drafts = Drafts(database)
        self.handoffs = Handoffs(database)
        self.reconciling = Reconciling(database)
        self.people = People(database)
        self.revocations = Revocations(database)
        self.wishes = Wishes(database)
        self.spending = Spending(database)
        self.meta = Meta(database)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")

    @classmethod
    def open(cls, url: str, *, clock: Clock | None = None) -> Self:
        """Open `sqlite:///path` or `postgresql://...`, bringing its tables to this release's shape.

        Raises StoreRefused for what cannot hold a store, StoreUnavailable for what cannot be reached now.
        """
        database = Database(url, clock=clock or Clock())
        try:
            migrate(database)
        except BaseException:
            database.dispose()
            raise
        return cls(database)

    async def run(self, method: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a method of the store in the store's own thread: `await store.run(store.tickets.get, id)`.

        A caller that is cancelled leaves the transaction to its end: it is committed as a whole or not at all.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, partial(method, *args, **kwargs))

    def now(self) -> datetime:
        """The database's clock, with the test shift."""
        return self.database.now()

    def close(self) -> None:
        """Wait for what runs, then close every connection."""
        self._thread.shutdown(wait=True)
        self.database.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
