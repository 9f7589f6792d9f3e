"""The documents that agents are given in full. A plan names one by its digest; its text stands in the store."""

import hashlib
from collections.abc import Iterator

from engine.compile.graph import Graph
from engine.steps.agent import Agent
from engine.syntax import Text

__all__ = ["policies_of", "policy_digest"]


def policies_of(graph: Graph) -> Iterator[Text]:
    """The paths that the steps of a flow name."""
    for record in graph.steps:
        if isinstance(record.step, Agent) and record.step.policy is not None:
            yield record.step.policy


def policy_digest(content: bytes | None) -> str:
    """Of the text; empty for one that is not there, which is a finding."""
    return hashlib.sha256(content).hexdigest() if content is not None else ""
