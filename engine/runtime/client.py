"""The connection to Temporal."""

import asyncio
import os
from typing import Any

from temporalio.client import Client
from temporalio.converter import DataConverter
from temporalio.envconfig import ClientConfig
from temporalio.service import RPCError, RPCStatusCode

from engine.errors import EngineError
from engine.settings import Settings

__all__ = ["Unreachable", "connect"]

_DEFAULT = "127.0.0.1:7233"
_ONE_TRY = 10.0
_FOR_GOOD = frozenset({RPCStatusCode.UNAUTHENTICATED, RPCStatusCode.PERMISSION_DENIED})


class Unreachable(EngineError):
    """Temporal does not answer, or does not let us in."""

    code = "temporal_unreachable"


async def connect(settings: Settings, *, patience: float = 60.0) -> Client:
    """A client, as soon as Temporal answers. Raises Unreachable after `patience` seconds, and at once where waiting
    will not help; KeysRefused for a key ring that cannot be used."""
    config = _config(settings)
    loop = asyncio.get_running_loop()
    deadline = loop.time() + patience
    pause = 0.1
    while True:
        try:
            return await asyncio.wait_for(Client.connect(**config), _ONE_TRY)
        except RPCError as error:
            if error.status in _FOR_GOOD or loop.time() >= deadline:
                raise Unreachable(f"Temporal at {config['target_host']}: {error.status.name}") from None
        except (RuntimeError, TimeoutError):  # the SDK's word for no connection
            if loop.time() >= deadline:
                raise Unreachable(f"Temporal at {config['target_host']} does not answer") from None
        await asyncio.sleep(pause)
        pause = min(pause * 2, 2.0)


def _config(settings: Settings) -> dict[str, Any]:
    """An address of our own is used as it is; otherwise the ecosystem's variables and profiles hold."""
    config: dict[str, Any] = {}
    if not settings.temporal:
        config = dict(ClientConfig.load_client_connect_config(override_env_vars=dict(os.environ)))
    config["target_host"] = settings.temporal or config.get("target_host") or _DEFAULT
    config["namespace"] = settings.namespace or config.get("namespace") or "default"
    config["data_converter"] = _converter(settings)
    return config


def _converter(settings: Settings) -> DataConverter:
    if not settings.codec:
        return DataConverter.default
    from engine.runtime.codec import data_converter, ring_of  # cryptography, only where it is used

    return data_converter(ring_of(settings))
