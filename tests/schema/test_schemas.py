"""The schemas of editors: made of the declarations, and of one mind with `engine validate`.

`ENGINE_UPDATE_SCHEMAS=1 pytest tests/schema` writes schemas/ anew.
"""

import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from engine.check import check
from engine.cli.schema import _write
from engine.diagnostics import Sink
from engine.project.flow import Flow
from engine.project.scalars import RESERVED
from engine.project.settings import Settings
from engine.project.shape import Reader
from engine.project.tool import TOOLS
from engine.rules import RULES
from engine.schema import SCHEMAS, document, file_name, text
from engine.steps import STEPS
from engine.syntax import Mapping, Node
from engine.syntax import read as parsed
from tests.golden.test_golden import HERE, RIGHT, ROOT, WRONG, laid_out
from tests.schema.loaders import LOADERS, read

UNREAD = frozenset({"yaml", "cut-text", "encoding", "too-large", "key", "merge-key"})
"""Findings of the YAML reader after which a part counts as broken: nothing is said of its shape."""
ALL = os.environ.get("ENGINE_PROVE") == "1"
SHAPE = {name for name, rule in RULES.items() if rule.shape}
VALIDATORS = {kind: Draft7Validator(document(kind)) for kind in SCHEMAS}
SOURCES = [
    *sorted(HERE.glob("right/**/*.yaml")),
    *sorted(ROOT.glob("flows/*.yaml")),
    *sorted(ROOT.glob("tools/*.yaml")),
    ROOT / "engine.yaml",
]

BEYOND: dict[str, str] = {"wrong-word-4": "who is in a team, and which of two days comes first"}
"""Golden cases whose finding no schema tells, with the reason. docs/editors.md names the kinds."""


@pytest.mark.parametrize("kind", SCHEMAS)
def test_the_files_are_those_of_the_code(kind: str) -> None:
    if os.environ.get("ENGINE_UPDATE_SCHEMAS") == "1":
        _write(ROOT / "schemas", [kind])
    assert (ROOT / "schemas" / file_name(kind)).read_text(encoding="utf-8") == text(kind), (
        "run the tests with ENGINE_UPDATE_SCHEMAS=1"
    )


def parts(schema: Any) -> Iterator[dict[str, Any]]:
    """Every schema within a schema."""
    if isinstance(schema, list):
        for part in schema:
            yield from parts(part)
    elif isinstance(schema, dict):
        yield schema
        for part in schema.values():
            yield from parts(part)


@pytest.mark.parametrize("kind", SCHEMAS)
def test_patterns_escape_what_javascript_lets_them(kind: str) -> None:
    """With the flag `u`, which editors set, any other escape is no pattern at all, and the whole schema is refused."""
    allowed = frozenset(r"^$\.*+?()[]{}|/-" "dDwWsSbBcxupPkntrvf0123456789")
    found = list(_patterns(document(kind)))
    assert len(found) > 3
    assert [one for one in found if not allowed.issuperset(re.findall(r"\\(.)", one))] == []


