"""What customers attach, as models are shown it: fetched by the activity that asks, and drawn anew.

The platform keeps the contents, the store a reference; beside them they are in this process alone, and go to the model.
What is no picture, cannot be drawn, is gone or is too much counts as unread: a model is told that it is there.
"""

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, cast, get_args

from temporalio import activity

from engine.channels.base import ChannelError, Unsent
from engine.channels.files import family, sniffed
from engine.errors import EngineError
from engine.models.base import Image, Message, Role
from engine.models.images import MAX_BYTES, ImageRefused, drawn
from engine.runtime.activities.attaching import fetched
from engine.runtime.activities.base import Group, later
from engine.runtime.activities.scope import Scope
from engine.runtime.album import Look
from engine.store.rows import AttachmentRow, MessageRow

__all__ = ["Unseen", "Viewer", "files_in", "words_of"]

PICTURES: Final = 8
"""Of one request, unless the step names more: the least that any provider takes."""
BYTES: Final = 12_000_000
"""Of all pictures of one request: in Base64 less than the strictest provider takes of a request."""
LOOKED: Final = 20
"""Attachments of a request that are looked at, those that the step names first, then the newest."""
_PATIENCE: Final = 4
"""Attempts of the activity, until what the platform does not give counts as unread."""
_PATIENCE_IF_NAMED: Final = 20
"""The same for a file that the step names; then a person goes on."""
_ROLES: Final[Mapping[str, Role]] = {"customer": "customer", "agent": "agent", "engine": "engine", "system": "engine"}
_REFERENCE: Final = {"id", "name", "type", "size"}


class Unseen(EngineError):
    """A file that the step names cannot be shown to anybody: it is no picture, gone, or not to be had."""

    code = "unseen"


class Viewer(Group):
    """Messages with what was attached to them. Raises Unseen for a file that is `named` and cannot be shown."""

    async def conversation(self, scope: Scope, *, named: Collection[str] = ()) -> tuple[Message, ...]:
        """All of it."""
        heard = await self.store.run(self.store.messages.conversation, scope.ticket.id)
        turns = [turn for turn in heard if turn.who in get_args(Role)]
        words = [Message(cast("Role", turn.who), turn.text or "", turn.at) for turn in turns]
        ids = [turn.message_id if turn.who == "customer" else None for turn in turns]
        return await self.shown(scope, words, ids, named=named)

    async def messages(self, scope: Scope, said: Sequence[MessageRow]) -> tuple[Message, ...]:
        """These."""
        ids = [row.id if row.author_role == "customer" else None for row in said]
        return await self.shown(scope, words_of(said), ids)

    async def shown(
        self, scope: Scope, words: Sequence[Message], ids: Sequence[str | None], *, named: Collection[str] = ()
    ) -> tuple[Message, ...]:
        """`words` with the pictures of the messages that they have the `ids` of. A named file of another message stands
        with the last of them."""
        at = {name: place for place, name in enumerate(ids) if name is not None}
        rows = await self.store.run(self.store.attachments.shown, scope.ticket.id, [*at], [*named])
        rows.sort(key=lambda row: (row.id not in named, -at.get(row.message_id, len(words)), row.number))
        if sum(row.id in named for row in rows) < len(named):
            raise Unseen
        images: dict[int, list[Image]] = {}
        unread: dict[int, int] = {}
        for row, look in await self._looks(scope, rows, named):
            place = at.get(row.message_id, len(words) - 1)
            if look.image is not None:
                images.setdefault(place, []).append(replace(look.image, named=row.id in named))
            elif not look.empty:
                unread[place] = unread.get(place, 0) + 1
        return tuple(
            replace(one, images=tuple(images.get(place, ())), unread=unread.get(place, 0))
            for place, one in enumerate(words)
        )

    async def _looks(
        self, scope: Scope, rows: Sequence[AttachmentRow], named: Collection[str]
    ) -> list[tuple[AttachmentRow, Look]]:
        """What came of each, within what a request may hold."""
        seen = await asyncio.gather(*(self._look(scope, row, named=row.id in named) for row in rows[:LOOKED]))
        left, count, found = BYTES, max(PICTURES, len(named)), []
        for number, row in enumerate(rows):
            look = seen[number] if number < len(seen) else Look()
            if look.image is not None and (count == 0 or look.size > left):
                look = Look()
            if row.id in named and look.image is None:
                raise Unseen
            left, count = left - look.size, count - (look.image is not None)
            found.append((row, look))
        return found

    async def _look(self, scope: Scope, row: AttachmentRow, *, named: bool) -> Look:
        album = self.desk.album
        if (known := album.get(row.id)) is not None:
            return known
        async with album.looking:
            if (known := album.get(row.id)) is not None:  # somebody else looked meanwhile
                return known
            try:
                content = await fetched(self.context, scope, row)
            except ChannelError as error:
                if activity.info().attempt < (_PATIENCE_IF_NAMED if named else _PATIENCE):
                    wait = error.retry_after if isinstance(error, Unsent) and error.retry_after is not None else 2.0
                    raise later(error.code, wait) from None
                return Look()
            async with album.drawing:
                return album.put(row.id, await asyncio.to_thread(_drawn, content))


def words_of(said: Sequence[MessageRow]) -> list[Message]:
    """The words of messages alone."""
    return [Message(_ROLES[row.author_role], row.text or "", row.platform_time) for row in said]


def files_in(scope: Scope, using: Sequence[str]) -> list[str]:
    """The ids of the files that values name by their paths, each once."""
    found: dict[str, None] = {}
    for path in using:
        value: Any = scope.names
        for key in path.split("."):
            value = value.get(key) if isinstance(value, Mapping) else None
        found |= dict.fromkeys(_references(value))
    return [*found]


def _references(value: Any) -> Iterator[str]:
    match value:
        case Mapping() if set(value) == _REFERENCE and str(value["id"]).startswith("f_"):
            yield str(value["id"])
        case Mapping():
            for part in value.values():
                yield from _references(part)
        case list():
            for part in value:
                yield from _references(part)


def _drawn(content: bytes | None) -> Look:
    if content is None or len(content) > MAX_BYTES or family(sniffed(content)) != "image":
        return Look()
    try:
        return Look(drawn(content))
    except ImageRefused as error:
        return Look(empty=error.code == "tiny")
