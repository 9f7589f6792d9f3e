"""What the sample shop sells, to whom, and how it ships: the words that the seed draws from."""

from typing import Final

__all__ = ["CARRIERS", "COUNTRIES", "METHODS", "PEOPLE", "PRODUCTS", "Country"]


class Country:
    """Where customers live: language, postcode pattern (`#` is a digit), phone prefix and days in transit."""

    __slots__ = ("code", "days", "language", "phone", "postcode")

    def __init__(self, code: str, language: str, postcode: str, phone: str, days: tuple[int, int]) -> None:
        self.code, self.language, self.postcode, self.phone, self.days = code, language, postcode, phone, days


COUNTRIES: Final = {
    "de": (Country("DE", "de", "#####", "+49 151", (3, 5)), Country("AT", "de", "####", "+43 660", (5, 8))),
    "en": (Country("IE", "en", "D0# X#Y#", "+353 85", (6, 9)), Country("NL", "en", "#### AB", "+31 6", (5, 8))),
    "fr": (Country("FR", "fr", "#####", "+33 6", (5, 8)), Country("BE", "fr", "####", "+32 470", (5, 8))),
    "es": (Country("ES", "es", "#####", "+34 600", (6, 9)),),
}

CARRIERS: Final = {"DE": ("DHL", "Hermes"), "AT": ("Österreichische Post",), "FR": ("Colissimo",), "ES": ("Correos",)}
"""By country; elsewhere it is DPD."""

METHODS: Final = (
    "Visa card ending 4242", "Mastercard ending 5454", "PayPal account", "SEPA direct debit ending 3000",
    "Klarna invoice",
)  # fmt: skip

PEOPLE: Final = {
    "de": (
        "Jürgen Großmann, Björn Schäfer, Käthe Müller, Anneliese Weiß, Çiğdem Yıldız, Łukasz Krüger, Sören Jäger,"
        " Zoë Strauß, Mehmet Öztürk, Heidi Vogel, Günther Böhm, Lena Schröder, Paul Neumann, Mia Koch, Emil Lange"
    ),
    "en": (
        "Aoife O'Brien, Siobhán Ní Dhomhnaill, Liam Murphy, Zoe van der Berg, Daan de Vries, Niamh Kelly,"
        " Femke Jansen, Oisín Byrne, Seán Ó Briain, Grace Walsh, Noah Bakker, Ravi Patel, Chloé Smit, Tom Doyle"
    ),
    "fr": (
        "Chloé Lefèvre, François Côté, Anaïs Bénard, Jérôme Dùbois, Maëlle Garnier, Loïc Pelletier, Hélène Gaudin,"
        " Théo Marchand, Agnès Noël, Gaël Rivière, Inès Moreau, Zoé Fournier, Noël Peeters, Océane Dupont"
    ),
    "es": (
        "José Muñoz, María Núñez, Begoña Ibáñez, Íñigo Ortúzar, Lucía Fernández, Andrés Peña, Sofía Güell, Raúl Ávila,"
        " Nuria Vázquez, Martín Cañas, Ángela Ruiz, Óscar Domínguez, Belén Márquez, Iker Etxeberria"
    ),
}

PRODUCTS: Final = {
    "LMP-101": ("Table lamp Lykta", 3490),
    "LMP-204": ("Floor lamp Halden", 12900),
    "LMP-310": ("Pendant lamp Skåne", 7950),
    "CHR-011": ("Dining chair Elm", 8900),
    "CHR-032": ("Armchair Fjord", 34900),
    "TBL-007": ("Side table Nook", 5900),
    "TBL-020": ("Dining table Birk", 64900),
    "SHL-015": ("Wall shelf Kant", 4250),
    "RUG-118": ("Wool rug Moss 120 x 180", 18900),
    "CSH-002": ("Cushion Drift", 1995),
    "BLK-044": ("Linen blanket Haze", 5490),
    "MUG-006": ("Stoneware mugs, set of 4", 2860),
    "PLT-012": ("Stoneware plates, set of 6", 4790),
    "VAS-003": ("Glass vase Drop", 2450),
    "CND-009": ("Candle holder Ember", 1290),
    "MIR-021": ("Round mirror Luna 60 cm", 9900),
    "BED-052": ("Percale bed linen 140 x 200", 6995),
    "TWL-030": ("Bath towels, set of 2", 3150),
}
"""SKU -> (name, price in cents)."""
