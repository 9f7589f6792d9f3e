"""What a message is about, without what letters have around it."""

import time

import pytest

from engine.models.local.letter import matter


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("Hello Harbor Desk team, is there a shower? I cycle. Kind regards, Anna Weber, +49 171 2345678",
         "is there a shower? I cycle."),
        ("Dear Sir or Madam,\n\nwhere is it?\n\nYours faithfully\nJ. Smith\nHead of Sales, ACME Ltd.", "where is it?"),
        ("Hi, is there a shower? Thanks, Tom", "is there a shower?"),
        ("Where is my order?\nThanks\nTom Miller\n0171 123456\ntom@miller.example", "Where is my order?"),
        ("Guten Tag Frau Koch, wo ist mein Paket? Mit freundlichen Grüßen Jens Maurer", "wo ist mein Paket?"),
        ("Hallo zusammen, es fehlt. LG Jens", "es fehlt."),
        ("Bonjour, mes freins grincent, que faire ? Cordialement, Luc Petit", "mes freins grincent, que faire ?"),
        ("Hola, ¿dónde está? Un saludo, Ana", "¿dónde está?"),
        ("Where is it?\n-- \nAnna, sent by hand", "Where is it?"),
        ("Where is it?\n\nFrom: Support\nSent: Monday\nYour order is on its way", "Where is it?"),
        ("Where is it?\n\nOn Tue, 3 Mar 2026, Support wrote:\n> It is on its way.", "Where is it?"),
        # what only looks like it
        ("Hello my parcel is late, please help", "my parcel is late, please help"),
        ("Thanks, but the lamp is broken", "Thanks, but the lamp is broken"),
        ("It came, thanks, but the lamp is broken", "It came, thanks, but the lamp is broken"),
        ("Best price?", "Best price?"),
        ("LG TV is broken", "LG TV is broken"),
        ("Fine. Best regards to Ann. And the other one?", "Fine. Best regards to Ann. And the other one?"),
        ("Thanks, Tom", "Thanks, Tom"),
        ("Hello", "Hello"),
        ("", ""),
    ],
)  # fmt: skip
def test_greeting_signature_and_quoted_mail_are_left_out(text: str, about: str) -> None:
    assert matter(text) == about


@pytest.mark.parametrize(
    "text",
    ["Hi " + "A " * 4_000, "hi, " * 2_000, ".thanks " + "1 " * 199 + "x", ".thanks " + "a@b " * 90 + "x",
     ".thanks\n" * 1_000, ".thanks" + " " * 390 + "x", ".thanks " + "A " * 199 + "?", "from:\n" * 1_300],
)  # fmt: skip
def test_no_text_keeps_it_busy(text: str) -> None:
    began = time.process_time()
    matter(text)
    assert time.process_time() - began < 1
