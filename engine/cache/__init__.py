"""What the last check of an unchanged project came to, so that `engine validate` need not check it again."""

from engine.cache.digest import Inputs, inputs
from engine.cache.store import load, save

__all__ = ["Inputs", "inputs", "load", "save"]
