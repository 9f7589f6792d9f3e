"""Amounts with and without a currency, and numbers in words: told, or left to be asked for again."""

from typing import Any

import pytest

from engine.models.base import Field, FieldKind, Job, Message, Money, Request
from engine.models.local.model import answer


def found(kind: FieldKind, text: str, language: str, *, asked: bool = False) -> str:
    messages = [Message("engine", "How much?"), Message("customer", text)]
    wanted = "it" if asked else None
    said: Any = answer(
        Request(Job.EXTRACT, messages, fields=(Field("it", kind=kind),), language=language, asked=wanted)
    ).data.get("it")
    if isinstance(said, Money):
        return f"{said.amount} {said.currency or ''}".strip()
    return "-" if said is None else str(said)


@pytest.mark.parametrize(("language", "text", "amount"), [
    ("en", "59.90", "59.90"), ("en", "I paid 59.90", "59.90"), ("de", "Ich habe 59,90 bezahlt", "59.90"),
    ("fr", "J'ai payé 59,90", "59.90"), ("es", "Pagué 59,90, gracias", "59.90"), ("en", "about 100", "100"),
    ("de", "20.-", "20"), ("en", "not 20 but 30", "30"), ("en", "5k", "5000"), ("en", "2 thousand", "2000"),
    ("en", "1.5 million", "1500000.0"), ("en", "20 pounds", "20 GBP"),
    ("en", "1.000", "1000"), ("de", "1,234", "1234"), ("es", "fueron 30", "30"), ("fr", "c'était 30 au total", "30"),
])  # fmt: skip
def test_an_amount_that_stands_alone(language: str, text: str, amount: str) -> None:
    assert found("money", text, language, asked=True) == amount
    assert "GBP" in amount or found("money", text, language) == "-"


@pytest.mark.parametrize(("language", "text"), [
    ("en", "500 kr"), ("fr", "500 couronnes"), ("es", "300 pesos"), ("en", "500 rupees"), ("en", "50 lei"),
    ("en", "20%"), ("de", "20 Prozent"), ("en", "2 lamps"), ("de", "2 Lampen"), ("fr", "2 lampes"),
    ("es", "2 lámparas"),
    ("en", "order 4821"), ("en", "I paid on 12.11."), ("en", "call me at 0171"), ("en", "up to 50"), ("en", "50 or 60"),
    ("en", "50?"), ("en", "10:10"), ("en", "2 and a half"), ("en", "2 billion"), ("fr", "20 dollars canadiens"),
    ("fr", "5 francs CFA"),
])  # fmt: skip
def test_a_number_beside_something_else_is_no_amount(language: str, text: str) -> None:
    assert found("money", text, language, asked=True) == "-"


@pytest.mark.parametrize(("language", "text", "amount"), [
    ("en", "2000 yuan", "2000 CNY"), ("en", "1500 Ft", "1500 HUF"), ("en", "₹500", "500 INR"),
    ("en", "R$200", "200 BRL"),
    ("en", "20 zł", "20 PLN"), ("en", "100 Kč", "100 CZK"), ("en", "A$ 200", "200 AUD"), ("en", "C$200", "200 CAD"),
    ("es", "300 MXN", "300 MXN"), ("de", "99 Cent", "0.99"), ("en", "I paid 99 cents", "0.99"),
    ("fr", "99 centimes", "0.99"), ("es", "50 céntimos", "0.50"), ("en", "99p", "0.99 GBP"), ("de", "50 ct", "0.50"),
    ("de", "99 Eurocent", "0.99 EUR"), ("en", "99 cents or 20 euros", "-"),
])  # fmt: skip
def test_a_unit_that_tells_its_currency(language: str, text: str, amount: str) -> None:
    assert found("money", text, language, asked=True) == amount


@pytest.mark.parametrize(("language", "text", "amount"), [
    ("en", "EUR 1.5k", "1500.0 EUR"), ("de", "2 Millionen Euro", "2000000 EUR"),
    ("fr", "ça m'a coûté 35€50", "35.50 EUR"),
    ("es", "20 euros con 50", "20.50 EUR"), ("fr", "20 euros 50", "20.50 EUR"), ("de", "20 Euro 50", "20.50 EUR"),
    ("es", "20 euros y 50 céntimos", "20.50 EUR"), ("en", "I paid 20 euros 14 days ago", "20 EUR"),
    ("en", "2 lamps and 30 euros", "30 EUR"), ("es", "más o menos 20 euros", "20 EUR"),
    ("en", "It cost 99 cents", "0.99"),
    ("en", "I paid 20 pounds", "20 GBP"), ("de", "20 Pfund Sterling bezahlt", "20 GBP"),
    ("en", "I did not receive the 20 euros", "20 EUR"), ("de", "Ich habe die 20 Euro nicht bekommen", "20 EUR"),
    ("fr", "je n'ai pas reçu les 20 euros", "20 EUR"), ("es", "No me han devuelto los 20 euros", "20 EUR"),
    ("en", "I don't understand why you took 20 euros", "20 EUR"),
    ("en", "the price is 20 euros, not 40 euros", "20 EUR"),
])  # fmt: skip
def test_said_without_being_asked(language: str, text: str, amount: str) -> None:
    assert found("money", text, language) == amount


