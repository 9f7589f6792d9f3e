"""The copy of an index that searches read: whole, shared by a host, with nothing in it that is none of the index."""

import threading
from datetime import timedelta
from pathlib import Path

import obstore
import pytest
from obstore.exceptions import PermissionDeniedError
from obstore.store import S3Store

from engine.knowledge import bucket as buckets
from engine.knowledge import replica, tables
from engine.knowledge.base import KnowledgeError
from engine.knowledge.bucket import Bucket
from engine.knowledge.library import Library
from engine.knowledge.objects import Objects
from engine.knowledge.pointer import FILE, Pointer
from engine.knowledge.replica import Replica
from tests.buckets import Server
from tests.knowledge.bucket.common import LEASE, bucket, change, files, put, shared
from tests.knowledge.conftest import BagOfWords


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
    url: str, root: Path, copies: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its versions have the numbers of the old ones, and its manifests their names."""
    monkeypatch.setattr(buckets, "KNOWN_SECONDS", 0.0)
    Library(Bucket(url, copies / "one"), BagOfWords()).index(root)
    other = Library(Bucket(url, copies / "one"), BagOfWords())
    before = other.search("return any item within days")
    _empty(url)
    change(root)
    shared(url).index(root)
    assert other.search("return any item within days") == shared(url).search("return any item within days") != before
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
