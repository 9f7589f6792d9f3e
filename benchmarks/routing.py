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
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean, median
from typing import Any, Final, NamedTuple

from benchmarks.banking77 import draw, load_vectors, read, save_vectors
from engine.check import check
from engine.cli.route import coverage
from engine.models.base import Choice
from engine.models.local import classify, minilm
from engine.models.local.classify import Classifier, parts
from engine.routing import choices

__all__ = ["main"]

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
    for (_, belongs), likely in zip(
        asked, classifier.all_probabilities([parts(text) for text, _ in asked]), strict=True
    ):
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


def known() -> dict[str, Any]:
    """banking77 with 10 examples a category, over three draws, and with all."""
    train, test = read("train"), read("test")
    asked = [(text, name) for name, own in test.items() for text in own]
    few = [figures(judge(Classifier(draw(train, 10, random.Random(seed))), asked)) for seed in (1, 2, 3)]
    found: dict[str, Any] = {
        "10 examples": _rounded({key: mean(one[key] for one in few) for key in few[0]}),
        "10 examples, accuracy of each draw": [one["accuracy"] for one in few],
        "3 examples": figures(judge(Classifier(draw(train, 3, random.Random(1))), asked)),
    }
    started = time.process_time(), time.monotonic()
    classifier = Classifier(draw(train, None, random.Random(1)))
    found["seconds to train on all, vectors at hand"] = _rounded(
        {"processor": time.process_time() - started[0], "clock": time.monotonic() - started[1]}
    )
    found["all examples"] = figures(judge(classifier, asked))
    return found


def unknown() -> dict[str, Any]:
    """Trained on 57 of the 77 categories: the texts of the other 20 belong nowhere."""
    train, test = read("train"), read("test")
    found: dict[str, Any] = {}
    for count, label in ((10, "10 examples"), (None, "all examples")):
        shares: list[dict[str, float]] = []
        for seed in (1, 2, 3) if count else (1,):
            rng = random.Random(seed)
            out = set(rng.sample(sorted(test), 20))
            classifier = Classifier(draw({n: own for n, own in train.items() if n not in out}, count, rng))
            asked = [(text, "" if name in out else name) for name, own in test.items() for text in own]
            judged = judge(classifier, asked)
            strange = [one for one in judged if not one.belongs]
            own = [one for one in judged if one.belongs]
            routed = [one for one in own if one.confidence >= THRESHOLD]
            shares.append({
                "unknown left to people": mean(one.confidence < THRESHOLD for one in strange),
                "known routed": len(routed) / len(own),
                "wrong of these": mean(one.belongs != one.goes for one in routed),
            })  # fmt: skip
        found[label] = _rounded({key: mean(one[key] for one in shares) for key in shares[0]})
    return found


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


def alone() -> dict[str, Any]:
    """The same without the second encoder."""
    os.environ["ENGINE_MINILM"] = "off"
    minilm.available.cache_clear()
    try:
        train, test = read("train"), read("test")
        asked = [(text, name) for name, own in test.items() for text in own]
        few = figures(judge(Classifier(draw(train, 10, random.Random(1))), asked))
        return {
            "10 examples": few,
            "all examples": figures(judge(Classifier(draw(train, None, random.Random(1))), asked)),
            "languages": languages(),
        }
    finally:
        del os.environ["ENGINE_MINILM"]
        minilm.available.cache_clear()


def costs() -> dict[str, Any]:
    """One text, and a new category, with nothing kept from before. Milliseconds and seconds of the processor."""
    train = read("train")
    classifier = Classifier(shop())
    times = []
    for number in range(40):
        text = f"Where is the parcel of my {number}th order, please?"
        started = time.process_time()
        classifier.probabilities([text])
        times.append(1000 * (time.process_time() - started))
    fresh = [Choice("new", examples=tuple(f"{text} (new)" for text in train["age_limit"]))]
    started_at = time.process_time()
    Classifier((*draw(train, None, random.Random(1)), *fresh))
    return _rounded({
        "one text, ms of processor": median(times),
        "a new category with 110 examples beside all others, s of processor": time.process_time() - started_at,
        "memory of this process, MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    })  # fmt: skip


def _rounded(numbers: dict[str, float]) -> dict[str, float]:
    return {key: round(value, 4 if abs(value) < 2 else 1) for key, value in numbers.items()}


def main() -> None:
    """Measure, write, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vectors", type=Path, help="a folder for what was embedded")
    options = parser.parse_args()
    load_vectors(options.vectors)
    result: dict[str, Any] = {"measured": datetime.now(UTC).date().isoformat(), "python": platform.python_version()}
    steps = {
        "banking77": known, "unknown categories": unknown, "texts of other domains left to people": elsewhere,
        "languages": languages, "without the second encoder": alone, "costs": costs,
    }  # fmt: skip
    for name, step in steps.items():
        result[name] = step()
        print(name, json.dumps(result[name], indent=1), flush=True)
        save_vectors(options.vectors)
    result["constants"] = {"english": classify.CONFIDENCE_ENGLISH, "any": classify.CONFIDENCE_ANY}
    RESULTS.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
