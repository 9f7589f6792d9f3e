"""The index of the team's articles: tables of LanceDB with full text and vectors, incremental and versioned."""

import asyncio
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from pathlib import Path
from typing import Final

from engine.knowledge.base import Embedder, EmbedderChanged, IndexMissing, IndexReport, Passage, Progress
from engine.knowledge.folder import Folder
from engine.knowledge.letters import composed
from engine.knowledge.opened import Opened
from engine.knowledge.place import Place
from engine.knowledge.pointer import Pointer
from engine.knowledge.preferred import preferring
from engine.knowledge.run import Run
from engine.knowledge.search import DEFAULT, MAX_QUERY, Edition, Filter, Ways, hybrid, passage
from engine.knowledge.tables import Tables, sources
from engine.models.local.synonyms import NONE, Synonyms

_SEARCHES: Final = ThreadPoolExecutor(16, "searches")
"""Of their own: those that wait for a server hold up nothing else."""


class Library:
    """Articles below one folder, indexed at a place, or in the folder at a path. What the `synonyms` of a question are
    called else is searched for too.

    Every method blocks; `asearch` and `aindex` are for asyncio. Any number of processes may search while one
    indexes; a second one that indexes waits for the first. What the place cannot do raises `KnowledgeError`.
    """

    def __init__(self, place: Place | Path, embedder: Embedder, synonyms: Synonyms = NONE) -> None:
        self._place = Folder(place) if isinstance(place, Path) else place
        self._embedder = embedder
        self.synonyms = synonyms
        self._opened = Opened(self._place)

    # -- search ------------------------------------------------------------------------------------

    def search(
        self,
        query: str,
        *,
        collections: Collection[str] = (),
        language: str | None = None,
        prefer: str | None = None,
        audience: str = "public",
        limit: int = 5,
        ways: Ways = DEFAULT,
    ) -> list[Passage]:
        """The passages that answer the query best come first, at most `limit`.

        `collections`: none means all. `language`: articles of another language are left out, those that do
        not say theirs are kept. Else, with `prefer`, those in this language come before others
        (`engine.knowledge.preferred`). `audience`: `public` finds public articles only, another name those of that
        name too. A query without a letter or digit finds nothing; of a long one the beginning counts. `ways`: others
        than those of tickets. Raises `IndexMissing`, and `EmbedderChanged` when the index was made by another embedder.
        """
        current = self._current()
        self._check(current)
        if limit < 1 or not current.chunks:
            return []
        query = self.synonyms.beside(composed(query[:MAX_QUERY]))
        where = Filter(tuple(collections), language, audience)
        with self._place.told("read"):
            if language or not prefer:
                return hybrid(self._at(current), self._embedder, query, where=where, limit=limit, ways=ways)
            return preferring(
                self._at(current), self._embedder, query, where=where, prefer=prefer, limit=limit, ways=ways
            )

    async def asearch(
        self,
        query: str,
        *,
        collections: Collection[str] = (),
        prefer: str | None = None,
        audience: str = "public",
        limit: int = 5,
    ) -> list[Passage]:
        """`search`, without blocking the event loop."""
        search = partial(self.search, query, collections=collections, prefer=prefer, audience=audience, limit=limit)
        return await asyncio.get_running_loop().run_in_executor(_SEARCHES, copy_context().run, search)

    def passages(self, ids: Sequence[str]) -> list[Passage]:
        """Passages by id, in the order of `ids`, also those that have left the index since, as they were.

        Ids that never were are left out.
        """
        if not ids or not self._place.there():
            return []
        with self._place.told("read"):
            found = Tables(self._place, self._embedder).remembered(ids)
        return [passage(found[one], 0.0) for one in ids if one in found]

    def sources(self) -> frozenset[str]:
        """The paths of all articles that can be found. Raises what a search raises."""
        current = self._current()
        with self._place.told("read"):
            return sources(self._at(current))

    def count(self) -> int:
        """Passages that can be found; 0 where nothing is indexed yet."""
        current = self._place.read()
        return current.chunks if current else 0

    def embedded(self) -> int:
        """Passages that are found by their meaning too; while an index is being made, fewer than `count`."""
        current = self._place.read()
        return current.embedded if current else 0

    # -- index -------------------------------------------------------------------------------------

    def index(self, root: Path, *, progress: Progress | None = None) -> IndexReport:
        """Bring the index up to date with the documents below `root`.

        Only new and changed documents are read and embedded. A broken one is reported and skipped, and what was
        indexed of it before stays. Searches see the old index until the new one is whole. Where there is none yet,
        or much is new, the words of all documents can be searched first and the vectors follow; a run that dies
        meanwhile is taken up by the next. With another embedder, or after a change of the index's format, everything
        is made anew (reported as added). Raises `KnowledgeError` when `root` is no folder, or the index cannot be
        written; that, and whatever the embedder raises, leaves what was published last.
        """
        with self._place.told("written"), self._place.alone() as hold:
            return Run(self._place, hold, self._embedder, progress)(Path(root))

    async def aindex(self, root: Path, *, progress: Progress | None = None) -> IndexReport:
        """`index`, without blocking the event loop; `progress` is called from another thread."""
        return await asyncio.to_thread(self.index, root, progress=progress)

    def _current(self) -> Pointer:
        found = self._place.known()
        if found is None:
            raise IndexMissing("nothing is indexed yet: run `engine kb index`")
        return found

    def _at(self, current: Pointer) -> Edition:
        return self._opened.at(current)

    def _check(self, current: Pointer) -> None:
        if (current.embedder, current.dimension) != (self._embedder.name, self._embedder.dimension):
            raise EmbedderChanged(
                f"the index was made by {current.embedder}, this library embeds with {self._embedder.name}: index again"
            )
