"""Whether a sentence points back to the one before it: "It does not cover bulbs", "Otherwise we charge 99 EUR"."""

import re
from typing import Final

__all__ = ["points_back"]

_BACK: Final = re.compile(
    r"\W*(?:"
    r"(?:its?|they|them|this|that|these|those|he|she|otherwise|however|also|then|there|such|both|afterwards|"
    r"er|sie|es|der|die|das|dies|diese[mnrs]?|dann|danach|sonst|andernfalls|außerdem|dort|"
    r"ils?|elles?|cela|ceci|ce(?:tte|s)?|sinon|ensuite|ello|est[aeo]s?|además|si no)\b|"
    r"(?:for|für)\s+(?:\w+\s+){1,4}?(?:it\s+costs|they\s+cost|kostet\s+(?:er|sie|es)|kosten\s+sie)\b|"
    r"after\s+(?:that|this|which|it|them)\b|después(?:[,.]|\s+de\s+(?:eso|esto)\b))",
    re.IGNORECASE,
)
_NOTHING: Final = re.compile(
    r"\W*(?:it\s+(?:takes|depends|(?:is|was)\s+(?:also\s+|not\s+)?(?:possible|necessary|important|allowed|enough))|"
    r"(?:there|then)\s+(?:is|are|was|were|will|may|can|must)|"
    r"es\s+(?:gibt|ist\s+(?:nicht\s+)?(?:möglich|nötig|erlaubt)|posible|necesario)|"
    r"il\s+(?:n'y a|y a|faut|suffit|est\s+(?:possible|nécessaire)))\b",
    re.IGNORECASE,
)
"""What begins with a pronoun that stands for nothing."""
_GERMAN: Final = re.compile(
    r"\W*(?:Sie\s+(?:können|müssen|dürfen|sollten|sollen|brauchen|haben|erhalten|bekommen|finden|möchten|werden|zahlen|"
    r"bezahlen|erreichen|wählen|melden|senden|schicken|benötigen|wollen)\b|"
    r"(?:Der|Die|Das)(?:\s+[a-zäöüß]+(?:e|e[nrsm]))*\s+(?:[A-ZÄÖÜ]|[0-9]))"
)
"""The customer, since "they can" is hardly meant; and an article: a noun follows, which its capital letter tells."""


def points_back(text: str) -> bool:
    """Whether it is not to be understood without the sentence before."""
    return not (_NOTHING.match(text) or _GERMAN.match(text)) and _BACK.match(text) is not None
