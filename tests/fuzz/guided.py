"""Fuzzing guided by coverage, as AFL and libFuzzer do it: an input that takes a way which none took before is kept, and
changed further. For machines without a wheel of atheris (test_libfuzzer.py), and beside it on the others: what it does
comes from a seed alone.

Ways are pairs of lines that ran after each other in the code that is looked at, with how often in powers of two
(M. Zalewski, "Technical whitepaper for afl-fuzz", 2016). So a failure can be had again.
"""

import random
import sys
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

__all__ = ["Guided"]

_LONGEST = 4_000


class Guided:
    """One run. `target` is called with bytes and raises where something is wrong; `words` are put in and exchanged."""

    def __init__(
        self, target: Callable[[bytes], None], code: Sequence[str], words: Sequence[bytes], seed: int = 0
    ) -> None:
        self.target = target
        self.code = tuple(code)
        self.words = words
        self.chance = random.Random(seed)
        self.corpus: list[bytes] = []
        self.ways: set[tuple[str, int, int, int]] = set()

    def run(self, seeds: Sequence[bytes], times: int) -> None:
        """Tries the seeds, then so many inputs more. What the target raises comes out, with the input as a note."""
        for seed in seeds:
            self._try(seed)
        for _ in range(times):
            # The newest are changed most: they are where something was just learned.
            at = max(self.chance.randrange(len(self.corpus)), self.chance.randrange(len(self.corpus)))
            self._try(self._changed(self.corpus[at]))

    def _try(self, data: bytes) -> None:
        taken = self._traced(data)
        if not taken <= self.ways or not self.corpus:
            self.ways |= taken
            self.corpus.append(data)

    def _traced(self, data: bytes) -> set[tuple[str, int, int, int]]:
        counts: dict[tuple[str, int, int], int] = {}
        last = 0

        def line(frame: FrameType, event: str, _: Any) -> Any:
            nonlocal last
            if event == "line":
                way = (frame.f_code.co_filename, last, frame.f_lineno)
                counts[way] = counts.get(way, 0) + 1
                last = frame.f_lineno
            return line

        def call(frame: FrameType, event: str, _: Any) -> Any:
            return line if frame.f_code.co_filename.startswith(self.code) else None

        before = sys.gettrace()
        sys.settrace(call)
        try:
            self.target(data)
        except Exception as error:
            error.add_note(f"input: {data!r}")
            raise
        finally:
            sys.settrace(before)
        return {(*way, count.bit_length()) for way, count in counts.items()}

    def _changed(self, data: bytes) -> bytes:
        for _ in range(self.chance.choice((1, 1, 1, 2, 4))):
            data = self.chance.choice(_CHANGES)(self, data)[:_LONGEST]
        return data

    def _spot(self, data: bytes) -> tuple[int, int]:
        start = self.chance.randint(0, len(data))
        return start, min(len(data), start + self.chance.choice((1, 2, 4, 16, 64)))


def _bit(run: Guided, data: bytes) -> bytes:
    if not data:
        return data
    at = run.chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << run.chance.randrange(8))]) + data[at + 1 :]


def _byte(run: Guided, data: bytes) -> bytes:
    start, _ = run._spot(data)
    return data[:start] + bytes([run.chance.randrange(256)]) + data[start + run.chance.randrange(2) :]


def _word(run: Guided, data: bytes) -> bytes:
    start, end = run._spot(data)
    return data[:start] + run.chance.choice(run.words) + data[end if run.chance.random() < 0.3 else start :]


def _out(run: Guided, data: bytes) -> bytes:
    start, end = run._spot(data)
    return data[:start] + data[end:]


def _twice(run: Guided, data: bytes) -> bytes:
    start, end = run._spot(data)
    return data[:end] + data[start:end] * run.chance.choice((1, 2, 8)) + data[end:]


def _crossed(run: Guided, data: bytes) -> bytes:
    other = run.chance.choice(run.corpus)
    return data[: run._spot(data)[0]] + other[run._spot(other)[0] :]


_CHANGES: tuple[Callable[[Guided, bytes], bytes], ...] = (_bit, _byte, _word, _word, _out, _twice, _crossed)
