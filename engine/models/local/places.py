"""Countries that a text names, in English, German, French and Spanish: what holds in one need not in another."""

import re
from typing import Final

_NAMES: Final = {
    "AT": "Austria | Österreich | Autriche",
    "AU": "Australia | Australien | Australie",
    "BE": "Belgium | Belgien | Belgique | Bélgica",
    "BG": "Bulgaria | Bulgarien | Bulgarie",
    "BR": "Brazil | Brasilien | Brésil | Brasil",
    "CA": "Canada | Kanada | Canadá",
    "CH": "Switzerland | Schweiz | Suisse | Suiza",
    "CN": "China | Chine",
    "CY": "Cyprus | Zypern | Chypre | Chipre",
    "CZ": "Czechia | Czech Republic | Tschechien | Tchéquie | République tchèque | Chequia | República Checa",
    "DE": "Germany | Deutschland | Deutschlands | Allemagne | Alemania",
    "DK": "Denmark | Dänemark | Danemark | Dinamarca",
    "EE": "Estonia | Estland | Estonie",
    "ES": "Spain | Spanien | Espagne | España",
    "FI": "Finland | Finnland | Finlande | Finlandia",
    "FR": "France | Frankreich | Francia",
    "GB": "United Kingdom | Great Britain | UK | England | Scotland | Wales | Großbritannien | "
    "Vereinigtes Königreich | Schottland | Royaume-Uni | Angleterre | Reino Unido | Inglaterra",
    "GR": "Greece | Griechenland | Grèce | Grecia",
    "HR": "Croatia | Kroatien | Croatie | Croacia",
    "HU": "Hungary | Ungarn | Hongrie | Hungría",
    "IE": "Ireland | Irland | Irlande | Irlanda",
    "IN": "India | Indien | Inde",
    "IS": "Iceland | Island | Islande | Islandia",
    "IT": "Italy | Italien | Italie | Italia",
    "JP": "Japan | Japon | Japón",
    "LI": "Liechtenstein",
    "LT": "Lithuania | Litauen | Lituanie | Lituania",
    "LU": "Luxembourg | Luxemburg | Luxemburgo",
    "LV": "Latvia | Lettland | Lettonie | Letonia",
    "MT": "Malta | Malte",
    "MX": "Mexico | Mexiko | Mexique | México",
    "NL": "Netherlands | Holland | Niederlande | Niederlanden | Pays-Bas | Países Bajos | Holanda",
    "NO": "Norway | Norwegen | Norvège | Noruega",
    "PL": "Poland | Polen | Pologne | Polonia",
    "PT": "Portugal",
    "RO": "Romania | Rumänien | Roumanie | Rumanía",
    "RS": "Serbia | Serbien | Serbie",
    "SE": "Sweden | Schweden | Suède | Suecia",
    "SI": "Slovenia | Slowenien | Slovénie | Eslovenia",
    "SK": "Slovakia | Slowakei | Slovaquie | Eslovaquia",
    "TR": "Turkey | Türkei | Turquie | Turquía",
    "UA": "Ukraine | Ucrania",
    "US": "United States | USA | U.S. | Vereinigte Staaten | États-Unis | Estados Unidos",
    "EU": "EU | European Union | Europäische Union | Europäischen Union | UE | Union européenne | Unión Europea",
}
"""ISO 3166-1 code, or `EU` -> its names. Those that are also words (`Island`) are told by their capital letter."""
UNION: Final = frozenset("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split())
"""The member states of the European Union."""
_CODE_OF: Final = {name.strip(): code for code, row in _NAMES.items() for name in row.split("|")}
_ANY: Final = re.compile(
    r"(?<!\w)(?:" + "|".join(re.escape(name) for name in sorted(_CODE_OF, key=len, reverse=True)) + r")(?!\w)"
)


def places(text: str) -> dict[str, str]:
    """Code -> the name that stands in the text."""
    return {_CODE_OF[match[0]]: match[0] for match in _ANY.finditer(text)}
