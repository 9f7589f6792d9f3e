"""Who is late, where it is no parcel: a person, an answer, or a wish that comes "too late to cancel"."""

import re
from typing import Final

from engine.models.local.found import LOOK_BACK
from engine.models.local.whose import PERSON

__all__ = ["somebody_late"]

_SOMEBODY: Final = re.compile(
    rf"(?<!\bof )(?<!\bde )(?<!\bvon )\b(?:i|we|you|ich|wir|ihr|je|nous|vous|(?:my|our|mein|meine|mon|ma|mi) {PERSON})"
    r"(?:\s?'(?:m|re|s))?(?:\s+(?:am|are|is|was|were|be|comes?|came|always|often|so|very|again|running|bin|komme|sind|"
    r"seid|ist|war|kommt|kommen|immer|oft|sehr|wieder|suis|êtes|sommes|est|arrive|toujours|souvent|très|siempre|llega|"
    r"es|está))*"
    r"(?:\s+(?:en|zu|too))?\s+$|\b(?:llego|llegamos|estoy)\s+(?:\w+\s+)?$|\b(?:notic|repl|respond|answer|writ|wrote|"
    r"realis|realiz|antwort|reagier|schreib|merk|bemerk|répond|écri|remarqu|contest|escrib)\w*\s+(?:(?!that|dass|qu|"
    r"because|weil|porque|it|es)\w+\s+){0,2}$|\b(?:answer|reply|replies|response|refund|money|\w*erstattung|"
    r"rückzahlung|remboursement|reembolso|antwort|reaktion|rückmeldung|réponse|respuesta|contestación)\s+"
    r"(?:\w+\s+){0,3}$",
    re.IGNORECASE,
)
"""Before what a person or an answer is, and no parcel: "you are late with your answer"."""
_LATE: Final = re.compile(
    r"\b(?:late|delayed|overdue|slow|spät|verspätet|verspätung|retard|tard|tarde|retraso)\b", re.IGNORECASE
)
"""What is said of parcels, and of people too."""
_TOO_LATE: Final = re.compile(
    r"\b(?:is|am|are|it's|isn't|if|whether)\s+(?:(?:i|it|we|not|already|it's|now|is)\s+){0,3}(?:too\s+)?$|\b(?:ist|"
    r"bin|sind)\s+(?:(?:ich|es|wir|das|schon|nun|jetzt|dafür)\s+){0,3}(?:zu\s+)?$|\b(?:est|sera|suis)(?:-(?:il|ce|"
    r"je))?\s+(?:déjà\s+)?(?:trop\s+)?$|\bes (?:ya )?(?:demasiado|muy)\s+$",
    re.IGNORECASE,
)
_TO_ACT: Final = re.compile(r",?\s*(?:to|for|um|zum|zu|für|pour|para)\b", re.IGNORECASE)
"""Around "too late to cancel", of which nobody says that a parcel came late."""
_ANSWER: Final = re.compile(r"\w*\s+(?:reply|answer|response|message|antwort|rückmeldung|nachricht)\b", re.IGNORECASE)
_CLAUSE_END: Final = re.compile(r"[.;:!?,\n]|\b(?:and|but|und|aber|et|mais|y|pero)\b", re.IGNORECASE)


def somebody_late(text: str, start: int, end: int) -> bool:
    """Whether a word for late in `start`..`end` is said of somebody, or of what one can still do."""
    return any(_of_somebody(text, one) for one in _LATE.finditer(text, start, end))


def _of_somebody(text: str, late: re.Match[str]) -> bool:
    clause = _CLAUSE_END.split(text[max(0, late.start() - LOOK_BACK) : late.start()])[-1]
    too_late = _TOO_LATE.search(clause) and _TO_ACT.match(text, late.end())
    return _SOMEBODY.search(clause) is not None or bool(too_late or _ANSWER.match(text, late.end()))
