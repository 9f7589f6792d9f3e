"""What takes back a value that was said before: "I mean 4822", "no, 4822", "no" to "Order 4821?"."""

import re
from typing import Final

from engine.models.local.words import words
from engine.models.local.yesno import plain_answer

_IT_IS: Final = r"(?:it'?s|it is|it was|that'?s|that was|es ist|es war|das war|c'est|c'était|es|era)"
_CORRECTS: Final = re.compile(
    rf"\b(?:i meant?|i wanted to say|correction|or rather|make that|forget that|ich meint?e|besser gesagt|vielmehr|"
    rf"korrektur|je v(?:eux|oulais) dire|ou plutôt|rectification|quiero decir|quise decir|quería decir|mejor dicho|"
    rf"corrección)\b|"
    rf"\b(?:actually|wait|moment|halt|attendez|espere)\b[,.!]*\s+{_IT_IS}\b|"
    rf"\b(?:sorry|oops|entschuldigung|pardon|désolée?|perdón)\b[,.!]*(?:\s+{_IT_IS}\b)?|"
    r"\b(?:no|nope|nein|nee|non)[,.]?\s+(?:wait|sorry|hang on|hold on|halt|moment|warten?|stopp?|attend(?:s|ez)|"
    rf"espera|perdón|pardon)\b[,.!]*(?:\s+{_IT_IS}\b)?|"
    rf"(?:\A|[,.;–-]\s*(?:oh|ah|ach|ay)?\s*(?=\w+\s?[,.!]))(?:no|nope|nein|nee|non)\b\s?[,.!]*(?:\s+{_IT_IS}\b)?",
    re.IGNORECASE,
)
_ELSEWHERE: Final = re.compile(
    r"\A(?:no|nope|nein|non|sorry|pardon|perdón|not that)\W+(?:\w+\W+){0,3}?"
    r"(?:other|another|different|andere[nrs]?|autre|otr[oa])\b",
    re.IGNORECASE,
)
_CONFIRMING: Final = frozenset(
    "is it was that this the your order number about do you mean did say said right correct so ok thanks for a an of "
    "on amount date day phone email address postcode "
    "ist es war das die der ihre deine bestellung nummer bestellnummer geht um handelt sich meinen meinst sie du also "
    "richtig stimmt betrag datum telefonnummer adresse postleitzahl am vom den "
    "est ce c'est bien la le votre ta commande numéro vous voulez dire parlez s'agit il de du montant correct "
    "este esta el su tu pedido número se refiere al a correcto verdad importe fecha teléfono".split()
)


def corrected(text: str) -> tuple[str, str] | None:
    """The text before and after the last words that correct; None where nothing is corrected."""
    ends = list(_CORRECTS.finditer(text))
    return (text[: ends[-1].start()], text[ends[-1].end() :]) if ends else None


def points_elsewhere(text: str) -> bool:
    """Whether it means another one than before, without saying which ("no, the other one")."""
    return _ELSEWHERE.match(text) is not None


def refuses(text: str, question: str, values: str) -> bool:
    """Whether `text` is no more than a no to `question`, which asks only whether it is `values` (its own words)."""
    asked = set(words(question)) - set(words(values))
    return plain_answer(text) is False and bool(values) and _CONFIRMING.issuperset(asked)
