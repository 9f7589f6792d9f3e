"""What kind of thing a question asks for, a time, a price or a number, and whether a sentence holds one."""

import re
from typing import Final

_NUMBER: Final = r"[0-9]|\b(?:one|two|three|four|five|six|ten|no|none|zwei|drei|deux|trois|dos|tres)\b"
_KINDS: Final = tuple(
    (re.compile(asked, re.IGNORECASE), re.compile(answered, re.IGNORECASE))
    for asked, answered in (
        (
            r"\bhow (?:long|soon|fast|quick(?:ly)?|much time|many (?:days|weeks|months|years))\b|\b(?:when|by "
            r"when)\b|\bwie (?:lange|schnell|viele (?:tage|wochen))\b|"
            r"\b(?:bis )?wann\b|\bcombien de (?:temps|jours)\b|\bquand\b|\bcuánt[oa]s? (?:tiempo|días)\b|\bcuándo\b",
            r"[0-9].{0,40}\b(?:minutes?|hours?|days?|weeks?|months?|years?|minuten|stunden?|tagen?|wochen?|"
            r"monaten?|jahren?|minutes|heures?|jours?|semaines?|"
            r"mois|ans?|horas?|días?|semanas?|mes(?:es)?|años?|business|working|clock|am|pm)\b|\b(?:until|before|"
            r"after|once|immediately|at once|same day|bis|sofort)\b",
        ),
        (
            r"\bhow much (?!time)|\b(?:price|cost|costs|fee|fees|charge)\b.*\?|\bwie ?viel\b|\bkostet\b|\bcombien "
            r"(?!de (?:temps|jours))|\bcuánto (?!tiempo)",
            r"[€£$]|[0-9].{0,12}\b(?:eur|usd|gbp|euros?|dollars?|pounds?|cents?|%|percent)|\b(?:free|costs?|price|"
            r"fee|kostenlos|gratuit|gratis)\b",
        ),
        (
            r"\bhow many\b|\bwie viele\b|\bcombien de\b|\bcuánt[oa]s\b",
            _NUMBER,
        ),
    )
)
"""What kind of thing a question asks for, and what a sentence that gives one holds."""
_BOUND: Final = re.compile(
    r"\b(?:maximum|minimum|max|min|largest|smallest|höchst\w*|maximal\w*|minimal\w*|mindest\w*|maxim(?:um|ale?)|"
    r"minim(?:um|ale?)|máxim[oa]s?|mínim[oa]s?)\b",
    re.IGNORECASE,
)
_SAYS_BOUND: Final = re.compile(rf"{_NUMBER}|\bunlimited\b", re.IGNORECASE)


def leaves_open(asked: str, sentence: str) -> bool:
    """Whether the question asks for a bound ("the maximum size") and the sentence holds no number: it speaks of the
    bound, and does not say it."""
    return _BOUND.search(asked) is not None and _SAYS_BOUND.search(sentence) is None


def fits(asked: str, sentence: str) -> float:
    """1 where the sentence holds the kind of thing asked for (a time, a price, a number), -1 where not, 0 unknown."""
    for wanted, given in _KINDS:
        if wanted.search(asked):
            return 1.0 if given.search(sentence) else -1.0
    return 0.0
