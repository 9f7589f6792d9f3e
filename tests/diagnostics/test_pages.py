"""The page of every rule: its words, its example, docs/rules.md. `ENGINE_UPDATE_RULES=1` writes the last two anew."""

import difflib
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.diagnostics.catalogue import document
from engine.rules import BELOW, RULES
from engine.rules.pages import EXAMPLES, pages

ROOT = Path(__file__).parent.parent.parent
GOLDEN = ROOT / "tests" / "golden"
AGAIN = "run the tests with ENGINE_UPDATE_RULES=1 and read what it says"


def files(folder: str, rule: str) -> dict[str, str]:
    """Path in the project -> text, of the case that is named as the rule."""
    case = GOLDEN / folder / rule
    if case.is_dir():
        found = sorted(path for path in case.rglob("*") if path.is_file())
        return {path.relative_to(case).as_posix(): path.read_text(encoding="utf-8") for path in found}
    path = case.with_suffix(".yaml")
    return {f"flows/{path.name}": path.read_text(encoding="utf-8")}


def examples() -> Iterator[tuple[str, dict[str, Any]]]:
    """Rule -> its example as it stands in tests/golden."""
    for rule in sorted({*RULES, *BELOW}):
        if (GOLDEN / "mended" / f"{rule}.yaml").exists() or (GOLDEN / "mended" / rule).exists():
            wrong, mended = files("wrong", rule), files("mended", rule)
            assert wrong.keys() <= mended.keys() or set(wrong.values()) <= set(mended.values()), f"{rule}: other files"
            output = (GOLDEN / "wrong" / f"{rule}.out").read_text(encoding="utf-8")
            yield rule, {"files": wrong, "output": output, "mended": "".join(told(wrong, mended))}


def told(wrong: dict[str, str], mended: dict[str, str]) -> Iterator[str]:
    """What changes, file by file."""
    moved = {text: path for path, text in wrong.items() if path not in mended}
    for path, text in mended.items():
        if text in moved:
            yield f"rename from {moved[text]}\nrename to {path}\n"
        elif text != wrong.get(path):
            yield f"{path}:\n" if len(mended) > 1 else ""
            yield changes(wrong.get(path, ""), text)


def changes(wrong: str, mended: str) -> str:
    """A unified diff with one line around each change, without the numbers of lines."""
    _, _, *lines = difflib.unified_diff(wrong.splitlines(), mended.splitlines(), n=1, lineterm="")
    return "".join("...\n" if line.startswith("@@") else f"{line}\n" for line in lines).removeprefix("...\n")


def test_the_package_has_the_examples_of_the_golden_files() -> None:
    text = json.dumps(dict(examples()), indent=1, ensure_ascii=False) + "\n"
    if os.environ.get("ENGINE_UPDATE_RULES") == "1":
        EXAMPLES.write_text(text, encoding="utf-8")
    assert EXAMPLES.read_text(encoding="utf-8") == text, AGAIN


def test_docs_are_the_pages() -> None:
    file, text = ROOT / "docs" / "rules.md", document(pages().values())
    if os.environ.get("ENGINE_UPDATE_RULES") == "1":
        file.write_text(text, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == text, AGAIN


@pytest.mark.parametrize("rule", sorted({*RULES, *BELOW}))
def test_every_rule_has_its_words(rule: str) -> None:
    page = pages()[rule]
    for words in (page.summary, page.why, page.mend):
        assert words.endswith("."), f"{rule} lacks `why` or `mend`, or a full stop"
        assert words.count("`") % 2 == 0
        assert not re.search(r"[*_<>]{2}|^#|\n", re.sub(r"`[^`]*`", "", words)), "plain words and `code` alone"
    assert len(page.summary) <= 160
    assert page.markdown().startswith(page.summary)


def test_floors_and_what_was_not_read_cannot_be_ignored() -> None:
    found = pages()
    assert not found["write-without-limit"].ignorable
    assert not found["unknown-key"].ignorable
    assert not found["yaml"].ignorable
    assert not found["unknown-tool"].ignorable
    assert found["unreachable-step"].ignorable
    assert found["maybe-missing"].ignorable


def test_a_fence_is_longer_than_those_inside() -> None:
    page = pages()["unreachable-step"]
    assert page.example is not None
    odd = page._replace(example=page.example._replace(files={"a.yaml": "a: |\n  ```\n  ````\n"}))
    assert "\n`````yaml\na: |\n  ```\n  ````\n`````\n" in odd.markdown()
