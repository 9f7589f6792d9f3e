"""An index whose run fails or dies, or whose files are gone: what was published last is searched, or is told."""

import errno
import json
import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from engine.knowledge import pointer, tables
from engine.knowledge.base import KnowledgeError
from engine.knowledge.folder import Folder, Held
from engine.knowledge.library import Library
from engine.knowledge.tables import Draft
from tests.knowledge.conftest import BagOfWords, write_pair

RETURNS = "policies/returns.md"
FULL = "lance error: LanceError(IO): No space left on device (os error 28), vendor/lance-file/structural.rs:258:9"


class FailingEmbedder(BagOfWords):
    """Fails at the second call."""

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        raise ConnectionError("no embedder")


def test_a_run_that_fails_leaves_the_old_index(library: Library, root: Path, tmp_path: Path) -> None:
    library.index(root)
    article = root / RETURNS
    article.write_text(article.read_text().replace("30 days", "60 days"))
    with pytest.raises(ConnectionError):
        Library(tmp_path / "index", FailingEmbedder()).index(root)
    assert "30 days" in library.search("return any item within days", collections=["policies"], limit=1)[0].text
    assert library.index(root).changed == 1


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (RuntimeError(FULL), "no space left on device; what was indexed before stays"),
        (OSError(errno.EROFS, "Read-only file system", "/x"), "read-only file system; what"),
        (
            RuntimeError("lance error: LanceError(Internal): x, vendor/y.rs:1:2"),
            "LanceDB cannot go on with its files",
        ),
    ],
)
def test_a_disk_that_takes_no_more_is_told_plainly_and_the_old_index_stays(
    error: Exception, why: str, library: Library, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.index(root)
    before = library.count()
    (root / "new.md").write_text("# New\nText.")

    def full(*_: object) -> None:
        raise error

    monkeypatch.setattr(Draft, "replace", full)
    with pytest.raises(KnowledgeError, match=why) as caught:
        library.index(root)
    assert ".rs" not in str(caught.value)
    assert library.count() == before
    assert library.search("return any item", limit=1)


def test_a_state_folder_that_is_none_is_told(root: Path, tmp_path: Path, bag: BagOfWords) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(KnowledgeError, match="cannot be written: not a directory"):
        Library(tmp_path / "file" / "index", bag).index(root)
    (tmp_path / "index" / "index.lock").mkdir(parents=True)
    with pytest.raises(KnowledgeError, match="cannot be written: is a directory"):
        Library(tmp_path / "index", bag).index(root)


def test_files_of_the_index_that_cannot_be_read_are_told(
    library: Library, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.index(root)

    def broken(*_: object) -> None:
        raise RuntimeError("lance error: LanceError(IO): Input/output error (os error 5), vendor/x.rs:1:2")

    monkeypatch.setattr(Library, "_at", broken)
    with pytest.raises(KnowledgeError, match="cannot be read: input/output error"):
        library.search("return")


def test_a_run_that_dies_before_its_last_step_is_not_seen_and_undone(
    library: Library, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.index(root)
    article = root / RETURNS
    article.write_text(article.read_text().replace("30 days", "60 days"))
    (root / "faq" / "payment.md").unlink()

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Held, "publish", dies)
        with pytest.raises(KeyboardInterrupt):
            library.index(root)
    fresh = Library(tmp_path / "index", BagOfWords())
    for seen in (library, fresh):
        assert "30 days" in seen.search("return any item within days", collections=["policies"], limit=1)[0].text
        assert seen.search("paypal invoice", limit=1)[0].source == "faq/payment.md"
    report = fresh.index(root)
    assert (report.changed, report.removed) == (1, 1)
    assert "60 days" in library.search("return any item within days", collections=["policies"], limit=1)[0].text


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every change is put in order, and old versions go at once."""
    monkeypatch.setattr(tables, "SLACK", -1)
    monkeypatch.setattr(tables, "EXACT", 1)
    monkeypatch.setattr(tables, "KEEP_VERSIONS", timedelta(milliseconds=1))


class Dies:
    """A method of the lock that is not come back from at its nth call."""

    def __init__(self, at: int) -> None:
        self.left = at

    def before(self, method: Callable[..., None]) -> Callable[..., None]:
        def called(*arguments: Any) -> None:
            self.left -= 1
            if self.left < 0:
                raise KeyboardInterrupt
            method(*arguments)

        return called


@pytest.mark.usefixtures("brief")
@pytest.mark.parametrize("first", [True, False])
def test_wherever_a_run_dies_what_is_pointed_at_can_be_searched_and_indexed(
    first: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    articles = tmp_path / "pair"
    articles.mkdir()
    (tmp_path / "before").mkdir()
    write_pair(articles, 0)
    if not first:
        Library(tmp_path / "before", BagOfWords()).index(articles)
        write_pair(articles, 1)
        (articles / "empty.md").write_text("")  # takes no part in the vectors
    for at in count():
        place = Path(shutil.copytree(tmp_path / "before", tmp_path / str(at)))
        dies = Dies(at)
        with monkeypatch.context() as patch, suppress(KeyboardInterrupt):
            for name in ("check", "publish"):
                patch.setattr(Held, name, dies.before(getattr(Held, name)))
            Library(place, BagOfWords()).index(articles)
        library = Library(place, BagOfWords())
        if Folder(place).read() is not None:
            assert library.search("edition")
        library.index(articles)
        assert {one.text for one in library.search("edition")} == {f"This is edition {0 if first else 1}."}
        if dies.left >= 0:
            break
    assert at > 10


def test_a_version_that_is_gone_is_told_and_made_anew(library: Library, root: Path, tmp_path: Path) -> None:
    library.index(root)
    current = Folder(tmp_path / "index").read()
    assert current is not None
    table = Folder(tmp_path / "index").connect().open_table(f"passages_{current.table}")
    table.delete("id = 'x'")
    table.delete("true")
    time.sleep(0.01)
    table.optimize(cleanup_older_than=timedelta(milliseconds=1))
    fresh = Library(tmp_path / "index", BagOfWords())
    with pytest.raises(KnowledgeError, match="index again"):
        fresh.search("return")
    assert fresh.index(root).added == 9
    assert fresh.search("return any item")
    Folder(tmp_path / "index").connect().drop_table(f"vectors_{current.table}")
    with pytest.raises(KnowledgeError, match="index again"):
        Library(tmp_path / "index", BagOfWords()).search("return")
    assert fresh.index(root).added == 9
    assert fresh.search("return any item")


def test_a_damaged_pointer_says_what_to_do(library: Library, root: Path, tmp_path: Path) -> None:
    library.index(root)
    file = tmp_path / "index" / pointer.FILE
    sound = json.loads(file.read_bytes())
    versions = sound["versions"]
    damaged: list[dict[str, object]] = [{"versions": one} for one in ([1], None, "x", {}, {"passages": "x"})]
    damaged += [{"versions": {**versions, "vectors": one}} for one in (True, 0, 2**70, "4")]
    damaged += [{"table": "../x"}, {"table": 1}, {"embedder": None}, {"dimension": "32"}, {"chunks": -1}, {"made": 1}]
    for text in [
        '{"table": 1',
        "[1]",
        "null",
        '"x"',
        "[" * 100_000,
        *(json.dumps({**sound, **one}) for one in damaged),
    ]:
        file.write_text(text)
        for work in (library.count, lambda: library.search("x"), lambda: library.index(root)):
            with pytest.raises(KnowledgeError, match="index again"):
                work()
