"""What real questions ask that no article answers, in groups of one matter."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.knowledge.base import Progress
from engine.knowledge.groups import Comparing, compared, groups
from engine.knowledge.library import Library
from engine.knowledge.questions import GIVEN, Answering, Question, find, silent
from engine.knowledge.terms import asked
from engine.models.local.letter import matter

__all__ = ["Cluster", "clusters"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Questions about one matter that no article answers, without greeting and signature, the most typical first."""

    questions: tuple[str, ...]
    nearest: str
    """The article that comes nearest; empty for none."""


def clusters(
    library: Library,
    questions: Sequence[Question],
    answering: Answering,
    *,
    audience: str,
    comparing: Comparing = compared,
    progress: Progress = silent,
) -> list[Cluster]:
    """Of the questions that are not answered, those about one matter together, the largest cluster first. `progress`
    gets the stages `ask` and `compare`. Raises what a search raises."""
    nearest: dict[str, str] = {}
    times: dict[str, int] = {}
    for done, one in enumerate(questions):
        progress("ask", done, len(questions))
        passages = find(library, one, audience=audience, limit=GIVEN)
        if asked(one.text) and not answering(one.text, passages):
            about = matter(one.text)
            times[about] = times.get(about, 0) + 1
            nearest.setdefault(about, passages[0].source if passages else "")
    progress("ask", len(questions), len(questions))
    texts = sorted(times)
    if not texts:
        return []
    likeness = comparing(texts, lambda done: progress("compare", done, len(texts)))
    made: list[Cluster] = []
    for group in groups(likeness):
        typical = likeness[np.ix_(group, group)].sum(axis=1, dtype=np.float32).tolist()
        ordered = [
            texts[place] for _, place in sorted(zip(typical, group, strict=True), key=lambda one: (-one[0], one[1]))
        ]
        told = (text for text in ordered for _ in range(times[text]))
        made.append(Cluster(questions=tuple(told), nearest=nearest[ordered[0]]))
    return sorted(made, key=lambda one: (-len(one.questions), one.questions[0]))
