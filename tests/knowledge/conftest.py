"""A small desk's articles, an embedder for tests, and the packaged one once for the whole set."""

import hashlib
import shutil
from collections.abc import Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from engine.knowledge.library import Library
from engine.models.local.embedding import PackagedEmbedder

ARTICLES = Path(__file__).parent / "articles"
SHOP = Path(__file__).parents[2] / "knowledge"


class BagOfWords:
    """An embedder that counts words into a few buckets: quick, and enough to tell one text from another."""

    def __init__(self, name: str = "bag/1", dimension: int = 32) -> None:
        self.name = name
        self.dimension = dimension
        self.embedded: list[str] = []

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        self.embedded += texts
        return [self._vector(text) for text in texts]

    def _vector(self, text: str) -> list[float]:
        vector = [0.01] * self.dimension
        for word in text.lower().split():
            vector[hashlib.sha256(word.encode("utf-8", "replace")).digest()[0] % self.dimension] += 1
        length = sum(one * one for one in vector) ** 0.5
        return [one / length for one in vector]


@pytest.fixture
def bag() -> BagOfWords:
    return BagOfWords()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the articles that a test may change."""
    return Path(shutil.copytree(ARTICLES, tmp_path / "knowledge"))


@pytest.fixture
def library(tmp_path: Path, bag: BagOfWords) -> Library:
    return Library(tmp_path / "index", bag)


@pytest.fixture(scope="session")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """The articles, indexed once with the packaged embedder."""
    library = Library(tmp_path_factory.mktemp("packaged"), PackagedEmbedder())
    library.index(ARTICLES)
    return library


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """The sample shop: 35 articles in English, two in German."""
    library = Library(tmp_path_factory.mktemp("shop"), PackagedEmbedder())
    library.index(SHOP)
    return library


def write_pair(folder: Path, edition: int) -> None:
    """Two articles that change together."""
    for name in ("a", "b"):
        text = f"---\ntitle: {name}\naudience: public\n---\nThis is edition {edition}.\n"
        (folder / f"{name}.md").write_text(text)


def seen_meanwhile(library: Library, writer: BaseProcess) -> set[str]:
    """What searches find while another process rewrites the pair; no search may see one new and the other old."""
    seen: set[str] = set()
    while True:
        alive = writer.is_alive()
        found = library.search("edition", limit=10)
        assert len(found) == 2
        editions = {one.text for one in found}
        assert len(editions) == 1, editions
        seen |= editions
        if not alive:
            break
    writer.join()
    assert writer.exitcode == 0
    return seen
