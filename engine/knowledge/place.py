"""Where an index is kept: what a folder (`engine.knowledge.folder`) and an object store (`engine.knowledge.bucket`) do
for it. Protocols only."""

from contextlib import AbstractContextManager
from typing import Any, Final, Literal, Protocol

from engine.knowledge.pointer import Pointer

__all__ = ["AGAIN_SECONDS", "OUTLIVED_SECONDS", "Doing", "Hold", "Place"]

OUTLIVED_SECONDS: Final = 600.0
"""How long a version is gone by that may not count any more, while the server does not answer: what a search reads is
all on this machine."""
AGAIN_SECONDS: Final = 20.0
"""Between two questions to a server that does not answer, each of which a search may wait for."""
Doing = Literal["read", "written"]


class Hold(Protocol):
    """The right to write, which one run has at a time."""

    @property
    def pointer(self) -> Pointer | None:
        """The version that counts: as this run found it, then as it published it."""
        ...

    @property
    def taken_over(self) -> bool:
        """Whether it was another run's that never gave it back, and that may still have a write under way."""
        ...

    def check(self) -> None:
        """Asked before each write. Raises `IndexTaken` where the right may be another run's by now."""
        ...

    def publish(self, pointer: Pointer) -> None:
        """Make `pointer` the version that counts; durable when it returns. Raises `IndexTaken`, and then nothing has
        changed."""
        ...


class Place(Protocol):
    """A place that holds one index."""

    def read(self) -> Pointer | None:
        """The version that counts now, None when nothing was indexed yet; raises `KnowledgeError` for a damaged one."""
        ...

    def known(self) -> Pointer | None:
        """As `read`, for a search, which may come a moment behind."""
        ...

    def there(self) -> bool:
        """False where nothing can have been indexed yet."""
        ...

    def connect(self) -> Any:
        """LanceDB's connection to the tables."""
        ...

    def reading(self, pointer: Pointer) -> Any:
        """One that the tables of this version are read with."""
        ...

    def alone(self) -> AbstractContextManager[Hold]:
        """The right to write, for as long as the context lasts; waits for whoever has it."""
        ...

    def told(self, doing: Doing) -> AbstractContextManager[None]:
        """Raises `KnowledgeError` for what the place raises within: that the index cannot be `doing`, and why."""
        ...
