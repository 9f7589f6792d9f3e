"""Secrets in files: found by shape, by name and by randomness; never shown, in whatever form findings are."""

from pathlib import Path

import pytest

from engine.diagnostics.render import renderer
from engine.rules.secret_in_file import found
from tests.golden.case import checked, rules

KEY = "MIIEowIBAAKCAQEA7bq0zV"
SECRETS = [
    "sk-ant-api03-Zx81kQm20pLw93RtYb55",
    "AKIAIOSFODNN7EXAMPLE",
    "ghp_Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4zAb3d",
    "glpat-Ab3dEf6hIj9kLm2nOp5q",
    "xoxb-1234567890-abcdefghij",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0abc.c2lnbmF0dXJl",
    "q7Rt9LmZ2xKv8WpN4sYb6HdJ1cFg3AeT",
]
HARMLESS = [
    "token: '{{ secret.ZENDESK_TOKEN }}'",
    "the password is asked for on the next page",
    "url: https://shop.example/orders/4821",
    "url: '{{ secret.SHOP_URL }}/orders'",
    "a-name-of-a-flow-that-is-very-long-indeed-and-goes-on",
    "3f9a2c1b4d5e6f708192a3b4c5d6e7f801234567",
    "webhook_secret: not-given",
    "Authorization: 'Bearer {{ secret.SHOP_TOKEN }}'",
]


@pytest.mark.parametrize("secret", SECRETS)
def test_found_wherever_it_stands(secret: str) -> None:
    for text in (f"key: {secret}\n", f"a: 'x'   # {secret}\n", f'[a, "{secret}"]'):
        assert [text[one.start : one.end] for one in found(text)] == [secret]


@pytest.mark.parametrize("text", HARMLESS)
def test_words_and_references_are_none(text: str) -> None:
    assert not found(text)


def test_a_private_key_as_a_whole() -> None:
    text = f"a: |\n  -----BEGIN RSA PRIVATE KEY-----\n  {KEY}\n  -----END RSA PRIVATE KEY-----\nb: 1\n"
    (one,) = found(text)
    assert text[one.start : one.end].endswith("-----END RSA PRIVATE KEY-----")


@pytest.mark.parametrize("form", ["text", "json", "github", "sarif"])
@pytest.mark.parametrize("secret", [*SECRETS, f"|\n    -----BEGIN RSA PRIVATE KEY-----\n    {KEY}\n"])
def test_no_form_shows_it(tmp_path: Path, secret: str, form: str) -> None:
    """Also where another finding quotes the word, and where the line is shown."""
    flow = f"escalate:\n  to: {secret}\nsteps:\n  - close: {secret}\n  - reply: {secret}\n"
    result = checked(tmp_path, flow)
    assert "secret-in-file" in rules(result)
    assert len(set(rules(result))) > 1, "other findings quote it"
    shown = renderer(form)(result.diagnostics, result.project.sources, False)
    word = KEY if "BEGIN" in secret else secret[4:20]
    assert word not in shown
    assert word[:12] not in shown


def test_a_channel_with_a_plain_token_and_one_without(tmp_path: Path) -> None:
    from tests.golden.case import BASE

    text = (BASE / "engine.yaml").read_text(encoding="utf-8")
    named = ", ".join(f'{key}: "{{{{{{{{ secret.{key.upper()} }}}}}}}}"' for key in ("url", "user", "webhook_secret"))
    channel = f"\nchannels:\n  zendesk: {{{{kind: zendesk, {named}, token: {{}}}}}}\n"
    bad = checked(tmp_path, "steps: [{close: solved}]", engine=text + channel.format("hunter2hunter2"))
    assert rules(bad) == ["secret-in-file"]
    assert checked(tmp_path, "steps: [{close: solved}]", engine=text + channel.format('"{{ secret.TOKEN }}"')).ok
