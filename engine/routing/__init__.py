"""Which flow a ticket belongs to: by what it comes with, else by what its text says. What runs, what explains and what
is measured agree because all ask `decide`.
"""

from engine.routing.decision import Decision, Why, by_words, decide
from engine.routing.flows import BUILT_IN, Came, by_rule, choices, read
from engine.routing.wishes import Wish, wishes

__all__ = ["BUILT_IN", "Came", "Decision", "Why", "Wish", "by_rule", "by_words", "choices", "decide", "read", "wishes"]
