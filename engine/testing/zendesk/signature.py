"""How Zendesk signs a webhook: base64(HMAC-SHA256(secret, timestamp + raw body)), nothing between the two."""

import base64
import hashlib
import hmac
from typing import Final

__all__ = ["SIGNATURE", "TIMESTAMP", "sign"]

SIGNATURE: Final = "X-Zendesk-Webhook-Signature"
TIMESTAMP: Final = "X-Zendesk-Webhook-Signature-Timestamp"


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The value of the signature's header; `timestamp` is the text of the other header, `body` the bytes as sent."""
    digest = hmac.new(secret.encode(), timestamp.encode() + body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
