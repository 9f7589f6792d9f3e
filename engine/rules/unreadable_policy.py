"""A policy that an agent is to be given and cannot be: it is not there, not in the knowledge folder, or too long."""

from engine.compile.policies import policies_of
from engine.diagnostics import Sink
from engine.project import Project
from engine.rules.base import Case, Rule

__all__ = ["MOST", "RULE"]

MOST = 20_000
"""Characters: about 5,000 tokens, which every question to the model holds."""


def check(case: Case, sink: Sink) -> None:
    """Every policy that a step names."""
    for flow in case.files:
        for text in policies_of(flow.graph):
            wrong = _wrong(case.project, text.value)
            if wrong:
                sink.error("unreadable-policy", text.place, wrong[0], tip=wrong[1])


def _wrong(project: Project, path: str) -> tuple[str, str] | None:
    """What is wrong with it, and what would mend it."""
    knowledge = project.settings.knowledge if project.settings else None
    folder = knowledge.origin.value.strip("/") if knowledge and knowledge.origin else None
    if folder is not None and not path.startswith(f"{folder}/"):
        return f"`{path}` is not in the knowledge folder", f"write its path in the project, such as `{folder}/{path}`"
    content = project.document(path)
    if content is None:
        return f"there is no document `{path}`", "the path counts from the folder of engine.yaml"
    try:
        length = len(content.decode().strip())
    except UnicodeDecodeError:
        length = -1 if len(content) < MOST else len(content)
    if length < 0:
        return f"`{path}` is no text in UTF-8", ""
    if length == 0:
        return f"`{path}` is empty", ""
    if length > MOST:
        tip = "give it what this step needs, and let `knowledge` find the rest"
        return f"`{path}` has over {MOST:,} characters, the most that a model is given in full", tip
    return None


RULE = Rule(
    "unreadable-policy",
    check,
    unread=True,
    why="The agent would work without the rules that it is to keep to.",
    mend="Name a document of the knowledge folder by its path in the project, of at most 20,000 characters.",
)
