"""The token of a visitor: nothing passes but what the team's own backend signed, for this channel, for a while."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import jwt
import pytest

from engine.channels.base import Refused
from engine.channels.web_token import Visitor, made, visitor_of

SECRET = "a-secret-of-the-teams-own-backend-0001"
OTHER = "another-secret-of-somebody-else-00000002"
NOW = int(time.time())
CLAIMS: dict[str, Any] = {"aud": "site", "sub": "v-1", "exp": NOW + 600}


def visitor(token: str) -> Visitor:
    return visitor_of(token, audience="site", secrets=[SECRET])


def signed(claims: dict[str, Any], *, head: dict[str, Any] | None = None, secret: str = SECRET) -> str:
    """By hand, as RFC 7515 says it."""
    parts = [head or {"alg": "HS256", "typ": "JWT"}, claims]
    said = ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
    mark = hmac.new(secret.encode(), said.encode(), hashlib.sha256).digest()
    return f"{said}.{base64.urlsafe_b64encode(mark).decode().rstrip('=')}"


def test_a_token_made_by_hand_names_its_visitor() -> None:
    found = visitor(signed({
        **CLAIMS, "email": "mia@customer.example", "email_verified": True, "name": "Mia", "language": "de-AT"
    }))  # fmt: skip
    assert (found.id, found.anonymous, found.language) == ("v-1", False, "de")
    assert found.proof == {"external_id": "v-1", "email": "mia@customer.example"}
    assert found.requester["name"] == "Mia"
    assert "mia" not in repr(found).lower()


def test_who_did_not_sign_in_proves_nothing() -> None:
    found = visitor(signed({**CLAIMS, "anonymous": True, "email": "mia@customer.example"}))
    assert found.anonymous
    assert found.proof == {}
    assert found.requester["email"] == "mia@customer.example", "a claim, as a sender's address is one"


def test_an_address_that_is_not_verified_is_a_claim() -> None:
    for said in ({}, {"email_verified": False}, {"email_verified": "yes"}, {"email_verified": 1}):
        assert visitor(signed({**CLAIMS, "email": "m@c.example", **said})).proof == {"external_id": "v-1"}


def test_either_of_two_secrets_may_have_signed_while_one_is_replaced() -> None:
    token = made(OTHER, audience="site", visitor="v-1")
    assert visitor_of(token, audience="site", secrets=[SECRET, OTHER]).id == "v-1"


WRONG: dict[str, list[Any]] = {
    "exp": [NOW - 60, NOW + 2 * 86_400, "soon", 1e400, True, str(NOW + 600), None],
    "nbf": [NOW + 600], "aud": ["other", [], None, "site2", ["other"]],
    "sub": ["", 7, " v-1", "v\n1", "v" * 201, None], "anonymous": ["no", None],
}  # fmt: skip
FORGED = {
    "empty": "", "a word": "x", "three words": "a.b.c", "not ascii": "ä.ö.ü", "dots": "." * 100,
    "cut": signed(CLAIMS)[:-2], "longer": signed(CLAIMS) + "A", "another secret": signed(CLAIMS, secret=OTHER),
    "alg none": signed(CLAIMS, head={"alg": "none"}),
    "alg none, unsigned": signed(CLAIMS, head={"alg": "none"}).rpartition(".")[0] + ".",
    "said to be HS512": signed(CLAIMS, head={"alg": "HS512"}),
    "hs256": signed(CLAIMS, head={"alg": "hs256"}), "RS256": signed(CLAIMS, head={"alg": "RS256"}),
    "no alg": signed(CLAIMS, head={"typ": "JWT"}), "crit": signed(CLAIMS, head={"alg": "HS256", "crit": ["x"], "x": 1}),
    "empty secret": signed(CLAIMS, secret=""), "huge": signed({**CLAIMS, "name": "n" * 5_000}),
    **{f"no {name}": signed({key: value for key, value in CLAIMS.items() if key != name}) for name in CLAIMS},
    **{
        f"{name} {number}": signed({**CLAIMS, name: value})
        for name, values in WRONG.items()
        for number, value in enumerate(values)
    },
}  # fmt: skip


@pytest.mark.parametrize("case", FORGED)
def test_everything_else_is_refused_without_a_word_of_it(case: str) -> None:
    with pytest.raises(Refused) as refused:
        visitor(FORGED[case])
    assert refused.value.status == 401
    assert "v-1" not in refused.value.why


def test_a_token_for_another_channel_of_the_same_team_is_refused() -> None:
    with pytest.raises(Refused, match="another audience"):
        visitor_of(made(SECRET, audience="site", visitor="v-1"), audience="app", secrets=[SECRET])


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_another_algorithm_is_refused_with_the_right_secret_too(algorithm: str) -> None:
    with pytest.raises(Refused):
        visitor_of(jwt.encode(CLAIMS, SECRET * 2, algorithm), audience="site", secrets=[SECRET * 2])
