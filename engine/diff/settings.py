"""What holds for all of a flow, with the project's defaults filled in."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from engine.diff import models, network
from engine.diff.difference import Loosening
from engine.diff.sets import checks
from engine.diff.whole import Whole

__all__ = ["changed", "looser"]

_MODES = ("shadow", "suggest", "read_only", "live")
"""From the one that does least to the one that does everything."""
_STOPS = ("stop", "escalate", "ask_again")
"""What follows a message and lets nothing go on as it was."""


def looser(strict: Whole, loose: Whole) -> Iterator[Loosening]:
    """Compares the settings of two plans."""
    for part in (
        _thresholds,
        _topics,
        _guardrails,
        _data,
        _rollout,
        _silence,
        _meanwhile,
        models.looser,
        network.looser,
    ):
        yield from part(strict, loose)
    was, now = strict.said["currency"], loose.said["currency"]
    if was != now:
        said = f"amounts without a currency are {now} now, not {was}"
        yield Loosening("currency", strict.spot("currency", was), loose.spot("currency", now), said)


def changed(old: Whole, new: Whole) -> Iterator[Loosening]:
    """What is settled otherwise, neither more nor less."""
    yield from models.changed(old, new)
    for part in ("knowledge", "languages", "timezone", "calendar"):
        if old.said[part] != new.said[part]:
            yield Loosening(part, old.spot(part), new.spot(part), f"`{part}` is another")
    was, now = (whole.said.get("survey", "") for whole in (old, new))
    if was != now:
        said = "customers are asked how it was, after a close as solved" if now else "customers are not asked any more"
        yield Loosening("survey", old.spot("survey", was), new.spot("survey", now), said)
    was_own, now_own = old.said.get("calendars", {}), new.said.get("calendars", {})
    for team in sorted(was_own.keys() | now_own.keys()):
        if was_own.get(team) != now_own.get(team):
            said = f"`{team}` count business days in another calendar"
            yield Loosening("calendar", old.spot("teams", team), new.spot("teams", team), said)
    if old.said["escalate"]["to"] != new.said["escalate"]["to"]:
        was, now = (whole.said["escalate"]["to"] or "" for whole in (old, new))
        yield Loosening("escalate", old.spot("escalate", was), new.spot("escalate", now), f"`{now}` take over now")


def _thresholds(strict: Whole, loose: Whole) -> Iterator[Loosening]:
    before, after = strict.said["escalate"]["when"], loose.said["escalate"]["when"]
    for name in ("confidence", "sentiment", "customer_turns"):
        was, now = before.get(name), after.get(name)
        if was is not None and not _as_early(was, now):
            text, other = _bound(was), _bound(now)
            said = f"people take over later: {name} `{other or 'anything'}`, not `{text}`"
            mirrored = f"people take over earlier: {name} `{text}`, not `{other or 'anything'}`"
            yield Loosening("escalate", strict.spot("escalate", text), loose.spot("escalate", other), said, mirrored)


def _as_early(was: Mapping[str, str], now: Mapping[str, str] | None) -> bool:
    """Whether people take over at every value at which they did."""
    if now is None or was["op"][0] != now["op"][0]:
        return False
    mine, theirs = Decimal(was["value"]), Decimal(now["value"])
    if mine == theirs:
        return len(now["op"]) >= len(was["op"])
    return theirs > mine if was["op"][0] == "<" else theirs < mine


def _bound(bound: Mapping[str, str] | None) -> str:
    return f"{bound['op']} {bound['value']}" if bound else ""


def _topics(strict: Whole, loose: Whole) -> Iterator[Loosening]:
    before, after = (whole.said["escalate"]["when"].get("topics", ()) for whole in (strict, loose))
    for topic in sorted(set(before) - set(after)):
        said, mirrored = f"`{topic}` no longer goes to people", f"`{topic}` goes to people now"
        yield Loosening("escalate", strict.spot("escalate", topic), loose.spot("escalate"), said, mirrored)


def _guardrails(strict: Whole, loose: Whole) -> Iterator[Loosening]:
    """Each check of the sets counts, whatever the sets are called."""
    after = checks(loose)
    for said_as, text in checks(strict).items():
        if said_as not in after:
            said, mirrored = f"no text is held against `{text}` any more", f"texts are held against `{text}` now"
            yield Loosening("guardrails", strict.spot("guardrails", text), loose.spot("guardrails"), said, mirrored)


def _data(strict: Whole, loose: Whole) -> Iterator[Loosening]:
    before, after = strict.said["data"], loose.said["data"]
    if before["location"] == "on_premises" and after["location"] != "on_premises":
        said, mirrored = "contents may leave the premises", "contents stay on the premises now"
        yield Loosening("data", strict.spot("data", "on_premises"), loose.spot("data", "anywhere"), said, mirrored)
    for mask in sorted(set(before["mask"]) - set(after["mask"])):
        said, mirrored = f"`{mask}` is no longer masked", f"`{mask}` is masked now"
        yield Loosening("data", strict.spot("data", mask), loose.spot("data"), said, mirrored)


def _rollout(strict: Whole, loose: Whole) -> Iterator[Loosening]:
    before, after = strict.said["rollout"], loose.said["rollout"]
    was, now = before["mode"], after["mode"]
    if _MODES.index(was) < _MODES.index(now):
        yield _rolled(strict, loose, f"mode: {was}", f"mode: {now}")
    was, now = before["share"], after["share"]
    if Decimal(was) < Decimal(now):
        yield _rolled(strict, loose, f"share: {was}%", f"share: {now}%")


def _rolled(strict: Whole, loose: Whole, was: str, now: str) -> Loosening:
    said, mirrored = f"the engine acts further: `{now}`, not `{was}`", f"the engine acts less far: `{was}`, not `{now}`"
    return Loosening("rollout", strict.spot("rollout", was), loose.spot("rollout", now), said, mirrored)


def _silence(strict: Whole, loose: Whole) -> Iterator[Loosening]:
    """A longer wait is a question that stays open longer. Business days are compared among themselves alone."""
    was, now = strict.said["silence"]["within"], loose.said["silence"]["within"]
    if was.keys() != now.keys():
        said = "how long a silence lasts cannot be compared"
        yield Loosening("silence", strict.spot("silence"), loose.spot("silence"), said)
    elif sum(was.values()) < sum(now.values()):
        said, mirrored = "the customer's silence lasts longer", "the customer's silence is over sooner"
        yield Loosening("silence", strict.spot("silence"), loose.spot("silence"), said, mirrored)


def _meanwhile(strict: Whole, loose: Whole) -> Iterator[Loosening]:
    before, after = strict.said["meanwhile"], loose.said["meanwhile"]
    for name, was in before.items():
        now = after[name]
        if was in _STOPS and now not in _STOPS:
            said, mirrored = f"`{name}` no longer stops it: `{now}`, not `{was}`", f"`{name}` stops it now: `{was}`"
            yield Loosening("meanwhile", strict.spot("meanwhile", was), loose.spot("meanwhile", now), said, mirrored)
