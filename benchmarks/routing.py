"""How well `local` routes: `make bench-routing`, or `python -m benchmarks.routing [--vectors DIR]`.

On banking77 (benchmarks/banking77.py): with 10 examples a category and with all; with a part of the categories unknown
to it; on texts of other domains (routing_data/nowhere.txt); on the sample shop's own flows in four languages
(routing_data/shop.csv). Everything was tuned on the training texts; the test texts are only counted here. It writes
benchmarks/results/routing.json. `--vectors` keeps what was embedded for the next run.
"""

import argparse
import csv
import json
import os
import platform
import random
import resource
import time
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import mean, median
from typing import Any, Final, NamedTuple

from benchmarks.banking77 import draw, load_vectors, read, save_vectors
from engine.check import check
from engine.cli.route_eval import coverage
from engine.models.base import Choice
from engine.models.local import classify, minilm
from engine.models.local.classify import Classifier, parts
from engine.models.local.denied import wished
from engine.routing import choices

__all__ = ["STEPS", "main"]

RESULTS: Final = Path(__file__).parent / "results" / "routing.json"
DATA: Final = Path(__file__).parent / "routing_data"
ROOT: Final = Path(__file__).parent.parent
THRESHOLD: Final = 0.6
"""That of flows/triage.yaml."""
ERROR: Final = 0.05


class Judged(NamedTuple):
    """A text, where it belongs ("" for nowhere), where it would go, and how sure."""

    belongs: str
    goes: str
    confidence: float


def judge(classifier: Classifier, texts: Iterable[tuple[str, str]]) -> list[Judged]:
    """Each text as a ticket's first message."""
    names, asked = [choice.name for choice in classifier.choices], list(texts)
    judged = []
    for (text, belongs), likely in zip(
        asked, classifier.all_probabilities([parts(text) for text, _ in asked]), strict=True
    ):
        if wished(text) != text or classifier.surroundings.share(text) < 1:
            likely = list(classifier.wanted(text).values())
        best = max(range(len(names)), key=likely.__getitem__)
        judged.append(Judged(belongs, names[best], likely[best]))
    return judged


def figures(judged: list[Judged]) -> dict[str, float]:
    """Accuracy of all, coverage at the error, and what happens at the threshold."""
    right = [one.belongs == one.goes for one in judged]
    routed = [one for one in judged if one.confidence >= THRESHOLD]
    kept, at = coverage([(one.confidence, good) for one, good in zip(judged, right, strict=True)], ERROR)
    return _rounded({
        "accuracy": mean(right),
        "coverage at 5 % error": kept / len(judged),
        "its threshold": at,
        "routed at 0.6": len(routed) / len(judged),
        "wrong of these": mean(one.belongs != one.goes for one in routed) if routed else 0.0,
        "calibration error": _calibration(judged),
    })  # fmt: skip


def _calibration(judged: list[Judged]) -> float:
    """The mean distance of confidence and share that was right, over ten equal steps of confidence."""
    steps: dict[int, list[tuple[float, bool]]] = {}
    for one in judged:
        steps.setdefault(min(9, int(one.confidence * 10)), []).append((one.confidence, one.belongs == one.goes))
    return sum(abs(sum(c for c, _ in step) - sum(r for _, r in step)) for step in steps.values()) / len(judged)


def known(count: int | None, seed: int) -> dict[str, float]:
    """banking77 with so many examples a category, or all."""
    started = time.process_time(), time.monotonic()
    classifier = Classifier(draw(read("train"), count, random.Random(seed)))
    classifier.wanted("How do I get a card?")
    spent = time.process_time() - started[0], time.monotonic() - started[1]
    found = figures(judge(classifier, [(text, name) for name, own in read("test").items() for text in own]))
    return found | _rounded({"s of processor to train": spent[0], "s to train": spent[1]})


def unknown(count: int | None, seed: int) -> dict[str, float]:
    """Trained on 57 of the 77 categories: the texts of the other 20 belong nowhere."""
    train, test, rng = read("train"), read("test"), random.Random(seed)
    out = set(rng.sample(sorted(test), 20))
    classifier = Classifier(draw({name: own for name, own in train.items() if name not in out}, count, rng))
    judged = judge(classifier, [(text, "" if name in out else name) for name, own in test.items() for text in own])
    routed = [one for one in judged if one.belongs and one.confidence >= THRESHOLD]
    return _rounded({
        "unknown left to people": mean(one.confidence < THRESHOLD for one in judged if not one.belongs),
        "known routed": len(routed) / sum(bool(one.belongs) for one in judged),
        "wrong of these": mean(one.belongs != one.goes for one in routed),
    })  # fmt: skip


