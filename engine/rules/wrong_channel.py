"""A channel of engine.yaml that lacks what its platform needs, or has an option that it does not take."""

from typing import Final

from engine.diagnostics import Sink, nearest
from engine.project.shape import misspelt, quoted, shortened
from engine.rules.base import Case, Rule
from engine.syntax import Mapping

__all__ = ["OPTIONS", "RULE"]

OPTIONS: Final = {"zendesk": ("url", "user", "token", "webhook_secret"), "web": ("secret",)}
"""Kind -> what it needs beside the keys of every channel; it takes nothing else."""


def check(case: Case, sink: Sink) -> None:
    """By the kind of each channel. A kind that there is not is another rule's."""
    settings = case.project.settings
    channels = (settings.channels if settings else None) or {}
    for _, channel in channels.values() if case.furniture else ():
        kind = channel.kind.value if channel is not None and channel.kind is not None else ""
        if channel is None or kind not in OPTIONS or not isinstance(channel.node, Mapping):
            continue
        needed = OPTIONS[kind]
        strange = [entry.key for entry in channel.node.entries if entry.key.value in {*channel.options} - {*needed}]
        for text in strange:
            message = f"a channel of `{kind}` takes no `{shortened(text.value)}`: it takes {quoted(needed, 'and')}"
            tip, fix = misspelt(text, needed, channel.options)
            sink.error("wrong-channel", text.place, message, tip=tip, fix=fix)
        near = {nearest(text.value, needed) for text in strange}
        if missing := [name for name in needed if name not in channel.options and name not in near]:
            message = f"a channel of `{kind}` needs {quoted(missing, 'and')} too"
            sink.error("wrong-channel", channel.spot("kind"), message)


RULE = Rule(
    "wrong-channel",
    check,
    unread=True,
    why="No service and no worker would start with it.",
    mend="Write what the platform needs, by the names that it has here.",
)
