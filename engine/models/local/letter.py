"""A message without what stands around its matter: greeting, sign-off with the signature below it, quoted mail.

Two letters of one customer are alike by these, whatever they are about.
"""

import re
from typing import Final

from engine.models.local.words import own_words

__all__ = ["matter"]

MAX_BELOW: Final = 400
"""Characters below a sign-off that are still a signature."""

_CAPITAL: Final = r"(?-i:(?=[^\W\d_a-zß-öø-ÿ])[^\W\d_][\w.'-]*)"
_CALLED: Final = (
    r"(?:there|team|all|everyone|everybody|folks|support|customer|service|care|sir|or|and|madam|ladies|gentlemen|again|"
    r"zusammen|an|alle|ihr|lieben|liebe[sr]?|damen|und|herren|frau|herr|kundenservice|kundendienst|"
    r"à|tous|toutes|madame|monsieur|messieurs|l'équipe|équipe|a|todos|todas|equipo|señor(?:a|es)?)\b"
)
_GREETING: Final = re.compile(
    r"\s*(?:(?:hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|greetings|to whom it may concern|"
    r"hallo|moin|servus|guten (?:tag|morgen|abend)|sehr geehrte[rs]?|liebe[rs]?|grüß gott|"
    r"bonjour|bonsoir|salut|chère?s?|hola|buen(?:os días|as(?: tardes| noches)?)|estimad[oa]s?)\b"
    rf"(?:(?:\s+(?:{_CALLED}|{_CAPITAL})){{0,6}}\s*?(?:[,!;:–]|\.(?=\s)|\n|$)|(?=\s))\s*)+",
    re.IGNORECASE,
)
_FORMAL: Final = (
    r"(?:with |my )?(?:best|kind(?:est)?|warm(?:est)?)[ \t]+(?:regards|wishes)|regards|"
    r"(?:yours )?(?:sincerely|faithfully)|"
    r"(?:mit )?(?:freundliche|beste|liebe|herzliche|viele|schöne|sonnige)[nr]?[ \t]+"
    r"(?:gr(?:ü|ue)(?:ß|ss)en?|gru(?:ß|ss))|"
    r"gr(?:ü|ue)(?:ß|ss)e|hochachtungsvoll|mfg|"
    r"(?:bien )?cordialement|bien à vous|(?:meilleures|sincères|cordiales) salutations|salutations distinguées|"
    r"(?:un )?(?:cordial )?saludos?(?: cordiales)?|atentamente|cordialmente"
)
_SHORT: Final = (
    r"(?:many )?thanks(?: a lot| so much| in advance| again)?|thank you(?: very much| so much| in advance)?|thx|cheers|"
    r"(?:all the )?best|yours|(?:vielen |herzlichen |besten )?dank(?:e(?: schön)?)?(?: im voraus)?|[lvb]g|gru(?:ß|ss)|"
    r"merci(?: beaucoup| d'avance)?|bonne journée|(?:muchas |mil )?gracias(?: de antemano)?"
)
"""Words that end a letter only where nothing but a name and its numbers follow: "Thanks, but the lamp is broken"."""
_SIGN_OFF: Final = re.compile(rf"(?:(?<=[.!?…,;)])|\n)[ \t]*(?:(?P<formal>{_FORMAL})|(?:{_SHORT}))\b", re.IGNORECASE)
_SIGNED: Final = re.compile(rf"[\s,.!]*(?:{_CAPITAL}(?:[ \t]+{_CAPITAL}){{0,3}}(?=[\s,.]|\Z))?[\d\s+()/.,:-]*")
_ADDRESS: Final = re.compile(r"\S+@\S+")
_BELOW: Final = re.compile(
    r"^-- ?$"  # RFC 3676
    r"|^(?:from|von|de)[ \t]?:.*\n(?:sent|date|gesendet|datum|envoyé|fecha|enviado(?: el)?|to|an|à|para)[ \t]?:",
    re.IGNORECASE | re.MULTILINE,
)
"""A signature, or the head of a mail that is quoted."""


def matter(text: str) -> str:
    """What a customer's message is about, in its own words; all of these where nothing else would be left."""
    own = own_words(text)
    said = own[: below.start()] if (below := _BELOW.search(own)) else own
    said = said[: _end(said)]
    said = said[greeting.end() :] if (greeting := _GREETING.match(said)) else said
    return said.strip(" \t\n,;") or own


def _end(said: str) -> int:
    """Where the sign-off begins; the end where there is none."""
    for match in _SIGN_OFF.finditer(said):
        below = said[match.end() :]
        signature = len(below) <= MAX_BELOW and "?" not in below
        if signature and (match["formal"] or _SIGNED.fullmatch(_ADDRESS.sub(" ", below))):
            return match.start()
    return len(said)
