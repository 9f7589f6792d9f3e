"""Whether an address, a number or a postcode of a text is the customer's own, and still valid.

Somebody else's ("my husband's"), the shop's ("your hotline", "you wrote me from"), an old one, and one that must not be
used are none; "you wrote to jo@x.example" is the customer's.
"""

import re
from typing import Final

__all__ = ["PERSON", "not_theirs", "outdated"]

AROUND: Final = 80
_BORDER: Final = re.compile(
    r"[.;!?,()\n]|\b(?:but|because|as|since|so|and|instead|use|please|aber|sondern|weil|da|denn|und|statt|bitte|mais|"
    r"parce|car|et|donc|pero|sino|porque|y)\b",
    re.IGNORECASE,
)
_OLD: Final = re.compile(
    r"\b(?:(?-i:old)|old (?:e-?mail|mail|address|number|one|phone|post ?code|zip)|former(?:ly)?|previous(?:ly)?|"
    r"used to|lost|hacked|hackearon|no access|keinen zugriff|no longer|not\b[^.;!?,\n]{0,25}\bany ?more|"
    r"(?-i:alte[rnms]?)|alte (?:e-?mail\w*|mail\w*|adresse|\w*nummer|plz|postleitzahl)|ehemalige?[rnms]?|"
    r"frühere?[rnms]?|früher|bisherige?[rnms]?|wohnte[nt]?|gewohnt|nicht mehr|ancien(?:ne)?s?|avant|habitais|(?:ne|"
    r"n')\s?\w+ plus|antigu[oa]s?|viej[oa]s?|anterior(?:es)?|antes|vivía|ya no)\b",
    re.IGNORECASE,
)
_NEW: Final = re.compile(
    r"\b(?:new|now|replaces|neue?[rnms]?|jetzt|nouve(?:au|lle)s?|maintenant|nuev[oa]s?|ahora)\b", re.IGNORECASE
)
_INVALID: Final = re.compile(
    r"\b(?:old(?: one)?$|old one\b|(?:no longer|not) (?:work|valid|exist|in use|right|correct)\w*|any ?more|"
    r"(?:doesn't|does not|didn't|isn't|don't) (?:work|exist)\w*|no longer\b|dead|gone|bounce[sd]?|hacked|gehackt|"
    r"piratée?|hackead[oa]|disconnected|closed|deactivated|expired|outdated|invalid|alte$|(?:nicht mehr|ungültig|"
    r"abgeschaltet|gelöscht|gekündigt|veraltet)\b|l'ancien(?:ne)?|(?:n'|ne )(?:existe|marche|fonctionne|va) pas|(?:n'|"
    r"ne )\w+ plus|périmée?|supprimée?|désactivée?|el (?:antiguo|viejo|anterior)|la (?:antigua|vieja|anterior)|ya no|"
    r"dejó de|no (?:funciona|existe|vale))",
    re.IGNORECASE,
)
_IT: Final = re.compile(
    r"\s*,\s*(?:is|was|has|ist|wurde|est|está)\b(?P<been>[^.;!?,\n]*)|\s*,?\s*(?:(?:but|aber|mais|pero)\s+)?(?:it|"
    r"that|this|which|die|das|der|sie|es|diese|elle|il|qui|celle-ci|celui-ci|que|ese|esa|este|esta)\b(?!\s+(?:alte|"
    r"andere|old|other|ancien|autre|antigu|viej|otr))(?P<said>[^.;!?,\n]*)",
    re.IGNORECASE,
)
"""A clause behind a value that is about it."""
PERSON: Final = (
    r"(?:husband|wife|partner|girlfriend|boyfriend|friend|brother|sister|son|daughter|mother|father|mum|mom|dad|"
    r"neighbou?r|colleague|boss|mann|frau|partnerin|freund(?:in)?|bruder|schwester|sohn|tochter|mutter|vater|"
    r"nachbar(?:in|n)?|kolleg(?:e|in|en)|chef|mari|femme|compagn(?:on|e)|amie?|frère|sœur|soeur|fils|fille|mère|père|"
    r"voisine?|collègue|marido|mujer|esposa|pareja|amig[oa]|herman[oa]|hij[oa]|madre|padre|vecin[oa]|compañer[oa]|jefe)"
)
_OTHERS: Final = re.compile(
    rf"\b(?:my|our|his|her|the|a)\s+(?:\w+\s+)?{PERSON}'s?(?!\w)|\b(?:belongs|belonging) to\b|\b(?:of|"
    rf"for) my\s+{PERSON}\b|\bgehört\b|\b(?:meine[srm]|von meine[rm]|vom)\s+{PERSON}(?:e?s)?\b|\b(?:de|est à|"
    rf"appartient à)\s+(?:mon|ma)\s+{PERSON}\b|\b(?:de|pertenece a)\s+mi\s+{PERSON}\b",
    re.IGNORECASE,
)
_USED_BY: Final = re.compile(
    rf"\b(?:my|our|meine?|unsere?|mon|ma|mi)\s+{PERSON}\s+(?:uses?|has|(?:be)?nutzt|verwendet|hat|utilise|a|usa|tiene)"
    r"(?:\s+(?:the|die|das|le|el))?\s*$",
    re.IGNORECASE,
)
_OTHERS_NAMED: Final = re.compile(rf"\b{PERSON}'s(?:\s+\w+){{0,3}}[\s,:(]*$", re.IGNORECASE)
_CONTACT: Final = (
    r"(?:hot ?line|(?:phone |telephone |mobile |support |service )?number|phone|telephone|e?-?mail(?: address)?|"
    r"address|support|service|\w*nummer|telefon|mail-?adresse|adresse|kundenservice|kundendienst|"
    r"numéro(?: de téléphone)?|téléphone|courriel|standard|número(?: de teléfono)?|teléfono|correo(?: electrónico)?|"
    r"línea|dirección)"
)
_OURS: Final = re.compile(
    rf"\b(?:your|ihr|ihre[rnm]?|eure?[rnm]?|votre|vos|vuestr[oa]s?|su)\s+(?:\w+\s+)?{_CONTACT}"
    r"(?:\s+(?:is|was|on|ist|war|lautet|le|au|est|el|al|es|era)|:){0,2}\s*$",
    re.IGNORECASE,
)
_OURS_AT: Final = re.compile(
    r"\b(?:your|ihr|ihre[rnm]?|eure?[rnm]?|votre|vos|vuestr[oa]s?|su)\s+(?:\w+\s+)?(?:colleague|agent|team|office|"
    r"branch|shop|store|hot ?line|number|phone|support|service|kolleg\w*|mitarbeiter\w*|filiale|\w*nummer|telefon|"
    r"collègue|agence|boutique|numéro|téléphone|compañer[oa]|tienda|número|teléfono)\s+(?:at|on|under|unter|au|en|al|"
    r"del?)"
    r"(?:\s+(?:the|der|le|el))?\s*$",
    re.IGNORECASE,
)
_REACHED: Final = re.compile(
    r"\b(?:i|we)(?:'ve| have)?\s+(?:(?:already|also|just|tried to|even|then)\s+)?(?:wrote|written|e-?mailed|mailed|"
    r"called|phoned|rang|dialled|dialed|tried|contacted|texted|call|contact|write)\s+(?:(?:to|at|on|you|the|number|"
    r"hotline|support)\s+){0,4}$|\b(?:j'ai|nous avons|on a)\s+(?:\w+\s+)?(?:écrit|appelé|essayé|contacté|envoyé|"
    r"téléphoné)\s+(?:(?:à|au|le|la|un|mail|message)\s+){0,4}$|\b(?:escribí|escribimos|llamé|llamamos|probé|contacté|"
    r"mandé|envié|he (?:escrito|llamado|contactado|mandado|enviado))\s+"
    r"(?:(?:a|al|el|un|correo|mensaje)\s+){0,4}$",
    re.IGNORECASE,
)
_ICH: Final = re.compile(r"\b(?:ich|wir)\b", re.IGNORECASE)
_TOWARDS: Final = re.compile(r"(?:\b(?:an|unter|bei|die|nummer)\s*)?$", re.IGNORECASE)
_REACHED_BEHIND: Final = re.compile(
    r"\s+(?:geschrieben|angerufen|gemailt|kontaktiert|angeschrieben|gewählt|probiert|versucht)\b", re.I
)
"""German: "ich habe an ... geschrieben"."""
_FROM: Final = re.compile(r"\b(?:from|von|de|depuis|desde|du|del)(?:\s+(?:the|der|le|la|el))?\s*$", re.IGNORECASE)
_SENT_TO_THEM: Final = re.compile(
    r"\b(?:some(?:one|body)|they|jemand|quelqu'un|alguien|(?:rang|called|phoned|rief(?:en)?) (?:me|us|mich|uns))\b|"
    r"\byou (?:\w+ )?(?:wr(?:o|i)te|wrote|written|answered|replied|called|mailed|e-?mailed|contacted|texted|sent)\b|"
    r"\b(?:got|get|received?|heard|mail|e-?mail|message|letter|call|sms|text|reply|answer|newsletter)\b|"
    r"\b(?:haben (?:sie|mir|uns)|sie haben|ihr habt|mail|e-?mail|nachricht|anruf|antwort|bekam|erhielt)\b|"
    r"\bvous (?:m'|nous )?\w*|\b(?:reçu|courriel|appel|réponse)\b|\b(?:me|nos) (?:han |ha )?(?:escri|llam|mand|envi|"
    r"contact)\w+|\b(?:recib\w+|correo|mensaje|llamada|respuesta)\b",
    re.IGNORECASE,
)
_SENT_BY_THEM: Final = re.compile(
    r"\b(?:i|we)(?:'ve| have)? (?:\w+ )?(?:wrote|written|sent|mailed|e-?mailed|called|ordered|contacted|registered|"
    r"write|am)\b|\b(?:ich|wir)\b.*\b(?:schr|schick|sende|bestell|mail(?:e|te))\w*|\bje (?:vous|l'|m')|\bj'(?:ai|"
    r"écris)\s+(?:écrit|envoyé|commandé)|\b(?:(?:les?|os|te) )?(?:escrib(?:í|o)|mandé|envié|pedí|he (?:escrito|pedido|"
    r"mandado|enviado))\b",
    re.IGNORECASE,
)
_FROM_BEHIND: Final = re.compile(r"\s+(?:aus\b|(?:geschrieben|bestellt|geschickt|gesendet)\b)", re.IGNORECASE)
_DO_NOT: Final = re.compile(
    r"\b(?:do not|don't|never|please not|must not|mustn't|should not|shouldn't)\s+(?:(?:please|ever|try|"
    r"to)\s+){0,2}(?:call|use|write|ring|text|send|mail|e-?mail|phone|contact|reply)\b"
    r"(?:\s+\w+){0,3}\s*$|\b(?:ruf|schreib|schick|send|benutz|verwend|kontaktier|mail)\w*\s+(?:\w+\s+){0,2}?(?:nicht|"
    r"nie)\s*(?:\w+\s+){0,3}$|\b(?:n'|ne (?:m'|me |nous )?)(?:appel|écri|envoy|utilis|contact|téléphon)\w*\s+(?:pas|"
    r"plus|jamais)\s+(?:\w+\s+){0,3}$|\b(?:no|nunca)\s+(?:(?:me|nos|lo)\s+)?(?:llam|escrib|us|utilic|envíe|envi|mand|"
    r"contact)\w*\s+(?:\w+\s+){0,3}$",
    re.IGNORECASE,
)
_NOT_USED: Final = re.compile(
    r"\s+(?:bitte\s+)?(?:nicht|nie)\s+(?:mehr\s+)?(?:an|benutz|verwend|schreib|nehm|kontakt)\w*", re.I
)


