"""Amounts with and without a currency, and numbers in words: told, or left to be asked for again."""

from typing import Any

import pytest

from engine.models.base import Field, FieldKind, Job, Message, Money, Request
from engine.models.local.model import answer


def found(kind: FieldKind, text: str, language: str, *, asked: bool = False, currency: str | None = None) -> str:
    messages = [Message("engine", "How much?"), Message("customer", text)]
    wanted = "it" if asked else None
    said: Any = answer(
        Request(
            Job.EXTRACT, messages, fields=(Field("it", kind=kind),), language=language, asked=wanted, currency=currency
        )
    ).data.get("it")
    if isinstance(said, Money):
        return f"{said.amount} {said.currency or ''}".strip()
    return "-" if said is None else str(said)


@pytest.mark.parametrize(("language", "text", "amount"), [
    ("en", "59.90", "59.90"), ("en", "I paid 59.90", "59.90"), ("de", "Ich habe 59,90 bezahlt", "59.90"),
    ("fr", "J'ai payé 59,90", "59.90"), ("es", "Pagué 59,90, gracias", "59.90"), ("en", "just 100", "100"),
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
    ("en", "2 lamps and 30 euros", "30 EUR"), ("en", "exactly 20 euros", "20 EUR"),
    ("en", "it is about the 20 euros that you took", "20 EUR"), ("de", "es geht um 20 Euro", "20 EUR"),
    ("en", "I paid 20 euros, about the lamp I am not sure", "20 EUR"), ("es", "sobre los 20 euros", "20 EUR"),
    ("de", "Alles gut, 20 Euro sind da", "20 EUR"),
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
    ("en", "I paid about 20 euros"), ("en", "approximately 20 EUR"), ("en", "roughly €20"), ("en", "around US$ 20"),
    ("en", "~20 €"), ("en", "≈ €20"), ("en", "20 euros or so"), ("en", "20 EUR, more or less"),
    ("en", "some 20 euros"),
    ("en", "20 euros-ish"), ("en", "somewhere around 20 euros"), ("en", "20 euros give or take"),
    ("en", "maybe 20 euros"),
    ("en", "about 2 thousand euros"), ("en", "about 35 euros and 50 cents"), ("en", "about 75 cents"),
    ("de", "ungefähr 20 Euro"), ("de", "etwa 20,00 €"), ("de", "ca. 20 EUR"), ("de", "rund 20 Euro"),
    ("de", "so um die 20 Euro"), ("de", "gut 20 Euro"), ("de", "knapp 20 Euro"), ("de", "20 Euro oder so"),
    ("de", "20 Euro ungefähr"), ("fr", "environ 20 euros"), ("fr", "à peu près 20 €"), ("fr", "20 euros environ"),
    ("fr", "dans les 20 euros"), ("fr", "presque 20 euros"), ("fr", "une vingtaine d'euros"),
    ("es", "unos 20 euros"), ("es", "aproximadamente 20 EUR"), ("es", "más o menos 20 euros"), ("es", "como 20 euros"),
    ("es", "20 euros más o menos"), ("es", "alrededor de 20 euros"),
])  # fmt: skip
def test_an_amount_that_is_given_roughly_is_asked_for(language: str, text: str) -> None:
    assert found("money", text, language) == "-"
    assert found("money", text, language, asked=True) == "-"


@pytest.mark.parametrize(("language", "text"), [
    ("en", "about 100"), ("en", "approx. 59.90"), ("de", "ungefähr 100"), ("de", "ca. 100"), ("fr", "environ 100"),
    ("es", "unos 100"), ("en", "100 or so"), ("en", "~100"), ("en", "about 5k"),
])  # fmt: skip
def test_so_is_a_bare_one(language: str, text: str) -> None:
    assert found("money", text, language, asked=True) == "-"


def test_a_rough_count_is_a_count() -> None:
    """What a customer knows roughly is not known better for being asked for again, and no money hangs on it."""
    assert found("integer", "about 3", "en", asked=True) == "3"
    assert found("integer", "ungefähr 20 Stück", "de", asked=True) == "20"


