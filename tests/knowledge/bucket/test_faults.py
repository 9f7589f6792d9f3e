"""What goes wrong with an index in a bucket is said plainly, and searches go on where they can."""

import asyncio
import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from engine.knowledge import bucket as buckets
from engine.knowledge import objects, opened
from engine.knowledge.base import IndexSilent, KnowledgeError
from engine.knowledge.bucket import Bucket
from engine.knowledge.library import Library
from engine.knowledge.objects import Objects
from engine.knowledge.pointer import FILE, Pointer
from tests.buckets import ENVIRONMENT, Server
from tests.knowledge.bucket.common import (
    bucket,
    change,
    failing,
    shared,
    together,
)
from tests.knowledge.conftest import BagOfWords


@pytest.mark.parametrize(
    ("status", "code", "why"),
    [
        ("403 Forbidden", "AccessDenied", r"refuses \(403\)"),
        ("403 Forbidden", "InvalidAccessKeyId", "does not know these credentials"),
        ("403 Forbidden", "SignatureDoesNotMatch", "does not know these credentials"),
        ("500 Internal Server Error", "InternalError", "answers 500"),
        ("301 Moved Permanently", "PermanentRedirect", "set AWS_REGION"),
    ],
)
def test_what_the_server_answers_is_said_of_every_work(
    status: str, code: str, why: str, library: Library, url: str, root: Path, s3: Server
) -> None:
    library.index(root)
    s3.fails = failing(status, code)
    for work in (lambda: shared(url).search("x"), lambda: library.index(root)):
        with pytest.raises(KnowledgeError, match=why) as caught:
            work()
        assert url in str(caught.value)
        assert ENVIRONMENT["AWS_SECRET_ACCESS_KEY"] not in str(caught.value)


def test_no_bucket(s3: Server, root: Path) -> None:
    library = shared("s3://nobody-made-it/x")
    for work in (lambda: library.search("return"), lambda: library.index(root), lambda: library.passages(["x"])):
        with pytest.raises(KnowledgeError, match="no such bucket: make it, or correct"):
            work()


