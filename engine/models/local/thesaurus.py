"""Words for the same thing where customers report a fault, in English, German, French and Spanish.

An option ("damaged", "charged_twice") whose label holds one word of a row is also meant by the others. Stems,
as `words.stem` makes them, are compared, so one form of a word is enough.
"""

from typing import Final

_ROWS: Final = (
    (
        "damaged | damage | broken | broke | cracked | smashed | shattered | torn | scratched | dented | "
        "ripped | beschädigt | kaputt | zerbrochen | zerkratzt | gebrochen | gerissen | endommagé | cassé | "
        "abîmé | brisé | fissuré | dañado | roto | rota | rotas | rayado | rayada | estropeado | "
        "estropeada | dañada | cassée | endommagée | abîmée | "
        "brisée | fissurée | kaputte | zerbrochene"
    ),
    (
        "defective | faulty | malfunctioning | not working | does not work | doesn't work | "
        "stopped working | "
        "won't turn on | defekt | funktioniert nicht | geht nicht | défectueux | défectueuse | "
        "ne fonctionne pas | "
        "ne marche pas | defectuoso | defectuosa | no funciona"
    ),
    (
        "late | delayed | delay | overdue | too slow | verspätet | zu spät | verspätung | en retard | retard "
        "| tarde | retrasado | retrasada | retraso"
    ),
    (
        "unwanted | changed my mind | change of mind | no longer want | don't want it | do not want it | "
        "don't need | no longer need | don't like | do not like | doesn't suit | gefällt mir nicht | "
        "nicht mehr gewünscht | brauche ich nicht | will ich nicht mehr | will sie nicht mehr | "
        "will ihn nicht mehr | "
        "will es nicht mehr | möchte sie nicht mehr | möchte ihn nicht mehr | möchte es nicht mehr | "
        "ne me plaît pas | n'en veux plus | "
        "changé d'avis | no me gusta | ya no lo quiero | ya no la quiero | ya no los quiero | "
        "ya no las quiero | cambié de opinión"
    ),
    (
        "charged twice | double charged | billed twice | paid twice | debited twice | charged two times | "
        "duplicate charge | double charge | doppelt abgebucht | zweimal abgebucht | doppelt bezahlt | "
        "zweimal belastet | doppelt berechnet | débité deux fois | facturé deux fois | payé deux fois | "
        "cobrado dos veces | cobraron dos veces | doble cargo"
    ),
    (
        "wrong item | wrong product | wrong article | wrong size | wrong colour | wrong color | "
        "not what i ordered | something else than i ordered | falscher artikel | falsche größe | "
        "falsches produkt | mauvais article | mauvaise taille | artículo equivocado | talla equivocada"
    ),
    (
        "missing | never arrived | not arrived | didn't arrive | did not arrive | hasn't arrived | lost | "
        "never received | not received | didn't receive | nicht angekommen | verloren | fehlt | nie erhalten "
        "| nicht erhalten | pas arrivé | perdu | jamais reçu | pas reçu | no ha llegado | no llegó | perdido "
        "| nunca llegó"
    ),
    "cancel | cancelled | stornieren | storno | annuler | cancelar | anular",
    (
        "exchange | swap | replacement | replace | umtausch | ersatz | umtauschen | échange | échanger | "
        "remplacement | cambio | cambiar"
    ),
    (
        "refund | money back | reimburse | rückerstattung | erstattung | geld zurück | remboursement | "
        "rembourser | reembolso"
    ),
)
SAME: Final[tuple[tuple[str, ...], ...]] = tuple(tuple(word.strip() for word in row.split("|")) for row in _ROWS)
