"""How a message feels, by vaderSentiment's word list. English; other languages mostly come out near 0."""

from functools import lru_cache
from typing import Any

from engine.models.local.words import own_words


def sentiment(text: str) -> float:
    """From -1 (furious) to 1 (delighted), 0 for neutral or nothing said."""
    said = own_words(text)[:4_000]
    if not said:
        return 0.0
    return max(-1.0, min(1.0, float(_analyzer().polarity_scores(said)["compound"])))


@lru_cache(maxsize=1)
def _analyzer() -> Any:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer()
