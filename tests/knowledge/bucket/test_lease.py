"""One run writes to an index in a bucket at a time: leases, and what a run without one still writes."""

import json
import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from multiprocessing.process import BaseProcess
from pathlib import Path
from secrets import token_hex

import pytest

from engine.knowledge import lease
from engine.knowledge.base import IndexTaken, KnowledgeError
from engine.knowledge.library import Library
from engine.knowledge.objects import Changed, Objects, Stored
from engine.knowledge.tables import Tables
from tests.knowledge.bucket.common import LEASE, RETURNS, bucket, change, shared, spawned, together, until
from tests.knowledge.conftest import BagOfWords

LENGTHS = ["Infinity", "NaN", "1e9", "1" + "0" * 400, "-1", "0", "601", '"5"', "null", "[1]", "true"]


def test_a_second_run_waits_for_the_first_which_keeps_its_lease_beyond_its_length(url: str) -> None:
    second = threading.Event()

    def wait() -> None:
        with bucket(url).alone() as hold:
            assert not hold.taken_over
            second.set()

    waiting = threading.Thread(target=wait)
    with bucket(url).alone() as hold:
        waiting.start()
        assert not second.wait(LEASE * 1.5)
        hold.check()
    assert second.wait(LEASE)
    waiting.join()
    assert not [one for one in threading.enumerate() if one.name == "lease"]


def test_two_runs_at_once_make_one_index(url: str, root: Path) -> None:
    reports: list[int] = []
    runs = [threading.Thread(target=lambda: reports.append(shared(url).index(root).added)) for _ in "ab"]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert sorted(reports) == [0, 9]
    assert shared(url).count() == 18


class Waiting(BagOfWords):
    """An embedder that says when it is asked, and answers when a file is there."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        (self.folder / "asked").touch()
        until(lambda: (self.folder / "go").exists(), 60)
        return super().embed(texts)


def _index(url: str, root: Path, folder: Path) -> None:
    try:
        shared(url, Waiting(folder)).index(root)
    except KnowledgeError as error:
        (folder / "raised").write_text(f"{error.code}: {error}")


@pytest.fixture
def embedding(url: str, library: Library, root: Path, tmp_path: Path) -> Iterator[BaseProcess]:
    """Another process in the middle of a run that takes a change up."""
    library.index(root)
    change(root)
    process = spawned(_index, url, root, tmp_path)
    until((tmp_path / "asked").exists, 60)
    yield process
    process.kill()
    process.join()


def test_a_run_that_is_killed_is_taken_up_once_its_lease_has_lapsed(
    embedding: BaseProcess, library: Library, root: Path
) -> None:
    embedding.kill()
    embedding.join()
    began = time.monotonic()
    assert library.index(root).changed == 1
    assert time.monotonic() - began >= LEASE
    assert "60 days" in library.search("return any item within days", collections=["policies"], limit=1)[0].text


def test_a_run_that_was_stopped_for_longer_than_its_lease_writes_nothing_more(
    embedding: BaseProcess, library: Library, url: str, root: Path, tmp_path: Path
) -> None:
    assert embedding.pid is not None
    os.kill(embedding.pid, signal.SIGSTOP)
    assert library.index(root).changed == 1
    published = bucket(url).read()
    os.kill(embedding.pid, signal.SIGCONT)
    (tmp_path / "go").touch()
    embedding.join(60)
    assert (tmp_path / "raised").read_text().startswith("index_taken: ")
    assert url in (tmp_path / "raised").read_text()
    assert bucket(url).read() == published
    assert library.index(root).unchanged == 9


def test_what_a_run_without_lease_still_writes_is_refused_where_it_lands(
    url: str, library: Library, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own look at the clock is left out: a machine may sleep between that and the write."""
    library.index(root)
    change(root)
    monkeypatch.setattr(lease.Lease, "renew", lambda _: None)
    monkeypatch.setattr(lease.Lease, "check", lambda _: None)
    late = bucket(url)
    with late.alone() as hold:
        draft = Tables(late, BagOfWords()).writable(hold)
        before = hold.pointer
        library.index(root)
        with pytest.raises(KnowledgeError, match="another run has begun to write"), late.told("written"):
            draft.replace([], [RETURNS])
        assert before is not None
        with pytest.raises(IndexTaken, match="publishes nothing"):
            hold.publish(before)
    assert library.index(root).unchanged == 9
    assert "60 days" in shared(url).search("return any item within days", collections=["policies"], limit=1)[0].text


def test_a_lease_that_is_taken_is_noticed_before_the_next_write(url: str) -> None:
    place = bucket(url)
    with place.alone() as hold:
        below = Objects(url, os.environ["AWS_ENDPOINT_URL"])
        below.put(lease.FILE, json.dumps({"run": "other", "length": 0.1}).encode(), below.read(lease.FILE))

        def taken() -> bool:
            try:
                hold.check()
            except IndexTaken:
                return True
            return False

        until(taken, LEASE)
    held = below.read(lease.FILE)
    assert held is not None
    assert json.loads(held.body)["run"] == "other"  # it is not given back by whoever has lost it


def test_of_puts_at_once_over_one_object_one_counts(url: str) -> None:
    counted: list[int] = []

    def count() -> None:
        below = Objects(url, os.environ["AWS_ENDPOINT_URL"])
        for _ in range(25):
            before = below.read("x")
            said = int((before.body if before else b"0").split()[0]) + 1
            with suppress(Changed):
                below.put("x", f"{said} {token_hex(8)}".encode(), before)
                counted.append(said)

    together(4, count)
    assert sorted(counted) == list(range(1, len(counted) + 1))


def test_a_lease_that_nobody_can_read_is_taken_over_in_time(url: str, library: Library, root: Path) -> None:
    Objects(url, os.environ["AWS_ENDPOINT_URL"]).put(lease.FILE, b"{", None)
    assert library.index(root).added == 9


@pytest.mark.parametrize("length", LENGTHS)
def test_a_length_that_no_lease_has_is_the_own_one(length: str) -> None:
    said = Stored(f'{{"run": "x", "length": {length}}}'.encode(), "1")
    assert lease._content(said, LEASE)[:2] == ("x", LEASE)


@pytest.mark.parametrize("body", [b"[]", b"null", b"{}", b"\xff", b'{"run": "x"}', b"[" * 100_000])
def test_a_lease_that_says_nothing_is_somebodys(body: bytes) -> None:
    assert lease._content(Stored(body, "1"), LEASE)[:2] == ("unknown", LEASE)
