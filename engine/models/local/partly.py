"""Amounts that are named as a part, a multiple, a rate or a difference: "half of 80 EUR", "20 EUR each", "20 EUR less".

Nobody said the sum, and nobody computes it here: it is asked for. What our question asks for by the same word ("How
much is it a month?") is the answer to it.
"""

import re
from typing import Final, NamedTuple

from engine.models.local.found import LOOK_BACK

__all__ = ["part_of_it", "partly"]

LOOK_AHEAD: Final = 80
"""Characters behind an amount in which it is made a part of something."""

_COUNT: Final = (
    r"(?:[0-9]{1,3}|two|three|four|five|six|seven|eight|nine|ten|several|many|few|zwei|drei|vier|fünf|sechs|sieben|"
    r"acht|neun|zehn|mehrere|einige|paar|quelques|deux|trois|quatre|cinq|sept|huit|neuf|dix|plusieurs|dos|tres|cuatro|"
    r"cinco|seis|siete|ocho|nueve|diez|varias|algunas|unas)"
)
_THE: Final = (
    r"(?:\s+(?:of|the|my|those|these|all|von|vom|der|die|das|des|den|dem|diesen|meinen|aller|de|du|les?|la|los?|las|"
    r"del|mes|mis|ces|esos|estos|price|preis|prix|precio|amount|total))*\s+(?:d')?$"
)
"""What stands between "half" and the amount."""
_UNIT: Final = (
    r"(?:month|week|day|year|hour|night|unit|person|head|pop|time|item|pair|kilo|kg|stück|monat|woche|tag|jahr|stunde|"
    r"nacht|einheit|artikel|mois|semaine|jour|an|année|heure|nuit|unité|pièce|personne|tête|article|mes|semana|día|año|"
    r"hora|noche|unidad|pieza|persona|cabeza|artículo|cada|chaque)s?\b"
)
_NO_DAY: Final = (
    r"(?!\s+(?:ago|late|later|before|after|earlier|too|derni[eè]re?|passée?|prochaine?|suivante?|pasad[oa]|próxim[oa]|"
    r"siguiente|después|davor|danach|darauf|der|des|vor|nach|de|[0-9]|jan|feb|mär|apr|mai|jun|jul|aug|sep|okt|nov|"
    r"dez)\w*)"
)
"""Behind "a week" or "la semaine": it is no rate but a day ("a week ago", "la semaine dernière")."""
_PAID_BY: Final = (
    r"(?:card|credit|debit|pay ?pal|bank|transfer|wire|che(?:ck|que)|e?-?mail|post|invoice|phone|visa|mastercard|"
    r"klarna|sepa|direct|cash|apple|google|überweisung|lastschrift|karte|kredit\w*|rechnung|nachnahme|vorkasse|your|"
    r"our|the|mail)\b"
)
_NO_RATE: Final = (
    r"(?:carte|cb|virement|ch[eè]que|pr[ée]l[èe]vement|erreur|avance|exemple|vo(?:tre|us)|l[aeo]s?|mon|ma|mes|moi|un|"
    r"une|el|mis?|una|dos|tres|cuatro|sus?|vuestr\w+|es[aeo]|est[aeo]|favor|transferencia|tarjeta|bizum|error|"
    r"adelantado|ejemplo|algo|nada|todo|ello|amb[oa]s|pay ?pal|visa|internet|t[ée]l[ée](?:phone|fono)|courriel|correo|"
    r"e?-?mail|poste?|que|qué)\b"
)
"""Behind "par" and "por", where they do not count ("par carte", "por la lámpara")."""
_COSTS: Final = (
    r"(?:shipping|shipment|postage|delivery|tax(?:es)?|vat|fees?|costs?|charges?|discount|voucher|handling|customs|"
    r"duty|versand\w*|porto|liefer\w*|mehrwertsteuer|mwst|steuern?|zoll|\w*gebühr\w*|\w*kosten|rabatt|gutschein|frais|"
    r"port|livraison|tva|remise|bon|envíos?|gastos|iva|impuestos?|tasas|cupón)\b"
)
_FRACTION: Final = (
    r"(?:half(?!\s+an?\b)|(?:thirds?|quarters?|fifths?|tenths?|\w*(?:drittel|viertel|fünftel|zehntel)n?|tiers|quarts?|"
    r"cinquièmes?|dixièmes?|tercios?|cuartos?|quintos?|décimos?)|hälfte|halben?|moitié|mitad|(?:(?:part|portion|"
    r"fraction|share|most|some|rest|remainder)\s+of|(?:bruchteil|großteil|anteil|rest|(?:ein|einen|zum|großen|"
    r"kleinen) teil)|(?:partie|part|majorité|reste)\s+(?:de|des|du)|(?:parte|porción|resto|mayoría)\s+del?)|"
    r"(?:[0-9]{1,3}\s?%|per ?cent|prozent|pour ?cent|por ciento)\s*(?:\w+\s+)?(?:of|off|from|on|von|vom|der|des|auf|de|"
    r"du|sur|del|sobre)|not (?:all|the (?:full|whole|entire|total))|nicht (?:(?:die|den|alle) )?(?:vollen?|ganzen?|"
    r"gesamten?|alle)|pas (?:la totalité|l'intégralité|tou(?:s|te)|le total|l'ensemble)|no (?:la totalidad|todos?|"
    r"el total))"
)
_PIECE: Final = r"(?:half|hälfte|moitié|mitad|(?:a|one|ein|un) (?:third|quarter|drittel|viertel|tiers|tercio))"
_SHARE: Final = rf"(?:{_PIECE}|[0-9]{{1,3}}\s?%)"
_OF_IT: Final = (
    r"(?:\s+(?:of|from|von|de|du|del|des)?\s*(?:it|that|this|davon|dessen|ça|cela|ello|eso|esto|(?:the |dem |den |la |"
    r"le |l'|el )?(?:money|price|amount|sum|cost|total|geld(?:es)?|betrags?|preis(?:es)?|summe|prix|montant|somme|"
    r"argent|precio|importe|dinero|suma))\b|\s*(?:back|zurück)\b)"
)
_WISHED: Final = (
    r"(?:only|just|want|give me|refund(?: me)?|nur|bloß|will|möchte|que|seulement|veux|voudrais|solo|sólo|quiero)\s+"
    r"(?:\w+\s+){0,2}?"
)
_PART_NEARBY: Final = re.compile(
    rf"(?<!\w)(?:{_WISHED}{_SHARE}(?!\w)|{_SHARE}{_OF_IT}|{_PIECE}\s*(?:$|[.,;!?)])|{_PIECE}\s+(?:please|would|will|is|"
    rf"bitte|hätte|möchte|will|würde|wäre|reicht|genügt|me|suffi\w*|serait|basta\w*|"
    r"estaría)\b)",
    re.IGNORECASE,
)
"""Says of an amount beside it that a part is wanted: "80 EUR, but I only want half", "80 EUR, half of it"."""


