"""What a message says by its words alone: the wish for a person, and topics that people must handle.

Runs where a message is accepted, before any model, worker or database is needed (invariant 8), so: standard
library only, linear patterns, English, German, French and Spanish. `wishes_person` is wide on purpose for
direct requests, and silent where the words are there without the wish ("I gave it to a person").
"""

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache
from typing import Final

MAX_CHARACTERS: Final = 20_000
"""More is read from both ends: a wish stands at the start or at the end of a long mail."""

# Persons that a customer may ask for, with up to three words before ("a real", "einem echten").
_EN_PERSON = (
    r"(?:human(?: being)?s?|(?:real|actual|live|living|breathing|proper|physical) (?:person|people|human|agent|someone)"
    r"|persons?|people|agents?|representatives?|reps?|advis[oe]rs?|operators?|supervisors?|managers?|staff(?: member)?"
    r"|(?:support|customer service|customer support|customer care)(?: team| agent| rep(?:resentative)?)?"
    r"|someone|somebody|member of (?:your )?(?:staff|team)|colleague)"
)
_EN_ANYONE = r"(?:human(?: being)?|person|agent|representative|operator|supervisor|manager|advis[oe]r)"
_EN_STRONG = r"(?:human(?: being)?|(?:real|actual|live|living) (?:person|human|agent)|agent|representative|operator)"
_EN_DET = r"(?:an?|the|your|some|any|another|one of your)"
_EN_TALK = (
    r"(?:(?:talk|speak|chat|deal|communicate)(?:ing)? (?:to|with)|connect(?:ed)? (?:me )?(?:to|with)|"
    r"(?:put|pass|patch)(?: me)? (?:through|on|over|along) (?:to|with)|transfer(?:red)?(?: me)? (?:over )?(?:to|with)|"
    r"forward(?:ed)?(?: me)? to|hand(?:ed)?(?: me)? (?:over|off) to|escalate(?: this| it| me)? to|"
    r"reach|get hold of|(?:get|give) me|get (?:to )?(?=an? ))"
)
_EN_WISH = (
    r"(?:(?:i|we) (?:really |just |only |would |still )*(?:want|need|wish|like|demand|prefer|insist)(?: to| on| "
    r"that i)?"
    r"|i(?:'d| would) (?:much |really )?(?:like|prefer|rather|love)(?: to)?|(?:can|could|may|might) (?:i|we|you|"
    r"someone)"
    r"|let me|please|pls|plz|how (?:can|do) i|is there (?:any )?(?:way|chance) (?:i can |to |i could )|give me|get me"
    r"|i demand(?: to)?|i(?:'m| am) (?:asking|trying|waiting) to|is it possible to|any chance (?:i can|to)|want "
    r"to|need to)"
)
_FILL = r"(?:[\w'’-]+ ){0,3}?"

