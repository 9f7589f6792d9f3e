"""docs/tutorial.md, done by the letter: its files are written, its commands run, and what they print is on the page."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.reference import ROOT

PAGE = ROOT / "docs" / "tutorial.md"
_BLOCK = re.compile(r"^```(console|yaml|diff)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_FILE = re.compile(r"`(flows/[a-z-]+\.yaml)`")


class Reader:
    """Somebody who does what the page says, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.home = folder
        self.at = folder
        self.file = ""
        self.ran = 0

    def block(self, match: re.Match[str]) -> str:
        """What the block is once it was done."""
        kind, content = match[1], match[2]
        if kind == "yaml":
            self.file = _FILE.findall(match.string[: match.start()])[-1]
            (self.at / self.file).write_text(content, "utf-8")
        elif kind == "diff":
            self._change(content)
        else:
            content = "".join(self._run(line[2:]) for line in content.splitlines() if line.startswith("$ "))
        return f"```{kind}\n{content}```"

    def _change(self, content: str) -> None:
        sides = {mark: "".join(f"{line[1:]}\n" for line in content.splitlines() if line[0] == mark) for mark in "-+"}
        path = self.at / self.file
        text = path.read_text("utf-8")
        assert text.count(sides["-"]) == 1, f"{sides['-']} stands once in {self.file}"
        path.write_text(text.replace(sides["-"], sides["+"]), "utf-8")

    def _run(self, command: str) -> str:
        words = command.split()
        if words[0] == "cd":
            self.at /= words[1]
            return f"$ {command}\n"
        assert words[0] == "engine"
        env = {**os.environ, "XDG_CACHE_HOME": str(self.home / "cache"), "PYTHONUNBUFFERED": "1", "NO_COLOR": "1",
               "PYTHONPATH": str(ROOT)}  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-m", "engine.cli", *words[1:]], cwd=self.at, env=env, check=False, timeout=120,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert done.returncode in (0, 1), done.stdout
        self.ran += 1
        return f"$ {command}\n{done.stdout.decode()}"


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Reader]:
    reader = Reader(tmp_path_factory.mktemp("tutorial"))
    return _BLOCK.sub(reader.block, PAGE.read_text("utf-8")), reader


def test_the_page_says_what_happens(done: tuple[str, Reader]) -> None:
    found, reader = done
    if os.environ.get("ENGINE_UPDATE_DOCS") == "1":
        PAGE.write_text(found, "utf-8")
    assert found == PAGE.read_text("utf-8"), "run the tests with ENGINE_UPDATE_DOCS=1, and read what it says"
    assert reader.ran == 9


def test_the_flow_ends_sound_and_what_was_wrong_was_found_on_the_way(done: tuple[str, Reader]) -> None:
    found, _ = done
    for rule in ("unknown-field", "outside-hours", "wrong-type"):
        assert f"[{rule}]" in found
    ends = [line for line in found.splitlines() if line.endswith("no findings")]
    assert len(ends) == 3, "at the start, once it is mended, and with --strict"
