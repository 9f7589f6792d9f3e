"""The settings of a flow, or of a flow that says nothing, with the places where they stand."""

from typing import Any, NamedTuple

from engine.compile import Compiled
from engine.compile.settings import plan_settings
from engine.diff.difference import Spot
from engine.project import Project
from engine.project.flow import Flow
from engine.root import MARK
from engine.syntax import Nothing
from engine.syntax.source import Source

__all__ = ["Whole", "whole_flow", "whole_project"]


class Whole(NamedTuple):
    """`said` as `Plan.settings` says it."""

    project: Project
    flow: Flow
    said: dict[str, Any]

    def spot(self, key: str, text: str = "") -> Spot:
        """The flow's own line, else that of the defaults, else the project's, else the flow's first."""
        settings = self.project.settings
        defaults = settings.defaults if settings else None
        owner = next((one for one in (self.flow, defaults, settings) if one is not None and key in one.at), self.flow)
        return Spot(owner.spot(key), text)


def whole_flow(flow: Compiled) -> Whole:
    """Of a flow."""
    return Whole(flow.project, flow.flow, dict(flow.plan.settings))


def whole_project(project: Project) -> Whole:
    """What holds for a flow that says nothing of its own: the defaults."""
    settings = project.settings
    silent = Flow(settings.node if settings else Nothing(Source(MARK, ""), 0, 0))
    return Whole(project, silent, plan_settings(silent, settings))