_ENGLISH = (
    # "can I talk to a human", "I want to speak with a real person", "please connect me to an agent"
    rf"\b{_EN_WISH} {_FILL}{_EN_TALK} (?:{_EN_DET} )?(?:[\w-]+ )?{_EN_PERSON}\b(?! (?:at|from|in) the\b)",
    # the same as an order, at the start of a sentence: "Transfer me to a supervisor", "Get me a human", "Talk to agent"
    rf"(?:^|[.!?,;\n] ?){_FILL}(?<!not )(?<!never ){_EN_TALK} (?:{_EN_DET} )?(?:[\w-]+ )?{_EN_PERSON}"
    rf"(?: now| please| pls| asap)?(?= ?(?:$|[.!?,;\n]))",
    # "I want a human", "I need a real person", "I'd like an agent"
    rf"\b(?:i|we) (?:really |just |only |still )*(?:want|need|demand|prefer|require) (?:{_EN_DET} )?{_EN_STRONG}"
    r"(?= ?(?:$|[.!?,;\n]|please|now|to (?:help|look|call|answer|talk|speak|handle|contact|deal)|not|instead|here|"
    rf"for this|on this))",
    rf"\bi(?:'d| would) (?:like|prefer|rather have) (?:{_EN_DET} )?{_EN_STRONG}(?= ?(?:$|[.!?,;\n]|please|now|to |"
    rf"instead))",
    # the whole message or sentence: "agent please", "human!", "a real person, please", "representative"
    r"(?:^|[.!?\n] ?)(?:hi|hello|hey|ok|no)?,? ?(?:please|pls|just)? ?(?:an? )?(?:real |live |actual |human "
    rf")?{_EN_ANYONE},?"
    rf" ?(?:please|pls|plz|now|asap|required|needed)?(?= ?(?:$|[.!?\n]))",
    r"\b(?:is|are) (?:there )?(?:any|a|an) (?:real |actual |live )?(?:human|person|people|humans|agent)s? "
    r"(?:here|there|available|around|i can|who can|that can)",
    r"\b(?:anyone|somebody|someone|anybody) (?:real|human)\b",
    rf"\b{_EN_WISH} (?:have |get |see )?(?:some |the )?(?:human|real person) (?:help|assistance|support|agent|"
    rf"attention|contact|intervention)\b",
    rf"\b{_EN_WISH} (?:have|(?:get )?(?:some )?(?:help|assistance|support|an answer) (?:from|by)) (?:{_EN_DET} "
    rf")?{_EN_STRONG}(?= ?(?:$|[.!?,;\n]|please|now))",
    r"\bi(?:'m| am)? (?:do not|don't|dont|not|refuse to|won't|will not|hate to|hate)? ?(?:want to |wish to )?"
    r"(?:talk|speak|talking|speaking|chat|chatting|deal|dealing) (?:to|with) (?:a |an |the |this |your |some "
    r")?(?:stupid |dumb |damn )?"
    r"(?:bot|robot|machine|computer|ai|chatbot|automat\w+)\b",
    r"\b(?:not|no more|stop the|enough of (?:the|this)) (?:a |an |another |your )?(?:chat)?(?:bot|robot|bots|"
    r"robots)\b(?= ?(?:$|[.!?,;\n]))",
    r"\b(?:have|ask|let|get) (?:a |an |some )?(?:real |actual )?(?:human|person|someone|somebody|agent|manager|"
    r"supervisor)"
    r"(?: from your team)? (?:to )?(?:call|phone|ring|contact) me\b",
    r"\b(?:can|could|would|will) (?:someone|somebody|a person|a human|a real person|an agent|a manager) (?:please )?"
    r"(?:call|phone|ring) me\b",
)

_DE_PERSON = (
    r"(?:menschen|mensch|mitarbeiter(?:in|s|n)?|kundenberater(?:in)?|berater(?:in)?|kundendienst(?:mitarbeiter)?|"
    r"person|"
    r"sachbearbeiter(?:in)?|vorgesetzten?|jemande[mn]|jemand|support(?:mitarbeiter)?|kundenservice|"
    r"ansprechpartner(?:in)?|agenten?)"
)
_DE_DET = (
    r"(?:(?:eine[mnrs]?|ihre[mnr]?|euren?|eurem|dem|der|den) )?"
    r"(?:(?:echten?|echter|richtigen?|richtiger|realen?|lebenden?|menschlichen?|anderen?) )?"
)
_GERMAN = (
    rf"\b(?:mit|zu|an) {_DE_DET}{_DE_PERSON} (?:{_FILL})(?:sprechen|reden|schreiben|telefonieren|chatten|verbinden|"
    rf"verbunden|"
    r"weiterleiten|weitergeleitet|durchstellen)\b",
    rf"\b(?:verbinden sie mich|verbinde mich|leiten sie mich|stellen sie mich) {_FILL}(?:mit|zu|an) "
    rf"{_DE_DET}{_DE_PERSON}\b",
    r"\b(?:ich )?(?:möchte|moechte|will|brauche|verlange|wünsche|hätte gerne?|spreche) (?:ich )?(?:bitte |gerne? |"
    rf"lieber |jetzt |endlich |nur )*"
    rf"{_DE_DET}(?:mensch(?:en)?|mitarbeiter(?:in)?|berater(?:in)?|kundenberater(?:in)?|ansprechpartner(?:in)?)(?= "
    rf"?(?:$|[.!?,;\n]|bitte|sprechen))",
    r"(?:^|[.!?\n] ?)(?:bitte )?(?:eine[nm]? )?(?:echte[rn]? |richtige[rn]? )?(?:mensch(?:en)?|"
    r"mitarbeiter(?:in)?),? ?(?:bitte|jetzt)?(?= ?(?:$|[.!?\n]))",
    r"\b(?:nicht|keinem?|keinen) (?:mit )?(?:einem |einer |dem |der )?(?:bot|roboter|maschine|computer|ki|chatbot)\b",
    r"\b(?:kann|könnte|koennte) mich (?:bitte )?jemand (?:anrufen|zurückrufen)\b",
    r"\b(?:gibt es|ist) (?:hier |da )?(?:auch )?(?:einen |ein |irgendeinen? )?(?:echten? |richtigen? "
    r")?(?:menschen?|mitarbeiter)\b",
)

