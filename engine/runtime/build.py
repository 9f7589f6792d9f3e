"""Puts a worker together: project, store, adapters."""

import contextlib
from collections.abc import Sequence

from engine.articles import library
from engine.errors import NotConfigured
from engine.models.errors import UnknownModel
from engine.models.ocr import can_read
from engine.plan import Plan
from engine.runtime.context import Context
from engine.runtime.hosting import Hosting
from engine.runtime.projects import LoadedProject
from engine.settings import Settings
from engine.store import Store

__all__ = ["build_context", "models"]


def build_context(settings: Settings, project: LoadedProject, store: Store) -> Context:
    """The context of a worker of this project. Raises NotConfigured, UnknownModel, MissingKey, WrongAddress and
    BudgetReached: what a ticket would miss is missed now."""
    if project.settings.ocr is not None and not can_read():
        raise NotConfigured(
            "`ocr: tesseract` of engine.yaml needs the program `tesseract`, which is not installed here"
        )
    chosen = models(settings, project, [Plan.from_json(found) for found in store.revisions.pinned()])
    return Context(
        store=store,
        projects=project,
        channels=project.channels(settings.secrets, store),
        model=chosen.choose,
        library=library(settings, project.settings.knowledge),
        guard=project.guard,
        secrets=settings.secrets,
        close=chosen.close,
    )


def models(settings: Settings, project: LoadedProject, pinned: Sequence[Plan] = ()) -> Hosting:
    """All models that the plans of this project may ask, ready to be asked, and those of plans that are older and that
    open tickets are `pinned` to. Raises UnknownModel, MissingKey, WrongAddress and BudgetReached.

    A model that only older plans name and that is in engine.yaml no more stops nobody: its tickets go to people.
    """
    hosting = Hosting(project.settings, settings.secrets)
    for plan in pinned:
        for job in plan.settings.get("models", {}):
            with contextlib.suppress(UnknownModel):
                hosting.choose(plan, job)
    for plan in project.plans.values():
        for job in plan.settings.get("models", {}):
            hosting.choose(plan, job)
    hosting.priced()
    hosting.load()
    return hosting
