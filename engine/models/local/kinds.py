"""What kind of thing a question asks for, a time, a price or a number, and whether a sentence holds one."""

import re
from itertools import takewhile
from typing import Final

from engine.models.local.dates import weekdays
from engine.models.local.figures import CLOCK, DAY, LENGTH, UNIT_ROWS, Figure, figures, without
from engine.models.local.matters import same_matter
from engine.models.local.words import content_words, stem, words

_NUMBER: Final = re.compile(
    r"[0-9]|\b(?:one|two|three|four|five|six|ten|no|none|zwei|drei|keine?[mnrs]?|deux|trois|aucune?|dos|tres|ning[uú]n\w*)\b",
    re.IGNORECASE,
)
_TIME: Final = re.compile(
    r"\bhow (?:long|soon|early|late|fast|quick(?:ly)?|much (?:time|notice)|"
    r"many (?:seconds|minutes|hours|days|weeks|months|years))\b|\b(?:when|by when)\b|"
    r"\bwie (?:lange|schnell|bald|früh|spät|viele? (?:zeit|sekunden|minuten|stunden|tage|wochen|monate|jahre))\b|"
    r"\b(?:bis |ab )?wann\b|\bcombien de (?:temps|minutes|heures|jours|semaines|mois|années)\b|\bquand\b|"
    r"\bcuánt[oa]s? (?:tiempo|minutos|horas|días|semanas|meses|años)\b|\bcuándo\b",
    re.IGNORECASE,
)
_LASTS: Final = re.compile(
    r"\bhow long (?:do|does|is|are|will)\b|\bwie lange (?:dauer[nt]|ist|sind|braucht)\b|"
    r"\bcombien de temps (?:dure|prend|faut|est)|\bcuánto (?:tiempo )?(?:dura|tarda)n?\b",
    re.IGNORECASE,
)
_TAKES: Final = re.compile(r"\b(?:take|dauer[nt]|braucht|prend|faut|tardan?)\b", re.IGNORECASE)
_OTHER_LENGTH: Final = re.compile(
    r"\W+(?:\w+\W+){0,2}?(?:before|beforehand|earlier|in advance|ahead|vorher|vor|im voraus|zuvor|avant|à l'avance|"
    r"auparavant|antes|de antelación)\b",
    re.IGNORECASE,
)
"""Behind a length of time that is how early something is to be done, not how long it takes."""
_KEEPS: Final = re.compile(
    r"\b(?:keeps?|kept|stored?|stores|aufbewahr\w*|auf(?:ge)?hoben|behalten|gespeichert|gard(?:e|ons|ées?)|conserv\w*|"
    r"guarda\w*)\b",
    re.IGNORECASE,
)
_PRICE: Final = re.compile(
    r"\bhow (?:expensive|much(?: (?:money|extra|more|less))?(?=\W*$|\s(?:is|are|was|were|do|does|did|will|would|can|"
    r"must|should|to|for|it|that|this|these|the|a|an|my|your)\b))|"
    r"\b(?:price|cost|costs|fee|fees|(?<!i )(?<!to )charge)\b.*\?|"
    r"\bwie (?:teuer|hoch (?:ist|sind))\b|\bwie ?viel(?=\W*$|\s(?:geld|kost\w*|zahl\w*|bezahl\w*|muss|ist|wird|macht|"
    r"nehm\w*|verlang\w*|berechn\w*)\b)|\bkostet\b|\bcombien (?!de?\b|d')|\bcuánto (?!tiempo\b)",
    re.IGNORECASE,
)
_WHICH: Final = re.compile(
    r"\b(?:which|who|whom|welche[mnrs]?|wer|wen|wem|quel(?:le)?s?|qui|cuál(?:es)?|quién(?:es)?)\b", re.IGNORECASE
)
_HIGH: Final = re.compile(
    r"\bhow (?:high|big|large) (?:is|are)\b|\bwhat (?:do|does|did|will|would|must|should) (?!i do\b)[^?]*\bpay\b"
    r"(?! (?:with|by)\b)|\bwie hoch\b|\bwas (?:be)?zahl\w*\b|\bde quel montant\b|\bqué (?:paga|importe)",
    re.IGNORECASE,
)
"""How high what is asked about is: sums of money, and other things too."""
_COUNT: Final = re.compile(r"\bhow many\b|\bwie ?viele\b|\bcombien d(?:e\b|')|\bcuánt[oa]s\b", re.IGNORECASE)
_WAY: Final = re.compile(
    r"\bhow (?:can|could|do|does|may|must|shall|should|to)\b|\bwie (?:kann|könn\w*|mach\w*|muss|geht|soll\w*|lässt|"
    r"funktionier\w*)\b|\bcomment\b|\bcómo\b",
    re.IGNORECASE,
)
"""What kind of thing a question asks for."""
_TELLS_TIME: Final = re.compile(
    r"\b(?:until|before|after|once(?!\s+(?:an?|per|every|each)\b)|immediately|instantly|"
    r"at once|same day|overnight|daily|weekly|monthly|working days?|"
    r"business days?|bis|sofort|täglich|\w*werktag\w*|arbeitstag\w*|jours? ouvr\w*|immédiatement|jusqu|"
    r"días? (?:laborables?|hábiles)|inmediatamente|hasta)\b|[0-9]\s?h\b",
    re.IGNORECASE,
)
_FREE: Final = re.compile(
    r"(?P<before>\w+)?\W*\b(?P<free>(?:for |of )?free(?: of charge)?|kostenlos|kostenfrei|gratis|umsonst|"
    r"gratuite?s?|gratuitement|gratuit[oa]s?)\b\W*(?P<after>\w+)?",
    re.IGNORECASE,
)
_IS: Final = frozenset(
    "is are be was stays stay remains remain always also ist sind bleibt bleiben erfolgt ja est sont reste restent "
    "toujours es son está están siempre too also auch immer".split()
)
_NEAR: Final = 3
"""Words behind a number among which stands what it counts."""
_PERIODS: Final = frozenset(stem(word) for row in UNIT_ROWS for word in row.split())
_NO_PRICE: Final = re.compile(
    r"\b(?:(?:no|any|without(?: a| any)?) (?:\w+ )?(?:cost|costs|charge|charges|fee|fees)|costs? nothing|waived|"
    r"(?:keine|ohne) (?:\w+ )?(?:kosten|gebühr|gebühren)|entfällt|nichts|sans frais|sin (?:coste|costo|cargo)|"
    r"[0-9.,]+ ?(?:%|percent|prozent|pour ?cent|por ciento))",
    re.IGNORECASE,
)
_TELLS_WAY: Final = re.compile(
    r"\b(?:by|via|through|using|use|online|click|open|press|choose|select|enter|go to|log in|sign in|send|write|call|"
    r"contact|ask|fill|hand|app|account|website|page|form|e-?mail|phone|"
    r"per|über|online|telefon\w*|klicken|öffnen|wählen|senden|schicken|schreiben|rufen|\w*konto|brief|formular|website|"
    r"par|via|en ligne|cliquez|ouvrez|choisissez|envoyez|écrivez|appelez|compte|courrier|formulaire|site|"
    r"por|mediante|en línea|haga|pulse|abra|elija|envíe|escriba|llame|cuenta|correo|formulario|sitio)\b",
    re.IGNORECASE,
)
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
_SAYS_BOUND: Final = re.compile(rf"{_NUMBER.pattern}|\bunlimited\b", re.IGNORECASE)


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
    if _TIME.search(asked) and not _SUBORDINATE.search(asked):
        return 1.0 if _tells_time(asked, sentence) else -1.0
    if _PRICE.search(asked):
        return 1.0 if _tells_price(asked, sentence) else -1.0
    if _COUNT.search(asked):
        return 1.0 if _tells_count(asked, sentence) else -1.0
    if _WAY.search(asked) and not _TELLS_WAY.search(sentence) and figures(sentence, ""):
        return -1.0  # "How can I cancel?" is not answered by the period of notice
    return 0.0


