"""The text in pictures, for models that do not see them: Tesseract reads it, where it is installed.

It takes seconds of a whole core. So all of a worker reads few pictures at once, a request waits for so long and no
longer, nothing is read for a caller that is gone, and what came of a picture is kept, in memory alone: the next
attempt, the next model of a chain and the next step do not read it again.
"""

import asyncio
import os
import shutil
import signal
import time
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from hashlib import blake2b
from typing import Final, NamedTuple

from engine.models.base import Image, Message, Request
from engine.models.errors import ModelRejected, ModelUnavailable

__all__ = ["Reading", "can_read", "fitted", "read"]

SECONDS: Final = 20.0
"""For one picture, and for all of a request whose model says nothing of its time."""
_AT_ONCE: Final = 2
_CHARACTERS: Final = 5_000
_LANGUAGES: Final = ("eng", "deu", "fra", "spa")
_KEPT: Final = 500
_KEPT_SECONDS: Final = 600.0
_THREADS: Final = {"OMP_THREAD_LIMIT": "1"}
"""With more, Tesseract takes three times the work where others want the cores as well."""

Key = tuple[str, bytes]


class Reading(NamedTuple):
    """What came of a picture."""

    text: str = ""
    had: float | None = None
    """Seconds after which it was broken off. None: it was read to its end, or cannot be."""

    def later(self, seconds: float) -> bool:
        """Whether so many seconds may do what those that it had did not: they are twice as many."""
        return self.had is not None and 2 * self.had <= min(seconds, SECONDS)


class _Reader:
    """Reads the pictures of all requests. Keeps what came of them for ten minutes, by program and digest."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Key, tuple[float, Reading]] = OrderedDict()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def read(self, data: bytes, seconds: float) -> Reading:
        """The text in a picture, within so many seconds, those in which others have their turn included."""
        program = shutil.which("tesseract")
        if program is None:
            return Reading()
        key = program, blake2b(data).digest()
        kept = self._get(key)
        if kept is not None and not kept.later(seconds):
            return kept
        loop = asyncio.get_running_loop()
        end, begun = loop.time() + seconds, None
        try:
            async with asyncio.timeout_at(end) as limit, self._turn(loop):
                kept = self._get(key)  # somebody else may have read it meanwhile
                if kept is not None and not kept.later(end - loop.time()):
                    return kept
                begun = loop.time()
                limit.reschedule(min(end, begun + SECONDS))
                said = await _ran(program, "stdin", "stdout", "-l", await _languages(program), given=data)
        except TimeoutError:
            if begun is not None:
                return self._keep(key, Reading(had=loop.time() - begun))
            return kept or Reading(had=0.0)
        return Reading() if said is None else self._keep(key, Reading(said.strip()[:_CHARACTERS]))

    def _turn(self, loop: asyncio.AbstractEventLoop) -> asyncio.Semaphore:
        """A worker has one loop; a process in which one follows another has a bound for each."""
        if self._loop is not loop:
            self._loop, self._turns = loop, asyncio.Semaphore(_AT_ONCE)
        return self._turns

    def _get(self, key: Key) -> Reading | None:
        begun = time.monotonic() - _KEPT_SECONDS
        while self._kept and next(iter(self._kept.values()))[0] < begun:
            self._kept.popitem(last=False)
        found = self._kept.get(key)
        return found[1] if found is not None else None

    def _keep(self, key: Key, reading: Reading) -> Reading:
        self._kept.pop(key, None)
        self._kept[key] = (time.monotonic(), reading)
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return reading


_READER: Final = _Reader()


def can_read() -> bool:
    """Whether Tesseract is installed."""
    return shutil.which("tesseract") is not None


async def read(image: Image, seconds: float = SECONDS) -> Reading:
    """The text in a picture, by a process of its own, which ends with its time, or with whoever awaits it. Empty where
    there is none, where it cannot be read, and without Tesseract."""
    return await _READER.read(image.data, seconds)


async def fitted(request: Request, *, vision: bool, seconds: float = SECONDS) -> Request:
    """The request as a model takes it: with its pictures where it sees, else with the text that Tesseract finds in
    them within so many seconds. What neither shows counts as unread.

    Nobody answers for a picture that the step names and nobody has looked at. Raises ModelRejected (`no_vision`) where
    one has no text, or none that could be read in the time that there is for it; ModelUnavailable where it did not have
    that time, because others were read.
    """
    if vision or not any(message.images for message in request.messages):
        return request
    images = _in_turn(request.messages)
    async with asyncio.TaskGroup() as group:  # which ends when all of them have ended
        reading = {data: group.create_task(_READER.read(data, seconds)) for data in images}
    found = {data: task.result() for data, task in reading.items()}
    lost = [found[data] for data, named in images.items() if named and not found[data].text]
    if lost and all(reading.later(seconds) for reading in lost):
        raise ModelUnavailable("the pictures were not read in time")
    if lost:
        raise ModelRejected("the model sees no images, and the text in them could not be read", code="no_vision")
    return replace(request, messages=tuple(_told(message, found) for message in request.messages))


def _in_turn(messages: Sequence[Message]) -> dict[bytes, bool]:
    """Each picture once, and whether the step names it: those first, then those of the newest message."""
    newest = [image for message in reversed(messages) for image in message.images]
    named = {image.data: True for image in newest if image.named}
    return named | {image.data: False for image in newest if image.data not in named}


def _told(message: Message, found: dict[bytes, Reading]) -> Message:
    """With the text in its pictures."""
    if not message.images:
        return message
    said = [found[image.data].text for image in message.images]
    lines = [f"[picture {number}: {text}]" for number, text in enumerate(said, 1) if text]
    text = "\n".join([message.text, *lines]).strip()
    return replace(message, text=text, images=(), unread=message.unread + len(said) - len(lines))


async def _languages(program: str) -> str:
    there = (await _ran(program, "--list-langs") or "").split()
    return "+".join(one for one in _LANGUAGES if one in there) or "eng"


async def _ran(program: str, *arguments: str, given: bytes = b"") -> str | None:
    """What a program says. None: it failed. Neither it nor what it has started outlives this call."""
    pipe = asyncio.subprocess.PIPE
    starting = asyncio.create_task(
        asyncio.create_subprocess_exec(
            program, *arguments, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL,
            env={**_THREADS, **os.environ}, start_new_session=True,
        )
    )  # fmt: skip
    try:
        process = await asyncio.shield(starting)
        said, _ = await process.communicate(given)
    except OSError:  # no memory, no more processes, or it was removed just now
        return None
    except asyncio.CancelledError:
        await _ended(starting)
        raise
    return said.decode("utf-8", "replace") if process.returncode == 0 else None


async def _ended(starting: asyncio.Task[asyncio.subprocess.Process]) -> None:
    """Ends a process with what it has started. One that is just being started is waited for: broken off, it would be
    ended alone, and what it has started would be waited for."""
    with suppress(OSError):
        process = await starting
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
