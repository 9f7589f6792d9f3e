"""Words of the same matter: what one says with one word, another says with another, in four languages.

"What is the maximum timeout?" is answered under "Quotas", "How much is it?" under "Prices", and a French customer's
"remboursement" under "Refunds". Each row is one matter in English, German, French and Spanish; stems are compared, as
everywhere, so one form of a word is enough. Words that half of all articles would share, such as "create", are left
out.
"""

from collections.abc import Iterable
from typing import Final

from engine.models.local.words import stem

_ROWS: Final = (
    "limit maximum minimum quota restriction grenze obergrenze maximal höchstens mindestens limite "
    "límite máximo mínimo",
    "price pricing cost fee charge tariff preis kosten gebühr tarif prix coût frais precio coste costo tarifa",
    "refund reimburse reimbursement rückerstattung erstattung erstatten rückzahlung remboursement rembourser reembolso",
    "cancel cancellation terminate stornieren stornierung storno kündigen kündigung annuler annulation résilier "
    "résiliation cancelar cancelación anular",
    "exchange swap replace replacement umtausch umtauschen austausch ersatz échange échanger remplacement "
    "cambio cambiar",
    "delivery deliver shipping shipment dispatch lieferung liefern lieferzeit versand zustellung livraison livrer "
    "expédition envío enviar entrega",
    "return rückgabe rücksendung zurückgeben zurückschicken retoure retour retourner renvoyer devolución devolver",
    "invoice bill receipt rechnung beleg quittung facture reçu factura recibo",
    "pay payment zahlung zahlen bezahlen paiement payer pago pagar",
    "password login passwort kennwort anmeldung anmelden identifiant connexion contraseña",
    "delete remove erase löschen entfernen supprimer effacer eliminar borrar",
    "change modify edit update ändern änderung bearbeiten aktualisieren modifier changer modificar cambiar",
    "warranty guarantee garantie gewährleistung garantía",
    "error problem issue fault failure troubleshoot troubleshooting fehler störung erreur problème panne dépannage "
    "problema fallo",
    "damaged broken defective faulty beschädigt kaputt defekt endommagé cassé défectueux dañado roto defectuoso",
    "lost missing verloren fehlt vermisst perdu manquant perdido",
    "contact phone telephone hotline kontakt telefon téléphone contacto teléfono",
    "voucher coupon discount promotion gutschein rabatt réduction remise cupón descuento",
    "subscription membership abo abonnement mitgliedschaft adhésion suscripción",
    "complaint complain beschwerde reklamation réclamation plainte queja reclamación",
    "permission authorization access berechtigung zugriff autorisation accès permiso acceso",
    "hours opening öffnungszeiten horaires horario",
)


def _matters() -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for number, row in enumerate(_ROWS):
        for word in row.split():
            found.setdefault(stem(word), set()).add(number)
    return {term: frozenset(numbers) for term, numbers in found.items()}


MATTERS: Final = _matters()
"""Stem -> the rows that it stands in."""


def same_matter(word: str, others: Iterable[str]) -> bool:
    """Whether one of the other stems stands in a row with this one."""
    matters = MATTERS.get(word)
    return matters is not None and any(not matters.isdisjoint(MATTERS.get(other, ())) for other in others)
