"""`no_secrets`: keys, tokens and passwords by their shape, and the engine's own secrets by their value."""

import re
from typing import Any

from engine.guardrails.secrets import own
from engine.guardrails.validation import Hit, TextCheck, register_validator

_SHAPES = {
    "private_key": r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----",
    "aws_key": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "github_token": r"\bgh[pousr]_[A-Za-z0-9]{36,255}\b|\bgithub_pat_[A-Za-z0-9_]{22,255}\b",
    "slack_token": r"\bxox[abeoprs]-[A-Za-z0-9-]{10,250}",
    "payment_key": r"\b(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,250}\b|\bwhsec_[A-Za-z0-9+/=]{16,250}",
    "model_key": r"\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{20,250}",
    "google_key": r"\bAIza[0-9A-Za-z_-]{35}",
    "jwt": r"\beyJ[A-Za-z0-9_-]{8,2000}\.eyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{8,2000}",
    "bearer": r"(?i:\bbearer\s{1,3})(?=[A-Za-z._~+/-]{0,200}[0-9])[A-Za-z0-9._~+/-]{16,500}",
    "credentials_in_url": r"\b[a-z][a-z0-9+.-]{1,20}://[^\s/@:]{1,100}:[^\s/@]{1,200}@",
    "password": (
        r"(?i:\b(?:password|passwort|passwd|pwd|secret|api[ _-]?key|access[ _-]?token)\b[\"']?\s{0,3}"
        r"(?:[:=]|is\b|lautet\b)\s{0,3}[\"']?)"
        r"(?=[^\s\"']{0,100}[0-9])(?=[^\s\"']{0,100}[A-Za-z])[^\s\"',;]{8,200}"
    ),
}
_PATTERN = re.compile("|".join(f"(?P<{name}>{shape})" for name, shape in _SHAPES.items()))


@register_validator("engine/no_secrets", data_type="string")
class NoSecrets(TextCheck):
    """Fails on a secret's shape, and on any value of `metadata["secrets"]` (a mapping or a list)."""

    def hits(self, text: str, metadata: dict[str, Any]) -> list[Hit]:
        """Codes are the kinds above, and `own_secret`."""
        found = [(m.start(), m.end(), str(m.lastgroup)) for m in _PATTERN.finditer(text)]
        found += [(start, end, "own_secret") for start, end in own(text, metadata.get("secrets", ()))]
        return sorted(found)
