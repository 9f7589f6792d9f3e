"""Amounts that are given roughly ("about 20 euros"): nobody said the exact sum, so nobody is paid it.

Limits and refunds depend on the sum: it is asked for again. A count ("about 3 chairs") is taken at its word.
"""

import re
from typing import Final

from engine.models.local.found import LOOK_BACK

__all__ = ["roughly"]

_BEFORE: Final = re.compile(
    r"(?:\b(?:about|around|approx(?:imately|\.)?|roughly|some(?:where|thing)?(?: like| around| near)?|nearly|almost|"
    r"close to|in the (?:region|area|range) of|maybe|perhaps|more or less|circa|ca\.?|"
    r"ungefähr|etwa|zirka|rund|um die|gut|knapp|fast|beinahe|nahezu|annähernd|schätzungsweise|vielleicht|"
    r"mehr oder weniger|"
    r"environ|à peu près|approximativement|autour de|près de|presque|dans les|quelque|peut-être|plus ou moins|"
    r"aproximadamente|aprox\.?|alrededor de|cerca de|en torno a|más o menos|unos|unas|casi|como|sobre|quizás?|"
    r"tal vez)\s*|[~≈±]\s*)\(?$",
    re.IGNORECASE,
)
_AFTER: Final = re.compile(
    r"\s*[,(]?\s*(?:-?ish|or so|or thereabouts|roughly|approximately|approx|more or less|give or take|"
    r"oder so|ungefähr|etwa|circa|ca|mehr oder weniger|plus minus|"
    r"environ|à peu près|approximativement|plus ou moins|"
    r"más o menos|aproximadamente|aprox|o así|o algo así)\b",
    re.IGNORECASE,
)


def roughly(text: str, start: int, end: int) -> bool:
    """Whether the words around `start`..`end` say that the amount there is not exact."""
    return bool(_BEFORE.search(text[max(0, start - LOOK_BACK) : start]) or _AFTER.match(text, end))