def elsewhere() -> dict[str, float]:
    """Texts of other domains, against banking77 and against the sample shop."""
    strange = [(text, "") for text in (DATA / "nowhere.txt").read_text("utf-8").splitlines()]
    bank = Classifier(draw(read("train"), 10, random.Random(1)))
    return _rounded({
        name: mean(one.confidence < THRESHOLD for one in judge(classifier, strange))
        for name, classifier in (("banking77, 10 examples", bank), ("the sample shop", Classifier(shop())))
    })  # fmt: skip


def shop() -> tuple[Choice, ...]:
    """The sample shop's flows."""
    return choices(check([ROOT / "flows"]).plans.values())


def languages() -> dict[str, dict[str, int]]:
    """The sample shop's examples are English; its customers are not."""
    classifier = Classifier(shop())
    found: dict[str, Counter[str]] = {}
    with (DATA / "shop.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            [one] = judge(classifier, [(row["text"], row["flow"])])
            sure = one.confidence >= THRESHOLD
            way = "person" if not sure else "right" if one.goes == one.belongs else "wrong"
            found.setdefault(row["language"], Counter())[way] += 1
    return {language: {way: ways[way] for way in ("right", "person", "wrong")} for language, ways in found.items()}


def alone(step: Callable[[], Any]) -> Any:
    """The same without the second encoder."""
    os.environ["ENGINE_MINILM"] = "off"
    minilm.available.cache_clear()
    try:
        return step()
    finally:
        del os.environ["ENGINE_MINILM"]
        minilm.available.cache_clear()


def costs() -> dict[str, Any]:
    """One text, and a new category beside others whose vectors are at hand."""
    train, asks = read("train"), "How do I get a card?"
    classifier = Classifier(shop())
    times = []
    for number in range(40):
        text = f"Where is the parcel of my {number}th order, please?"
        started = time.process_time()
        classifier.wanted(text)
        times.append(1000 * (time.process_time() - started))
    fresh = [Choice("new", examples=tuple(f"{text} (new)" for text in train["age_limit"]))]
    others = draw(train, None, random.Random(1))
    Classifier(others).wanted(asks)
    started_at = time.monotonic(), time.process_time()
    Classifier((*others, *fresh)).wanted(asks)
    took, used = time.monotonic() - started_at[0], time.process_time() - started_at[1]
    return _rounded({
        "one text, ms of processor": median(times),
        "a new category with 110 examples beside all others, s": took,
        "a new category with 110 examples beside all others, s of processor": used,
        "memory of this process, MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    })  # fmt: skip


def _rounded(numbers: dict[str, float]) -> dict[str, float]:
    return {key: round(value, 4 if abs(value) < 2 else 1) for key, value in numbers.items()}


STEPS: Final[dict[str, Callable[[], Any]]] = {
    "3 examples": lambda: known(3, 1),
    **{f"10 examples, draw {seed}": partial(known, 10, seed) for seed in (1, 2, 3)},
    "all examples": lambda: known(None, 1),
    "10 examples, one encoder": lambda: alone(lambda: known(10, 1)),
    "all examples, one encoder": lambda: alone(lambda: known(None, 1)),
    **{f"20 categories unknown, 10 examples, draw {seed}": partial(unknown, 10, seed) for seed in (1, 2, 3)},
    "20 categories unknown, all examples": lambda: unknown(None, 1),
    "texts of other domains left to people": elsewhere,
    "languages": languages,
    "languages, one encoder": lambda: alone(languages),
    "costs": costs,
}
"""What is measured, by name: each alone by `--only`."""


def main() -> None:
    """Measure, write, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vectors", type=Path, help="a folder for what was embedded")
    parser.add_argument("--only", choices=STEPS, action="append", help="one measurement, beside those that are there")
    options = parser.parse_args()
    load_vectors(options.vectors)
    result: dict[str, Any] = json.loads(RESULTS.read_text("utf-8")) if options.only and RESULTS.exists() else {}
    result |= {"measured": datetime.now(UTC).date().isoformat(), "python": platform.python_version()}
    result["constants"] = {"english": classify.CONFIDENCE_ENGLISH, "any": classify.CONFIDENCE_ANY}
    for name in options.only or STEPS:
        result[name] = STEPS[name]()
        print(name, json.dumps(result[name]), flush=True)
        save_vectors(options.vectors)
        RESULTS.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
