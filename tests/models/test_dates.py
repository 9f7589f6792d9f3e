"""Days without a year, counted days and days in the project's timezone: on Wednesday, 25 November 2026."""

from datetime import UTC, date, datetime

import pytest

from engine.models.ask import parts
from engine.models.base import Field, Job, Message, Request
from engine.models.local.model import answer

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
DAY = Field("day", kind="date")


def found(text: str, language: str | None, question: str = "") -> date | None:
    """`question`: the engine's own, which came before."""
    messages = [Message("engine", question), Message("customer", text)] if question else [Message("customer", text)]
    asked = DAY.name if question else None
    said = answer(Request(Job.EXTRACT, messages, fields=(DAY,), now=NOW, language=language, asked=asked))
    return said.data.get("day")


@pytest.mark.parametrize(("language", "text"), [
    ("en", "I bought it on 3 May"), ("en", "it broke on May 3rd"), ("en", "my order of 3 May"),
    ("en", "Please refund what I paid on 3 May"), ("en", "It should have come on 3 May"),
    ("en", "I ordered a lamp on 3 May and it still hasn't arrived"), (None, "I ordered it on 3 May"),
    ("en", "It was delivered on 3 May."),
    ("de", "Ich habe am 3. Mai bestellt"), ("de", "Es kam am 3. Mai"), ("de", "am 3. Mai ging sie kaputt"),
    ("de", "geliefert am 3.5."), ("de", "Bestellung vom 3. Mai"), (None, "Ich habe am 3. Mai bestellt"),
    ("fr", "acheté le 3 mai"), ("fr", "Je l'ai reçue le 3 mai"), ("fr", "commande du 3 mai"),
    ("en", "Je l'ai commandé le 3 mai"), ("es", "Comprado el 3 de mayo"), ("es", "Lo recibí el 3 de mayo"),
    ("es", "mi pedido del 3 de mayo"), ("es", "se rompió el 3 de mayo"),
])  # fmt: skip
def test_what_was_bought_or_broke_lies_behind(language: str | None, text: str) -> None:
    assert found(text, language) == date(2026, 5, 3)


@pytest.mark.parametrize(("language", "text"), [
    ("en", "I want it on 3 May"), ("en", "Can it be delivered on 3 May?"),
    ("en", "I bought a lamp, I'll be back on May 3"),
    ("de", "Ich will es am 3. Mai haben"), ("de", "Kann es am 3. Mai geliefert werden?"),
    ("de", "Es wird am 3. Mai geliefert"), ("fr", "Je voudrais la recevoir le 3 mai"),
    ("fr", "Elle sera livrée le 3 mai"), ("es", "Quiero recibirlo el 3 de mayo"), ("es", "Será entregado el 3 de mayo"),
    ("es", "Llegará el 3 de mayo"),
])  # fmt: skip
def test_what_is_wished_for_lies_ahead(language: str, text: str) -> None:
    assert found(text, language) == date(2027, 5, 3)


def test_where_nothing_tells_only_a_near_day_is_taken() -> None:
    assert found("3 May", "en") is found("am 3. Mai", "de") is found("I want the lamp ordered on 3 May", "en") is None
    assert found("12 November", "en") == date(2026, 11, 12)
    assert found("15.12.", "de") == date(2026, 12, 15)


@pytest.mark.parametrize(("language", "question", "text"), [
    ("en", "Sorry, that did not work. When did you buy it?", "3 May"), ("de", "Wann haben Sie es gekauft?", "3. Mai"),
    ("fr", "Quand l'avez-vous acheté ?", "le 3 mai"), ("es", "¿Cuándo lo compró?", "3 de mayo"),
])  # fmt: skip
def test_our_question_tells_what_the_answer_does_not(language: str, question: str, text: str) -> None:
    assert found(text, language, question) == date(2026, 5, 3)


def test_our_question_about_what_is_to_come() -> None:
    assert found("3 May", "en", "Sorry, that did not work. When should we send it?") == date(2027, 5, 3)


@pytest.mark.parametrize(("language", "text"), [
    ("de", "Ich wohne hier in Berlin"), (None, "Ich wohne hier in Berlin"), ("de", "Die Ware ist hier angekommen"),
    (None, "Hier ist meine Bestellung"), ("en", "the parcel is hier"), ("fr", "Ich bin hier in Paris"),
])  # fmt: skip
def test_the_german_here_is_no_yesterday(language: str | None, text: str) -> None:
    assert found(text, language) is None


