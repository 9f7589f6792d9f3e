"""An index in a bucket is as good as one in a folder."""

import time
from pathlib import Path

import pytest

from engine.knowledge import bucket as buckets
from engine.knowledge.base import EmbedderChanged, IndexMissing
from engine.knowledge.library import Library
from engine.knowledge.pointer import FILE
from engine.knowledge.tables import Tables
from tests.buckets import Server
from tests.knowledge.bucket.common import bucket, change, shared, spawned
from tests.knowledge.conftest import BagOfWords, seen_meanwhile, write_pair


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
