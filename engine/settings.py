"""What one process needs to know of its surroundings, from the environment alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Secrets", "Settings"]


class Secrets(dict[str, str]):
    """`{{ secret.NAME }}`: the environment, never shown."""

    def __repr__(self) -> str:
        return f"<{len(self)} secrets>"

    __str__ = __repr__


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the project is, and where its store, Temporal and the service are."""

    root: Path
    store_url: str
    temporal: str
    """host:port of the Temporal frontend."""
    namespace: str
    task_queue: str
    host: str
    port: int
    codec: bool
    secrets: Mapping[str, str] = field(repr=False)
    ui: str = ""
    """Address of the Temporal UI, for links."""

    @classmethod
    def from_env(cls, root: Path, env: Mapping[str, str]) -> "Settings":
        """ENGINE_STORE, ENGINE_TEMPORAL (or TEMPORAL_ADDRESS), ENGINE_NAMESPACE (or TEMPORAL_NAMESPACE),
        ENGINE_TASK_QUEUE, ENGINE_SERVICE (host:port), ENGINE_CODEC (on, off), ENGINE_UI. Raises ValueError."""
        host, _, port = env.get("ENGINE_SERVICE", "127.0.0.1:8321").rpartition(":")
        if not port.isdigit() or not host:
            raise ValueError("ENGINE_SERVICE is host:port, such as 127.0.0.1:8321")
        codec = env.get("ENGINE_CODEC", "off")
        if codec not in ("on", "off"):
            raise ValueError("ENGINE_CODEC is `on` or `off`")
        return cls(
            root=root,
            store_url=env.get("ENGINE_STORE", f"sqlite:///{root / '.engine' / 'store.db'}"),
            temporal=env.get("ENGINE_TEMPORAL", env.get("TEMPORAL_ADDRESS", "127.0.0.1:7233")),
            namespace=env.get("ENGINE_NAMESPACE", env.get("TEMPORAL_NAMESPACE", "default")),
            task_queue=env.get("ENGINE_TASK_QUEUE", "engine"),
            host=host,
            port=int(port),
            codec=codec == "on",
            secrets=Secrets(env),
            ui=env.get("ENGINE_UI", ""),
        )

    @property
    def service_url(self) -> str:
        """Where the service answers."""
        return f"http://{self.host}:{self.port}"

    @property
    def state(self) -> Path:
        """What the engine keeps beside the project: the store's file, the index, keys, logs."""
        return self.root / ".engine"
