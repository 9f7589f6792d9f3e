"""A page to try a web channel with, on this machine alone: `engine dev` prints its address, with a token that it made.

Plain HTML and a script without dependencies, which also shows a team how its own page talks with the service. No token
is ever made here, and none is in the page: the address holds it behind `#`, which no browser sends.
"""

import base64
import hashlib
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from engine.address import LOOPBACK
from engine.channels.web import Web
from engine.service.answers import fault, service_of

__all__ = ["page"]

_SCRIPT: Final = Path(__file__).with_name("chat.js")
_STYLE: Final = Path(__file__).with_name("chat.css")


async def page(request: Request) -> Response:
    """GET /chat/{channel}: the page; only where this machine asks itself."""
    service = service_of(request)
    channel = service.channels.get(request.path_params["channel"])
    if not isinstance(channel, Web) or not service.loopback or request.url.hostname not in LOOPBACK:
        raise fault(404, "not_found")
    text, policy = _made(channel.name)
    return HTMLResponse(text, headers={
        "content-security-policy": policy, "cache-control": "no-store", "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff", "x-frame-options": "DENY", "cross-origin-opener-policy": "same-origin",
    })  # fmt: skip


@lru_cache
def _made(channel: str) -> tuple[str, str]:
    """The page, and what a browser lets it do: run this script, and talk with this service."""
    script, style = _SCRIPT.read_text(encoding="utf-8"), _STYLE.read_text(encoding="utf-8")
    policy = (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; connect-src 'self'; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    )
    text = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Chat: {escape(channel)}</title><style>{style}</style></head><body><main>"
        f"<h1>Chat of the channel {escape(channel)}</h1>"
        '<ol id="log" role="log" aria-live="polite" aria-label="Conversation" tabindex="0"></ol>'
        '<p id="state" role="status"></p><p id="wrong" role="alert" hidden></p>'
        '<form id="form"><label for="text">Your message</label>'
        '<textarea id="text" required maxlength="8000" autofocus></textarea><button>Send</button></form>'
        f"</main><script>{script}</script></body></html>"
    )
    return text, policy


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
