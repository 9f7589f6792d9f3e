"""`no_commitments`: a reply promises only what its flow may promise, and names only amounts that a value holds.

A sentence commits if a verb of promise (English or German) stands before or around a word of a kind, and no negation
stands between them. Lexical: it finds the ways in which people usually promise, not every way there is.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from engine.guardrails.amounts import Amount, amounts_in_text, amounts_in_values
from engine.guardrails.folding import fold
from engine.guardrails.validation import Hit, TextCheck, register_validator

_KINDS: Final = {
    "refund": r"refund\w*|money back|reimburs\w*|repay\w*|pay(?:ing)? you back|return (?:your|the) money|"
    r"(?:on (?:their|its) way|credited|back) (?:back )?to your (?:card|account|bank)|"
    r"erstatt\w*|rückerstatt\w*|geld zurück|zurückzahl\w*|zurücküberweis\w*",
    "credit": r"(?:store |shop )?credit(?:ed|s)?\b(?! card)|vouchers?|gift cards?|goodwill|compensat\w*|gutschrift\w*|"
    r"gutschein\w*|gutgeschrieben|entschädig\w*",
    "replacement": r"replac\w*|(?:a|another|new) (?:one|unit|item) (?:free|to you)|re-?send\w*|exchang\w*|ersatz\w*|"
    r"umtausch\w*|austausch\w*|neu zusenden",
    "discount": r"discount\w*|price reduction|reduced price|\d+ ?%? off\b|rabatt\w*|preisnachlass|ermäßig\w*",
    "waiver": r"waiv\w*|free of charge|at no (?:extra )?cost|for free|free shipping|kostenlos\w*|kostenfrei|erlassen",
    "guarantee": r"guarant\w*|we promise|i promise|garantier\w*|verspreche\w*",
}
_PROMISE: Final = (
    r"\b(?:(?:we|i|our team|they|it)(?:'ll|’ll| will| shall| can| could| would| are going to| am going to|'re going to"
    r"|'m going to)|(?:we|i)(?:'ve| have| are| am|'re|'m| hereby)|(?:has|have) been|is being|will be|"
    r"you(?:'ll|’ll| will| shall| are going to| can expect to)? (?:get|receive|be|have|are|qualify)|"
    r"you(?:'re| are) (?:entitled|eligible)|let me|i(?:'d| would) (?:be happy|like) to|we offer|"
    r"wir (?:werden|erstatten|geben|schicken|senden|übernehmen|garantieren|gewähren|haben|können)|"
    r"ich (?:werde|erstatte|gebe|schicke|garantiere|verspreche|habe|kann)|"
    r"sie (?:erhalten|bekommen|werden|haben)|wird ihnen|wurde|werden ihnen)"
)
_NEGATION: Final = re.compile(
    r"(?i)\b(?:not|never|no|unable|cannot|neither|nor|without|nicht|kein\w*|nie|ohne|leider)\b|n['’]t\b"
)
_SENTENCE: Final = re.compile(r"[^.!?\n]+(?:[.!?](?!\s|$)[^.!?\n]*)*")
_REACH: Final = 120
"""Characters between a verb of promise and what it promises."""
_VERB = re.compile(rf"(?i){_PROMISE}")
_NOUN = re.compile("(?i)" + "|".join(rf"(?P<{kind}>\b(?:{words}))" for kind, words in _KINDS.items()))
_SELF_SPEAKING: Final = re.compile(
    r"(?i)(?P<guarantee>\b(?:we|i) (?:guarantee|promise)\b|\bguaranteed\b)"
    r"|(?P<refund>\b(?:we|i)(?:'ll)? (?:refund(?:ed)?|reimbursed?)\b)|(?P<waiver>\b(?:we|i)(?:'ll)? waived?\b)"
)


@register_validator("engine/no_commitments", data_type="string")
class NoCommitments(TextCheck):
    """Fails on a promise of a kind that is not in `allow`, and on an amount that no value of `metadata["values"]`
    holds: a list, or lists by source, of which `customer` counts for nothing. Without values every amount fails."""

    def __init__(self, allow: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(allow=allow, **kwargs)
        self.allow = frozenset(allow)

    def hits(self, text: str, metadata: dict[str, Any]) -> list[Hit]:
        """Codes: the kinds of promise, `amount` and `percentage`."""
        folded, origin = fold(text)
        promises = [
            (origin[start], origin[end - 1] + 1, kind)
            for sentence in _SENTENCE.finditer(folded)
            for start, end, kind in _promises(sentence.group(), sentence.start())
            if kind not in self.allow
        ]
        return sorted({*promises, *_unfounded(text, _founding(metadata.get("values", ())))})


def _promises(sentence: str, offset: int) -> Iterable[Hit]:
    verbs = [verb.span() for verb in _VERB.finditer(sentence)]
    for noun in _NOUN.finditer(sentence):
        for start, end in verbs:
            near = 0 <= noun.start() - end <= _REACH or (start - noun.end() <= _REACH and noun.start() < start)
            left, right = min(start, noun.start()), max(end, noun.end())
            if near and not _NEGATION.search(sentence, left, right):
                yield offset + left, offset + right, str(noun.lastgroup)
                break
    for match in _SELF_SPEAKING.finditer(sentence):
        yield offset + match.start(), offset + match.end(), str(match.lastgroup)


def _founding(values: Mapping[str, Iterable[Any]] | Iterable[Any]) -> Iterable[Any]:
    if not isinstance(values, Mapping):
        return values
    return [value for source, given in values.items() if source != "customer" for value in given]


def _unfounded(text: str, values: Iterable[Any]) -> Iterable[Hit]:
    named = list(amounts_in_text(text))
    if not named:
        return
    known = list(amounts_in_values(values))
    for amount in named:
        if not any(_same(amount, one) for one in known):
            yield amount.start, amount.end, "percentage" if amount.unit == "%" else "amount"


def _same(named: Amount, known: Amount) -> bool:
    """Equal in one reading, and in the unit; a bare number counts as any unit."""
    if known.unit not in (None, named.unit):
        return False
    return any(Decimal(left) == right for left in named.readings for right in known.readings)
