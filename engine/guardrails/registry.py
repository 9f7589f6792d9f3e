"""The checks that exist: names, parameters and positions as data. Importable without guardrails-ai.

A set is a list of names, or of one-entry mappings `{name: {parameter: value}}`; a name may be that of another set.
Every check also takes `action` (note, mask, block or escalate, in all its positions). A new check is a file in
`checks/` and an entry here.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from typing import Any, Final, Literal

from engine.guardrails.base import ACTIONS, Action, Check, CheckError, Chosen, Guard, Position

__all__ = ["CHECKS", "CheckInfo", "Parameter", "guard"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a check. `words`: a list of texts, out of `choices` if there are any; `number`: a whole number."""

    kind: Literal["words", "number"]
    about: str
    required: bool = False
    choices: tuple[str, ...] = ()

    def read(self, value: Any) -> Any:
        """The value as the check takes it; scalars of YAML are text. Raises CheckError."""
        if self.kind == "number":
            try:
                number = int(str(value))
            except ValueError:
                raise CheckError("a whole number is expected", code="parameter") from None
            if number < 0 or isinstance(value, bool):
                raise CheckError("a whole number of 0 or more is expected", code="parameter")
            return number
        words = [value] if isinstance(value, str) else value
        if not isinstance(words, Sequence) or not all(isinstance(word, str) and word.strip() for word in words):
            raise CheckError("a list of texts is expected", code="parameter")
        if self.choices and (other := sorted(set(words) - set(self.choices))):
            raise CheckError(f"{other[0]!r} is none of: {', '.join(self.choices)}", code="parameter")
        return tuple(words)


@dataclass(frozen=True, slots=True)
class CheckInfo:
    """A check as data. `implementation` is `module:class` below `engine.guardrails.checks`."""

    about: str
    implementation: str
    actions: Mapping[Position, Action]
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    label: str = "HIDDEN"
    piecewise: bool = False
    """See `Chosen`."""


COMMITMENTS: Final = ("refund", "credit", "replacement", "discount", "waiver", "guarantee")
"""The kinds of promise that `no_commitments` knows."""

_ENDS: Final = re.compile(r"[.!?]\s|\n")
"""Where a sentence ends: a phrase with an end inside is found in no single sentence."""
_HIDE: Final[Mapping[Position, Action]] = {
    "customer_input": "mask", "passage": "mask", "arguments": "block", "result": "mask", "reply": "block",
}  # fmt: skip

CHECKS: Final[dict[str, CheckInfo]] = {
    "no_secrets": CheckInfo(
        "Keys, tokens and passwords.", "no_secrets:NoSecrets", _HIDE, label="SECRET", piecewise=True
    ),
    "no_card_numbers": CheckInfo(
        "Payment card numbers: known issuers, right length, right check digit.",
        "no_card_numbers:NoCardNumbers", _HIDE, label="CARD", piecewise=True,
    ),
    "no_iban": CheckInfo("Bank account numbers (IBAN) with the right check digits.", "no_iban:NoIban", _HIDE,
                         label="IBAN", piecewise=True),
    "links": CheckInfo(
        "Links to hosts other than those allowed, their subdomains included.", "links:Links", {"reply": "block"},
        {"allow": Parameter("words", "Hosts that a reply may link to; none: no links.")}, label="LINK", piecewise=True,
    ),
    "no_commitments": CheckInfo(
        "Promises of a kind that is not allowed, and amounts of money or percentages that no value at hand holds.",
        "no_commitments:NoCommitments", {"reply": "block"},
        {"allow": Parameter("words", "Kinds of promise that the flow may make.", choices=COMMITMENTS)},
        piecewise=True,
    ),
    "competitors": CheckInfo(
        "Names of competitors.", "words:ListedWords", {"reply": "block"},
        {"words": Parameter("words", "Names, as people write them.", required=True)}, piecewise=True,
    ),
    "topics": CheckInfo(
        "Words of topics that a person should see.", "words:ListedWords",
        {"reply": "block", "customer_input": "note"},
        {"words": Parameter("words", "Words and phrases; any letter case.", required=True)}, piecewise=True,
    ),
    "length": CheckInfo(
        "Texts that are too long or too short, in characters.", "length:Length", {"reply": "block"},
        {"max": Parameter("number", "At most so many."), "min": Parameter("number", "At least so many.")},
    ),
}  # fmt: skip


def guard(use: Sequence[Any], sets: Mapping[str, Sequence[Any]] | None = None) -> Guard:
    """The guard for what a flow lists: names of sets, names of checks, or checks with parameters.

    Raises CheckError for a name or a parameter that does not exist: a flow with a hole in its guardrails does not run.
    """
    return Guard(_chosen(use, sets or {}, ()))


def _chosen(use: Sequence[Any], sets: Mapping[str, Sequence[Any]], inside: tuple[str, ...]) -> list[Chosen]:
    chosen: list[Chosen] = []
    for entry in use:
        name, given = _named(entry)
        if name in sets:
            if name in inside or given:
                raise CheckError(f"set {name!r} contains itself or was given parameters", code="set")
            chosen += _chosen(sets[name], sets, (*inside, name))
        elif name in CHECKS:
            chosen.append(_configured(name, CHECKS[name], given))
        else:
            raise CheckError(f"no set and no check {name!r}; checks: {', '.join(CHECKS)}", code="unknown_check")
    return chosen


def _named(entry: Any) -> tuple[str, Mapping[str, Any]]:
    if isinstance(entry, str):
        return entry, {}
    if isinstance(entry, Mapping) and len(entry) == 1:
        [(name, given)] = entry.items()
        if given is None or isinstance(given, Mapping):
            return str(name), given or {}
    raise CheckError("a name, or one name with its parameters, is expected", code="shape")


def _configured(name: str, info: CheckInfo, given: Mapping[str, Any]) -> Chosen:
    action = given.get("action")
    if action is not None and action not in ACTIONS:
        raise CheckError(f"{name}: action is one of {', '.join(ACTIONS)}", code="parameter")
    if other := sorted(set(given) - {*info.parameters, "action"}):
        raise CheckError(f"{name} takes no {other[0]!r}", code="parameter")
    missing = [key for key, parameter in info.parameters.items() if parameter.required and not given.get(key)]
    if missing:
        raise CheckError(f"{name} needs {missing[0]!r}", code="parameter")
    values = {key: info.parameters[key].read(value) for key, value in given.items() if key != "action"}
    actions = {position: action or usual for position, usual in info.actions.items()}
    words = (word for value in values.values() if isinstance(value, tuple) for word in value)
    piecewise = info.piecewise and not any(_ENDS.search(word) for word in words)
    return Chosen(name, partial(_load, info.implementation, values), actions, info.label, piecewise)


def _load(implementation: str, values: Mapping[str, Any]) -> Check:
    module, _, name = implementation.partition(":")
    made: Check = getattr(import_module(f"engine.guardrails.checks.{module}"), name)(**values)
    return made
