"""Puts a worker together: project, store, adapters."""

from collections.abc import Callable, Iterable

from engine.knowledge.library import Library
from engine.models.base import Model
from engine.models.registry import embedder, model
from engine.plan import Plan
from engine.runtime.context import Context
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
        model=_models(project.plans.values()),
        library=Library(settings.state / "knowledge", embedder()),
        guard=project.guard,
        secrets=settings.secrets,
    )


def _models(plans: Iterable[Plan]) -> Callable[[Plan, str], Model]:
    """The model of a plan's job. Raises UnknownModel at the start, not in the middle of a ticket."""
    names = {str(name) for plan in plans for name in plan.settings.get("models", {}).values()}
    made = {name: model(name) for name in sorted(names)}

    def choose(plan: Plan, job: str) -> Model:
        name = str(plan.settings.get("models", {}).get(job, "local"))
        if name not in made:
            made[name] = model(name)
        return made[name]

    return choose
