"""An index in a bucket, on a server that speaks S3: as good as one in a folder, one writer at a time, and what goes
wrong is said plainly."""

import asyncio
import json
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from secrets import token_hex

import httpx
import obstore
import pytest
from obstore.exceptions import PermissionDeniedError
from obstore.store import S3Store

from engine.knowledge import bucket as buckets
from engine.knowledge import lease, objects, opened, replica, tables
from engine.knowledge.base import EmbedderChanged, IndexMissing, IndexSilent, IndexTaken, KnowledgeError
from engine.knowledge.bucket import Bucket
from engine.knowledge.library import Library
from engine.knowledge.objects import Objects, Stored
from engine.knowledge.pointer import FILE, Pointer
from engine.knowledge.replica import Replica
from engine.knowledge.tables import Tables
from tests.buckets import ENVIRONMENT, Server
from tests.knowledge.conftest import BagOfWords, seen_meanwhile, write_pair

RETURNS = "policies/returns.md"
LEASE = 3.0
"""Seconds."""


@pytest.fixture
def url(s3: Server) -> str:
    return f"s3://{s3.bucket()}/shop/index"


@pytest.fixture
def library(url: str, bag: BagOfWords) -> Library:
    return shared(url, bag)


@pytest.fixture(autouse=True)
def copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where hosts have their copies; processes that a test starts find it too."""
    monkeypatch.setenv("COPIES", str(tmp_path / "copies"))
    return tmp_path / "copies"


def bucket(url: str) -> Bucket:
    """As one more host has it."""
    return Bucket(url, Path(os.environ["COPIES"], token_hex(4)), lease=LEASE)


def shared(url: str, embedder: BagOfWords | None = None) -> Library:
    """The index as one more host knows it."""
    return Library(bucket(url), embedder or BagOfWords())


def change(root: Path) -> None:
    article = root / RETURNS
    article.write_text(article.read_text().replace("30 days", "60 days"))


# -- as in a folder --------------------------------------------------------------------------------


def test_a_bucket_finds_what_a_folder_finds(library: Library, url: str, root: Path, tmp_path: Path) -> None:
    folder = Library(tmp_path / "index", BagOfWords())
    assert library.index(root) == folder.index(root)
    for query in ("return any item within days", "warranty lamps", "paypal invoice"):
        assert shared(url).search(query, limit=50) == folder.search(query, limit=50)
    change(root)
    (root / "faq" / "payment.md").unlink()
    assert library.index(root) == folder.index(root)
    assert library.search("return any item", limit=50) == folder.search("return any item", limit=50)
    assert (library.count(), library.embedded()) == (folder.count(), folder.embedded())
    assert library.index(root).unchanged == 8


def test_a_passage_can_be_shown_as_it_was(library: Library, url: str, root: Path) -> None:
    assert library.passages(["x"]) == []
    library.index(root)
    old = library.search("return any item within days", collections=["policies"], limit=1)[0]
    change(root)
    library.index(root)
    assert "30 days" in shared(url).passages([old.id])[0].text


def test_nothing_indexed_yet_is_said(library: Library) -> None:
    with pytest.raises(IndexMissing, match="kb index"):
        library.search("anything")
    assert library.count() == 0


def test_searches_ask_for_the_pointer_every_few_seconds_and_another_host_sees_what_is_new(
    library: Library, url: str, root: Path, s3: Server
) -> None:
    library.index(root)
    other = shared(url)
    other.search("return")
    s3.requests.clear()
    began = time.monotonic()
    for _ in range(20):
        other.search("return any item within days", collections=["policies"])
    asked = sum(path.endswith(FILE) for _, path in s3.requests)
    assert asked <= 1 + (time.monotonic() - began) / buckets.KNOWN_SECONDS
    change(root)
    library.index(root)
    published = time.monotonic()
    assert "60 days" in library.search("return any item within days", collections=["policies"], limit=1)[0].text
    while "60 days" not in other.search("return any item within days", collections=["policies"], limit=1)[0].text:
        assert time.monotonic() < published + buckets.KNOWN_SECONDS + 5
        time.sleep(0.05)


def test_another_embedder_makes_its_own_index_and_the_old_one_goes(library: Library, url: str, root: Path) -> None:
    library.index(root)
    second = shared(url, BagOfWords("bag/2"))
    with pytest.raises(EmbedderChanged):
        second.search("returns")
    assert second.index(root).added == 9
    assert second.search("returns")
    assert second.index(root).unchanged == 9
    kinds = sorted(name.partition("_")[0] for name in Tables(bucket(url), BagOfWords()).names())
    assert kinds == ["articles", "history", "passages", "vectors"]


def test_who_only_searches_writes_nothing(library: Library, url: str, root: Path, s3: Server) -> None:
    library.index(root)
    s3.requests.clear()
    reader = shared(url)
    assert reader.passages([reader.search("warranty")[0].id])
    assert {method for method, _ in s3.requests} <= {"GET", "HEAD"}


def test_a_search_sees_one_whole_version_while_another_process_indexes(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buckets, "KNOWN_SECONDS", 0.0)
    folder = tmp_path / "pair"
    folder.mkdir()
    write_pair(folder, 0)
    shared(url).index(folder)
    writer = spawned(_rewrite_pairs, url, folder)
    assert len(seen_meanwhile(shared(url), writer)) > 1  # the test saw the index change


def _rewrite_pairs(url: str, folder: Path) -> None:
    library = shared(url)
    for edition in range(1, 5):
        write_pair(folder, edition)
        library.index(folder)


def spawned(work: Callable[..., None], *arguments: object) -> BaseProcess:
    """A process of its own: LanceDB's threads do not survive a fork."""
    process = multiprocessing.get_context("spawn").Process(target=work, args=arguments)
    process.start()
    return process