_FR_PERSON = (
    r"(?:humain|personne|être humain|etre humain|agent|conseill(?:er|ère|ere)|opérateur|operateur|opératrice|"
    r"responsable|"
    r"quelqu'un|représentant|representant|employée?|vrai(?:e)? (?:humain|personne|agent|conseiller))"
)
_FR_DET = r"(?:(?:une?|l'|le|la|votre|vos|des) ?)?(?:vraie? |véritable |veritable )?"
_FRENCH = (
    rf"\b(?:parler|discuter|échanger|echanger|dialoguer|communiquer|contacter|joindre) (?:{_FILL})?(?:à |a |avec "
    rf")?{_FR_DET}{_FR_PERSON}\b(?! (?:de la|du) poste)",
    rf"\b(?:mettez|mettre|passez|passer|transférez|transferez|transférer)(?:-moi)? (?:{_FILL})?(?:à |a |avec |en "
    rf"contact avec |en relation avec )?{_FR_DET}{_FR_PERSON}\b",
    r"\b(?:je (?:veux|voudrais|souhaite|souhaiterais|désire|préfère|exige)|j'aimerais|il me faut|j'ai besoin d'?) "
    rf"?(?:avoir )?{_FR_DET}"
    r"(?:humain|être humain|personne réelle|agent|conseiller|conseillère|opérateur)(?= ?(?:$|[.!?,;\n]|s'il))",
    rf"(?:^|[.!?\n] ?){_FR_DET}(?:humain|conseiller|agent|conseillère),? ?(?:s'il vous pla[iî]t|svp|stp|merci)?(?= "
    rf"?(?:$|[.!?\n]))",
    r"\bpas (?:à |a |avec )?(?:un |une )?(?:robot|bot|machine|chatbot|ia)\b",
)

_ES_PERSON = (
    r"(?:humano|persona|ser humano|agente|asesora?|operadora?|"
    r"representante|encargad[oa]|supervisora?|alguien|empleado|gerente)"
)
_ES_DET = r"(?:(?:un|una|el|la|su|algún|algun|alguna) )?(?:verdader[oa] )?"
_SPANISH = (
    rf"\b(?:hablar|comunicarme|comunicar|conversar|chatear|contactar) (?:con )?{_ES_DET}{_ES_PERSON}\b(?! de correos)",
    r"\b(?:páseme|paseme|pásame|pasame|pasarme|comuníqueme|comuniqueme|conécteme|conecteme|transfiérame|"
    rf"transfierame|póngame|pongame) (?:con |a )?{_ES_DET}{_ES_PERSON}\b",
    rf"\b(?:quiero|necesito|quisiera|prefiero|exijo|deseo|me gustaría) {_ES_DET}(?:humano|persona real|ser humano|"
    rf"agente|operador|asesor)(?= ?(?:$|[.!?,;\n]|por favor|real))",
    rf"(?:^|[.!?¡¿\n] ?){_ES_DET}(?:humano|persona real|agente|operador),? ?(?:por favor|ya)?(?= ?(?:$|[.!?\n]))",
    r"\bno (?:quiero (?:hablar )?)?(?:con )?(?:un |una )?(?:robot|bot|máquina|maquina|chatbot)\b",
)