@pytest.mark.parametrize(("language", "text"), [
    ("fr", "hier soir"), ("fr", "Le colis est arrivé hier"), (None, "Le colis est arrivé hier"),
    ("de", "Bin seit gestern hier"),
])  # fmt: skip
def test_yesterday_it_still_is_in_french(language: str | None, text: str) -> None:
    assert found(text, language) == date(2026, 11, 24)


@pytest.mark.parametrize(("language", "text", "day"), [
    ("en", "two days before yesterday", date(2026, 11, 22)), ("de", "zwei Tage vor gestern", date(2026, 11, 22)),
    ("fr", "deux jours avant hier", date(2026, 11, 22)), ("es", "dos días antes de ayer", date(2026, 11, 22)),
    ("es", "antes de ayer", date(2026, 11, 23)), ("en", "10 days after 3 May 2026", date(2026, 5, 13)),
    ("en", "the day after 3 May 2026", date(2026, 5, 4)), ("en", "10 days before 0001-01-03", None),
    ("en", "3 or 4 days before yesterday", None), ("en", "two weeks from today", date(2026, 12, 9)),
    ("en", "a week ago yesterday", None), ("de", "heute in einer Woche", None), ("fr", "demain en huit", None),
])  # fmt: skip
def test_days_counted_from_a_day(language: str, text: str, day: date | None) -> None:
    assert found(text, language) == day


@pytest.mark.parametrize(("language", "text"), [
    ("en", "3 or 4 days ago"), ("en", "3-4 days ago"), ("en", "more than 30 days ago"), ("en", "over a week ago"),
    ("en", "at least two weeks ago"), ("de", "vor drei oder vier Tagen"), ("de", "mehr als vor 3 Tagen"),
    ("fr", "il y a plus de 30 jours"), ("es", "hace más de 30 días"), ("en", "before 3 May 2026"),
    ("de", "vor dem 3. Mai 2026"), ("fr", "après le 3 mai 2026"), ("es", "antes del 3 de mayo de 2026"),
    ("en", "5 days ago or more"), ("en", "3-5 May 2026"), ("de", "am 3. oder 4. Mai 2026"),
    ("fr", "le 3 ou le 4 mai 2026"), ("es", "entre el 3 y el 5 de mayo de 2026"),
])  # fmt: skip
def test_a_bound_or_a_choice_is_no_day(language: str, text: str) -> None:
    assert found(text, language) is None


@pytest.mark.parametrize(("language", "text"), [
    ("en", "Section 4.2. of terms"), ("en", "version 3.12. is out"), ("de", "Abschnitt 4.12. der AGB"),
    ("fr", "article 4.12. des conditions"), ("es", "sección 4.12. de las condiciones"),
])  # fmt: skip
def test_a_section_is_no_day(language: str, text: str) -> None:
    assert found(text, language) is None


def test_a_dotted_day_stands_after_a_word_for_one() -> None:
    for language, text in (("en", "I paid on 12.11."), ("de", "am Donnerstag, 12.11."), ("de", "12.11.")):
        assert found(text, language) == date(2026, 11, 12)


def test_today_is_counted_where_the_project_is() -> None:
    late = Message("customer", "It arrived today", at=datetime(2026, 11, 24, 23, 30, tzinfo=UTC))
    for timezone, day in (("Europe/Berlin", 25), ("America/New_York", 24), (None, 24)):
        request = Request(Job.EXTRACT, [late], fields=(DAY,), now=NOW, timezone=timezone)
        assert answer(request).data == {"day": date(2026, 11, day)}


def test_a_hosted_model_reads_moments_where_the_project_is() -> None:
    late = Message("customer", "It arrived today", at=datetime(2026, 11, 24, 23, 30, tzinfo=UTC))
    _, data = parts(Request(Job.EXTRACT, [late], fields=(DAY,), now=NOW, timezone="Europe/Berlin"))
    assert (data["messages"][0]["at"], data["now"]) == ("2026-11-25T00:30:00+01:00", "2026-11-25T11:00:00+01:00")
