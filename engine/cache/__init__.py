"""What the last check came to, so that `engine validate` need not check again what has not changed since."""

from engine.cache.digest import Inputs, inputs
from engine.cache.store import load, save, seal, unsealed

__all__ = ["Inputs", "inputs", "load", "save", "seal", "unsealed"]
