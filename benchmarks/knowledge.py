"""How well the knowledge is found, answered and kept: `python -m benchmarks.knowledge`.

The pages and questions are those of ../shared/data/aws-doc-qa: 2,809 pages of 14 guides, 100 real questions with the
page that answers each. Half of the questions (by page, so that no page is in both halves) tunes, the other half is held
out. It writes benchmarks/results/knowledge.json after each part, so that a run that is broken off leaves what it found.

Parts: `index` (how long until words can be searched, and until all is embedded; one page changed), `rank` (hit@k of the
default search and of its parts), `chunks` (full text over other sizes of passages), `answer` (how often `local` quotes
the facts, refuses, or is wrong), `recall` (of the vector index), `tune` (weights on the one half; prints them),
`bucket` (searches of the same index in a bucket), `scale` (synthetic copies).
"""

import argparse
import csv
import hashlib
import json
import os
import platform
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from statistics import quantiles
from typing import Any, Final, NamedTuple
from unittest.mock import patch

import numpy as np

from benchmarks.knowledge_bucket import measure_bucket
from benchmarks.knowledge_scale import measure_scale
from engine.knowledge import chunks
from engine.knowledge.library import Library
from engine.knowledge.rerank import Weights, score
from engine.knowledge.search import DEPTH, Filter, Ways, look
from engine.models.base import Job, Message, Passage, Request
from engine.models.local import answer
from engine.models.local.embedding import DIMENSION, PackagedEmbedder, encode
from engine.models.local.words import content_words

DATA = Path(__file__).parents[2] / "shared" / "data" / "aws-doc-qa"
RESULTS = Path(__file__).parent / "results" / "knowledge.json"
AUDIENCE: Final = "internal"
"""The pages say nothing of who may read them."""
DEPTHS: Final = (1, 3, 5, 10)
WAYS: Final[dict[str, Ways]] = {
    "full text of passages": Ways(articles=False, vectors=False, weights=None),
    "vectors": Ways(text=False, articles=False, weights=None),
    "rank fusion of both texts": Ways(vectors=False, weights=None),
    "rank fusion of all three": Ways(weights=None),
    "without vectors, re-ranked": Ways(vectors=False),
    "default": Ways(),
}
GRID: Final = (
    (1.0,),
    (0, 0.2, 0.4, 0.7, 1, 1.5),
    (0, 1, 2, 4, 6, 8),
    (0, 0.5, 1, 2, 3, 5),
    (0, 3, 6, 10, 15, 20, 30),
    (8,),
)
Floats = np.ndarray[Any, np.dtype[np.float64]]


class Asked(NamedTuple):
    """A question of the data."""

    text: str
    page: str
    answer: str