def _patterns(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from (value for key, value in part.items() if key == "pattern" and isinstance(value, str))
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _patterns(inner)


@pytest.mark.parametrize("kind", SCHEMAS)
def test_a_schema_is_one_and_explains_itself(kind: str) -> None:
    schema = document(kind)
    Draft7Validator.check_schema(schema)
    assert schema["$id"] == f"{kind}.schema.json"
    for part in parts(schema):
        if part.get("type") == "object" and "properties" in part:
            assert "additionalProperties" in part
            assert all(one["description"].strip() for one in part["properties"].values())
        if isinstance(part.get("enum"), list) and part["enum"] != sorted(RESERVED):
            assert len(part["markdownEnumDescriptions"]) == len(part["enum"])
        if "$ref" in part:
            assert [*part] == ["$ref"]
            assert part["$ref"].removeprefix("#/definitions/") in schema["definitions"]


def refused(root: Path, loader: str) -> set[str]:
    """The files of a project that their schema refuses. What YAML cannot read is none of a schema's business."""
    found = set()
    paths = [root / "engine.yaml", *sorted(root.glob("tools/*.yaml")), *sorted(root.glob("flows/*.yaml"))]
    for path in filter(Path.is_file, paths):
        kind = {"tools": "tools", "flows": "flow"}.get(path.parent.name, "engine")
        if not _valid(path.read_bytes(), kind, loader):
            found.add(path.relative_to(root).as_posix())
    return found


@cache  # most files of a case are those of the sample
def _valid(content: bytes, kind: str, loader: str) -> bool:
    try:
        whole = read(content.decode("utf-8"), loader)
    except (yaml.YAMLError, UnicodeDecodeError):
        return True
    return bool(VALIDATORS[kind].is_valid(whole))


@pytest.mark.parametrize("case", RIGHT, ids=lambda path: path.stem)
def test_a_right_file_passes(case: Path, tmp_path: Path) -> None:
    root = laid_out(case, tmp_path / "project")
    assert [refused(root, loader) for loader in LOADERS] == [set(), set()]


@pytest.mark.parametrize("loader", LOADERS)
def test_the_sample_passes(loader: str) -> None:
    assert refused(ROOT, loader) == set()
    assert {path.name for path in (ROOT / "schemas").iterdir()} == {file_name(kind) for kind in SCHEMAS}


@pytest.mark.parametrize("case", WRONG, ids=lambda path: path.stem)
def test_a_wrong_file_is_refused_for_its_shape_alone(case: Path, tmp_path: Path) -> None:
    root = laid_out(case, tmp_path / "project")
    checked = check([root])
    unread = {found.place.path for found in checked.diagnostics if found.rule in UNREAD}
    told = {found.place.path for found in checked.diagnostics if found.rule in SHAPE} - unread
    for loader in LOADERS:
        assert (refused(root, loader) - unread == told) != (case.stem in BEYOND), (told, refused(root, loader))


def mutants(text: str, chance: Random) -> Iterator[str]:
    """The file with one line left out, one word changed, or one value of another kind, for some lines or `ALL`."""
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines):
        if not ALL and chance.random() < 0.6:
            continue
        key = re.search(r"[a-z_]+(?=:)", line)
        value = re.search(r"(?<=: )[^\[{|>#\n][^,}\]#\n]*", line)
        changed = [""]
        if key:
            changed += [line[: key.start()] + chance.choice(["x", "else", "then", "close"]) + line[key.end() :]]
        if value:
            other = chance.choice(
                ["no", "0421", "12:30", "1.10", "2d", "[a]", "{a: b}", "", "null", "''", "word", "-1"]
            )
            changed += [f"{line[: value.start()]}{other}{line[value.end() :]}"]
        yield "".join([*lines[:number], chance.choice(changed), *lines[number + 1 :]])


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_changed_file_is_refused_if_its_shape_is_wrong(path: Path) -> None:
    """Where scalars stay text, schema and reader agree on every mutant; where YAML types them, none that is right is
    underlined."""
    kind = {"tools": "tools", "flows": "flow", "right": "flow"}.get(path.parent.name, "engine")
    refusals = 0
    for mutant in mutants(path.read_text(encoding="utf-8"), Random(path.name)):
        sink = Sink()
        node = parsed("file.yaml", mutant, sink)
        if node is None or len(sink):
            continue
        wrong = wrong_shape(kind, node)
        refusals += wrong
        assert VALIDATORS[kind].is_valid(read(mutant, "strings")) != wrong, mutant
        assert wrong or VALIDATORS[kind].is_valid(read(mutant, "yaml-1.1")), mutant
    assert refusals > (5 if ALL else 0)


def wrong_shape(kind: str, node: Node) -> bool:
    """Whether reading finds something that is tagged `shape`."""
    sink = Sink()
    reader = Reader(sink, STEPS)
    if kind == "tools":
        TOOLS.read(node, reader)
    elif isinstance(node, Mapping):
        (Flow if kind == "flow" else Settings).read(node, reader)
    else:
        return True
    return bool({found.rule for found in sink.ordered()} & SHAPE)


def test_what_no_schema_tells_is_still_there() -> None:
    assert set(BEYOND) <= {case.stem for case in WRONG}
    assert (HERE / "base" / "engine.yaml").is_file()