# Telling about persons, or not wanting one, is no wish. Taken out before the wishes are looked for.
_NO_WISH = (
    r"\b(?:i|we|he|she|they|you|my \w+) (?:already |just |have |had |has |'ve |once |never )*"
    r"(?:spoke|talked|chatted|spoken|was (?:talking|speaking)|were (?:talking|speaking)|gave|handed|sold|sent|"
    r"reached|dealt)\b[^.!?\n;]*?"
    r"(?=\b(?:and|but|now|so|can|could|i want|i need|please)\b|[.!?\n;,]|$)",
    r"\b(?:i|we) (?:do not|don't|dont|did not|didn't|never) (?:want|need|wish|have) (?:to )?"
    r"(?:talk|speak|chat|be (?:connected|transferred)|a |an |any |escalate)"
    r"(?: ?(?:to|with))? ?(?:an? |any |your |the )?(?:real )?(?:human|person|agent|representative|manager|someone|"
    r"anyone)\b",
    r"\b(?:no need|there is no need|without having|without) (?:to |for )?(?:talk(?:ing)?|speak(?:ing)?|a |an "
    r")[^.!?\n;,]*",
    r"\bich (?:habe|hatte) [^.!?\n;]*?(?:gesprochen|geredet|telefoniert)\b",
    r"\bich (?:möchte|will|muss|brauche) (?:nicht|keinen?) (?:mit )?(?:einem |einer )?(?:menschen|mitarbeiter|"
    r"person)[^.!?\n;,]*",
    r"\bj'ai (?:déjà |deja )?(?:parlé|discuté|parle)\b[^.!?\n;,]*",
    r"\bje ne (?:veux|souhaite) pas (?:parler|discuter) (?:à|avec|a) (?:une?|l') ?(?:humain|personne|agent|"
    r"conseiller)\b",
    r"\b(?:ya )?(?:hablé|hable|he hablado)\b[^.!?\n;,]*",
    r"\bno (?:quiero|necesito) hablar con (?:un|una) (?:humano|persona|agente)\b",
)


@lru_cache(maxsize=1)
def _wishes() -> tuple[tuple[re.Pattern[str], ...], tuple[re.Pattern[str], ...]]:
    wishes = tuple(re.compile(one) for one in (*_ENGLISH, *_GERMAN, *_FRENCH, *_SPANISH))
    return wishes, tuple(re.compile(one) for one in _NO_WISH)


def wishes_person(text: str) -> bool:
    """Whether the customer asks for a person, by the words alone. Never raises; linear in the text's length."""
    said = normal(text)
    wishes, no_wish = _wishes()
    for pattern in no_wish:
        said = pattern.sub(" ", said)
    return any(pattern.search(said) for pattern in wishes)


_MARK = re.compile(
    r"\s*([1-5])(?!\d|[.,]\d)(?:\s*(?:/|out of|of|von|sur|de)\s*5(?!\d))?(?=\s*(?:[!.,;:–—\n-]|$))", re.IGNORECASE
)
_THANKS = re.compile(
    r"(?:many thanks|thank you|thanks|thx|vielen dank|danke|merci|muchas gracias|gracias)?", re.IGNORECASE
)  # fmt: skip


def survey_mark(text: str) -> tuple[int | None, bool]:
    """The mark from 1 to 5 that a text begins with, as an answer to a survey would, and whether it says no more than
    that (and thanks). `5 days ago` and a list's `1. ... 2. ...` are none."""
    found = _MARK.match(text[:MAX_CHARACTERS])
    if found is None:
        return None, False
    rest = text[found.end() :].strip(" \t\r\n!.,;:–—-")
    listed = text[found.end() : found.end() + 1] == "." and bool(rest)
    return (None if listed else int(found[1])), not listed and _THANKS.fullmatch(rest) is not None


