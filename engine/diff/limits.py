"""`limit`: each is met by one of the same subject, as few or as little, over as long a time."""

from collections.abc import Iterator

from engine.diff.difference import Loosening, Spot
from engine.diff.pair import Pair
from engine.project.grant import Limit
from engine.rules.grants import as_narrow

__all__ = ["looser"]


def looser(pair: Pair) -> Iterator[Loosening]:
    """Each limit of the strict grant that none of the loose one meets."""
    for limit in pair.strict.grant.limit or ():
        about = [own for own in pair.loose.grant.limit or () if _about(pair, limit, own)]
        if not any(as_narrow(own, limit) for own in about):
            text = limit.text.value
            now = ", ".join(own.text.value for own in about)
            said = f"`{text}` is now `{now}`" if now else f"nothing counts `{text}` any more"
            yield pair.lost("limit", Spot(limit.text.place, text), said, f"`{text}` counts now", now)


def _about(pair: Pair, strict: Limit, loose: Limit) -> bool:
    return bool(pair.strict.subject(strict) == pair.loose.subject(loose))
