"""What the tests of an index in a bucket share."""

import multiprocessing
import os
import threading
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path
from secrets import token_hex

from engine.knowledge.bucket import Bucket
from engine.knowledge.library import Library
from tests import buckets
from tests.buckets import Server
from tests.knowledge.conftest import BagOfWords

RETURNS = "policies/returns.md"


LEASE = 3.0
"""Seconds."""


def bucket(url: str) -> Bucket:
    """As one more host has it."""
    return Bucket(url, Path(os.environ["COPIES"], token_hex(4)), lease=LEASE)


def shared(url: str, embedder: BagOfWords | None = None) -> Library:
    """The index as one more host knows it."""
    return Library(bucket(url), embedder or BagOfWords())


def change(root: Path) -> None:
    article = root / RETURNS
    article.write_text(article.read_text().replace("30 days", "60 days"))


def spawned(work: Callable[..., None], *arguments: object) -> BaseProcess:
    """A process of its own: LanceDB's threads do not survive a fork."""
    process = multiprocessing.get_context("spawn").Process(target=work, args=arguments)
    process.start()
    return process


def files(folder: Path) -> set[Path]:
    return {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}


def put(url: str, s3: Server, key: str, body: bytes = b"") -> None:
    """An object by exactly this key, as a person's tool would put it."""
    buckets.put(f"{s3.url}/{url.removeprefix('s3://')}/{key}", body)


def until(holds: Callable[[], bool], seconds: float) -> None:
    limit = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < limit
        time.sleep(0.02)


def failing(status: str, code: str) -> Callable[[str, str], tuple[str, str]]:
    return lambda _method, _path: (status, code)


def together(number: int, work: Callable[[], object]) -> list[float]:
    """Seconds that each of so many threads took, the quickest first."""
    took: list[float] = []

    def one() -> None:
        began = time.monotonic()
        work()
        took.append(time.monotonic() - began)

    threads = [threading.Thread(target=one) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(took) == number
    return sorted(took)
