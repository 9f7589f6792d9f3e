"""Plain consent and plain refusal in English, German, French and Spanish.

Money moves on a yes, so a yes is one only if the whole message says nothing else: "yes but", "yes, and",
"yes?", a question, a number, a name or a second sentence make it neither yes nor no.
"""

import re
from typing import Final

from engine.models.local.words import own_words

_YES: Final = (
    "yes|yes please|yes please do|yes do it|yes go ahead|yes of course|yes sure|yes that is (?:fine|ok|okay|"
    "right|correct)|"
    "yes that's (?:fine|ok|okay|right|correct)|yes (?:i agree|i confirm|confirmed|correct|you may|you can|you "
    "should)|yes thank you|yes thanks|"
    "yes i do|yes it is|yes it does|y|yep|yeah|yup|sure|sure go ahead|sure thing|ok|okay|ok go ahead|okay go "
    "ahead|ok do it|of course|absolutely|"
    "definitely|certainly|correct|that is correct|that's correct|that's right|right|confirmed|i confirm|i agree|"
    "agreed|please do|"
    "go ahead|please go ahead|do it|please do it|sounds good|yes yes|yes definitely|yes absolutely|"
    "ja|ja bitte|ja gerne?|ja genau|ja klar|ja natürlich|ja das stimmt|ja stimmt|ja passt|ja in ordnung|ja danke|"
    "ja machen sie das|ja mach das|"
    "ja ich bestätige|jawohl|genau|klar|natürlich|gerne?|in ordnung|einverstanden|ja einverstanden|bitte machen "
    "sie das|jo|jep|stimmt|passt|"
    "oui|oui s'il vous pla[iî]t|oui svp|oui merci|oui bien sûr|oui allez-y|oui je confirme|oui c'est (?:ça|bon|"
    "correct|exact)|oui d'accord|d'accord|"
    "bien sûr|allez-y|c'est bon|je confirme|je suis d'accord|volontiers|tout à fait|exact|"
    "sí|si|sí por favor|si por favor|sí gracias|si gracias|sí claro|si claro|sí de acuerdo|si de acuerdo|sí "
    "adelante|si adelante|sí correcto|"
    "sí confirmo|si confirmo|claro|claro que sí|claro que si|por supuesto|de acuerdo|vale|adelante|correcto|"
    "confirmo|hágalo|sí hágalo"
)
_NO: Final = (
    "no|no thanks|no thank you|no please don't|no please do not|please don't|please do not|n|nope|nah|no way|not "
    "at all|no i don't|no i do not|"
    "no it isn't|no it is not|no it's not|don't|do not|don't do it|do not do it|i disagree|no i disagree|"
    "certainly not|definitely not|absolutely not|"
    "no never|no no|no not at all|no absolutely not|no certainly not|better not|rather not|"
    "nein|nein danke|nein bitte nicht|nein auf keinen fall|bitte nicht|nee|nö|auf keinen fall|"
    "lieber nicht|nein lieber nicht|nicht einverstanden|nein stimmt nicht|"
    "non|non merci|surtout pas|pas du tout|je refuse|non je refuse|pas d'accord|non pas du tout|"
    "no gracias|no por favor|para nada|no para nada|no de ninguna manera|de ninguna manera|mejor no|no quiero|"
    "no estoy de acuerdo"
)
_GREETING: Final = re.compile(
    r"^(?:(?:hi|hello|hey|dear (?:team|support|sir or madam)|good (?:morning|afternoon|evening)|hallo|guten "
    r"(?:tag|morgen|abend)|moin|"
    r"bonjour|bonsoir|salut|hola|buenos días|buenas tardes|buenas)(?: (?:there|team|all|zusammen|again))? )+"
)
_THANKS: Final = re.compile(
    r"(?: (?:thanks|thank you|thanks a lot|thank you very much|many thanks|cheers|danke|vielen dank|danke schön|"
    r"dankeschön|merci|merci beaucoup|"
    r"gracias|muchas gracias))+$"
)
_SIGN_OFF: Final = re.compile(
    r"^(?:(?:best|kind|warm)(?: regards| wishes)?|regards|cheers|thanks|thank you|many thanks|sincerely|yours|"
    r"best|greetings|"
    r"(?:mit )?(?:freundlichen|besten|lieben|herzlichen|viele|beste|liebe|freundliche) grüßen?|mfg|lg|vg|gruß|"
    r"danke|vielen dank|"
    r"cordialement|bien à vous|merci|bonne journée|salutations|saludos|un saludo|atentamente|gracias|muchas "
    r"gracias)\b[ ,.!]*$"
)
_NAME_LINE: Final = re.compile(r"^[^\W\d_][^\W\d_.'-]*(?:[ .'-]+[^\W\d_][^\W\d_.'-]*){0,2}\.?$")
_YES_PATTERN: Final = re.compile(f"(?:{_YES})")
_NO_PATTERN: Final = re.compile(f"(?:{_NO})")
_NO_NAMES: Final = frozenset(
    "but only not no yes stop wait half cancel except unless if please also and never maybe later tomorrow today "
    "sorry actually however "
    "don't dont think first then instead hold "
    "aber nur nicht nein ja nie niemals vielleicht später morgen heute halt warten erst doch "
    "mais seulement pas non oui jamais peut-être demain attendez "
    "pero solo no sí nunca quizás mañana espere".split()
)
_FRIENDLY: Final = re.compile(
    "[\U0001f44d\U0001f44c\U0001f64f\U0001f600-\U0001f60a\u2705\u2714\u2764\ufe0f\U0001f3fb-\U0001f3ff]+"
)


def plain_answer(text: str) -> bool | None:
    """True for an unqualified yes, False for an unqualified no, None for everything else.

    `text` is a message as it came: quoted mail below it and invisible characters do not count.
    """
    said = _core(own_words(text))
    if said is None:
        return None
    yes, no = _YES_PATTERN.fullmatch(said), _NO_PATTERN.fullmatch(said)
    if bool(yes) == bool(no):
        return None
    return bool(yes)


def _core(text: str) -> str | None:
    """The message without greeting, thanks, sign-off and punctuation; None where it asks something or is long."""
    lines = _without_sign_off([line.strip() for line in text.split("\n") if line.strip()])
    if lines is None:
        return None
    said = " ".join(lines).casefold()
    if "?" in said or "¿" in said or len(said) > 120:
        return None
    said = re.sub(r"[.,!;:¡…\"()\s]+", " ", said)
    said = _FRIENDLY.sub("", said).strip()
    said = _GREETING.sub("", f"{said} ").strip()
    shorter = _THANKS.sub("", said)
    return shorter or said


def _without_sign_off(lines: list[str]) -> list[str] | None:
    """Lines above "Best regards" and the name below it; None where more than a name stands below."""
    for place, line in enumerate(lines):
        if place and _SIGN_OFF.match(line.casefold()):
            below = lines[place + 1 :]
            return lines[:place] if len(below) <= 2 and all(map(_is_name, below)) else None
    return lines


def _is_name(line: str) -> bool:
    words = re.findall(r"\w+", line)
    capital = all(word[0].isupper() for word in words)
    return capital and bool(_NAME_LINE.match(line)) and not _NO_NAMES.intersection(line.casefold().split())
