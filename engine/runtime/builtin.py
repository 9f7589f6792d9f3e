"""The flows that every project has: `triage`, in which tickets begin, and `human`, in which people have them.

A file of that name in `flows/` takes the place of either. Their owner is the team of `handoff` in engine.yaml.
"""

from collections.abc import Iterable, Mapping
from typing import Final

__all__ = ["BUILT_IN", "texts"]

_TRIAGE: Final = """flow: triage
title: Routing
owner: TEAM
about: Finds the flow whose examples fit the ticket; asks once when it is not sure; then a person decides.
steps:
  - transfer: {by: start, threshold: 0.6}
    otherwise:
      unsure:
        - ask: wish
          fields: {about: {text: true, ask: "Could you tell me in a sentence what this is about?"}}
        - transfer: {by: start, threshold: 0.5}
          otherwise: {unsure: escalate}
silence: {remind: [1d], within: 5d, otherwise: close}
"""
_HUMAN: Final = """flow: human
title: With a person
owner: TEAM
about: A person has the ticket. The engine keeps quiet until that person solves it or hands it back.
steps:
  - wait:
      - event: ticket.solved
        then: [{close: solved}]
      - event: ticket.handed_back
        then: [{transfer: {by: start, threshold: 0.6}, otherwise: {unsure: escalate}}]
      - time: 30d
        then: [{close: withdrawn}]
"""
BUILT_IN: Final[Mapping[str, str]] = {"triage": _TRIAGE, "human": _HUMAN}


def texts(team: str, there: Iterable[str]) -> dict[str, str]:
    """Path -> text of the built-in flows of which there is no file."""
    names = sorted(BUILT_IN.keys() - set(there))
    return {f"flows/{name}.yaml": BUILT_IN[name].replace("TEAM", team) for name in names}
