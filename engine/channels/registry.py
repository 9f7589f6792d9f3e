"""The ticketing platforms that exist. A new one is a file of its own and a line here."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from engine.channels.base import Channel
from engine.channels.web import Transcript, Web
from engine.channels.zendesk import Zendesk
from engine.errors import NotConfigured

__all__ = ["CHANNELS", "SETTINGS", "channel"]

CHANNELS: Final[dict[str, Callable[..., Channel]]] = {
    "zendesk": Zendesk,
    "web": Web,
}

SETTINGS: Final[dict[str, tuple[str, ...]]] = {
    "zendesk": ("url", "user", "token", "webhook_secret"),
    "web": ("secret",),
}
"""What each kind needs in engine.yaml, all of it text."""


def channel(
    name: str, settings: Mapping[str, str], *, transcript: Transcript | None = None, origins: Sequence[str] = ()
) -> Channel:
    """The channel `name` of engine.yaml, its secrets filled in. Raises NotConfigured if something lacks.

    `transcript` and `origins` are a web channel's: where its conversations are, and whose pages may talk with it.
    """
    kind = settings.get("kind", "")
    if kind not in CHANNELS:
        raise NotConfigured(f"the channel `{name}` is of the kind `{kind}`, which is none of {', '.join(CHANNELS)}")
    if lacking := [key for key in SETTINGS[kind] if not settings.get(key)]:
        raise NotConfigured(f"the channel `{name}` lacks {', '.join(lacking)}")
    own = {"transcript": transcript, "origins": origins} if kind == "web" else {}
    return CHANNELS[kind](name=name, **{key: settings[key] for key in SETTINGS[kind]}, **own)
