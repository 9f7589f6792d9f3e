"""What one process needs to know of its surroundings, from the environment alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from engine.address import LOOPBACK

__all__ = ["Secrets", "Settings"]

_OWN: Final = ("ENGINE_", "TEMPORAL_")
"""Variables of the engine and of Temporal: no tool is given the codec's keys or Temporal's API key."""


class Secrets(dict[str, str]):
    """`{{ secret.NAME }}`: the environment, never shown, without what belongs to the engine itself."""

    @classmethod
    def of(cls, env: Mapping[str, str]) -> Self:
        """The environment's variables but the engine's and Temporal's own. One of blanks alone is as good as empty."""
        return cls({name: value if value.strip() else "" for name, value in env.items() if not name.startswith(_OWN)})

    def __repr__(self) -> str:
        return f"<{len(self)} secrets>"

    __str__ = __repr__


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the project is, and where its store, Temporal and the service are."""

    root: Path
    store_url: str = field(repr=False)
    """May hold a password."""
    temporal: str
    """host:port of the Temporal frontend, without TLS. Empty: what `temporalio.envconfig` finds (TEMPORAL_ADDRESS,
    TEMPORAL_API_KEY, TEMPORAL_TLS_*, a profile in TOML), else 127.0.0.1:7233."""
    namespace: str
    """Empty: as the profile says, else `default`."""
    task_queue: str
    host: str
    port: int
    codec: bool
    secrets: Mapping[str, str] = field(repr=False)
    ui: str = ""
    """Origin of the Temporal UI: for links, and the one origin that the codec server answers."""
    events_token: str = field(default="", repr=False)
    """What other systems post events with; several with a blank between while one is replaced."""
    codec_keys: str = field(default="", repr=False)
    """The key ring in JSON; empty: the file `keys.json` of the project's state."""
    index: str = ""
    """Where the index is kept instead of where engine.yaml says: `folder`, or the URL of another bucket there."""

    @classmethod
    def from_env(cls, root: Path, env: Mapping[str, str]) -> "Settings":
        """ENGINE_STORE, ENGINE_TEMPORAL (host:port), ENGINE_NAMESPACE, ENGINE_TASK_QUEUE, ENGINE_SERVICE (host:port),
        ENGINE_CODEC (on, off), ENGINE_CODEC_KEYS, ENGINE_EVENTS_TOKEN,
        ENGINE_INDEX, ENGINE_UI; Temporal's own variables besides. Raises ValueError."""
        host, port = _address(env.get("ENGINE_SERVICE") or "127.0.0.1:8321")
        codec = env.get("ENGINE_CODEC") or "off"
        if codec not in ("on", "off"):
            raise ValueError("ENGINE_CODEC is `on` or `off`")
        return cls(
            root=root,
            store_url=env.get("ENGINE_STORE") or f"sqlite:///{root / '.engine' / 'store.db'}",
            temporal=env.get("ENGINE_TEMPORAL", ""),
            namespace=env.get("ENGINE_NAMESPACE") or env.get("TEMPORAL_NAMESPACE", ""),
            task_queue=env.get("ENGINE_TASK_QUEUE") or "engine",
            host=host,
            port=port,
            codec=codec == "on",
            secrets=Secrets.of(env),
            ui=env.get("ENGINE_UI", "").rstrip("/"),
            events_token=env.get("ENGINE_EVENTS_TOKEN", ""),
            codec_keys=env.get("ENGINE_CODEC_KEYS", ""),
            index=env.get("ENGINE_INDEX", ""),
        )

    @property
    def service_url(self) -> str:
        """Where the service answers."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def loopback(self) -> bool:
        """Whether the service is reached from this machine alone."""
        return self.host in LOOPBACK

    @property
    def state(self) -> Path:
        """What the engine keeps beside the project: the store's file, the index, keys, logs."""
        return self.root / ".engine"


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise ValueError("ENGINE_SERVICE is host:port, such as 127.0.0.1:8321")
    return host, int(port)
