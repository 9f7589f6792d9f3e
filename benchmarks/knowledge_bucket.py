"""How long a search takes whose index is in a bucket: `python -m benchmarks.knowledge bucket`, beside the same one in a
folder.

The server is the tests' stand-in, on this machine and in this process, so that what it takes itself is in the figures;
`late` is a wait before each of its answers, as the way to a real one takes. Beside the default, which reads a copy on
this machine, a search is measured that reads the bucket itself.
"""

import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import mean, quantiles
from typing import Any, Final
from unittest.mock import patch

from engine.knowledge.bucket import Bucket
from engine.knowledge.library import Library
from engine.knowledge.pointer import FILE
from engine.models.local.embedding import PackagedEmbedder
from tests.buckets import ENVIRONMENT, Server, server

__all__ = ["measure_bucket"]

LATE: Final = (0.0, 0.02)
"""Seconds."""


def measure_bucket(folder: Path, questions: Sequence[str], audience: str) -> dict[str, Any]:
    """Of an index in a folder, which is copied to the stand-in: milliseconds of a search, and its requests."""
    found: dict[str, Any] = {"folder": _times(Library(folder, PackagedEmbedder()), questions, audience)}
    with (
        server() as running,
        patch.dict(os.environ, {**ENVIRONMENT, "AWS_ENDPOINT_URL": running.url}),
        tempfile.TemporaryDirectory(prefix="bench-copies-") as copies,
    ):
        url = f"s3://{running.bucket()}/index"
        _upload(folder, url, running.url)
        for late in LATE:
            running.late = late
            name = f"{1000 * late:.0f} ms to each answer"
            found[f"bucket, {name}"] = _asked(running, Bucket(url, Path(copies, name)), questions, audience)
            with patch.object(Bucket, "reading", lambda place, _pointer: place.connect()):
                direct = Bucket(url, Path(copies))
                found[f"without a copy, {name}"] = _asked(running, direct, questions[:30], audience)
    return found


def _upload(folder: Path, url: str, endpoint: str) -> None:
    from obstore.store import S3Store

    bucket, _, prefix = url.removeprefix("s3://").partition("/")
    store = S3Store(bucket, prefix=prefix, endpoint=endpoint, client_options={"allow_http": True})
    for path in folder.rglob("*"):
        if path.is_file():
            store.put(path.relative_to(folder).as_posix(), path)


def _asked(running: Server, place: Bucket, questions: Sequence[str], audience: str) -> dict[str, Any]:
    library = Library(place, PackagedEmbedder())
    began = time.perf_counter()
    library.search(questions[0], audience=audience)
    first = time.perf_counter() - began
    running.requests.clear()
    once = _times(library, questions, audience)
    pointers = sum(path.endswith(FILE) for _, path in running.requests)
    return {
        "first search of a host, s": round(first, 2),
        **once,
        "requests of a search": round((len(running.requests) - pointers) / len(questions), 1),
        "requests for the pointer": pointers,
    }


def _times(library: Library, questions: Sequence[str], audience: str) -> dict[str, float]:
    times = []
    for one in questions:
        began = time.perf_counter()
        library.search(one, audience=audience)
        times.append(1000 * (time.perf_counter() - began))
    return {"mean, ms": round(mean(times), 1), "p50, ms": _part(times, 50), "p95, ms": _part(times, 95)}


def _part(times: Sequence[float], percent: int) -> float:
    return round(quantiles(times, n=100)[percent - 1], 1)
