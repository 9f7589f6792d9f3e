"""A template in `prompts/` that could not be rendered, or that no job has."""

from pathlib import PurePosixPath

from engine.diagnostics import Place, Sink, meant
from engine.prompts import JOBS, SUFFIX
from engine.rules.base import Case, Rule

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """Only a project that has templates of its own loads what renders them."""
    for path, text in case.project.prompts.items() if case.furniture else ():
        job = PurePosixPath(path).stem
        if job not in JOBS:
            place = Place(path, 1, 1, 1, 2)
            tip, _ = meant(job, JOBS, place)
            message = f"no model is asked by `{path}`: there are {', '.join(f'`{name}{SUFFIX}`' for name in JOBS)}"
            sink.error("wrong-prompt", place, message, tip=tip)
            continue
        from engine.prompts.render import wrong

        for line, message, tip in wrong(job, text):
            sink.error("wrong-prompt", Place(path, line, 1, line, 2), message, tip=tip)


RULE = Rule(
    "wrong-prompt",
    check,
    unread=True,
    why="No model could be asked by it, or none where something is lacking that a request may lack, and such tickets "
    "would go to a person.",
    mend="Begin with the engine's own template of that name, and change what it says; docs/models.md lists its names, "
    "and which of them may have nothing behind them.",
)