def test_no_credentials(url: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_METADATA_ENDPOINT", "http://127.0.0.1:9")  # where a machine with a role is told of it
    for work in (lambda: shared(url).search("return"), lambda: shared(url).index(root)):
        with pytest.raises(KnowledgeError, match="there are no credentials for it"):
            work()


def test_a_token_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", "shop")
    monkeypatch.setenv("AZURE_STORAGE_SAS_TOKEN", "x")
    with pytest.raises(KnowledgeError, match="does not know these credentials: see that the variables"):
        shared("az://articles/x").search("return")


@pytest.mark.usefixtures("impatient")
def test_a_server_that_is_gone_between_searches_and_comes_back(
    library: Library, root: Path, s3: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buckets, "KNOWN_SECONDS", 0.0)
    monkeypatch.setattr(buckets, "AGAIN_SECONDS", 0.0)
    library.index(root)
    before = library.search("return any item")
    s3.stop()
    assert library.search("return any item") == before  # of the copy
    monkeypatch.setattr(buckets, "OUTLIVED_SECONDS", 0.0)
    with pytest.raises(IndexSilent, match="its server does not answer"):
        library.search("return any item")
    s3.again()
    assert library.search("return any item") == before


def test_a_server_that_does_not_answer_is_asked_seldom(library: Library, url: str, root: Path, s3: Server,
                                                      monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setattr(buckets, "KNOWN_SECONDS", 0.0)
    monkeypatch.setattr(objects, "RETRIES", 0)
    other = shared(url)
    library.index(root)
    before = other.search("return any item")
    s3.fails = lambda _, path: ("503 Slow Down", "SlowDown")
    s3.requests.clear()
    assert [other.search("return any item") for _ in range(20)] == [before] * 20
    assert len(s3.requests) == 1


def test_of_searches_at_once_one_asks_a_server_that_does_not_answer(
    library: Library, url: str, root: Path, s3: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buckets, "KNOWN_SECONDS", 0.1)
    monkeypatch.setattr(buckets, "AGAIN_SECONDS", 0.1)
    monkeypatch.setattr(objects, "RETRIES", 0)
    library.index(root)
    place = bucket(url)
    before = place.known()
    s3.fails, s3.late = failing("503 Slow Down", "SlowDown"), 2.0
    found: list[object] = []
    for _ in range(2):
        time.sleep(0.2)
        s3.requests.clear()
        found.clear()
        took = together(8, lambda: found.append(place.known()))
        assert (found, len(s3.requests)) == ([before] * 8, 1)
        assert took[-2] < 1.5 < took[-1]


def test_searches_at_once_wait_for_a_server_that_answers(
    library: Library, url: str, root: Path, s3: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else, on a host that had nothing to search for a while, the second would go by an old pointer."""
    library.index(root)
    place = bucket(url)
    before = place.known()
    change(root)
    library.index(root)
    time.sleep(buckets.KNOWN_SECONDS)
    s3.late = 0.3
    found: list[object] = []
    together(4, lambda: found.append(place.known()))
    assert before not in found


def test_of_first_searches_at_once_one_asks(url: str, s3: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "RETRIES", 0)
    s3.fails, s3.late = failing("503 Slow Down", "SlowDown"), 1.0
    place = bucket(url)

    def silent() -> None:
        with pytest.raises(IndexSilent, match="answers 503"):
            place.known()

    together(4, silent)
    assert [path.endswith(FILE) for _, path in s3.requests].count(True) == 1


def test_while_one_search_fetches_a_version_the_others_go_by_the_one_before(
    library: Library, url: str, root: Path, s3: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = shared(url)
    library.index(root)
    before = other.search("return any item")
    change(root)
    library.index(root)
    time.sleep(buckets.KNOWN_SECONDS)
    place = other._place
    bring = place.reading
    fetching = threading.Event()
    go = threading.Event()

    def slow(pointer: Pointer) -> object:
        fetching.set()
        assert go.wait(30)
        return bring(pointer)

    monkeypatch.setattr(place, "reading", slow)
    first = threading.Thread(target=other.search, args=("return any item",))
    first.start()
    assert fetching.wait(30)
    assert other.search("return any item") == before
    go.set()
    first.join()
    assert other.search("return any item") == library.search("return any item") != before


async def test_searches_that_wait_for_a_server_hold_up_nothing_else(library: Library, url: str, root: Path,
                                                                    s3: Server) -> None:  # fmt: skip
    library.index(root)
    s3.late = 0.5
    other = shared(url)
    waiting = [asyncio.create_task(other.asearch("return any item")) for _ in range(12)]
    await asyncio.sleep(0.1)
    began = time.monotonic()
    await asyncio.to_thread(lambda: None)
    assert time.monotonic() - began < 0.4
    assert all(await asyncio.gather(*waiting))


def test_a_version_whose_files_cannot_be_had_leaves_the_one_before(
    library: Library, url: str, root: Path, s3: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buckets, "KNOWN_SECONDS", 0.0)
    monkeypatch.setattr(objects, "RETRIES", 0)
    library.index(root)
    other = shared(url)
    before = other.search("return any item")
    change(root)
    library.index(root)
    s3.fails = lambda _, path: None if path.endswith(FILE) else ("503 Slow Down", "SlowDown")
    s3.requests.clear()
    for _ in range(3):
        assert other.search("return any item") == before
    assert sum(not path.endswith(FILE) for _, path in s3.requests) == 1  # and is seldom asked for
    monkeypatch.setattr(opened, "OUTLIVED_SECONDS", 0.0)
    with pytest.raises(IndexSilent, match="its server answers 503"):
        other.search("return any item")
    s3.sound()
    assert other.search("return any item") == library.search("return any item") != before


def test_a_process_that_begins_while_the_server_is_silent_searches_the_copy(
    library: Library, url: str, root: Path, s3: Server, copies: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buckets, "KNOWN_SECONDS", 0.0)
    monkeypatch.setattr(buckets, "AGAIN_SECONDS", 0.0)
    monkeypatch.setattr(objects, "RETRIES", 0)
    library.index(root)
    first = Library(Bucket(url, copies / "one"), BagOfWords())
    before = first.search("return any item")
    [file] = copies.glob(f"one/*/{FILE}")
    os.utime(file, (0, 0))
    assert first.search("return any item") == before  # it still counts, which is noted
    s3.fails = failing("503 Slow Down", "SlowDown")
    fresh = Library(Bucket(url, copies / "one"), BagOfWords())
    assert fresh.search("return any item") == before
    with pytest.raises(IndexSilent):
        shared(url).search("return any item")  # has no copy
    s3.sound()
    change(root)
    library.index(root)
    assert fresh.search("return any item") == library.search("return any item") != before
    s3.fails = failing("503 Slow Down", "SlowDown")
    for damage in (lambda: os.utime(file, (0, 0)), lambda: file.write_bytes(b"{"), file.unlink):
        damage()
        with pytest.raises(IndexSilent):
            Library(Bucket(url, copies / "one"), BagOfWords()).search("return any item")


def test_a_right_that_is_taken_away_ends_searches_at_once(
    library: Library, root: Path, s3: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buckets, "KNOWN_SECONDS", 0.0)
    library.index(root)
    library.search("return any item")
    s3.fails = lambda _, path: ("403 Forbidden", "AccessDenied")
    with pytest.raises(KnowledgeError, match="refuses"):
        library.search("return any item")


def test_a_server_that_goes_while_a_version_is_fetched(library: Library, url: str, root: Path, s3: Server) -> None:
    library.index(root)
    other = shared(url)
    s3.fails = lambda _, path: ("503 Slow Down", "SlowDown") if "/data/" in path else None
    with pytest.raises(KnowledgeError, match="its server answers 503"):
        other.search("return any item")
    s3.sound()
    assert other.search("return any item") == library.search("return any item")


class Stopping(BagOfWords):
    """Stops the server as soon as it is asked."""

    def __init__(self, stop: Callable[[], None]) -> None:
        super().__init__()
        self.stop = stop

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        self.stop()
        return super().embed(texts)


@pytest.mark.usefixtures("impatient")
def test_a_server_that_is_gone_during_a_run_leaves_what_was_published(
    library: Library, url: str, root: Path, s3: Server
) -> None:
    library.index(root)
    change(root)
    with pytest.raises(KnowledgeError, match="does not answer; what was indexed before stays"):
        shared(url, Stopping(s3.stop)).index(root)
    s3.again()
    assert "30 days" in library.search("return any item within days", collections=["policies"], limit=1)[0].text
    assert library.index(root).changed == 1


def test_a_server_that_takes_every_put_is_not_written_to(library: Library, root: Path, stand_in: Server) -> None:
    stand_in.heeds_conditions = False
    for _ in "ab":  # the second has nobody to wait for
        with pytest.raises(KnowledgeError, match="does not hold a put to its condition"):
            library.index(root)
    assert not [path for method, path in stand_in.requests if method == "PUT" and ".lance" in path]


def test_a_server_that_knows_its_etags_without_quotes_only(library: Library, root: Path, stand_in: Server) -> None:
    """As Ceph's gateway, which refuses a put by the etag as it was sent."""
    stand_in.if_match = lambda etag: "none" if etag.startswith('"') else etag
    assert library.index(root).added == 9
    change(root)
    assert library.index(root).changed == 1
    assert "60 days" in library.search("return any item within days", collections=["policies"], limit=1)[0].text


@pytest.mark.parametrize(
    ("if_match", "why"),
    [
        (lambda _: "none", r"refuses a put whose condition \(If-Match\) holds"),
        (lambda etag: "none" if etag.startswith('"') else None, "does not hold a put to its condition"),
    ],
)
def test_a_server_that_knows_no_etag_is_not_written_to(
    if_match: Callable[[str], str | None], why: str, library: Library, root: Path, stand_in: Server
) -> None:
    stand_in.if_match = if_match
    for _ in "ab":
        with pytest.raises(KnowledgeError, match=why):
            library.index(root)
    assert not [path for method, path in stand_in.requests if method == "PUT" and ".lance" in path]


def test_a_damaged_pointer_says_what_to_remove(library: Library, url: str, root: Path) -> None:
    library.index(root)
    below = Objects(url, os.environ["AWS_ENDPOINT_URL"])
    below.put(FILE, b'{"versions": 1', below.read(FILE))
    with pytest.raises(KnowledgeError, match=f"remove what is below {url} and index again"):
        shared(url).search("x")


def test_an_answer_that_was_lost_is_no_other_run(url: str, s3: Server) -> None:
    """A put that was done and not answered is sent again, and then finds its own object."""
    below = Objects(url, os.environ["AWS_ENDPOINT_URL"])
    made = below.put("x", b"mine", None)
    assert below.put("x", b"mine", None) == made
    assert below.put("x", b"mine too", made) == below.put("x", b"mine too", made)
