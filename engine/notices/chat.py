"""A chat's incoming webhook, as Slack defines it and Mattermost, Rocket.Chat and others take it: JSON with `text`.

https://api.slack.com/messaging/webhooks. Any 2xx is an arrival; there is no id to look for afterwards.
"""

import json

from engine.exchange import Cut, exchange
from engine.exchange import NotSent as Unreached
from engine.notices.base import Notice, NotSent, Unsure

__all__ = ["Chat"]

_SECONDS = 15.0


class Chat:
    """One incoming webhook. Its address is its secret."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def send(self, notice: Notice) -> None:
        """One message. Raises NotSent, Unsure."""
        body = json.dumps({"text": _escaped(f"{notice.subject}\n{notice.text}")}).encode()
        try:
            answer = await exchange(
                "POST", self._url, headers={"content-type": "application/json"}, content=body, seconds=_SECONDS
            )
        except Unreached:
            raise NotSent("unreachable") from None
        except Cut as error:
            raise Unsure("timeout" if error.code == "timeout" else "cut") from None
        if 200 <= answer.status < 300:
            return
        busy = answer.status == 429 or answer.status >= 500
        raise NotSent("busy" if busy else "refused", again=busy)


def _escaped(text: str) -> str:
    """What a value holds is text: it mentions nobody and links to nothing.

    https://api.slack.com/reference/surfaces/formatting#escaping
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
