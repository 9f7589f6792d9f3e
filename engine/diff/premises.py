"""Where contents go whatever the flow: what embeds the articles and keeps them, and the channels."""

from collections.abc import Iterator
from typing import NamedTuple

from engine.diff.difference import Loosening, Spot
from engine.project import Project
from engine.project.bound import json_of
from engine.project.index import index_of
from engine.project.knowledge import KnowledgeSettings
from engine.project.premises import channel_stays, embedder_of, embedder_stays, index_stays
from engine.project.settings import Channel
from engine.project.shape import Declaration

__all__ = ["changed", "looser"]


class _Server(NamedTuple):
    """Something that contents are sent to."""

    what: str
    kind: object
    address: object
    stays: bool
    spot: Spot


def looser(strict: Project, loose: Project) -> Iterator[Loosening]:
    """What may be off the premises and was on them, or is at another address; a site more whose visitors chat."""
    before, after = _servers(strict), _servers(loose)
    for key in sorted(before.keys() & after.keys()):
        was, now = before[key], after[key]
        if was.stays and not now.stays:
            said, mirrored = f"{was.what} may be off the premises", f"{was.what} stays on the premises now"
            yield Loosening(key[0], was.spot, now.spot, said, mirrored)
        elif was.kind == now.kind and was.address != now.address and now.stays <= was.stays:
            yield Loosening(key[0], was.spot, now.spot, f"{was.what} is at another address, which cannot be compared")
    yield from _origins(strict, loose)


def changed(old: Project, new: Project) -> Iterator[Loosening]:
    """Another embedder, an index that moved into a bucket or out of one, a channel that came or went."""
    before, after = _servers(old), _servers(new)
    for key in sorted(before.keys() & after.keys()):
        was, now = before[key], after[key]
        if (was.kind, was.address) != (now.kind, now.address):
            yield Loosening(key[0], was.spot, now.spot, f"{was.what} is another")
    for part, name in sorted(before.keys() ^ after.keys()):
        came = (part, name) in after
        said = f"tickets come from the channel `{name}` now" if came else f"no tickets come from `{name}` any more"
        here, there = (one.settings.spot(part) for one in (old, new) if one.settings)
        yield Loosening(part, Spot(here, "" if came else name), Spot(there, name if came else ""), said)


def _servers(project: Project) -> dict[tuple[str, str], _Server]:
    """(key of the language, name of a channel) -> what is there."""
    settings = project.settings
    if settings is None:
        return {}
    knowledge = settings.knowledge
    owner = knowledge or settings
    found = {("embedder", ""): _embedder(knowledge, owner), ("index", ""): _index(knowledge, owner)}
    for name, (text, channel) in (settings.channels or {}).items():
        if channel is not None:
            kind = channel.kind.value if channel.kind else ""
            spot = Spot(text.place, name)
            found["channels", name] = _Server(
                f"the channel `{name}`", kind, json_of(channel.options.get("url")), channel_stays(channel), spot
            )
    return found


def _embedder(knowledge: KnowledgeSettings | None, owner: Declaration) -> _Server:
    said = embedder_of(knowledge)
    use, address = (text.value if text else "" for text in ((said.use, said.base_url) if said else (None, None)))
    spot = Spot(owner.spot("embedder", "knowledge"), use)
    return _Server("what embeds the articles and what is searched for", use, address, embedder_stays(said), spot)


def _index(knowledge: KnowledgeSettings | None, owner: Declaration) -> _Server:
    said = index_of(knowledge)
    url, server = (text.value if text else "" for text in ((said.url, said.base_url) if said else (None, None)))
    spot = Spot(owner.spot("index", "knowledge"), url)
    return _Server("the index of the articles", bool(url), (url, server), index_stays(said), spot)


def _origins(strict: Project, loose: Project) -> Iterator[Loosening]:
    before, after = _channels(strict), _channels(loose)
    for name in sorted(before.keys() & after.keys()):
        known = {text.value for text in before[name].origins or ()}
        for text in after[name].origins or ():
            if text.value not in known:
                said, mirrored = (f"visitors of `{text.value}` {may}" for may in ("may chat now", "may chat no more"))
                here = Spot(before[name].spot("origins", "kind"))
                yield Loosening("origins", here, Spot(text.place, text.value), said, mirrored)


def _channels(project: Project) -> dict[str, Channel]:
    said = (project.settings.channels if project.settings else None) or {}
    return {name: channel for name, (_, channel) in said.items() if channel is not None}
