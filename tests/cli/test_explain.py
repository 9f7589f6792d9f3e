"""`engine explain`."""

import pytest

from engine.rules import BELOW, RULES
from engine.rules.pages import pages
from tests.cli.conftest import Engine

KNOWN = sorted({**RULES, **BELOW})


@pytest.mark.parametrize("rule", KNOWN)
def test_the_page_of_a_rule(engine: Engine, rule: str) -> None:
    ran = engine("explain", rule)
    assert (ran.status, ran.err) == (0, "")
    flat = " ".join(ran.out.split())
    page = pages()[rule]
    assert ran.out.startswith(f"{rule}\n\n")
    for words in (page.summary, f"Why: {page.why}", f"Mend it: {page.mend}", page.standing):
        assert " ".join(words.split()) in flat
    if page.example is not None:
        for line in ("".join(page.example.files.values()) + page.example.output + page.example.mended).splitlines():
            assert f"    {line}".rstrip() in ran.out.splitlines()
    assert "\x1b" not in ran.out


def test_every_rule_in_a_line(engine: Engine) -> None:
    ran = engine("explain")
    assert [line.split()[0] for line in ran.out.splitlines()] == KNOWN
    assert all(pages()[line.split()[0]].summary in line for line in ran.out.splitlines())


def test_a_rule_as_it_stands_after_a_finding(engine: Engine) -> None:
    assert engine("explain", "[unknown-key]").out == engine("explain", "unknown-key").out


def test_a_rule_that_is_none(engine: Engine) -> None:
    ran = engine("explain", "unkown-key")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == "engine: there is no rule `unkown-key`; did you mean `unknown-key`?\n"
    assert "`engine explain` lists them all" in engine("explain", "something").err


def test_it_needs_no_project(engine: Engine, tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(str(tmp_path))
    assert engine("explain", "yaml").status == 0


def test_colour_and_width(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    coloured = engine("explain", "unknown-key", "--color", "always").out
    assert "\x1b[1munknown-key\x1b[0m" in coloured
    assert "\x1b[36mengine validate --fix\x1b[0m" in coloured
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "50")
    monkeypatch.setenv("NO_COLOR", "1")
    head = engine("explain", "unknown-key").out.split("flows/")[0]
    assert max(map(len, head.splitlines())) <= 50
    assert max(map(len, engine("explain").out.splitlines())) <= 27 + 40
