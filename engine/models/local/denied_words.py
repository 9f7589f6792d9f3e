"""The words of what is denied, settled or asked for, in English, German, French and Spanish: see
`engine.models.local.denied`.

Each pattern is tried on one clause, without the sign or word that parts it from the one before.
"""

import re
from typing import Final

__all__ = ["ASKS", "CAME", "DENIED", "GLAD", "NOT_GLAD", "NOT_SETTLED", "NO_WISH", "SETTLED"]


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_ADVERBS = r"(?:(?:really|actually|even|ever|just|currently|absolutely|definitely|yet|please|also|simply) )*"
_NOT = r"(?:do not|don't|dont|did not|didn't|have not|haven't|never|no longer|not|won't|will not|wouldn't|would not)"
_EN_BAD = (
    r"(?:wait|pay|keep|lose|be|have to|continue|stay|renew|extend|use|receive|accept|live|put|risk|deal|spend|see|make|"
    r"miss|get)"
)
"""Verbs of what nobody wants: not to want these is a complaint, or a wish."""
_EN_OWN = r"(?:my|our|it|this|that|these|those|them|your)"
_EN_NO_ORDER = (
    r"(?:know|understand|see|have|get|receive|got|work|think|remember|find|want|need|mind|forget|ignore|make|let|tell|"
    r"charge|"
    r"leave|keep|believe|feel|like|wish|you|i|we|even|seem|hesitate|recogni[sz]e|arrived?|received|came|worked|asked|"
    r"ordered|"
    r"happened|lose|hear|be)"
)
"""What "don't" begins with that is no order: "Don't know where it is", "Please don't make me wait"."""
_EN_START = r"(?:(?:so|please|and|but|no|ok|okay|hi|hello|then|just|kindly|well|oh|thanks|thank you)\W+)*"
_ENGLISH = (
    # "I do not want to ...", "we never asked for ...", "I'm not planning to ..."
    rf"\b(?:i|we)(?:'m| am|'re| are|'d|'ll| will| would| have|'ve| had)? {_ADVERBS}{_NOT} {_ADVERBS}(?:want|wanted|"
    rf"wish|wished|"
    r"need|needed|plan|planning|planned|intend|intended|intending|mean|meant|ask|asked|asking|request|requested|"
    r"requesting|"
    r"looking|trying|require|going|thinking|interested|calling|writing|say|said) "
    rf"(?!(?:to )?{_EN_BAD}\b|{_EN_OWN}\b(?! to\b)(?![^,;.]* (?:back|refunded|returned)\b)|the \w+ to\b)",
    r"\b(?:i|we)(?: will not| won't| am not|'m not| are not|'re not|'ll not) (?:cancel|mov(?:e|ing)|return|switch|"
    r"leav|terminat)\w*",
    r"\b(?:i|we)(?:'d| would)? (?:not|wouldn't) (?:like|care) (?:to|for) ",
    r"\b(?:nobody|no one|no-one|none of us)(?: here)? (?:needs?|has to|asked for|ever asked|requested|should)\b",
    r"\byou (?:need not|needn't|don't (?:have|need) to|do not (?:have|need) to)\b",
    # an order not to
    rf"^\W*{_EN_START}(?:do not|don't|dont|never) {_ADVERBS}(?!{_EN_NO_ORDER}\b)\w+",
    rf"\bplease (?:do not|don't|dont|never) (?!{_EN_NO_ORDER}\b)\w+",
    r"\bplease stop (?:sending|asking|calling|writing|bothering|tracking|e-?mailing)\b",
    r"\bno (?:longer )?(?:need|reason|wish|intention|desire|plans?) (?:to|for|of|that)\b|\bno need\b",
    r"\b(?:no|not) (?:\w+ ){0,3}(?:needed|required|necessary)(?: any ?more| any longer)?\W*$",
    r"^\W*(?:(?:definitely|certainly|please|just) )*not (?:an?|the|my|to|for|about) ",
    r"^\W*(?:no\W+)?(?:never mind|nevermind|forget(?: about)?|scrap|disregard|ignore) (?:the|my|that|about|it)\b",
    # what did not happen
    r"\b(?:i|we) (?:have not|haven't|did not|didn't|never|have never|do not|don't) (?:\w+ly )?(?:lose|lost|cancel|"
    r"cancell?ed|"
    r"terminated?|misplaced?|break|broken?|moved?|complain(?:ed)?|disagreed?|forgot|forgotten)\b",
    r"(?:\bno\b|\bnot\b|\bnever\b|n't\b) [^,;.]{0,40}\b(?:i|we) (?:disagree with|object to|would complain about)\b",
    r"\b(?:no|without|not any|not have any) (?:problems?|complaints?|issues?|questions?|objections?|trouble) (?:with|"
    r"about)\b",
)
_DE_BAD = (
    r"(?:warten|zahlen|bezahlen|behalten|verlieren|verlängern|bleiben|hinnehmen|akzeptieren|weiterführen|nutzen|haben|"
    r"wissen|"
    r"fragen|melden|sagen|verzichten|mitmachen|bekommen|erhalten|vergessen)"
)
_DE_FREE = rf"(?:(?!\b(?:{_DE_BAD}|warum|wo|wann|wieso|dass|ob|wenn|da|die)\b)[^,;.!?\n]){{0,80}}?"
_DE_OWN = r"(?:mein|unser|dies)(?:e[nmrs]?)?"
_DE_END = r"(?:\W*$|(?:\W+[^\W\d_]+){0,3}\W+(?:[^\W\d_]+n|zurück)\W*$)"
"""Behind "nicht": nothing, or an infinitive. "..., die nicht funktioniert" is another matter."""
_DE_NO = rf"(?:(?:nicht|nie|niemals|keinesfalls)\b{_DE_END}|kein(?:e[nmrs]?)?\b)(?<!nicht mehr)"
_GERMAN = (
    # "Ich möchte meinen Vertrag nicht kündigen", "keinen Termin brauchen wir"; not "ich will den Vertrag nicht mehr"
    r"(?:\b(?:ich|wir) (?:\w+ )?|^\W*(?:und |aber |also |nein )*|\b)(?:will|wollen|wollten?|möchten?|wünschen?|"
    r"verlangen?|planen?)"
    rf"(?: (?:ich|wir))?\b(?<!mein )(?!{_DE_FREE}\bnicht mehr\W*$)(?![^,;.!?\n]*\b{_DE_BAD}\b){_DE_FREE}\b{_DE_NO}",
    rf"\b(?:brauchen?|benötigen?)\b(?! {_DE_OWN}\b)(?![^,;.!?\n]*\b{_DE_BAD}\b){_DE_FREE}\b(?:nicht|"
    rf"kein(?:e[nmrs]?)?)\b",
    r"\b(?:werden?) (?:\w+ ){0,4}(?:nicht|nie) (?:kündigen|stornieren|umziehen|wechseln|bestellen|zurückschicken)\b",
    r"\b(?:habe|hatte|haben|hatten) (?:\w+ ){0,3}(?:nie|niemals|nicht|keine?n?) (?:\w+ ){0,3}(?:gesagt|verlangt|"
    r"gewollt|gebeten|"
    r"beantragt|vor|gewünscht|gemeint|behauptet|darum|verloren|gekündigt|storniert|umgezogen|verlegt)\b",
    # an order not to: "Bitte schicken Sie niemanden", "Stornieren Sie das nicht", "bitte keinen Techniker schicken"
    r"^\W*(?:(?:bitte|also|nein|dann)\W+)*(?!(?:können|könnten|konnten|haben|hatten|sind|waren|werden|wurden|wollen|"
    r"würden|dürfen|"
    r"wissen) )\w{2,}en sie\b[^,;.!?\n]{0,60}\b(?:nicht|keine?[nmrs]?|niemanden)\b(?! vergessen)",
    r"^\W*(?:(?:bitte|also|nein|dann)\W+)*(?:schick|send|kündig|stornier|erstatte|verfolg|ruf|schließ|sperr)(?:e|t|"
    r"et)? "
    r"[^,;.!?\n]{0,60}\b(?:nicht|keine?[nmrs]?|niemanden)\b",
    r"^\W*(?:(?:also|nein|dann)\W+)*bitte (?:\w+ ){0,4}(?:nicht|keine?[nmrs]?|"
    r"niemanden)\b(?! vergessen)(?: \w+){0,3} \w+en\W*$",
    r"\bniemand (?:braucht|muss)\b|\b(?:nicht|nicht mehr) (?:nötig|notwendig|erforderlich)\b|\bkein bedarf\b|"
    r"\bkeine (?:fragen?|probleme?|beschwerden?|einwände) (?:zu|mit|gegen|mehr)\b",
    r"^\W*nicht (?:mehr )?(?:kündigen|stornieren|umziehen|wechseln|zurückgeben|zurückschicken|erstatten|schicken)\W*$",
    r"^\W*nicht (?:den|die|das|eine?[nmrs]?|meine?[nmrs]?) ",
    r"^\W*(?:nein\W+)?(?:vergessen sie|vergiss|vergesst) (?!nicht)",
)
_FR_BAD = (
    r"(?:attendre|payer|garder|perdre|renouveler|prolonger|rester|continuer|accepter|recevoir|être|avoir|utiliser)"
)
_FR_NO = r"(?:pas|plus|jamais|aucune?|rien|nullement)"
_FRENCH = (
    rf"\b(?:je|nous|on) (?:ne |n')(?:en )?(?:veux|voulons|veut|voudrais|souhaite|souhaitons|souhaiterais|désire|"
    rf"désirons|voulais|"
    rf"compte|pense|demande|réclame) {_FR_NO}\b(?! (?:de )?(?:mon|ma|mes|notre|nos|ce|cet|cette|"
    rf"ces)\b)(?! {_FR_BAD}\b)",
    rf"\b(?:n'ai|n'avons|n'avais|n'a) {_FR_NO} (?:besoin|demandé|voulu|dit|réclamé|l'intention|souhaité|perdu|résilié|"
    rf"annulé|"
    r"déménagé|cassé|égaré)\b",
    r"^\W*(?:(?:et|non|donc|alors|s'il vous plaît|svp)\W+)*(?:ne |n')(?:m'|me |nous |l'|le |la |les )?(?!avez|êtes|"
    r"pouvez|recevez)"
    rf"\w+ez {_FR_NO}\b|^\W*ne (?:pas|plus) \w+er\b",
    r"\b(?:merci|prière) de ne (?:pas|plus)\b|\bpas (?:la peine|nécessaire|utile)\b|\b(?:plus|pas) besoin\b|"
    r"\binutile d|"
    r"\bn'est (?:pas|plus) (?:nécessaire|utile)\b|\baucune? (?:problème|question|réclamation|plainte) (?:avec|sur|"
    r"concernant)\b",
    r"^\W*pas (?:un|une|le|la|mon|ma) ",
    r"^\W*(?:non\W+)?(?:oubliez|oublie) (?!pas)",
)
_ES_BAD = r"(?:esperar|pagar|quedarme|perder|renovar|seguir|continuar|aceptar|recibir|ser|tener|usar)"
_SPANISH = (
    r"(?!\bya no (?:quiero|queremos) (?:el|la|los|las) )\b(?:ya no|(?<!ya )no|nunca|tampoco) (?:me |lo |"
    r"la )?(?:quiero|queremos|quisiera|deseo|deseamos|necesito|necesitamos|quería|quise|pedí|"
    r"pedimos|he pedido|he dicho|dije|solicité|he solicitado|pretendo|pienso|voy a)\b"
    rf"(?! (?:mi|mis|nuestro|nuestra|este|esta|esto)\b)(?! {_ES_BAD}\b)",
    r"\b(?:no|nunca) (?:me |nos |lo |la |los |las )?(?:(?:env[íi]|mand|cancel|reembols|cambi|llam|cierr|bloque|rastre|"
    r"anul|tramit)"
    r"(?:e|en|es|éis)|(?:devuelv|hag)(?:a|an|as|áis))\b",
    r"\b(?:no|nunca) (?:he|hemos) (?:perdido|cancelado|roto|anulado|dado de baja)\b",
    r"\bnadie (?:necesita|ha pedido|tiene que|pidió)\b|\bno (?:hace falta|es necesario|hay necesidad|"
    r"tengo intención)\b|"
    r"\b(?:ningún|ninguna|sin) (?:problemas?|quejas?|dudas?) (?:con|sobre)\b",
    r"^\W*no (?:un|una|el|mi) ",
    r"^\W*(?:no\W+)?(?:olvide|olvida|olviden|olvídese de|olvídate de) ",
)
DENIED: Final = _any(*_ENGLISH, *_GERMAN, *_FRENCH, *_SPANISH)