class _Kind(NamedTuple):
    """How an amount is made something else than the sum, by what stands before and behind it."""

    before: re.Pattern[str]
    after: re.Pattern[str]
    asks: re.Pattern[str]
    """Words of a question that asks for just that."""


def _kind(before: str, after: str, asks: str) -> _Kind:
    return _Kind(
        re.compile(rf"(?<!\w)(?:{before})", re.IGNORECASE),
        re.compile(rf"\s*[,(]?\s*(?:{after})", re.IGNORECASE),
        re.compile(rf"(?<!\w)(?:{asks})(?!\w)", re.IGNORECASE),
    )


_PART: Final = _kind(
    rf"{_FRACTION}{_THE}|(?:first|last|ersten|letzten|premiers|derniers|primeros|últimos)\s*$|(?:split|shar(?:e|ed)|"
    rf"halved?|divid\w+|teilen|teilten|geteilt|partag\w+|compart\w+)\s+(?:\w+\s+){{0,2}}$",
    r"/\s?[2-9]\b|(?:divided|split|shared|(?:auf)?geteilt|divisés?|partagés?|dividid[oa]s?|entre (?:dos|los|"
    r"nosotros))\b",
    r"half|hälfte|moitié|mitad",
)
_MULTIPLE: Final = _kind(
    rf"(?:{_COUNT}\s*(?:x|×|\*|times|mal|fois|veces)|twice|thrice|double|triple|treble|quadruple|(?:zwei|drei|vier|"
    rf"fünf|sechs|zehn)mal|\w*(?:doppelten?|fachen?)|doble|cuádruple)(?:{_THE}|\s*$)|"
    rf"{_COUNT}\s+(?:\w+\s+)?(?:payments?|instal?lments?|\w*raten|zahlungen|versements|mensualités|paiements|pagos|"
    rf"plazos|cuotas)\s+"
    r"(?:of|von|zu|de|à|over|über)\s*$",
    rf"(?:(?:and|und|et|y)\s+(?:that|das|ça|cela|eso)\s+)?(?:[x×*÷]\s?{_COUNT}|(?:twice|thrice|double|zweimal|dreimal|"
    rf"doppelt)\b|(?:times|mal|fois)\s+{_COUNT}\b|{_COUNT}\s?(?:times|mal|fois|veces)\b)",
    r"twice|double|doppelt\w*|doble",
)
_RATE: Final = _kind(
    r"(?:each|every(?! (?:cent|penny|last))|chaque|cada|jede[rsmn]?(?! cent)|jeweils|chacune?|monatlich|monthly|"
    rf"weekly|mensuel\w*|(?:per|pro|par|por|im|al)\s+{_UNIT}{_NO_DAY}|(?-i:pro|je)\s+(?-i:[A-ZÄÖÜ])\w+|unit price|"
    rf"stückpreis|einzelpreis|prix unitaire|precio unitario)"
    r"(?::?\s+\w+){0,3}?:?\s*$|je\s*$|"
    rf"{_COUNT}\s+(?:\w+\s+){{1,2}}(?:at|à|zu|a)(?: je)?\s*$",
    r"/\s?[^\W\d_]|(?:each|apiece|a ?piece|jeweils|chacune?s?|(?:la )?pièce|l'unité|l'une?|cada|la (?:unidad|pieza)|"
    r"das stück|monthly|weekly|yearly|annually|daily|hourly|monatlich|wöchentlich|jährlich|täglich|mensuel\w*|"
    r"mensual\w*|anual\w*|(?:for|für|pour|por) (?:each|every|jede[rsn]?|chaque|cada))\b|"
    rf"(?:an?|every|each|par|por|je|la|le|jede[rsn]?|im|am|al|a la|in der|die)\s+{_UNIT}{_NO_DAY}|"
    rf"per\s+(?!{_PAID_BY})\w|(?-i:pro)\s+\w|je\s+(?-i:[A-ZÄÖÜ])|p[ao]r\s+(?!{_NO_RATE})[^\W\d]|"
    r"by the (?:met(?:re|er)|hour|kilo|day|week|piece|dozen|unit)\b|au mètre|(?:for one|für eine[nrs]?|pour une?|"
    r"por una?)(?=\s*(?:$|[.,;!]))|je(?=\s*(?:$|[.,;!]))",
    rf"each|monthly|(?:an?|per|pro|par|por|im|al|je|every)\s+{_UNIT}|einzel\w*|monatlich|stückpreis|unit price|"
    rf"chacune?|cada",
)
_ADDED: Final = _kind(
    r"(?:plus|zuzüglich|zzgl\.?)\s*$",
    r"\+\s*\S|(?:minus|less|moins|menos|abzüglich|zuzüglich|abzgl|zzgl|plus|net|nett?os?|nets|ht|hors taxes?)\b|"
    r"(?:(?:but|aber|mais|pero|and|und|et|y)\s+)?(?:not|without|excluding|excl\.?|exclusive of|before|net of|"
    r"apart from|except(?: for)?|nicht|ohne|exklusive|exkl\.?|vor|sans|pas|hors|sin|no|más|aparte de|"
    r"excluyendo)\s+(?:[^\W\d]+\s+){0,2}?"
    rf"{_COSTS}|(?:and|und|et|y)\s+(?:[^\W\d]+\s+)?{_COSTS}(?:\s+(?:costs?|fees?|de \w+))?(?=\s*(?:$|[.,;!)]))|"
    rf"{_COSTS}\s+(?:\w+\s+)?(?:not included|excluded|extra|on top|nicht (?:inbegriffen|enthalten|dabei)|non compri\w+|"
    rf"en sus|"
    r"no incluid\w+|aparte)",
    r"net|netto|before|without|ohne|sans|sin|hors",
)
_LESS: Final = _kind(
    r"(?:discount|reduction|rebate|markdown|\w*rabatt|\w*nachlass|ermäßigung|remise|réduction|rabais|descuento|"
    r"rebaja)\s*"
    r"(?:of|von|de|über|in höhe von|is|was|war|ist|est|était|es|era|:)\s*$|(?:reduc|lower|cheap|increas|rais|drop|"
    r"fell|went|gone|up|down|rose|higher|short)\w*\s+(?:\w+\s+){0,3}?by\s*$|(?:stieg|steig|gestiegen|sank|sink|erhöh|"
    r"fiel|reduzier|senk|gesenkt)\w*\s+(?:\w+\s+){0,3}?um\s*$|(?:augment|baiss|diminu|rédui|monté|"
    r"descend)\w*\s+(?:\w+\s+){0,3}?de\s*$|(?:subi|baj|aument|reduj|rebaj)(?:ó|aron|do|ado)\s+(?:en |de |unos )?$|"
    r"(?:sav(?:e|ed|ing)|spar(?:e|t|en)|gespart|économis\w+|ahorr\w+)\s+(?:\w+\s+){0,2}?$|off\s+(?:the|my|of)\s+$",
    r"(?:fewer|cheaper|dearer|off(?! (?:my|our|the (?:card|account|bank))\b)|discount|reduction|rebate|short|weniger|"
    r"billiger|günstiger|teurer|\w*rabatt|\w*nachlass|ermäßigung|de (?:moins|remise|réduction|rabais|menos|descuento|"
    r"rebaja)|en moins|plus cher|(?:too|zu|trop|demasiado) (?:little|low|wenig|peu|poco))\b",
    r"discount|off|less|cheaper|rabatt|nachlass|weniger|billiger|remise|réduction|moins|descuento|menos",
)
_EARNED: Final = _kind(
    r"(?:earn(?:s|ed|ing)?|salary|wages?|income|verdien\w+|gehalt|lohn|gagn(?:e|ons|ent)|salaire|gan(?:o|amos)|sueldo|"
    r"salario)\s+(?:\w+\s+){0,3}?$",
    r"(?:salary|gehalt|lohn|de (?:salaire|sueldo|alquiler))\b",
    r"earn|salary|income|verdienst|gehalt|salaire|sueldo",
)
_KINDS: Final = (_PART, _MULTIPLE, _RATE, _ADDED, _LESS, _EARNED)
_SURPLUS: Final = _kind(
    r"(?:over(?:charg|pa[iy])\w+|zu ?viel)\s+(?:\w+\s+){0,3}?$|(?:another|(?:an? )?(?:extra|additional|further)|"
    r"weiteren?|zusätzlich\w*|autres|otros)\s*$",
    r"(?:(?:is|are|was|were|ist|sind|war|est|sont|es|son|era)\s+)?(?:too (?:much|high|expensive)|zu ?viel|zu (?:hoch|"
    r"teuer)|trop|demasiado)\b|(?:more|extra|on top|(?:over|above)(?=\s+(?:what|agreed|budget|the (?:agreed|list|"
    r"usual|normal|price|limit))\b)|mehr(?! nicht)|de (?:trop|plus|más)|en (?:trop|plus)|más)\b",
    r"too much|more|extra|overcharged|zu ?viel|mehr|de trop|de plus|de más|más",
)
"""What was charged beyond the price is the amount in question, unless we asked how much it was."""
_CHANGED_BY: Final = re.compile(r"\bum\s*$", re.IGNORECASE)
_CHANGED: Final = re.compile(
    r"\s+(?:reduziert|gesenkt|ermäßigt|erhöht|gestiegen|gesunken|gefallen|verbilligt|verteuert)\b", re.I
)
"""German: "um 20 Euro reduziert", where "auf 20 Euro reduziert" is a price."""
_CHARGED: Final = re.compile(
    r"\b(?:over)?(?:charg|bill|debit|deduct|pai)\w*|\b(?:took|taken|cost)\b|\w*(?:rechnet|gebucht|zahlt|gezogen)\b|"
    r"\b(?:factur|débit|prélev|pa[yi])\w*|\b(?:cobr|pag|factur)\w*",
    re.IGNORECASE,
)


def partly(text: str, start: int, end: int, *, asked: bool, question: str = "") -> bool:
    """Whether the amount at `start`..`end` is a part, a multiple, a rate or a difference of what was paid or is wanted.

    `asked`: it answers our `question`, which wants a sum unless it says otherwise.
    """
    before, after = text[max(0, start - LOOK_BACK) : start], text[end : end + LOOK_AHEAD]
    if _PART_NEARBY.search(before) or _PART_NEARBY.search(after):
        return not _PART.asks.search(question)
    if _CHANGED_BY.search(before) and _CHANGED.match(after):
        return True
    if any(_is(one, before, after) and not one.asks.search(question) for one in _KINDS):
        return True
    if not _is(_SURPLUS, before, after) or _SURPLUS.asks.search(question):
        return False
    return asked or not (_CHARGED.search(before) or _CHARGED.search(after))


def part_of_it(text: str) -> bool:
    """Whether a text without an amount means a part of one that was said before ("only half of it")."""
    return _PART_NEARBY.search(text) is not None


def _is(kind: _Kind, before: str, after: str) -> bool:
    return bool(kind.before.search(before) or kind.after.match(after))
