"""The ticketing platforms that exist. A new one is a file of its own and a line here."""

from collections.abc import Callable, Mapping
from typing import Final

from engine.channels.base import Channel, Unsent
from engine.channels.zendesk import Zendesk

__all__ = ["CHANNELS", "SETTINGS", "channel"]

CHANNELS: Final[dict[str, Callable[..., Channel]]] = {
    "zendesk": Zendesk,
}

SETTINGS: Final[dict[str, tuple[str, ...]]] = {
    "zendesk": ("url", "user", "token", "webhook_secret"),
}
"""What each kind needs in engine.yaml, all of it text."""


def channel(name: str, settings: Mapping[str, str]) -> Channel:
    """The channel `name` of engine.yaml, its secrets filled in. Raises Unsent(not_configured) if something lacks."""
    kind = settings.get("kind", "")
    if kind not in CHANNELS or any(not settings.get(key) for key in SETTINGS[kind]):
        raise Unsent("not_configured")
    return CHANNELS[kind](name=name, **{key: settings[key] for key in SETTINGS[kind]})