_WHILE = (
    r"(?: (?:again|now|already|meanwhile|after all|today|yesterday|under (?:\w+ ){1,2}\w+|in (?:\w+ ){1,2}\w+|"
    r"thanks?|thank you))*"
)
SETTLED: Final = _any(
    r"\b(?:i|we)(?:'ve| have)? (?:just |already |finally )?(?:found|recovered|located) "
    rf"(?:it|them|(?:my|the|our) [\w-]+(?: [\w-]+)?){_WHILE}\W*$",
    r"\b(?:is|are|works?|working|runs?|seems?|looks?) (?:(?:all|now|already|absolutely|quite|totally|perfectly|"
    r"completely|"
    r"indeed|working|running|up|just) )*(?:correct|right|fine|ok|okay|perfect(?:ly)?|great|good|excellent|wonderful|"
    r"solved|resolved|"
    rf"sorted|settled|fixed|alright|in order){_WHILE}\W*$",
    r"\b(?:works|working|running|is up|is there|turned up|showed up) (?:just |perfectly )?(?:fine |well )?(?:again|"
    r"after all|now)\W*$",
    rf"\bturned up{_WHILE}\W*$",
    r"\b(?:has|have) (?:turned up|been (?:solved|resolved|fixed|sorted|settled|found))\b(?! yet)",
    r"\b(?:internet|connection|signal|service|phone|line|power) is (?:back|up)\b",
    r"\b(?:i|we) (?:already )?have it (?:already|now)\b|\balready (?:have|got|received) (?:it|them|my|the)\b",
    r"\b(?:stimmt|ist|sind) (?:(?:alles|jetzt|so|wieder|nun|schon|inzwischen|bereits) )*(?:korrekt|richtig|in ordnung|"
    r"okay|ok|"
    r"erledigt|gelöst|behoben|da|aufgetaucht|wiedergefunden|geklärt)\W*$|\bhat sich (?:\w+ )?(?:erledigt|geklärt)\b",
    r"\b(?:funktioniert|geht|läuft|klappt) (?:(?:jetzt|nun|alles|auch) )?wieder\W*$|\bwieder ?gefunden\b|"
    r"\b(?:rechnung|abrechnung|betrag) stimmt\W*$",
    r"\b(?:est|sont) (?:(?:tout à fait|bien|maintenant|déjà|parfaitement|désormais) )*(?:correcte?s?|exacte?s?|juste|"
    r"réglée?s?|"
    r"résolue?s?|rétablie?|en ordre|réparée?)\W*$|\b(?:ai|avons|été) (?:\w+ )?retrouvée?s?\b|"
    r"\b(?:marche|fonctionne) (?:de nouveau|à nouveau|bien|maintenant|très bien)\W*$|\b(?:remarche|refonctionne)\b",
    r"\b(?:es|está|están|son) (?:(?:todo|ya|muy|ahora) )*(?:correct[oa]s?|bien|resuelt[oa]s?|solucionad[oa]s?|"
    r"arreglad[oa]s?|"
    r"en orden)\W*$|\b(?:he|hemos) (?:ya )?(?:encontrado|recuperado)\b(?! (?:un|una) )|\bya (?:funciona|va|apareció)\b|"
    r"\bfunciona de nuevo\b",
)
NOT_SETTLED: Final = _any(
    r"\b(?:not|never|nothing|nobody|no one|no|stopped|stops|keeps?|if|when|whether|once|until|hope|make sure|wenn|ob|"
    r"falls|bis|"
    r"nicht|nichts|kein\w*|"
    r"nie|pas|plus|jamais|rien|si|quand|cuando|nunca|nada|problem|error|fault|thought|looked|told|said)\b|n't\b",
)
"""Words of a clause that settles nothing: "It stopped working again"."""
CAME: Final = _any(
    r"\b(?:arrived|came|has come|have come|delivered|received|got (?:it|the|my)|showed up|picked up|kam|angekommen|"
    r"gekommen|geliefert|"
    r"erhalten|bekommen|da|arrivée?s?|reçue?s?|venue?s?|livrée?s?|llegado|llegó|recibido|recibí|venido|vino)\b",
)
GLAD: Final = _any(
    r"\b(?:on time|in time|safely|punctually|great job|well done|good job|nice work|excellent|perfect|"
    r"everything (?:is|was) (?:great|"
    r"fine|good|perfect)|thank you|thanks|very happy|pünktlich|danke\w*|vielen dank|super|prima|toll\w*|bestens|"
    r"alles gut|à l'heure|"
    r"merci|parfait|très bien|bravo|a tiempo|gracias|perfecto|genial|muy bien|buen trabajo)\b",
)
NOT_GLAD: Final = _any(
    r"[?¿]|n't\b|\b(?:not|never|no|only|late|broken|damaged|crack\w*|dent\w*|wrong|missing|empty|torn|scratch\w*|"
    r"stain\w*|smashed|"
    r"defect\w*|faulty|half|without|please|want|nothing|twice|dirty|used|nicht|kein\w*|nie|spät\w*|kaputt\w*|"
    r"beschädigt\w*|falsch\w*|"
    r"fehl\w+|leer|bitte|defekt\w*|zerbrochen|zerkratzt|pas|jamais|cassée?s?|abîmée?s?|retard|mauvais\w*|manque\w*|"
    r"vide|endommag\w+|"
    r"tarde|rot[oa]s?|dañad[oa]s?|equivocad[oa]|falta\w*|vací[oa]|nunca|sin)\b",
)
"""Words of a message that is glad of nothing, or asks for something yet."""
NO_WISH: Final = _any(
    # a threat, whatever else stands beside it
    r"\b(?:i|we)(?:'ll|'m going to| will| am going to| are going to|'m gonna) (?:\w+ )?(?:kill|murder|shoot|stab|bomb|"
    r"strangle|hurt|"
    r"beat|burn|blow up)\b|\bich (?:bringe?|werde) [^,;.!?\n]{0,40}\b(?:um|umbringen|töten|abstechen)\W*$|"
    r"\bje vais (?:vous |te |le |la |les )?(?:tuer|buter|égorger)\b|\b(?:voy|vamos) a (?:matar|apuñalar)\w*",
    # an order to the machine
    r"\b(?:ignore|forget|disregard|override|bypass)\b[^.!?\n]{0,30}\b(?:instructions?|rules|prompts?|guidelines)\b|"
    r"\byou are now (?:dan|acting|free|unrestricted|in \w+ mode)\b|"
    r"\b(?:ignorier|vergiss|vergessen)\w*\b[^.!?\n]{0,30}\b(?:anweisungen|regeln|vorgaben)\b|"
    r"\b(?:ignore[zr]?|oublie[zr]?)\b[^.!?\n]{0,30}\b(?:instructions|consignes|règles)\b|"
    r"\b(?:ignor|olvid)\w*\b[^.!?\n]{0,30}\b(?:instrucciones|reglas)\b|"
    r"\b(?:answer|reply|respond) only (?:with|by)\b|^\W*system\W*:|\b(?:confidence|threshold) ?[:=]",
)
ASKS: Final = re.compile(
    r"[?¿]|\b(?:want|need|would like|'d like|please|give|send|tell|can (?:you|i)|could (?:you|i)|may i|"
    r"möchten?|will|wollen|brauche|bitte|k[oö]nn(?:en|te|ten)|"
    r"veux|voudrais|voulons|souhaite|pouvez|pourriez|puis-je|aimerais|besoin|"
    r"quiero|quisiera|queremos|necesito|puede[ns]?|podría[ns]?|por favor|me gustaría|solicito)\b|-(?:moi|nous)\b|"
    r"^\W*(?:(?:and|but|und|aber|et|mais|y|pero) )?(?:where|how|what|which|why|wo|wann|wie|warum|welche\w*|"
    r"où|quand|comment|combien|pourquoi|quel\w*|d[oó]nde|cu[aá]ndo|c[oó]mo|cu[aá]nt\w+)\b",
    re.IGNORECASE,
)
"""A clause that asks for something. "It has not come. I want my money back." tells why, and asks once."""