@pytest.mark.parametrize(("text", "home", "amount"), [
    ("I paid $20", "USD", "20 USD"), ("I paid $20", "CAD", "20 CAD"), ("I paid 20 dollars", "AUD", "20 AUD"),
    ("Pagué $200", "MXN", "200 MXN"), ("Pagué 200 dólares", "MXN", "200 USD"), ("I paid $20", "EUR", "20 USD"),
    ("I paid $20", None, "20 USD"), ("I paid US$20", "CAD", "20 USD"), ("I paid C$20", "USD", "20 CAD"),
    ("I paid 20 USD", "CAD", "20 USD"), ("I paid 20 Canadian dollars", "CAD", "-"), ("I paid €20", "CAD", "20 EUR"),
])  # fmt: skip
def test_a_dollar_is_the_projects_if_it_has_dollars(text: str, home: str | None, amount: str) -> None:
    assert found("money", text, "en", currency=home) == amount


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
    ("en", "two hundred and three", "203"), ("en", "two hundred three lamps", "203"),
    ("en", "a hundred and one", "101"),
    ("en", "a thousand", "1000"), ("en", "one hundred", "100"), ("en", "fifteen hundred", "1500"),
    ("en", "twenty-one thousand four hundred and six", "21406"), ("en", "a hundred thousand", "100000"),
    ("en", "nine hundred ninety-nine thousand nine hundred ninety-nine", "999999"),
    ("de", "zweihundertdrei", "203"), ("de", "zweihundert", "200"), ("de", "zwei hundert drei Lampen", "203"),
    ("de", "hundert", "100"), ("de", "einhundertundeins", "101"), ("de", "fuenfundzwanzig", "25"),
    ("de", "zweitausenddreihundertfünfzig", "2350"), ("de", "dreiundzwanzigtausend", "23000"),
    ("de", "neunhundertneunundneunzigtausendneunhundertneunundneunzig", "999999"),
    ("fr", "deux cent trois", "203"), ("fr", "deux-cent-trois lampes", "203"), ("fr", "trois cents", "300"),
    ("fr", "cent", "100"), ("fr", "quatre-vingt-dix", "90"), ("fr", "quatre-vingts", "80"),
    ("fr", "soixante et onze", "71"), ("fr", "soixante dix", "70"), ("fr", "nonante-neuf", "99"),
    ("fr", "mille deux cents", "1200"), ("fr", "vingt et un mille quatre cent six", "21406"),
    ("fr", "neuf cent quatre-vingt-dix-neuf mille neuf cent quatre-vingt-dix-neuf", "999999"),
    ("es", "doscientos tres", "203"), ("es", "doscientas tres lámparas", "203"), ("es", "cien", "100"),
    ("es", "ciento dos", "102"), ("es", "mil doscientos", "1200"), ("es", "treinta y un mil", "31000"),
    ("es", "veintiún mil cuatrocientos seis", "21406"), ("es", "veintidos", "22"), ("es", "quinientos", "500"),
    ("es", "novecientos noventa y nueve mil novecientos noventa y nueve", "999999"),
])  # fmt: skip
def test_a_number_in_words(language: str, text: str, number: str) -> None:
    assert found("integer", text, language, asked=True) == number


@pytest.mark.parametrize(("language", "text"), [
    ("en", "half a dozen"), ("en", "two cents"), ("en", "six cents"), ("fr", "six cents"), ("en", "3 mil"),
    ("en", "more than five"),
    ("de", "fünf undzwanzig"), ("fr", "une vingtaine"), ("fr", "deux ou trois"), ("es", "dos o tres"),
    ("en", "two three"), ("en", "one two three"), ("en", "twenty twelve"), ("en", "hundreds"),
    ("en", "a few hundred"), ("en", "half a million"), ("de", "zwanzig eins"), ("de", "anderthalb"),
    ("fr", "vingt trois quatre"), ("fr", "des milliers"), ("fr", "un millier"), ("es", "dos tres"), ("es", "cientos"),
    ("es", "miles"), ("es", "dos y tres"), ("en", "tens"), ("de", "achzig drei"), ("en", "the second"),
    ("fr", "le deuxième"), ("es", "el tercero"), ("en", "a thousand thanks"), ("es", "mil gracias"),
    ("de", "Hunderte"), ("en", "two hundreds of"), ("de", "der zweite"), ("es", "dos mil veces"),
    ("de", "tausend Dank"), ("fr", "mille mercis"), ("fr", "merci mille fois"),
    ("en", "more than 5"), ("en", "minus 2"), ("en", "minus two"), ("en", "2 and a half"), ("en", "2 1/2"),
    ("en", "two and a half"), ("es", "2 y medio"), ("en", "twenty-first"), ("en", "my twenty-first birthday"),
    ("fr", "vingt et unième"), ("fr", "vingt-deuxième"), ("en", "three quarters"), ("en", "two-thirds"),
    ("de", "zwei Drittel"), ("es", "tres cuartos"),
])  # fmt: skip
def test_a_number_that_is_not_read_whole_is_not_read(language: str, text: str) -> None:
    assert found("integer", text, language, asked=True) == "-"


@pytest.mark.parametrize(("language", "text"), [
    ("en", "one moment please"), ("en", "No one"), ("en", "that one"), ("en", "the null pointer"),
    ("en", "none, one of them broke"), ("en", "one, maybe two"), ("en", "once it arrives"),
    ("de", "eine Frage habe ich"), ("de", "ein Moment bitte"), ("fr", "J'ai un problème"), ("fr", "un lit neuf"),
    ("fr", "j'ai mal au dos"), ("es", "un momento por favor"), ("en", "the cent that is lacking"),
    ("en", "they seize it"),
    ("es", "o no"), ("fr", "il a os"),
])  # fmt: skip
def test_a_word_that_counts_nothing(language: str, text: str) -> None:
    assert found("integer", text, language, asked=True) == "-"
