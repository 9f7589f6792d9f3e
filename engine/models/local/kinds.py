"""What kind of thing a question asks for, a time, a price or a number, and whether a sentence holds one."""

import re
from itertools import takewhile
from typing import Final

from engine.models.local.words import content_words, words

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
_TIME: Final = _KINDS[0][0]
_BOUND: Final = re.compile(
    r"\b(?:maximum|minimum|max|min|largest|smallest|höchst\w*|maximal\w*|minimal\w*|mindest\w*|maxim(?:um|ale?)|"
    r"minim(?:um|ale?)|máxim[oa]s?|mínim[oa]s?)\b",
    re.IGNORECASE,
)
_HELPS: Final = r"(?:do|does|did|is|are|was|were|will|would|can|could|should|shall|must|may|might|has|have|had)(?:n't)?"
_SUBORDINATE: Final = re.compile(
    rf"^\W*when\s+(?!{_HELPS}\b).*\b{_HELPS}\s+(?:i|you|we|they|he|she|it|the|an?|my|your|this|that|these|those)\b",
    re.IGNORECASE,
)
"""English "When you stop it, does it ...?" asks for no time: another question follows."""
_COUNTED: Final = re.compile(
    r"\b(?:number of|how many|anzahl(?: der| an| von)?|wie viele|nombre d(?:e|es|')|"
    r"combien d(?:e|')|número de|cuánt[oa]s) ?(?P<what>[^|:;,.?!()\n]*)",
    re.IGNORECASE,
)
_ENDS_COUNTED: Final = frozenset(
    "in per of on at to for from with within by that which who i you we can may is are was has have do does will "
    "in pro je von vom an für mit aus der die das ich du sie wir kann darf ist sind hat "
    "par sur à pour avec dans qui que je vous nous peut est sont "
    "por en a para con que yo usted puedo puede es son".split()
)
_SAYS_BOUND: Final = re.compile(rf"{_NUMBER}|\bunlimited\b", re.IGNORECASE)


def leaves_open(asked: str, sentence: str) -> bool:
    """Whether the question asks for a bound ("the maximum size") and the sentence holds no number: it speaks of the
    bound, and does not say it."""
    return _BOUND.search(asked) is not None and _SAYS_BOUND.search(sentence) is None


def counts_another(asked: str, sentence: str) -> bool:
    """Whether the question asks for the number of one thing ("the maximum number of saved filters") and the sentence
    gives that of others alone."""
    wanted, given = _counted(asked), _counted(sentence)
    if not wanted or not given:
        return False
    held = set(content_words(sentence))
    return not any(one[-1] in other and held.issuperset(one) for one in wanted for other in given)


def _counted(text: str) -> list[list[str]]:
    """Stems of the words that name what is counted, in order, for each count that is spoken of."""
    found = []
    for match in _COUNTED.finditer(text):
        named = list(takewhile(lambda word: word not in _ENDS_COUNTED, words(match["what"])))
        if stems := content_words(" ".join(named)):
            found.append(stems)
    return found


def fits(asked: str, sentence: str) -> float:
    """1 where the sentence holds the kind of thing asked for (a time, a price, a number), -1 where not, 0 unknown."""
    for wanted, given in _KINDS:
        if wanted.search(asked) and not (wanted is _TIME and _SUBORDINATE.search(asked)):
            return 1.0 if given.search(sentence) else -1.0
    return 0.0
