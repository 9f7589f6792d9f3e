"""Each check against what it must find, and what it must leave alone."""

import time
from decimal import Decimal
from typing import Any

import pytest

from engine.expressions.values import Money
from engine.guardrails.base import Position
from engine.guardrails.registry import guard


def found(use: Any, text: str, position: Position = "reply", **metadata: Any) -> list[tuple[str, str]]:
    """(code, the words) of each finding."""
    verdict = guard([use]).check(text, position=position, metadata=metadata)
    return [(f.code, text[f.span.start : f.span.end] if f.span else "") for f in verdict.findings]


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111111111111111",
        "5555555555554444",
        "3782 822463 10005",
        "6011 1111 1111 1117",
        "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
        "4111\u200b1111\u200b1111\u200b1111",
        "４１１１ １１１１ １１１１ １１１１",
        "2223003122003222",
        "4111.1111.1111.1111",
    ],
)
def test_card_numbers(text: str) -> None:
    assert found("no_card_numbers", f"My card is {text}, thanks") == [("card", text)]


@pytest.mark.parametrize(
    "text",
    [
        "Order 4821 of 2026-07-30",
        "4111 1111 1111 1112",
        "+49 30 1234 5678 9012",
        "IBAN DE89 3704 0044 0532 0130 00",
        "Tracking 00340434161094021501",
        "1234567812345670",
        "4111 1111 1111",
        "0000000000000000",
        "",
    ],
)
def test_numbers_that_are_no_cards(text: str) -> None:
    assert found("no_card_numbers", text) == []


@pytest.mark.parametrize(
    "text",
    ["DE89 3704 0044 0532 0130 00", "DE89370400440532013000", "gb29 nwbk 6016 1331 9268 19", "NL91-ABNA-0417-1643-00"],
)
def test_ibans(text: str) -> None:
    assert found("no_iban", f"Pay to {text} and so on") == [("iban", text)]


@pytest.mark.parametrize(
    "text", ["DE88 3704 0044 0532 0130 00", "DE89", "AB12 is a code", "DE89 3704 0044 0532 0130 001"]
)
def test_texts_that_are_no_ibans(text: str) -> None:
    assert found("no_iban", text) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("-----BEGIN RSA PRIVATE KEY-----", "private_key"),
        ("AKIAIOSFODNN7EXAMPLE", "aws_key"),
        ("ghp_" + "a1" * 18, "github_token"),
        ("xoxb-123456789012-abc", "slack_token"),
        ("sk_live_" + "4eC39HqLyjWDarjt", "payment_key"),
        ("sk-ant-api03-" + "x1" * 20, "model_key"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.SflKxwRJSMeKKF2QT4", "jwt"),
        ("Bearer abcdefgh12345678ijkl", "bearer"),
        ("https://user:pa55@host/x", "credentials_in_url"),
        ("Your password is Tr0ub4dor&3", "password"),
        ("api_key=9f8e7d6c5b4a", "password"),
    ],
)
def test_secrets(text: str, code: str) -> None:
    assert code in [kind for kind, _ in found("no_secrets", f"See: {text} .")]


def test_an_own_secret_is_known_by_its_value() -> None:
    assert found("no_secrets", "it is hunter-two-three ok", secrets={"A": "hunter-two-three", "B": "ok"}) == [
        ("own_secret", "hunter-two-three")
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Your password must have 8 characters.",
        "Please reset your password: use the link below",
        "The bearer of this voucher",
        "Order 4821 is on its way",
        "secret: we never tell",
    ],
)
def test_texts_without_secrets(text: str) -> None:
    assert found("no_secrets", text) == []


LINKS = {"links": {"allow": ["northwind.example"]}}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("https://evil.example/x", "host"),
        ("http://northwind.example.evil.com", "host"),
        ("www.evil.com", "host"),
        ("https://evilnorthwind.example", "host"),
        ("https://northwind.example@evil.com/", "credentials"),
        ("https:\\\\evil.com", "host"),
        ("javascript:alert(1)", "scheme"),
        ("data:text/html,x", "scheme"),
        ("//evil.com/x", "host"),
        ("evil.com/login", "host"),
        ("https://nоrthwind.example/", "host"),
        ("HTTPS://EVIL.COM", "host"),
        ("https://1.2.3.4/", "host"),
        ("https://[::1]/", "host"),
        ("bit.ly/abc", "host"),
        ("https://ev\u200bil.com", "host"),
        ("https:/evil.com", "host"),
        ("https://evil.com:443", "host"),
    ],
)
def test_links_elsewhere(text: str, code: str) -> None:
    assert [kind for kind, _ in found(LINKS, f"See {text} for more")] == [code]


