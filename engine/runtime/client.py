"""The connection to Temporal."""

import asyncio

from temporalio.client import Client
from temporalio.service import RPCError

from engine.errors import EngineError
from engine.settings import Settings

__all__ = ["Unreachable", "connect"]


class Unreachable(EngineError):
    """Temporal does not answer."""

    code = "temporal_unreachable"


async def connect(settings: Settings, *, patience: float = 60.0) -> Client:
    """A client, as soon as Temporal answers. Raises Unreachable after `patience` seconds."""
    deadline = asyncio.get_running_loop().time() + patience
    pause = 0.1
    while True:
        try:
            return await _client(settings)
        except (RuntimeError, RPCError):
            if asyncio.get_running_loop().time() > deadline:
                raise Unreachable(f"Temporal at {settings.temporal} does not answer") from None
        await asyncio.sleep(pause)
        pause = min(pause * 2, 2.0)


async def _client(settings: Settings) -> Client:
    if not settings.codec:
        return await Client.connect(settings.temporal, namespace=settings.namespace)
    from engine.runtime.codec import KeyRing, data_converter

    ring = KeyRing.load_or_make(settings.state / "keys.json")
    return await Client.connect(settings.temporal, namespace=settings.namespace, data_converter=data_converter(ring))
