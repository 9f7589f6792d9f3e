"""Whether a text says nothing but a value: what stands beside it is polite, or says that this is it."""

import re
from collections.abc import Iterable
from typing import Final

from engine.models.local.found import Found
from engine.models.local.words import words

_SAYING: Final = frozenset(
    "i we it it's its is was were be a about around approximately roughly ca circa exactly just only please thanks "
    "thank you hi hello hey sorry yes yeah ok okay sure think believe guess mean meant maybe but rather wait oh "
    "actually would like want need should all so in total "
    "ich wir es ist war waren sind ungefähr etwa genau nur bitte danke vielen dank hallo ja glaube denke meine meinte "
    "vielleicht sondern möchte will hätte gern gerne brauche so rund eher doch "
    "je nous c'est c'était est était environ exactement seulement juste merci s'il vous plaît svp bonjour oui au "
    "désolé désolée pardon crois pense mais voudrais veux plutôt "
    "es era fue fueron son eran en aproximadamente más o menos exactamente solo sólo por favor gracias hola sí si "
    "perdón creo pienso sino quiero quisiera mejor".split()
)
_PAYING: Final = frozenset(
    "the that that's this my me paid pay amount sum price cost costs cost charge charged of by refund back get not "
    "der die das den habe haben hatte hat mir mich wurde wurden bezahlt gezahlt zahlte insgesamt betrag summe preis "
    "kosten kostet kostete gekostet abgebucht berechnet zurück nicht "
    "le la les de j'ai il elle avons payé total montant somme prix coûte coûtait coûté m'a m'ont a débité facturé pas "
    "el lo unos unas pagué he pagado pagamos me cobraron importe cantidad precio cuesta costó".split()
)
"""What says of an amount that it is one."""
_MARKS: Final = re.compile(r"[\s\w.,;:!()'\"~≈–-]*")


def alone(text: str, values: Iterable[Found], *, paying: bool = False) -> bool:
    """Whether nothing stands beside `values`; `paying`: words of price and payment are nothing."""
    rest = text
    for one in values:
        rest = rest[: one.start] + " " * (one.end - one.start) + rest[one.end :]
    allowed = _SAYING | _PAYING if paying else _SAYING
    return bool(_MARKS.fullmatch(rest)) and allowed.issuperset(words(rest))