def _tells_time(asked: str, sentence: str) -> bool:
    """A day, a time of day or a length of time, and not what something costs a month."""
    lasts = _LASTS.search(asked) is not None
    if lasts and _tells_else(asked, sentence):
        return False
    said = any(one.unit in {CLOCK, DAY, LENGTH} for one in figures(sentence, ""))
    return said or _TELLS_TIME.search(sentence) is not None or (not lasts and bool(weekdays(sentence)))


def _tells_else(asked: str, sentence: str) -> bool:
    """Whether the lengths of time there are not of what lasts, but of what is kept or to be done before."""
    if _TAKES.search(asked) and _KEEPS.search(sentence):
        return True
    lengths = [one for one in figures(sentence, "") if one.unit == LENGTH]
    return bool(lengths) and all(_OTHER_LENGTH.match(sentence, one.end) for one in lengths)


def _tells_price(asked: str, sentence: str) -> bool:
    """An amount of money, or that it is free: "is free", or free is to do what is asked about."""
    if _NO_PRICE.search(sentence) or re.search("[€£$]", sentence):
        return True
    if any(map(_is_money, figures(sentence, ""))):
        return True
    wanted = set(content_words(asked)) - _PERIODS
    return any(_free(match, wanted) for match in _FREE.finditer(sentence))


def _free(match: re.Match[str], wanted: set[str]) -> bool:
    before, after = match["before"] or "", match["after"] or ""
    if before.casefold() not in _IS:
        return not wanted.isdisjoint(content_words(f"{before} {after}"))
    subject = content_words(match.string[: match.start("before")])
    return not subject or any(word in wanted or same_matter(word, wanted) for word in subject)


def asks_price(asked: str) -> bool:
    """Whether a price is asked for, or how high something is that may be one: a deposit, a fee."""
    return _PRICE.search(asked) is not None or _HIGH.search(asked) is not None


def prices(sentence: str) -> list[tuple[int, int]]:
    """Where it gives an amount of money, or says that there is none to pay, in order."""
    found = [(one.begin, one.end) for one in figures(sentence, "") if _is_money(one)]
    found += [match.span("free") for match in _FREE.finditer(sentence)]
    found += [match.span() for match in _NO_PRICE.finditer(sentence)]
    kept: list[tuple[int, int]] = []
    for begin, end in sorted(found):
        if not kept or begin >= kept[-1][1]:
            kept.append((begin, end))
    return kept


def asks_which(asked: str) -> bool:
    """Whether one thing, or some, among others are asked for."""
    return _WHICH.search(asked) is not None


def _is_money(one: Figure) -> bool:
    return one.unit not in {CLOCK, DAY, LENGTH} and one.unit.isupper()


def _tells_count(asked: str, sentence: str) -> bool:
    """A number, and where what is counted is named, one that stands before it."""
    counting = _uncounted(sentence)
    if not _NUMBER.search(counting):
        return False
    wanted = {one[-1] for one in _counted(asked)}
    if wanted.isdisjoint(content_words(counting)) or re.search("[|:]", sentence) or _COUNTED.search(sentence):
        return True
    numbers = [match.end() for match in _NUMBER.finditer(counting)]
    return any(not wanted.isdisjoint(content_words(counting[end:])[:_NEAR]) for end in numbers)


def _uncounted(sentence: str) -> str:
    """The sentence without figures that count nothing: times, days and amounts of money."""
    return without(sentence, [one for one in figures(sentence, "") if one.unit.isupper()])
