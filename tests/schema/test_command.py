"""`engine schema`."""

import json
import re
from pathlib import Path

import pytest

from engine.cli.init import SAMPLE
from engine.schema import SCHEMAS, document, file_name, text
from tests.cli.conftest import Engine, engine

__all__ = ["engine"]


@pytest.mark.parametrize("kind", SCHEMAS)
def test_one_is_printed(kind: str, engine: Engine) -> None:
    ran = engine("schema", kind)
    assert (ran.status, ran.out, ran.err) == (0, text(kind), "")


def test_all_are_printed_by_their_file(engine: Engine) -> None:
    assert json.loads(engine("schema").out) == {file_name(kind): document(kind) for kind in SCHEMAS}


def test_they_are_written_over_older_ones(engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "schemas"
    assert engine("schema", "--write", folder).status == 0
    (folder / "flow.schema.json").write_text("old")
    (folder / "mine.json").write_text("mine")
    ran = engine("schema", "flow", "--write", folder)
    assert ran.out == f"{folder / 'flow.schema.json'}\n"
    assert (folder / "flow.schema.json").read_text(encoding="utf-8") == text("flow")
    assert (folder / "mine.json").read_text() == "mine"


def test_a_file_is_no_folder(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    ran = engine("schema", "--write", tmp_path / "file")
    assert (ran.status, "Traceback" in ran.err) == (2, False)
    assert engine("schema", "flows").status == 2


def test_a_new_project_names_its_schemas(engine: Engine, tmp_path: Path) -> None:
    assert engine("init", tmp_path / "shop").status == 0
    files = [tmp_path / "shop" / "engine.yaml", *(tmp_path / "shop").glob("[ft]*s/*.yaml")]
    assert len(files) == 1 + len([*SAMPLE.glob("flows/*.yaml"), *SAMPLE.glob("tools/*.yaml")])
    for path in files:
        first = path.read_text(encoding="utf-8").splitlines()[0]
        named = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
        assert named, path
        assert (path.parent / named[1]).is_file(), path
