"""Figures are the same in every way of writing them."""

import pytest

from engine.models.local.figures import agree, figures


def values(text: str, language: str = "") -> list[str]:
    return [one.value for one in figures(text, language)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("on March 3, 2026", "am 03.03.2026"),
        ("le 3 mars 2026", "el 3 de marzo de 2026"),
        ("on 3 March", "on 3 March 2026"),
        ("14 days", "zwei Wochen"),
        ("two years", "24 mois"),
        ("90 minutos", "1.5 hours"),
        ("one month's notice", "mit einer Frist von einem Monat"),
        ("30 days", "one month"),
        ("3 working days", "5 days"),
        ("3 Werktage", "3 jours ouvrés"),
        ("2 to 3 weeks", "14-21 Tage"),
    ],
)
def test_the_same_figure(one: str, other: str) -> None:
    first, second = figures(one, ""), figures(other, "")
    assert len(first) == len(second) > 0
    assert all(map(agree, first, second))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("on March 3, 2026", "on 4 March 2026"),
        ("on 3 March 2025", "on 3 March 2026"),
        ("on 3 March", "on 3 April"),
        ("4 weeks", "21 days"),
        ("one month", "three months"),
        ("23 months", "2 years"),
        ("six weeks", "un mes"),
        ("8 working days", "1 week"),
        ("3 days", "3 EUR"),
    ],
)
def test_another_figure(one: str, other: str) -> None:
    (first,), (second,) = figures(one, ""), figures(other, "")
    assert not agree(first, second)


def test_what_is_no_length_of_time() -> None:
    assert values("costs 8 EUR a month") == ["8"]
    assert values("1,000 days", "en") == ["1000"]
    assert values("each one of them may march in") == []
    assert values("31 February 2026") == ["31", "2026"]
