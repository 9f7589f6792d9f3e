"""Visitors of `engine dev`: a secret for each web channel that the environment has none for, and a page to try it."""

import secrets
from collections.abc import Mapping
from typing import Final

from engine.channels.web_token import made
from engine.expressions.evaluate import render
from engine.project.contract import json_of
from engine.project.models import secrets_in
from engine.project.settings import Settings

__all__ = ["pages", "signing"]

_SECONDS: Final = 12 * 3_600


def signing(settings: Settings, env: Mapping[str, str]) -> dict[str, str]:
    """Variables that the secrets of web channels are made of and that are not set, each with a value of its own."""
    needed = [name for tree in _secrets(settings).values() for name in secrets_in([tree])]
    return {name: secrets.token_urlsafe(48) for name in dict.fromkeys(needed) if not env.get(name)}


def pages(settings: Settings, env: Mapping[str, str], service: str) -> dict[str, str]:
    """Channel -> address of its page with a token for somebody who has not signed in. The part behind `#` stays in the
    browser."""
    visitor = f"dev-{secrets.token_hex(4)}"
    signed = {name: render(tree, {"secret": dict(env)}).split()[0] for name, tree in _secrets(settings).items()}
    tokens = {
        name: made(secret, audience=name, visitor=visitor, seconds=_SECONDS, anonymous=True)
        for name, secret in signed.items()
    }
    return {name: f"{service}/chat/{name}#token={token}" for name, token in tokens.items()}


def _secrets(settings: Settings) -> dict[str, object]:
    found = {}
    for name, (_, spec) in (settings.channels or {}).items():
        if spec is not None and spec.kind is not None and spec.kind.value == "web" and spec.options.get("secret"):
            found[name] = json_of(spec.options["secret"])
    return found
