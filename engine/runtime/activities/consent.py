"""Whether a whole message is a plain yes or a plain no. Anything with a condition in it is neither."""

import re
import unicodedata

__all__ = ["plain_answer"]

_YES = frozenset(
    [
        "yes",
        "y",
        "yep",
        "yeah",
        "yes please",
        "sure",
        "ok",
        "okay",
        "yes ok",
        "of course",
        "go ahead",
        "please do",
        "do it",
        "yes do it",
        "yes go ahead",
        "correct",
        "confirmed",
        "i confirm",
        "i agree",
        "yes i agree",
        "yes i confirm",
        "yes thanks",
        "yes thank you",
        "yes please do",
        "yes that is right",
        "ja",
        "ja bitte",
        "ja gerne",
        "jawohl",
        "gerne",
        "einverstanden",
        "oui",
        "oui s il vous plait",
        "d accord",
        "bien sur",
        "si",
        "si por favor",
        "claro",
        "de acuerdo",
        "vale",
    ]
)
_NO = frozenset(
    [
        "no",
        "n",
        "nope",
        "no thanks",
        "no thank you",
        "please don t",
        "don t",
        "do not",
        "stop",
        "cancel",
        "no please don t",
        "nein",
        "nein danke",
        "bitte nicht",
        "non",
        "non merci",
        "no gracias",
    ]
)


def plain_answer(text: str) -> bool | None:
    """True for an unqualified yes, False for an unqualified no, None for everything else, so also for both at once."""
    plain = unicodedata.normalize("NFKD", text[:400]).encode("ascii", "ignore").decode().lower()
    words = " ".join(re.findall(r"[a-z0-9]+", plain))
    if len(text) > 400 or "?" in text:
        return None
    if words in _YES:
        return True
    if words in _NO:
        return False
    return None