_SENT_BEHIND: Final = re.compile(
    r"\s+(?:has |have )?(?:sent|wrote|written|mailed|e-?mailed|called) (?:me|us)\b|\s+(?:hat|haben) (?:mir|uns|"
    r"mich)\b|\s+(?:m'a|nous a) \w|\s+(?:me|nos) (?:ha |han )?(?:escri|mand|envi|llam)\w+",
    re.IGNORECASE,
)
"""Of one who wrote to the customer: "noreply@shop.example sent me the receipt"."""


def outdated(text: str, start: int, end: int) -> bool:
    """Whether the text says that the value at `start`..`end` held before and does no more."""
    before, behind = _clause(text, start, end)
    if _NEW.search(before) or _NEW.search(behind):
        return False
    if _OLD.search(before) or _INVALID.search(behind):
        return True
    about = _IT.match(text, end, end + AROUND)
    return about is not None and _INVALID.search(about["been"] or about["said"] or "") is not None


def not_theirs(text: str, start: int, end: int) -> bool:
    """Whether the address or number at `start`..`end` is somebody else's, the shop's, or must not be used."""
    before, behind = _clause(text, start, end)
    if any(one.search(before) for one in (_OTHERS, _USED_BY, _OURS, _OURS_AT, _REACHED, _DO_NOT)) or _SENT_BEHIND.match(
        behind
    ):
        return True
    if _OTHERS.search(behind) or _NOT_USED.match(behind) or _OTHERS_NAMED.search(text[max(0, start - AROUND) : start]):
        return True
    if _REACHED_BEHIND.match(behind) and _ICH.search(f"{before} {behind}") and not _FROM.search(before):
        return _TOWARDS.search(before) is not None
    by_them = _SENT_BY_THEM.search(before) or (_ICH.search(before) and _FROM_BEHIND.match(behind))
    return bool(_FROM.search(before) and _SENT_TO_THEM.search(before)) and not by_them


def _clause(text: str, start: int, end: int) -> tuple[str, str]:
    """What stands before and behind the value in its clause."""
    before, behind = text[max(0, start - AROUND) : start], text[end : end + AROUND]
    borders = [match.end() for match in _BORDER.finditer(before)]
    border = _BORDER.search(behind)
    return before[borders[-1] if borders else 0 :], behind[: border.start()] if border else behind