@pytest.mark.parametrize(
    "text",
    [
        "https://northwind.example/help",
        "https://shop.northwind.example.",
        "northwind.example/returns",
        "NORTHWIND.EXAMPLE",
        "[help](https://northwind.example/help)",
        "Write to mia@customer.com",
        "That was 3.50 EUR.Please wait",
        "e.g. this",
        "https://northwind.example:8443/x?u=https%3A%2F%2Fx",
        "Your data: all fine",
        "Please note: nothing",
        "z.B. so",
    ],
)
def test_links_that_may_stand(text: str) -> None:
    assert found(LINKS, text) == []


def test_without_allowed_hosts_no_link_may_stand() -> None:
    assert found("links", "https://northwind.example") == [("host", "https://northwind.example")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("We will refund you.", "refund"),
        ("I'll give you your money back", "refund"),
        ("We have refunded the order.", "refund"),
        ("Your order has been refunded.", "refund"),
        ("You will receive a refund within a week", "refund"),
        ("You are entitled to store credit.", "credit"),
        ("I can offer you a 5-star replacement", "replacement"),
        ("We'll send a replacement", "replacement"),
        ("You get a discount on the next order", "discount"),
        ("I guarantee that it arrives", "guarantee"),
        ("We will waive the fee", "waiver"),
        ("Wir werden Ihnen den Betrag erstatten", "refund"),
        ("Sie erhalten einen Gutschein", "credit"),
        ("We w\u00adill ref\u200bund you", "refund"),
    ],
)
def test_promises(text: str, code: str) -> None:
    assert code in [kind for kind, _ in found("no_commitments", text)]
    assert found({"no_commitments": {"allow": [code]}}, text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Refunds take 5 to 7 business days.",
        "We will not refund this order.",
        "We cannot give you a refund after 30 days.",
        "Would you like a refund?",
        "Your order will arrive on Friday.",
        "We will look into it. The refund policy is below.",
        "Wir werden das leider nicht erstatten.",
        "I could not find a discount.",
        "Credit card payments are safe",
    ],
)
def test_texts_that_promise_nothing(text: str) -> None:
    assert found("no_commitments", text) == []


VALUES = (
    {"order": {"total": Money(Decimal("129.00"), "EUR"), "lines": [{"price": Decimal("1234.5")}]}},
    [{"id": "p1", "text": "Shipping is free from 49 EUR; members get 10 % off."}],
    None,
    True,
    "x",
)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("It was 129 EUR", []),
        ("It was €129.00", []),
        ("129,00 € it was", []),
        ("1.234,50 EUR", []),
        ("€1,234.50", []),
        ("Free from 49 euros", []),
        ("10% for members", []),
        ("ten percent", []),
        ("order 130 of 2026", []),
        ("It was 130 EUR", ["amount"]),
        ("It was 129 USD", ["amount"]),
        ("$129", ["amount"]),
        ("20 dollars", ["amount"]),
        ("fifty euros", ["amount"]),
        ("15 %", ["percentage"]),
        ("129 percent", ["percentage"]),
        ("1129 EUR", ["amount"]),
        ("129.001 EUR", ["amount"]),
        ("１３０ EUR", ["amount"]),
        ("100-EUR voucher", ["amount"]),
        ("US$ 5", ["amount"]),
    ],
)
def test_amounts_come_from_values(text: str, codes: list[str]) -> None:
    assert [kind for kind, _ in found("no_commitments", text, values=VALUES)] == codes


def test_without_values_no_amount_may_stand() -> None:
    assert found("no_commitments", "It was 129 EUR.") == [("amount", "129 EUR")]


@pytest.mark.parametrize("name", ["competitors", "topics"])
def test_listed_words(name: str) -> None:
    use = {name: {"words": ["Acme Home", "lawyer"]}}
    assert found(use, "ACME\n HOME is cheaper, my law\u200byer says") == [
        ("listed", "ACME\n HOME"),
        ("listed", "law\u200byer"),
    ]
    assert found(use, "acmehome lawyers") == []


def test_length() -> None:
    use = {"length": {"max": "5", "min": 2}}
    assert found(use, "abcdefg") == [("too_long", "fg")]
    assert found(use, " a ") == [("too_short", " a ")]
    assert found(use, "abcde ") == []


@pytest.mark.parametrize(
    "use", ["no_secrets", "no_card_numbers", "no_iban", LINKS, "no_commitments", {"topics": {"words": ["x y"]}}]
)
@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "1",
        "1 ",
        "4111 ",
        "DE89 ",
        "https://",
        "a.",
        "a.b.c/",
        "we will ",
        "refund ",
        "eyJa.",
        "1.000,",
        "€",
        "\u200b",
        "//",
        "password: ",
        "x@",
    ],
)
def test_no_text_makes_a_check_slow(use: Any, piece: str) -> None:
    made = guard([use])
    made.check("warm", position="reply")
    text = (piece * 20_000)[:20_000]
    began = time.process_time()
    made.check(text, position="reply", metadata={"values": VALUES})
    assert time.process_time() - began < 3