# -- the copy that is searched ---------------------------------------------------------------------


def files(folder: Path) -> set[Path]:
    return {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}


def test_what_is_there_is_not_fetched_again_and_what_is_gone_is_removed_in_time(
    library: Library, url: str, root: Path, s3: Server, copies: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Bucket(url, copies / "one", lease=LEASE)
    Library(place, BagOfWords()).index(root)
    assert Library(place, BagOfWords()).search("warranty")
    s3.requests.clear()
    assert Library(Bucket(url, copies / "one"), BagOfWords()).search("warranty")
    asked = [path for method, path in s3.requests if "/passages_" in path or "/vectors_" in path]
    assert all(path.endswith(".manifest") for path in asked), asked
    before = {path for path in files(copies / "one") if path.name != FILE}
    second = shared(url, BagOfWords("bag/2"))
    second.index(root)
    change(root)
    second.index(root)  # removes the tables of the first
    for settled, left in ((3_600.0, before), (-1.0, set())):
        monkeypatch.setattr(replica, "_SETTLED", settled)
        Library(Bucket(url, copies / "one"), BagOfWords("bag/2")).search("warranty")
        assert before & files(copies / "one") == left


def test_an_index_that_is_made_anew_at_the_same_url_is_read_anew(
    url: str, root: Path, copies: Path, s3: Server
) -> None:
    """Its manifests have the names of the old ones."""
    Library(Bucket(url, copies / "one"), BagOfWords()).index(root)
    assert Library(Bucket(url, copies / "one"), BagOfWords()).search("return any item within days")
    _empty(url)
    change(root)
    shared(url).index(root)
    found = Library(Bucket(url, copies / "one"), BagOfWords()).search("return any item within days")
    assert found == shared(url).search("return any item within days")
    assert any("60 days" in one.text for one in found)


def _empty(url: str) -> None:
    """As somebody does who wants to be rid of it."""
    name, _, prefix = url.removeprefix("s3://").partition("/")
    store = S3Store(name, client_options={"allow_http": True})
    for some in obstore.list(store, prefix):
        store.delete([one["path"] for one in some])


def test_processes_of_one_host_share_a_copy(library: Library, url: str, root: Path, copies: Path) -> None:
    library.index(root)
    found: list[int] = []

    def search() -> None:
        found.append(len(Library(Bucket(url, copies / "one"), BagOfWords()).search("warranty", limit=50)))

    threads = [threading.Thread(target=search) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [found[0]] * 6
    assert not [path for path in files(copies / "one") if path.name.endswith(".new")]


def put(url: str, s3: Server, key: str, body: bytes = b"") -> None:
    """An object by exactly this key, as a person's tool would put it."""
    httpx.put(f"{s3.url}/{url.removeprefix('s3://')}/{key}", content=body).raise_for_status()


def test_objects_that_are_none_of_the_index_break_nothing(
    library: Library, url: str, root: Path, s3: Server, copies: Path
) -> None:
    library.index(root)
    before = library.search("warranty")
    current = bucket(url).read()
    assert current is not None
    table = f"passages_{current.table}.lance"
    named = next(path for path, _ in Objects(url, s3.url).sizes(f"{table}/data"))
    for key in (table, f"{table}/", f"{table}/data", f"{table}/data/", f"{named}/", f"{table}x/y", f"{table}/new/"):
        put(url, s3, key)
    assert Library(Bucket(url, copies / "one"), BagOfWords()).search("warranty") == before
    put(url, s3, f"{table}/%2e%2e/%2e%2e/x", b"x")
    with pytest.raises(KnowledgeError, match="an object there has a name with"):  # by none can it be asked for
        shared(url).search("warranty")


@pytest.mark.parametrize(
    "name", ["../x", "t/../../x", "/x", "t//x", "t", "t/.", "tx/y", "u/x", "t/\0", "t/" + 256 * "x"]
)
def test_no_name_leads_out_of_the_copy(name: str, tmp_path: Path) -> None:
    listed = [(name, 1), ("t/x", 2), ("t/y/z", 3), ("t/y", 0)]
    assert replica._files("t", listed) == {"t/x": 2, "t/y/z": 3}


def test_a_listing_that_is_behind_is_made_again(library: Library, url: str, root: Path, s3: Server) -> None:
    """As where a run removes old files between the listing and the fetching."""
    library.index(root)
    gone: list[str] = []

    def once(_: str, path: str) -> tuple[str, str] | None:
        if "/data/" not in path or gone:
            return None
        gone.append(path)
        return "404 Not Found", "NoSuchKey"

    s3.fails = once
    assert shared(url).search("warranty") == library.search("warranty")
    s3.fails = lambda _, path: ("404 Not Found", "NoSuchKey") if "/data/" in path else None
    with pytest.raises(KnowledgeError):
        shared(url).search("warranty")


def test_a_version_that_was_replaced_and_removed_meanwhile_is_not_missed(
    library: Library, url: str, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.index(root)
    place = bucket(url)
    place.read()
    change(root)
    for name, value in {"SLACK": -1, "KEEP_VERSIONS": timedelta(milliseconds=1)}.items():
        monkeypatch.setattr(tables, name, value)
    library.index(root)
    assert Library(place, BagOfWords()).search("return any item") == library.search("return any item")


def test_what_is_queued_behind_a_fetch_that_failed_is_not_tried(url: str, s3: Server, tmp_path: Path) -> None:
    for number in range(100):
        put(url, s3, f"passages_t.lance/data/{number}", b"x")
    put(url, s3, "passages_t.lance/_versions/1.manifest", b"x")
    s3.requests.clear()
    s3.fails = lambda _, path: ("403 Forbidden", "AccessDenied") if "/data/" in path else None
    current = Pointer(table="t", versions={"passages": 1}, embedder="bag/1", dimension=32, chunks=1, embedded=1)
    with pytest.raises(PermissionDeniedError):
        Replica(tmp_path / "copy", Objects(url, s3.url)).bring(current)
    assert sum("/data/" in path for _, path in s3.requests) < 50


def test_a_copy_that_cannot_be_kept_is_told(library: Library, url: str, root: Path, tmp_path: Path) -> None:
    library.index(root)
    (tmp_path / "file").write_text("x")
    with pytest.raises(KnowledgeError, match=f"cannot be kept: not a directory; it is this machine's copy of {url}"):
        Library(Bucket(url, tmp_path / "file"), BagOfWords()).search("warranty")


def test_a_copy_with_a_broken_file_says_what_to_remove(library: Library, url: str, root: Path, copies: Path) -> None:
    library.index(root)
    assert Library(Bucket(url, copies / "one"), BagOfWords()).search("warranty")
    for path in copies.glob("one/*/*/data/*"):
        path.write_bytes(b"\0" * path.stat().st_size)
    with pytest.raises(KnowledgeError, match=f"remove the copy in {copies / 'one'}/"):
        Library(Bucket(url, copies / "one"), BagOfWords()).search("warranty")


# -- one writer at a time --------------------------------------------------------------------------


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


def until(holds: Callable[[], bool], seconds: float) -> None:
    limit = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < limit
        time.sleep(0.02)


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


def test_a_lease_that_nobody_can_read_is_taken_over_in_time(url: str, library: Library, root: Path) -> None:
    Objects(url, os.environ["AWS_ENDPOINT_URL"]).put(lease.FILE, b"{", None)
    assert library.index(root).added == 9


LENGTHS = ["Infinity", "NaN", "1e9", "1" + "0" * 400, "-1", "0", "601", '"5"', "null", "[1]", "true"]


@pytest.mark.parametrize("length", LENGTHS)
def test_a_length_that_no_lease_has_is_the_own_one(length: str) -> None:
    said = Stored(f'{{"run": "x", "length": {length}}}'.encode(), "1")
    assert lease._content(said, LEASE)[:2] == ("x", LEASE)


@pytest.mark.parametrize("body", [b"[]", b"null", b"{}", b"\xff", b'{"run": "x"}', b"[" * 100_000])
def test_a_lease_that_says_nothing_is_somebodys(body: bytes) -> None:
    assert lease._content(Stored(body, "1"), LEASE)[:2] == ("unknown", LEASE)


# -- what goes wrong -------------------------------------------------------------------------------


def failing(status: str, code: str) -> Callable[[str, str], tuple[str, str]]:
    return lambda _method, _path: (status, code)


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


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "RETRIES", 1)
    monkeypatch.setattr(objects, "RETRY_SECONDS", 1)


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

    def __init__(self, s3: Server) -> None:
        super().__init__()
        self.s3 = s3

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        self.s3.stop()
        return super().embed(texts)


@pytest.mark.usefixtures("impatient")
def test_a_server_that_is_gone_during_a_run_leaves_what_was_published(
    library: Library, url: str, root: Path, s3: Server
) -> None:
    library.index(root)
    change(root)
    with pytest.raises(KnowledgeError, match="does not answer; what was indexed before stays"):
        shared(url, Stopping(s3)).index(root)
    s3.again()
    assert "30 days" in library.search("return any item within days", collections=["policies"], limit=1)[0].text
    assert library.index(root).changed == 1


def test_a_server_that_takes_every_put_is_not_written_to(library: Library, root: Path, s3: Server) -> None:
    s3.heeds_conditions = False
    for _ in "ab":  # the second has nobody to wait for
        with pytest.raises(KnowledgeError, match="does not hold a put to its condition"):
            library.index(root)
    assert not [path for method, path in s3.requests if method == "PUT" and ".lance" in path]


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
