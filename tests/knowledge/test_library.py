"""The index: incremental, versioned, atomic, and never mixed between embedders."""

import asyncio
import multiprocessing
import shutil
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from engine.knowledge import pointer, run
from engine.knowledge.base import EmbedderChanged, IndexMissing, KnowledgeError
from engine.knowledge.folder import Folder
from engine.knowledge.library import Library
from tests.knowledge.conftest import BagOfWords, seen_meanwhile, write_pair

RETURNS = "policies/returns.md"


def test_a_run_reports_what_it_did_and_skips_what_is_broken(library: Library, root: Path) -> None:
    report = library.index(root)
    assert (report.added, report.changed, report.removed, report.unchanged) == (9, 0, 0, 0)
    assert [path for path, _ in report.broken] == ["broken.md"]
    assert "front matter" in report.broken[0][1]
    assert report.chunks == library.count() == 18


def test_only_what_changed_is_embedded_again(library: Library, root: Path, bag: BagOfWords) -> None:
    library.index(root)
    bag.embedded.clear()
    article = root / RETURNS
    article.write_text(article.read_text().replace("30 days", "60 days"))
    (root / "faq" / "payment.md").unlink()
    report = library.index(root)
    assert (report.added, report.changed, report.removed, report.unchanged) == (0, 1, 1, 7)
    assert all(text.startswith("Returning an item") for text in bag.embedded)
    found = library.search("return any item within days", limit=1)[0]
    assert "60 days" in found.text
    assert not [one for one in library.search("paypal invoice cheque", limit=50) if one.source == "faq/payment.md"]


def test_nothing_changed_embeds_nothing_and_keeps_the_version(library: Library, root: Path, tmp_path: Path) -> None:
    library.index(root)
    before = Folder(tmp_path / "index").read()
    assert library.index(root).unchanged == 9
    assert Folder(tmp_path / "index").read() == before


def test_a_passage_can_be_shown_as_it_was(library: Library, root: Path) -> None:
    library.index(root)
    old = library.search("return any item within days", collections=["policies"], limit=1)[0]
    article = root / RETURNS
    article.write_text(article.read_text().replace("30 days", "60 days"))
    library.index(root)
    new = library.search("return any item within days", collections=["policies"], limit=1)[0]
    assert old.id != new.id
    assert old.id.split("@")[0] == new.id.split("@")[0] == "policies/returns.md#how-long-you-have"
    shown = library.passages([new.id, "never/was.md#x@00000000", old.id, "o'hara"])
    assert [one.id for one in shown] == [new.id, old.id]
    assert "30 days" in shown[1].text
    (root / RETURNS).unlink()
    library.index(root)
    assert library.passages([old.id])[0].text == old.text


def test_ids_do_not_depend_on_when_or_where_they_were_made(root: Path, tmp_path: Path) -> None:
    one, two = Library(tmp_path / "a", BagOfWords()), Library(tmp_path / "b", BagOfWords())
    one.index(root)
    two.index(root)
    assert [p.id for p in one.search("warranty", limit=50)] == [p.id for p in two.search("warranty", limit=50)]


def test_a_document_that_breaks_later_keeps_its_last_good_version(library: Library, root: Path) -> None:
    library.index(root)
    (root / RETURNS).write_bytes(b"---\ntitle: x\n---\n\xff\xfe broken")
    report = library.index(root)
    assert RETURNS in dict(report.broken)
    assert report.removed == report.changed == 0
    assert any(one.source == RETURNS for one in library.search("return any item within days"))


def test_searching_before_indexing_says_so(library: Library) -> None:
    with pytest.raises(IndexMissing, match="kb index") as caught:
        library.search("anything")
    assert caught.value.code == "index_missing"
    assert library.passages(["x"]) == []
    assert library.count() == 0


def test_an_empty_folder_is_an_empty_index_and_a_missing_one_an_error(
    library: Library, root: Path, tmp_path: Path
) -> None:
    (tmp_path / "none").mkdir()
    assert library.index(tmp_path / "none").chunks == 0
    assert library.search("anything") == []
    library.index(root)
    with pytest.raises(KnowledgeError, match="does not exist"):
        library.index(tmp_path / "no-such-folder")
    assert library.count() == 18  # a folder that is not mounted empties nothing


def test_another_embedder_never_searches_this_index_and_builds_its_own(root: Path, tmp_path: Path) -> None:
    Library(tmp_path / "index", BagOfWords()).index(root)
    for other in (BagOfWords("bag/2"), BagOfWords("bag/1", dimension=16)):
        library = Library(tmp_path / "index", other)
        with pytest.raises(EmbedderChanged):
            library.search("returns")
    report = library.index(root)
    assert report.added == 9
    assert len(library.search("returns", limit=3)) == 3
    with pytest.raises(EmbedderChanged):
        Library(tmp_path / "index", BagOfWords()).search("returns")


