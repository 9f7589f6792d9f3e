"""A flow without tests, in a project that has some or wants them."""

from engine.diagnostics import Sink
from engine.rules.base import Case, Rule

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """A warning, and off until engine.yaml says `tests: required` or some flow has a test."""
    settings = case.project.settings
    wanted = settings is not None and settings.tests is not None
    if not wanted and not case.project.tested:
        return
    for name, flow in case.flows.items():
        if name not in case.project.tested:
            message = f"`{name}` has no tests"
            tip = f"write flows/{name}.test.yaml"
            sink.warning("flow-without-test", flow.flow.spot("flow"), message, tip=tip)


RULE = Rule(
    "flow-without-test",
    check,
    why="Nobody would notice that a change makes it do something else.",
    mend="Write `flows/NAME.test.yaml` beside the flow.",
)
