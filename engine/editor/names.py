"""The names of a project that files refer to: what there is, what it is, and where it is defined."""

from collections.abc import Iterable
from typing import NamedTuple

from engine.diagnostics import Place
from engine.project import Project
from engine.project.contract import Tool
from engine.project.flow import Flow
from engine.project.settings import Team
from engine.syntax import Text
from engine.types import fields_of, show

__all__ = ["Named", "arguments", "named"]


class Named(NamedTuple):
    """Something that a name stands for."""

    name: str
    what: str
    """In a few words."""
    more: str
    """In a few lines, as Markdown."""
    place: Place | None


def named(what: str, project: Project) -> list[Named]:
    """All of a kind that `Ref` knows: team, flow, piece, tool, collection, guardrail, channel, model."""
    settings = project.settings
    match what:
        case "tool":
            return [_tool(tool) for _, tool in sorted(project.tools.items())]
        case "flow":
            return [_flow(name, flow) for name, flow in sorted(project.flows.items())]
        case "piece":
            return [_flow(name, piece) for name, piece in sorted(project.pieces.items())]
        case "team" if settings:
            return [_team(text, team) for text, team in (settings.teams or {}).values()]
        case "collection" if settings and settings.knowledge:
            return [Named(text.value, "a collection of articles", "", text.place)
                    for text in settings.knowledge.collections or ()]  # fmt: skip
        case "guardrail" if settings:
            return _plain((settings.guardrails or {}).values(), "a set of checks")
        case "channel" if settings:
            return _plain((settings.channels or {}).values(), "a channel")
        case "model" if settings:
            return _plain((settings.models or {}).values(), "a model")
    return []


def arguments(tool: Tool) -> list[Named]:
    """What a call takes."""
    found = []
    for name, kind in fields_of(tool.input).items():
        needed = "" if name in tool.required else ", optional"
        about = tool.contract.input.get("properties", {}).get(name, {}).get("description", "")
        found.append(Named(name, f"{show(kind)}{needed}", str(about), None))
    return found


def _plain(entries: Iterable[tuple[Text, object]], what: str) -> list[Named]:
    return [Named(text.value, what, "", text.place) for text, _ in entries]


def _tool(tool: Tool) -> Named:
    entry = tool.entry
    title = entry.title.value if entry.title else ""
    about = f"{entry.about.value}\n\n" if entry.about else ""
    takes = "\n".join(f"- `{one.name}`: {one.what}. {one.more}".rstrip() for one in arguments(tool))
    more = f"{about}A call {_EFFECTS.get(tool.contract.effect, 'changes something')}.\n\nTakes:\n{takes}"
    return Named(tool.name, title, more, entry.tool.place if entry.tool else None)


_EFFECTS = {"read": "changes nothing", "irreversible": "cannot be taken back"}


def _flow(name: str, flow: Flow) -> Named:
    about = flow.about.value if flow.about else ""
    return Named(name, flow.title.value if flow.title else "", about, flow.flow.place if flow.flow else flow.place)


def _team(text: Text, team: Team | None) -> Named:
    title = team.title.value if team and team.title else ""
    people = ", ".join(person.value for person in (team.people if team else None) or ())
    return Named(text.value, title, people, text.place)