def test_a_search_sees_one_whole_version_while_another_process_indexes(root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pair"
    folder.mkdir()
    index = tmp_path / "index"
    write_pair(folder, 0)
    Library(index, BagOfWords()).index(folder)
    # spawned: LanceDB's threads do not survive a fork
    writer = multiprocessing.get_context("spawn").Process(target=_rewrite_pairs, args=(folder, index))
    writer.start()
    assert len(seen_meanwhile(Library(index, BagOfWords()), writer)) > 1  # the test saw the index change


def _rewrite_pairs(folder: Path, index: Path) -> None:
    library = Library(index, BagOfWords())
    for edition in range(1, 5):
        write_pair(folder, edition)
        library.index(folder)


def test_threads_may_search_at_once_and_two_runs_wait_for_each_other(
    library: Library, root: Path, tmp_path: Path
) -> None:
    failures: list[BaseException] = []

    def run(work: object) -> None:
        try:
            assert callable(work)
            work()
        except BaseException as error:
            failures.append(error)

    runs = [
        threading.Thread(target=run, args=(lambda: Library(tmp_path / "index", BagOfWords()).index(root),))
        for _ in "ab"
    ]
    for thread in runs:
        thread.start()
    for thread in runs:
        thread.join()
    searches = [threading.Thread(target=run, args=(lambda: library.search("warranty lamps"),)) for _ in range(8)]
    for thread in searches:
        thread.start()
    for thread in searches:
        thread.join()
    assert not failures
    assert library.count() == 18


async def test_indexing_and_searching_leave_the_event_loop_free(library: Library, root: Path) -> None:
    steps: list[tuple[int, int]] = []
    report = await library.aindex(
        root, progress=lambda stage, done, total: steps.append((done, total)) if stage == "embed" else None
    )
    assert (steps[0], steps[-1]) == ((0, report.chunks), (report.chunks, report.chunks))
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0)

    ticking = asyncio.create_task(tick())
    found = await asyncio.gather(*(library.asearch("warranty") for _ in range(3)))
    ticking.cancel()
    assert ticks > 3
    assert found[0] == found[1] == found[2] != []


class Interrupted(BagOfWords):
    """Stops after so many passages, as a machine that is switched off does."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.after = after

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        if len(self.embedded) + len(texts) > self.after:
            raise KeyboardInterrupt
        return super().embed(texts)


def test_words_are_found_before_the_vectors_are_there_and_a_run_that_dies_is_taken_up(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "BATCH", 4)
    monkeypatch.setattr(run, "CHECKPOINT", 8)
    with pytest.raises(KeyboardInterrupt):
        Library(tmp_path / "index", Interrupted(10)).index(root)
    library = Library(tmp_path / "index", BagOfWords())
    assert (library.count(), library.embedded()) == (18, 8)
    assert library.search("return any item within days", collections=["policies"], limit=1)[0].source == RETURNS
    bag = BagOfWords()
    report = Library(tmp_path / "index", bag).index(root)
    assert (report.unchanged, report.added, len(bag.embedded)) == (9, 0, 10)
    assert (library.count(), library.embedded()) == (18, 18)


def test_the_first_search_can_be_made_before_the_first_passage_is_embedded(library: Library, root: Path) -> None:
    seen: list[tuple[int, int, int]] = []

    def progress(stage: str, done: int, _total: int) -> None:
        if stage == "embed" and not seen:
            seen.append((done, library.count(), len(library.search("paypal invoice"))))

    library.index(root, progress=progress)
    assert seen[0][:2] == (0, 18)
    assert seen[0][2] > 0


def test_an_index_that_is_removed_and_made_anew_is_seen(library: Library, root: Path, tmp_path: Path) -> None:
    """Its versions have the numbers of the old ones."""
    library.index(root)
    before = library.search("return any item within days")
    shutil.rmtree(tmp_path / "index")
    article = root / "policies" / "returns.md"
    article.write_text(article.read_text().replace("30 days", "60 days"))
    Library(tmp_path / "index", BagOfWords()).index(root)
    found = library.search("return any item within days")
    assert found == Library(tmp_path / "index", BagOfWords()).search("return any item within days") != before


def test_an_index_of_an_older_format_is_made_anew(library: Library, root: Path, tmp_path: Path) -> None:
    library.index(root)
    old = '{"table": "passages_x", "version": 3, "embedder": "bag/1", "dimension": 32, "chunks": 18}'
    (tmp_path / "index" / pointer.FILE).write_text(old)
    with pytest.raises(IndexMissing):
        library.search("paypal")
    assert library.index(root).added == 9
    assert library.search("paypal")
