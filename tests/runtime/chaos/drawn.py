"""A schedule, drawn from its seed."""

import random
from typing import Any, NamedTuple

__all__ = ["Act", "Schedule", "Strike", "drawn"]

POINTS = 380
"""About as many as a worker passes on a refund's way."""
HEARTBEATS = 2.5
"""Seconds after which a stopped worker counts as gone here, and a little more."""


class Strike(NamedTuple):
    """At a point of the worker's way a process is hit, and helped up after some seconds."""

    at: int
    who: str
    how: str
    """`kill`, or `stop`: continued later."""
    seconds: float


class Act(NamedTuple):
    """Something that is done about when the worker has passed so many points."""

    at: int
    what: str
    """`copy` Temporal's database and `set back` to the copy; `reset` the run to an event, with a model that answers
    differently from then on; the customer wants a `person`."""
    where: float = 0.0
    """Of a reset: how far down the run's history."""


class Schedule(NamedTuple):
    """What happens to one refund."""

    seed: int
    keyed: bool
    """Whether the shop keeps idempotency keys, as far as the tool's file knows."""
    fault: dict[str, Any] | None
    """What meets the first request for the refund."""
    strikes: tuple[Strike, ...]
    acts: tuple[Act, ...]

    def __str__(self) -> str:
        parts = [f"{one.how} {one.who} at {one.at}" for one in self.strikes]
        parts += [f"{one.what} at {one.at}" for one in self.acts]
        parts += [f"the shop's answer: {self.fault['kind']}"] if self.fault else []
        return f"seed {self.seed}, {'with' if self.keyed else 'without'} a key: {', '.join(parts)}"


_FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "drop"}, {"kind": "drop_after_work"}, {"kind": "status"}, {"kind": "status_after_work"},
    {"kind": "delay_after_work", "seconds": 13}, {"kind": "slow_work", "seconds": 4},
)  # fmt: skip


def drawn(seed: int) -> Schedule:
    """One to three strikes or acts; a fault of the shop's in half of all."""
    chance = random.Random(seed)
    strikes: list[Strike] = []
    acts: list[Act] = []
    for _ in range(chance.choice((1, 1, 2, 2, 3))):
        at = chance.randrange(2, POINTS)
        what = chance.choice(("worker",) * 4 + ("service", "temporal", "shop") * 2 + ("set back", "reset", "person"))
        if what == "set back":
            acts += [Act(chance.randrange(1, at), "copy"), Act(at, what)]
        elif what in ("reset", "person"):
            acts.append(Act(at, what, chance.random()))
        else:
            how = chance.choice(("kill", "stop"))
            down = HEARTBEATS + chance.random() * 4 if how == "stop" else chance.random() * 3
            strikes.append(Strike(at, what, how, down))
    fault = chance.choice(_FAULTS) if chance.random() < 0.5 else None
    return Schedule(seed, chance.random() < 0.7, fault, tuple(sorted(strikes)), tuple(sorted(acts)))
