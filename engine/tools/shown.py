"""What a call would send, for a person to look at: secrets and keys are named and never shown."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from engine.tools.base import Contract
from engine.tools.request import prepare, secret_names

__all__ = ["request", "secrets_of"]

_ADDRESS: Final = re.compile(r"(?i)https?://[^/@?#\s]+/?")
"""An origin: it says where, and lets nobody in."""
_KEY: Final = "~idempotency key~"


def secrets_of(binding: Mapping[str, Any]) -> list[str]:
    """The names of the secrets that a tool is given, in order."""
    return sorted(set(secret_names(binding)))


def request(
    binding: Mapping[str, Any], contract: Contract, arguments: Mapping[str, Any], secrets: Mapping[str, str]
) -> Iterator[str]:
    """The lines of an `http:` or `openapi:` call. Raises Failed where the call could not be made at all."""
    shown = {name: f"~{name}~" for name in secret_names(binding)}  # characters that no encoding changes
    shown |= _base(binding, secrets)
    prepared = prepare(binding, contract, arguments, shown, _KEY if contract.idempotency else None)
    yield f"{prepared.method} {prepared.url}"
    yield from (f"{name}: {value}" for name, value in sorted(prepared.headers.items()))
    if prepared.content is not None:
        yield ""
        yield prepared.content.decode()


def _base(binding: Mapping[str, Any], secrets: Mapping[str, str]) -> dict[str, str]:
    """The address of the system where it is a secret, as it is if that lets nobody in."""
    url = binding["url"]
    first = url[1] if url[0] == "text" else url
    if first[0] != "dot":
        return {}
    value = secrets.get(str(first[2]), "")
    return {str(first[2]): value if _ADDRESS.fullmatch(value) else f"https://~{first[2]}~"}