class NoVectors:
    """Stands where only words are measured."""

    name, dimension = "none", 1

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One and the same vector."""
        return [[1.0] for _ in texts]


def questions() -> list[Asked]:
    """All 100."""
    with (DATA / "QA_true.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return [Asked(row["Question"].strip(), row["Document_True"].strip(), row["Answer_True"]) for row in rows]


def halves(asked: Sequence[Asked]) -> tuple[list[int], list[int]]:
    """Numbers of the questions to tune on, and of those held out: pages by the digest of their name."""
    pages = sorted({one.page for one in asked}, key=lambda page: hashlib.sha256(page.encode()).hexdigest())
    tuning: set[str] = set()
    count = 0
    for page in pages:
        if count < len(asked) // 2:
            tuning.add(page)
            count += sum(one.page == page for one in asked)
    numbers = range(len(asked))
    return [n for n in numbers if asked[n].page in tuning], [n for n in numbers if asked[n].page not in tuning]


def page_of(source: str) -> str:
    """As the questions name it."""
    return source.replace("/doc_source/", "/")


def hits(ranks: Sequence[int]) -> dict[str, float]:
    """hit@k of ranks that count from 0."""
    return {f"@{k}": round(sum(rank < k for rank in ranks) / len(ranks), 3) for k in DEPTHS}


def rank(found: Sequence[Passage], page: str) -> int:
    """Of the page among the distinct pages of the passages."""
    pages = list(dict.fromkeys(page_of(one.source) for one in found))
    return pages.index(page) if page in pages else 999


# -- parts -----------------------------------------------------------------------------------------


def measure_index(folder: Path) -> dict[str, Any]:
    """Seconds from the start, by the clock and of the processor."""
    library = Library(folder / "index", PackagedEmbedder())
    root = folder / "pages"
    shutil.copytree(DATA / "documents", root)
    marks: dict[str, tuple[float, float]] = {}
    started, used = time.perf_counter(), time.process_time()

    def progress(stage: str, done: int, total: int) -> None:
        mark = (round(time.perf_counter() - started, 1), round(time.process_time() - used, 1))
        if stage == "embed" and done == 0:
            marks["words can be searched"] = mark
            marks["first search"] = (
                time.perf_counter() - started,
                len(library.search("read replica", audience=AUDIENCE)),
            )
        elif stage == "embed" and done % 2_048 < 64:
            print(f"{done} of {total} embedded after {mark[0]:.0f} s", flush=True)

    report = library.index(root, progress=progress)
    marks["complete"] = (round(time.perf_counter() - started, 1), round(time.process_time() - used, 1))
    found: dict[str, Any] = {
        name: {"seconds": mark[0], "processor": mark[1]} for name, mark in marks.items() if name != "first search"
    }
    found["passages that the first search found"] = marks["first search"][1]
    return {"passages": report.chunks, **found, "one page changed": measure_change(library, root)}


def measure_change(library: Library, root: Path) -> dict[str, float]:
    """One page changed, and indexed again."""
    page = sorted(root.rglob("*.md"))[100]
    page.write_text(page.read_text(encoding="utf-8") + "\nA closing remark of no weight.\n", encoding="utf-8")
    started, used = time.perf_counter(), time.process_time()
    report = library.index(root)
    assert report.changed == 1, report
    return {"seconds": round(time.perf_counter() - started, 2), "processor": round(time.process_time() - used, 2)}


def measure_ranking(library: Library, asked: Sequence[Asked], ways: dict[str, Ways]) -> dict[str, Any]:
    """hit@k of each way on both halves and on all, and how long a search takes."""
    tuning, held_out = halves(asked)
    results: dict[str, Any] = {}
    library.search("warm up", audience=AUDIENCE)
    for name, way in ways.items():
        found, times, used = [], [], time.process_time()
        for one in asked:
            started = time.perf_counter()
            found.append(library.search(one.text, audience=AUDIENCE, limit=50, ways=way))
            times.append(1_000 * (time.perf_counter() - started))
        ranks = [rank(passages, one.page) for passages, one in zip(found, asked, strict=True)]
        few = [
            one.page in {page_of(p.source) for p in passages[:5]} for passages, one in zip(found, asked, strict=True)
        ]
        results[name] = {
            "all": hits(ranks),
            "tuned on": hits([ranks[n] for n in tuning]),
            "held out": hits([ranks[n] for n in held_out]),
            "in the first 5 passages": round(sum(few) / len(few), 3),
            "ms": {"p50": round(quantiles(times, n=100)[49], 1), "p95": round(quantiles(times, n=100)[94], 1)},
            "processor ms": round(1_000 * (time.process_time() - used) / len(asked), 1),
        }
        print(name, results[name], flush=True)
    return results


def measure_chunks(folder: Path, asked: Sequence[Asked]) -> dict[str, Any]:
    """Full text alone, over passages of other sizes."""
    results = {}
    for words in (100, 200, 400):
        with patch.object(chunks, "MAX_WORDS", words), patch.object(chunks, "MAX_CHARACTERS", words * 10):
            library = Library(folder / f"chunks{words}", NoVectors())
            report = library.index(DATA / "documents")
        ways = {"full text of passages": WAYS["full text of passages"], "re-ranked": WAYS["without vectors, re-ranked"]}
        results[f"{words} words"] = {"passages": report.chunks, **measure_ranking(library, asked, ways)}
        shutil.rmtree(folder / f"chunks{words}")
    return results


def tune(library: Library, asked: Sequence[Asked]) -> None:
    """Print the weights: the middle of the best 2 % of a grid, which is less a matter of chance than the one best."""
    current = library._current()
    seen = [
        look(library._at(current), library._embedder, one.text, where=Filter((), None, AUDIENCE), depth=DEPTH)
        for one in asked
    ]
    tuning, held_out = halves(asked)
    for name, numbers, others in (("the one half", tuning, held_out), ("the other half", held_out, tuning)):
        scored = []
        for values in product(*GRID):
            weights = Weights(*values)
            ranks = [_rank_of(seen[n], weights, asked[n].page) for n in numbers]
            worth = sum(1 / (1 + r) + 0.5 * (r < 5) + 0.25 * (r < 10) for r in ranks)
            scored.append((worth, values))
        scored.sort(reverse=True)
        middle = Weights(*np.mean([values for _, values in scored[: len(scored) // 50]], axis=0).round(1).tolist())
        held = hits([_rank_of(seen[n], middle, asked[n].page) for n in others])
        print(f"tuned on {name}: {middle}; on the half that is held out: {held}")


def _rank_of(seen: Sequence[Any], weights: Weights, page: str) -> int:
    order = sorted(seen, key=lambda one: -score(one.evidence, weights))
    pages = list(dict.fromkeys(page_of(one.row["source"]) for one in order))
    return pages.index(page) if page in pages else 999


def says(text: str, gold: str) -> bool:
    """Whether a text holds the facts of the gold answer: all its numbers, and most of its words that say something."""
    held, wanted = set(content_words(text)), set(content_words(gold))
    numbers = {word for word in wanted if any(char.isdigit() for char in word)}
    words = wanted - numbers
    return numbers <= held and len(words & held) >= 0.6 * len(words)


def measure_answers(library: Library, asked: Sequence[Asked]) -> dict[str, Any]:
    """What `local` quotes of the five passages that the search finds."""
    tuning, held_out = halves(asked)
    outcomes = []
    for number, one in enumerate(asked):
        passages = tuple(library.search(one.text, audience=AUDIENCE))
        said = answer.quote(Request(Job.ANSWER, messages=(Message("customer", one.text),), passages=passages))
        quoted = " ".join(f"{p.title} {p.heading}" for p in passages if p.id in said.citations) + " " + said.text
        outcomes.append("refused" if not said.text else "facts" if says(quoted, one.answer) else "other")
        if number % 10 == 9:
            print(f"{number + 1} answered", flush=True)
    parts = {"all": range(len(asked)), "tuned on": tuning, "held out": held_out}
    kinds = ("facts", "refused", "other")
    return {
        name: {kind: round(sum(outcomes[n] == kind for n in numbers) / len(numbers), 3) for kind in kinds}
        for name, numbers in parts.items()
    }


# -- growth ----------------------------------------------------------------------------------------


def measure_recall(library: Library, asked: Sequence[Asked]) -> dict[str, float]:
    """Of the 50 passages nearest to each question, by comparing all, the share that the index finds."""
    table = library._at(library._current()).vectors
    rows = table.search().select(["id", "vector"]).limit(table.count_rows()).to_arrow()
    ids = np.array(rows["id"].to_pylist())
    flat = rows["vector"].combine_chunks().flatten().to_numpy(zero_copy_only=False)
    vectors = flat.reshape(len(ids), DIMENSION)
    shares: dict[str, float] = {}
    for probes in (1, 8, 24, 64):
        found = 0
        for one in encode([one.text for one in asked]):
            query = table.search(one, vector_column_name="vector").distance_type("cosine").nprobes(probes)
            near = {row["id"] for row in query.select(["id", "_distance"]).limit(50).to_list()}
            found += len(near & set(ids[np.argsort(-(vectors @ one))[:50]]))
        shares[f"{probes} probes"] = round(found / (50 * len(asked)), 3)
    return shares


# -- the whole -------------------------------------------------------------------------------------


def save(part: str, found: Any, library: Library) -> None:
    """Beside what other parts found, with the load of the machine at that moment."""
    RESULTS.parent.mkdir(exist_ok=True)
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    about = {
        "at": datetime.now(UTC).isoformat(timespec="minutes"),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
    }
    about |= {"passages": library.count(), "with a vector": library.embedded()}
    results[part] = {"about": about, "found": found}
    RESULTS.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    print(json.dumps({part: results[part]}, indent=2), flush=True)


@contextmanager
def place(given: Path | None) -> Iterator[Path]:
    """The folder that was given, or one that is gone afterwards."""
    if given is not None:
        given.mkdir(parents=True, exist_ok=True)
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="bench-knowledge-") as name:
        yield Path(name)


def main() -> None:
    """Measures the parts that are named."""
    parser = argparse.ArgumentParser(description="measure the knowledge")
    parser.add_argument("parts", nargs="*", default=["index", "rank", "chunks", "answer"], metavar="PART")
    parser.add_argument("--folder", type=Path, help="keep the index here, and use the one that is there")
    parser.add_argument("--rows", type=int, default=1_000_000, help="vectors of `scale`")
    args = parser.parse_args()
    asked = questions()
    with place(args.folder) as folder:
        library = Library(folder / "index", PackagedEmbedder())
        if "index" in args.parts:
            save("index", measure_index(folder), library)
        work: dict[str, Callable[[], Any]] = {
            "rank": lambda: measure_ranking(library, asked, WAYS),
            "chunks": lambda: measure_chunks(folder, asked),
            "answer": lambda: measure_answers(library, asked),
            "recall": lambda: measure_recall(library, asked),
            "bucket": lambda: measure_bucket(folder / "index", [one.text for one in asked], AUDIENCE),
            "scale": lambda: measure_scale(folder, args.rows),
        }
        for part, measure in work.items():
            if part in args.parts:
                save(f"{part} {args.rows}" if part == "scale" else part, measure(), library)
        if "tune" in args.parts:
            tune(library, asked)


if __name__ == "__main__":
    main()
