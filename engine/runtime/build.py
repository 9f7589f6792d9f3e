"""Puts a worker together: project, store, adapters."""

from collections.abc import Callable

from engine.knowledge.library import Library
from engine.models.base import Model
from engine.models.registry import embedder
from engine.plan import Plan
from engine.runtime.context import Context
from engine.runtime.hosting import Hosting
from engine.runtime.projects import LoadedProject
from engine.settings import Settings
from engine.store import Store

__all__ = ["build_context"]


def build_context(settings: Settings, project: LoadedProject, store: Store) -> Context:
    """The context of a worker of this project."""
    return Context(
        store=store,
        projects=project,
        channels=project.channels(settings.secrets),
        model=_models(settings, project),
        library=Library(settings.state / "knowledge", embedder()),
        guard=project.guard,
        secrets=settings.secrets,
    )


def _models(settings: Settings, project: LoadedProject) -> Callable[[Plan, str], Model]:
    """The model of a plan's job. Raises UnknownModel, MissingKey and BudgetReached at the start, not in the middle of
    a ticket."""
    hosting = Hosting(project.settings, settings.secrets)

    def choose(plan: Plan, job: str) -> Model:
        return hosting.get(str(plan.settings.get("models", {}).get(job, "local")))

    for plan in project.plans.values():
        for job in plan.settings.get("models", {}):
            choose(plan, job)
    hosting.priced()
    hosting.load()
    return choose
