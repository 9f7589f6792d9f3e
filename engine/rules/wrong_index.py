"""An index of the articles that no worker could open as it is declared, or that is not where it is said to be."""

from collections.abc import Iterator
from typing import NamedTuple

from engine.address import is_server
from engine.catalogue import store_vendor
from engine.diagnostics import Place, Sink
from engine.project.index import Index, fault, index_of
from engine.project.shape import shortened
from engine.rules.base import Case, Rule

__all__ = ["RULE"]

_URL_TIP = "write `s3://BUCKET/PREFIX`; credentials stand in the environment, as AWS_ACCESS_KEY_ID does"
_SERVER_TIP = "write its address, such as `https://minio.shop.example:9000`, without path and credentials"
_ELSEWHERE = "write the address of your own server with `base_url:`, or leave `location` out"


class _Wrong(NamedTuple):
    place: Place
    message: str
    tip: str


def check(case: Case, sink: Sink) -> None:
    """That of engine.yaml."""
    settings = case.project.settings
    index = index_of(settings.knowledge) if settings is not None and case.furniture else None
    for wrong in _wrong(index) if index is not None else ():
        sink.error("wrong-index", wrong.place, wrong.message, tip=wrong.tip)


def _wrong(index: Index) -> Iterator[_Wrong]:
    why = fault(index.url.value)
    if why is not None:
        yield _Wrong(index.url.place, f"the index cannot be kept at this URL: {why}", _URL_TIP)
        return
    if index.base_url is not None:
        if not is_server(index.base_url.value):
            yield _Wrong(index.base_url.place, "this is no address of a server", _SERVER_TIP)
            return
        if not index.url.value.startswith("s3:"):
            message = "a server of your own is asked as `s3://` is, and the index is kept elsewhere"
            yield _Wrong(index.base_url.place, message, "write `s3://BUCKET/PREFIX` as its `url`, or leave this out")
            return
    if index.location is None or index.location.value != "on_premises":
        return
    if index.base_url is None:
        message = "the index is said to be on the premises, and no server of your own is named"
        yield _Wrong(index.location.place, message, _ELSEWHERE)
    elif host := store_vendor(index.base_url.value):
        message = f"the index is said to be on the premises, and `{shortened(host)}` is a vendor's own host"
        yield _Wrong(index.base_url.place, message, _ELSEWHERE)


RULE = Rule(
    "wrong-index",
    check,
    unread=True,
    why="No worker could search, or the articles, past tickets among them, would lie elsewhere than is promised.",
    mend="Name the bucket by its URL and the server by its address. Credentials stand in the environment.",
)