@pytest.mark.parametrize(("language", "text"), [
    ("en", "between 20 and 30 euros"), ("de", "zwischen 20 und 30 Euro"), ("fr", "entre 20 et 30 euros"),
    ("es", "entre 20 y 30 euros"), ("en", "20 to 30 euros"), ("en", "20 euros or 30"), ("en", "20 – 30 €"),
    ("en", "€20-€30"), ("en", "20 € minus 5 €"), ("en", "I refuse 20 euros"),
    ("en", "minus 20 euros"), ("fr", "moins 20 euros"), ("es", "menos 20 euros"), ("en", "−20 €"),
    ("en", "more than 500 euros"), ("de", "mehr als 500 Euro"), ("fr", "plus de 500 euros"), ("es", "más de 500 euros"),
    ("en", "I don't want 20 euros"), ("de", "Ich will keine 20 Euro"), ("de", "Ich will 20 Euro nicht"),
    ("fr", "je n'ai pas payé 20 euros"), ("fr", "je ne veux pas 20 euros"), ("es", "no quiero 20 euros"),
    ("fr", "20 euros 50 hier"), ("en", "$20.5x"),
])  # fmt: skip
def test_a_range_a_bound_or_a_refusal_is_no_amount(language: str, text: str) -> None:
    assert found("money", text, language) == "-"


@pytest.mark.parametrize(("language", "text"), [
    ("en", "it weighs 20 pounds"), ("en", "20 pounds of flour"), ("de", "es wiegt 10 Pfund"),
    ("de", "Ich habe 10 Pfund Äpfel bezahlt"), ("fr", "J'ai commandé 3 livres"), ("es", "Tengo 5 libras de café"),
    ("en", "20 ft long"), ("en", "I'll try 20"), ("en", "I paid for a 1080p screen"),
])  # fmt: skip
def test_a_weight_or_a_length_is_no_money(language: str, text: str) -> None:
    assert found("money", text, language) == "-"


@pytest.mark.parametrize(("language", "text", "number"), [
    ("en", "two hundred", "200"), ("en", "two thousand", "2000"), ("en", "twenty three", "23"),
    ("en", "fifty-five", "55"),
    ("en", "five dozen", "60"), ("en", "a dozen", "12"), ("en", "2 dozen", "24"), ("en", "fifteen", "15"),
    ("de", "zwei Dutzend", "24"), ("de", "zweiundzwanzig", "22"), ("fr", "vingt et un", "21"), ("fr", "quatre", "4"),
    ("fr", "deux mille", "2000"), ("es", "tres mil", "3000"), ("es", "treinta y cinco", "35"), ("es", "3 mil", "3000"),
    ("en", "just one please", "1"), ("de", "eine bitte", "1"), ("fr", "un, merci", "1"), ("es", "once", "11"),
    ("en", "two lamps", "2"), ("en", "zero", "0"),
])  # fmt: skip
def test_a_number_in_words(language: str, text: str, number: str) -> None:
    assert found("integer", text, language, asked=True) == number


@pytest.mark.parametrize(("language", "text"), [
    ("en", "two hundred and three"), ("en", "half a dozen"), ("en", "two cents"), ("en", "3 mil"),
    ("en", "more than five"),
    ("de", "zweihundert"), ("de", "fünf undzwanzig"), ("fr", "trois cents"), ("fr", "quatre-vingt-dix"),
    ("fr", "soixante dix"), ("fr", "une vingtaine"), ("es", "doscientos"), ("fr", "deux ou trois"),
    ("en", "more than 5"), ("en", "minus 2"), ("en", "minus two"), ("en", "2 and a half"), ("en", "2 1/2"),
    ("en", "two and a half"), ("es", "2 y medio"),
])  # fmt: skip
def test_a_number_that_is_not_read_whole_is_not_read(language: str, text: str) -> None:
    assert found("integer", text, language, asked=True) == "-"


@pytest.mark.parametrize(("language", "text"), [
    ("en", "one moment please"), ("en", "No one"), ("en", "that one"), ("en", "the null pointer"),
    ("en", "none, one of them broke"), ("en", "one, maybe two"), ("en", "once it arrives"),
    ("de", "eine Frage habe ich"), ("de", "ein Moment bitte"), ("fr", "J'ai un problème"), ("fr", "un lit neuf"),
    ("fr", "j'ai mal au dos"), ("es", "un momento por favor"),
])  # fmt: skip
def test_a_word_that_counts_nothing(language: str, text: str) -> None:
    assert found("integer", text, language, asked=True) == "-"
