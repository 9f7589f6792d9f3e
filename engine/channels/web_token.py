"""The token by which a team's backend says who its visitor is: a JWT of RFC 7519, signed with HS256 (RFC 7515, 7518).

`aud` is the channel's name, `sub` the visitor's id, `exp` at most a day ahead. A visitor who has signed in may have
`email` (with `email_verified`, as OpenID Connect has it), `name` and `language`; one who has not has `anonymous: true`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import jwt

from engine.channels.base import Refused

__all__ = ["LONGEST", "SHORTEST", "Visitor", "made", "visitor_of"]

LONGEST: Final = timedelta(hours=24)
"""How far ahead a token may expire."""
SHORTEST: Final = 32
"""Bytes of a secret: RFC 7518, 3.2 asks for as many as the hash has."""
_ALGORITHM: Final = "HS256"
_LEEWAY: Final = 5.0
"""Seconds by which the clocks of the two machines may differ."""
_SIZE: Final = 4_096
_NAME: Final = 200
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}")
_EXPECTED: Final = "a JWT signed with HS256 that has aud, sub and an exp within 24 hours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Whom a token names, and until when it says so."""

    id: str = field(repr=False)
    anonymous: bool
    until: datetime
    email: str | None = field(default=None, repr=False)
    email_verified: bool = False
    name: str | None = field(default=None, repr=False)
    language: str | None = None

    @property
    def proof(self) -> Mapping[str, str]:
        """What the token proves, as `Channel.proof` gives it: of somebody who did not sign in nothing."""
        if self.anonymous:
            return {}
        return {"external_id": self.id, **({"email": self.email} if self.email and self.email_verified else {})}

    @property
    def requester(self) -> dict[str, Any]:
        """What is claimed about them, as `Channel.requester` gives it."""
        return {"id": self.id, "email": self.email, "name": self.name, "language": self.language}


def visitor_of(token: str, *, audience: str, secrets: Sequence[str]) -> Visitor:
    """Whom a token names. Any of the secrets may have signed it. Raises Refused(401), which quotes nothing of it."""
    if len(token) > _SIZE:
        raise Refused(401, _EXPECTED)
    claims = _claims(token, audience, secrets)
    sub, exp, anonymous = claims["sub"], claims["exp"], claims.get("anonymous", False)
    if not _is_words(sub) or not isinstance(exp, int | float) or not isinstance(anonymous, bool):
        raise Refused(401, _EXPECTED)
    now = datetime.now(UTC)
    try:
        until = datetime.fromtimestamp(exp, UTC)
    except (ValueError, OverflowError, OSError):
        raise Refused(401, _EXPECTED) from None
    if until > now + LONGEST + timedelta(seconds=_LEEWAY):
        raise Refused(401, "the token expires in more than 24 hours")
    language = str(claims.get("language") or "").partition("-")[0].lower()
    return Visitor(
        id=sub, anonymous=anonymous, until=until, email=_words(claims.get("email")),
        email_verified=claims.get("email_verified") is True, name=_words(claims.get("name")),
        language=language if _LANGUAGE.fullmatch(language) else None,
    )  # fmt: skip


def made(secret: str, *, audience: str, visitor: str, seconds: float = 3_600, **claims: Any) -> str:
    """A token, as a team's backend makes one: for `engine dev` and for tests."""
    now = datetime.now(UTC)
    until = now + timedelta(seconds=seconds)
    return jwt.encode({"aud": audience, "sub": visitor, "iat": now, "exp": until, **claims}, secret, _ALGORITHM)


def _claims(token: str, audience: str, secrets: Sequence[str]) -> dict[str, Any]:
    why = _EXPECTED
    for secret in secrets:
        try:
            claims: dict[str, Any] = jwt.decode(
                token, secret, algorithms=[_ALGORITHM], audience=audience, leeway=_LEEWAY,
                options={"require": ["exp", "aud", "sub"]},
            )  # fmt: skip
            return claims
        except jwt.InvalidSignatureError:
            continue
        except jwt.ExpiredSignatureError:
            why = "the token has expired"
        except jwt.InvalidAudienceError:
            why = "the token is for another audience"
        except Exception:  # noqa: S110 - whatever is wrong with it, it is no token
            pass
        break
    raise Refused(401, why)


def _is_words(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _NAME and value == value.strip() and value.isprintable()


def _words(value: Any) -> str | None:
    return value if _is_words(value) else None
