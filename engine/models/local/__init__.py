"""The embedded model: no key, no download, no invented sentence.

It classifies by examples, extracts by patterns and words, and answers by quoting. Importing it is cheap;
weights are read at the first use, once a process.
"""

from engine.models.local.language import detect_language
from engine.models.local.model import LocalModel
from engine.models.local.sentiment import sentiment

__all__ = ["LocalModel", "detect_language", "sentiment"]