def normal(text: str) -> str:
    """Lower case, compatibility forms folded, invisible characters and quoted lines gone, spaces single."""
    if len(text) > MAX_CHARACTERS:
        half = MAX_CHARACTERS // 2
        text = f"{text[:half]}\n{text[-half:]}"
    text = unicodedata.normalize("NFKC", text).casefold().replace("’", "'").replace("`", "'")
    text = "".join(one for one in text if unicodedata.category(one) != "Cf")
    lines = (re.sub(r"[^\S\n]+", " ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line and not line.startswith(">"))


TOPICS: Final[dict[str, str]] = {
    "legal": (
        r"lawyers?|attorneys?|solicitors?|barristers?|(?:will|to|'ll|can|could|would|shall|must|and|gonna|should|"
        r"might) sue|su(?:e|ing)(?= (?:you|your|the|this|over|for)\b)|lawsuits?|legal (?:action|steps|proceedings|"
        r"advice|team|department)|"
        r"litigat\w+|(?:small claims|the|in|to|go to|take you to) court|court (?:order|case|date)|tribunal|"
        r"ombudsman|trading standards|consumer protection|"
        r"subpoena|cease and desist|data protection authority|"
        r"anw[aä]lt\w*|rechtsanw[aä]lt\w*|verklag\w+|klage einreich\w+|rechtliche schritte|rechtsweg|"
        r"gericht(?:lich\w*)?|mahnbescheid|verbraucherzentrale|anzeige erstatten|"
        r"avocate?s?|procès|poursuites?(?: judiciaires?)?|poursuivre en justice|porter plainte|mise en demeure|"
        r"justice|tribunaux|"
        r"abogad[oa]s?|demandar(?:é|los|te)?|demanda judicial|acciones legales|juzgado|tribunales|denunciar(?:é|"
        r"los)?|juicio"
    ),
    "chargeback": (
        r"charge ?-?backs?|dispute (?:the|this|that|your|a|my)? ?(?:charge|payment|transaction)|disput(?:ed|ing) "
        r"(?:the|this|it|a) ?(?:charge|payment|transaction|with)|"
        r"(?:bank|card|credit card|visa|mastercard|paypal) (?:company )?(?:to )?(?:reverse|dispute|claim)|reverse "
        r"the (?:charge|payment)|paypal (?:case|dispute|claim)|"
        r"rückbuchung\w*|rueckbuchung\w*|zurückbuchen|lastschrift zurück\w*|rücklastschrift|käuferschutz|"
        r"rétrofacturation|opposition (?:au|sur le) (?:paiement|prélèvement)|contester le (?:paiement|prélèvement|"
        r"débit)|"
        r"contracargos?|retrocesión|devolución del cargo|disputar el (?:cargo|pago)"
    ),
    "press": (
        r"journalists?|reporters?|newspapers?|the press|press (?:inquiry|enquiry|release|office)|the media|(?:tv|"
        r"television) (?:station|channel|crew|news)|go public|"
        r"(?:post|share|publish) (?:this|it) (?:on|all over) (?:social media|twitter|facebook|tiktok|instagram|"
        r"linkedin|x)|go(?:ing)? viral|"
        r"journalist(?:in|en|innen)?|presse|zeitung\w*|fernsehen|redaktion|öffentlich machen|"
        r"journalistes?|journaux|la presse|les médias|télévision|"
        r"periodistas?|periódicos?|prensa|medios de comunicación|televisión"
    ),
}
"""Topics with a word list. Any other topic is looked for as its own words."""

_NO_TOPIC = re.compile(
    r"tennis court|basketball court|food court|court shoes?|courtyard|court (?:trainers?|sneakers?)|(?:french|"
    r"coffee|garlic|trouser|wine|flower|cider) press|"
    r"(?<!the )press (?:the|on|down|studs?)|justice league|printing press"
)


@lru_cache(maxsize=64)
def _topic(name: str) -> re.Pattern[str]:
    words = TOPICS.get(name)
    if words is None:
        words = r"\W+".join(re.escape(part) for part in normal(name).replace("_", " ").split()) or r"(?!)"
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)")


def topics(text: str, names: Collection[str]) -> set[str]:
    """Which of the topics `names` the text touches. A mention is enough: a person judges what it means."""
    said = _NO_TOPIC.sub(" ", normal(text))
    return {name for name in names if _topic(name).search(said)}
