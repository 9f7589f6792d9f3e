"""Some flows of a project, examined as far as that can be done without the others; and parts put together."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from engine.diagnostics import Diagnostic, Place, Sink, meant, nearest
from engine.project.shape import shortened
from engine.rules import BELOW, RULES, Case, secret_in_file
from engine.syntax import IGNORE, Ignore, ignores

__all__ = ["Part", "examined", "joined"]

_KNOWN = {**RULES, **BELOW}
_UNUSED = "unused-ignore"
_WRITTEN = "write `# engine: ignore[rule] why`"
_LISTED = "`engine explain` lists all rules"


class Part(NamedTuple):
    """What some flows come to. Nothing in it holds on to a file: it is sent between processes."""

    found: tuple[Diagnostic, ...]
    told: dict[str, Any]
    """Rule -> what it has to know of these flows, to compare them with others."""
    ignores: tuple[Ignore, ...]
    secrets: tuple[str, ...]
    """Where secrets were found: every one of these files."""
    flows: int
    """How many could be read."""


def examined(case: Case, sink: Sink) -> Part:
    """Runs the rules over the flows of a case. `sink` has what was found while they were read."""
    told = {}
    for rule in RULES.values():
        if rule.check is not None:
            rule.check(case, sink)
        if rule.across is not None:
            told[rule.name] = rule.across.tell(case)
    found = sink.ordered()
    sources = case.project.sources
    written = tuple(ignore for path, text in sources.items() for ignore in ignores(path, text))
    secrets = tuple(secret_in_file.secrets(sources)) if secret_in_file.among(found) else ()
    return Part(found, told, written, secrets, len(case.flows))


def joined(parts: Sequence[Part]) -> tuple[Diagnostic, ...]:
    """All findings of a project in their order. The parts stand in the order of their flows' names."""
    sink = Sink()
    for part in parts:
        for one in part.found:
            sink.add(one)
    for rule in RULES.values():
        if rule.across is not None:
            rule.across.judge([part.told[rule.name] for part in parts], sink)
    found = _ignored(sink.ordered(), [ignore for part in parts for ignore in part.ignores])
    if not secret_in_file.among(found):
        return found
    return tuple(secret_in_file.blotted(found, [secret for part in parts for secret in part.secrets]))


def _ignored(found: Sequence[Diagnostic], written: Iterable[Ignore]) -> tuple[Diagnostic, ...]:
    """Applies `# engine: ignore[rule] why`. What an ignore itself has wrong is a finding."""
    standing: dict[tuple[str, int | None, str], list[Diagnostic]] = {}
    for one in found:
        standing.setdefault((one.place.path, one.place.line, one.rule), []).append(one)
    # What was not read may be what an ignore is about: then it is too early to say that it silences nothing.
    whole = all(_KNOWN[one.rule].ignorable or _KNOWN[one.rule].floor for one in found if one.rule in _KNOWN)
    silenced: set[tuple[object, ...]] = set()
    rest = Sink()
    for ignore in written:
        for name, place in _usable(ignore, rest):
            here = standing.get((place.path, ignore.line, name), ())
            silenced |= {one.key for one in here}
            if not here and whole:
                line = f"line {ignore.line}" if ignore.line else "the lines below"
                rest.error(_UNUSED, place, f"no finding of `{name}` stands on {line} to be ignored")
    for one in found:
        if one.key not in silenced:
            rest.add(one)
    return rest.ordered()


def _usable(ignore: Ignore, sink: Sink) -> Iterator[tuple[str, Place]]:
    """The rules that it may silence."""
    if ignore.word != IGNORE:
        if nearest(ignore.word, [IGNORE]):
            sink.error(_UNUSED, ignore.place, f"`{shortened(ignore.word)}` means nothing here", tip=_WRITTEN)
        return
    if not ignore.rules:
        sink.error(_UNUSED, ignore.place, "an ignore names the rules that it silences, in brackets", tip=_WRITTEN)
    elif not ignore.why:
        names = ", ".join(name for name, _ in ignore.rules)
        message = f"an ignore needs a reason: `# engine: ignore[{shortened(names)}] why`"
        sink.error(_UNUSED, ignore.place, message)
        return
    for name, place in ignore.rules:
        rule = _KNOWN.get(name)
        if rule is None:
            tip, _ = meant(name, _KNOWN, place)
            sink.error(_UNUSED, place, f"there is no rule `{shortened(name)}`", tip=tip or _LISTED)
        elif rule.floor:
            sink.error(_UNUSED, place, f"`{name}` is a floor, which can't be ignored")
        elif not rule.ignorable:
            message = f"what `{name}` finds is not read or not there at all, so it can't be ignored"
            sink.error(_UNUSED, place, message)
        else:
            yield name, place
