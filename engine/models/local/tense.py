"""Whether a day lies behind or ahead, by the verbs of the clause that names it."""

import re
from typing import Final, Literal, NamedTuple

from engine.models.local.language import detect_language

Side = Literal["past", "future"]


AROUND: Final = 200
"""Characters on either side of a day that are read for its verbs."""


class _Verbs(NamedTuple):
    """How a language speaks of what was and of what is to come."""

    past: re.Pattern[str]
    future: re.Pattern[str]
    passive: re.Pattern[str]
    """Participles that say nothing of the past: "be delivered", "geliefert werden", "être livré", "ser entregado"."""


def _verbs(past: str, future: str, passive: str) -> _Verbs:
    return _Verbs(*(re.compile(rf"\b(?:{one})\b", re.IGNORECASE) for one in (past, future, passive)))


_VERBS: Final = {
    "en": _verbs(
        r"was|were|had|did|didn't|bought|got|came|paid|broke|sent|went|made|took|gave|found|began|lost|saw|wrote|"
        r"told|said|spent|fell|broken|(?:should|would|could|must) have|[a-z]{2,}[^\We]ed|"
        r"(?:order|purchase|invoice|delivery|parcel|payment) (?:of|from|dated|on)",
        r"will|won't|shall|(?:should|would|could|must)(?! have)|want|wish|need|can|going to|expect(?:ing)?|hope|"
        r"plan(?:ning)?|deadline|\w+'(?:ll|d)|please (?:come|deliver|send|ship|call|collect|bring)",
        r"(?:be|get)\s+\w+(?:ed|en|t)",
    ),
    "de": _verbs(
        r"war(?:en)?|wurden?|hatten?|kam(?:en)?|ging(?:en)?|brach|fiel|gab|bekam|erhielt|kaufte|bestellte|"
        r"(?:be)?zahlte|bekommen|erhalten|zerbrochen|verloren|(?:be|er|ver|zer|ent)\w{3,}t|"
        r"(?!gerät|geschäft|gewicht|gesamt)ge\w{2,}(?:t|en)|(?!angebot)\w{2,}ge\w{2,}(?:t|en)(?<!nden)|"
        r"(?:bestellung|rechnung|lieferung|kauf|zahlung) vom",
        r"wird|werden?|wirst|werdet|soll(?:en|te)?|möchten?|will|wollen|wünsche\w*|kann|können|könnten?|brauchen?|"
        r"benötigen?|muss|müssen|hoffe|"
        r"(?:kommen|liefern|schicken|senden|rufen|holen|bringen) sie",
        r"\w+(?:t|en)\s+(?:wird|werden?|haben|sein)|(?:wird|werden)\b.{0,60}?\b\w{3,}(?:t|en)",
    ),
    "fr": _verbs(
        r"était|étaient|avai(?:s|t|ent)|eu|pris|mise?s?|fait|dû|"
        r"(?:reç|vend|rend|perd|voul|ven|tomb)ue?s?|(?!désolé|journée|année|soirée|durée|\w*(?:ité|iété))\w{2,}ée?s?|"
        r"(?:commande|achat|facture|livraison|paiement) du",
        r"ve(?:ux|ut|ulons)|voudrai[st]|souhait(?:e|ons|ais)|peu[xt]|pouvez|doi[st]|aimerai[st]|besoin|va|vais|(?:ven|livr|envoy|appel)ez|"
        r"(?:ser|aur|ir|fer|viendr|recevr|devr|pourr|\w{3,}er|\w{2,}ir|\w{2,}dr)(?:ai|as|a|ons|ez|ont|ait|iez)",
        r"(?:être|sera|seront|serait)\s+\w+",
    ),
    "es": _verbs(
        r"fue(?:ron)?|era|había|estaba|pedí|recibí|rompí|compré|pagué|encargué|hice|rot[oa]s?|hech[oa]s?|"
        r"(?<!mi )(?<!el )(?<!un )(?<!su )\w{2,}[ai]d[oa]s?|\w{2,}(?:ó|ieron|aron|imos)|\w{2,}[^r\W]é|"
        r"(?:pedido|compra|factura|entrega|pago) del",
        r"quier[oe]|queremos|quisiera|dese[oa]|pued[eo]n?|podrían?|necesit[oa]|deb[eo]n?|debería\w*|espero|"
        r"gustaría|vay?an?|(?:veng|entregu|enví|llam)[ae]n?|(?:\w{2,}[aei]r|ser|ir|dar|har|\w+dr|querr)(?:é|ás|á|emos|án)",
        r"ser(?:á|án|ía)?\s+\w+[ai]d[oa]s?",
    ),
}
_BORDER: Final = re.compile(
    r"[;:!?,\n()]|(?<![0-9])\.(?=\s|$)|\b(?:and|but|that|which|what|because|so|since|und|aber|dass|weil|denn|et|mais|"
    r"que|qu'|qui|car|y|pero|porque|aunque)\b",
    re.IGNORECASE,
)
"""Ends a clause. The point of "3. Mai" does not."""


def side(text: str, start: int, end: int, language: str | None) -> Side | None:
    """The side on which the clause around `start`..`end`, or else the text around it, puts a day; None if neither does.

    `language` is the conversation's; a text in another one is read by its own.
    """
    before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
    borders = [match.end() for match in _BORDER.finditer(before)]
    border = _BORDER.search(after)
    clause = before[borders[-1] if borders else 0 :] + " " + after[: border.start() if border else AROUND]
    for one in (language, detect_language(f"{before} {text[start:end]} {after}")):
        verbs = _VERBS.get(one or "")
        told = verbs and (_told(clause, verbs) or _told(f"{before} {after}", verbs))
        if told:
            return told
    return None


def _told(clause: str, verbs: _Verbs) -> Side | None:
    """None where it tells nothing, or both."""
    ahead = bool(verbs.future.search(clause))
    behind = bool(verbs.past.search(verbs.passive.sub(" ", clause)))
    if ahead == behind:
        return None
    return "future" if ahead else "past"
