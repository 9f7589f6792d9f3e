"""`python -m engine.cli`."""

from engine.cli import process

process()
