"""Puts a worker together: project, store, adapters."""

from collections.abc import Callable

from engine.articles import library
from engine.models.base import Model
from engine.models.registry import model
from engine.plan import Plan
from engine.project.settings import ModelSettings
from engine.runtime.context import Context
from engine.runtime.projects import LoadedProject
from engine.settings import Settings
from engine.store import Store
from engine.syntax import Text

__all__ = ["build_context"]


def build_context(settings: Settings, project: LoadedProject, store: Store) -> Context:
    """The context of a worker of this project."""
    return Context(
        store=store,
        projects=project,
        channels=project.channels(settings.secrets),
        model=_models(project),
        library=library(settings, project.settings.knowledge),
        guard=project.guard,
        secrets=settings.secrets,
    )


def _models(project: LoadedProject) -> Callable[[Plan, str], Model]:
    """The model of a plan's job. Raises UnknownModel at the start, not in the middle of a ticket."""
    made: dict[str, Model] = {}

    def choose(plan: Plan, job: str) -> Model:
        name = str(plan.settings.get("models", {}).get(job, "local"))
        if name not in made:
            made[name] = model(_provider(project, name))
        return made[name]

    for plan in project.plans.values():
        for job in plan.settings.get("models", {}):
            choose(plan, job)
    return choose


def _provider(project: LoadedProject, name: str) -> str:
    """What stands behind a name of engine.yaml; a name that it does not have is a provider's own."""
    _, entry = (project.settings.models or {}).get(name, (None, None))
    match entry:
        case Text() as provider:
            return provider.value
        case ModelSettings(use=Text() as provider):
            return provider.value
    return name
