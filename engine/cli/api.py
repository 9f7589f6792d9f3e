"""The service's API as a command sees it: a signed-in person's requests, and refusals in one line."""

import argparse
import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from engine.address import LOOPBACK
from engine.cli.place import settings_of
from engine.cli.shown import clean
from engine.cli.status import INTERNAL, USAGE, Stop

__all__ = ["Api", "api"]

_SECONDS = 30.0


def api(args: argparse.Namespace, what: str, refusals: Mapping[str, str], *, look: str = "") -> "Api":
    """The API at `--url`, else of ENGINE_SERVICE, with the token of ENGINE_TOKEN.

    `what`: what the command decides, `approval` or `question`; `refusals`: the API's codes in words;
    `look`: the command that tells whether a decision was taken.
    """
    token = os.environ.get("ENGINE_TOKEN", "").strip()
    if not token or not (token.isascii() and token.isprintable()):
        raise Stop("ENGINE_TOKEN must hold your access token: `engine token PERSON` makes one", USAGE)
    return Api(args.url or settings_of(args).service_url, token, what, refusals, look or f"engine {what}s list")


class Api:
    """The API, with its refusals as `Stop`."""

    def __init__(self, url: str, token: str, what: str, refusals: Mapping[str, str], look: str) -> None:
        self.url = url.rstrip("/")
        self._token = token
        self._what = what
        self._refusals = refusals
        self._look = look
        # a proxy of the environment has no business between a machine and itself
        self._proxied = _host(url) not in LOOPBACK

    def get(self, path: str, query: Mapping[str, str] | None = None) -> dict[str, Any]:
        """One read."""
        return self._ask("GET", path, query=query)

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """One change."""
        return self._ask("POST", path, body)

    def _ask(
        self, method: str, path: str, body: dict[str, Any] | None = None, query: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        import httpx

        headers = {"authorization": f"Bearer {self._token}"}
        try:
            with httpx.Client(timeout=_SECONDS, trust_env=self._proxied, headers=headers) as client:
                answer = client.request(method, f"{self.url}/api/{path}", json=body, params=query)
                given = answer.json()
        except httpx.InvalidURL:
            raise Stop(f"{self.url} is no address", USAGE) from None
        except httpx.HTTPError as error:
            raise Stop(self._no_answer(method, type(error).__name__), INTERNAL) from None
        except ValueError:
            raise Stop(
                f"{self.url} answered {answer.status_code} without JSON: is this the service?", INTERNAL
            ) from None
        if answer.status_code != 200 or not isinstance(given, dict):
            raise self._refusal(answer.status_code, given if isinstance(given, dict) else {})
        return given

    def _no_answer(self, method: str, fault: str) -> str:
        unsure = f" Whether it took yours is not known: look with `{self._look}`." if method == "POST" else ""
        return (
            f"the service at {self.url} does not answer ({fault}): is it running? `engine dev` or `engine serve`."
            f"{unsure}"
        )

    def _refusal(self, status: int, given: dict[str, Any]) -> Stop:
        """The API's answer as one line: the code in words, and who was faster."""
        code = str(given.get("error", ""))
        if status == 401:
            return Stop("the service does not know your token (401): `engine token PERSON` makes another")
        if status == 404:
            return Stop(f"there is no such {self._what}, or it is another team's (404)")
        if status in (400, 403, 409, 422):
            words = self._refusals.get(code, clean(code) or "it was refused")
            return Stop(
                f"not done: {words}{_by(given.get(self._what))}{_fields(given.get('fields'))}"
                f"{_because(given.get('because'))} ({status})"
            )
        return Stop(f"the service answered {status} {clean(code)}".rstrip(), INTERNAL)


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        host = ""
    if not host or not url.isprintable() or " " in url or parts.scheme not in ("http", "https"):
        raise Stop("the service's address is http://host:port or https://host", USAGE)
    return host


def _by(row: Any) -> str:
    if not isinstance(row, dict):
        return ""
    if row.get("reconciled_by"):
        return clean(f": {row.get('state')} by {row['reconciled_by']}")
    who, at = (row.get("decided_by"), row.get("decided_at")) if "decided_by" in row else (
        row.get("answered_by"), row.get("answered_at"))  # fmt: skip
    return clean(f": {row.get('state')} by {who} at {at}") if who else ""


def _because(given: Any) -> str:
    return clean(f": {given}") if isinstance(given, str) else ""


def _fields(given: Any) -> str:
    if not isinstance(given, dict):
        return ""
    said = (f"{name} takes {part.get('expected') if isinstance(part, dict) else part}" for name, part in given.items())
    return clean(f": {'; '.join(said)}")
