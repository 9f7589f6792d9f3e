"""Findings for programs: json, github, sarif."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest

from engine import __version__
from engine.diagnostics import Diagnostic, Edit, Label, Place, Severity, Sink
from engine.diagnostics.render import PLAIN, View, renderer
from engine.rules.pages import pages
from tests.golden.case import checked

SCHEMA = json.loads((Path(__file__).parent / "data" / "sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8"))
SOURCES = {"flows/a b.yaml": "flow: a\nstpes: []\nsteps: []\n"}
FOUND = Diagnostic(
    "unknown-key",
    Severity.ERROR,
    "unknown key `stpes`: expected `steps`",
    Place("flows/a b.yaml", 2, 1, 2, 6),
    labels=(Label(Place("engine.yaml", 1, 1, 1, 2), "100% of\nit: here, and there"),),
    tip="did you mean `steps`?",
    path=(Label(Place("flows/a b.yaml", 1, 1, 1, 5), "first"), Label(Place("flows/a b.yaml", 2, 1, 2, 6), "then")),
    fix=Edit(Place("flows/a b.yaml", 2, 1, 2, 6), "stpes", "steps"),
)


def sarif(findings: Sequence[Diagnostic], sources: Mapping[str, str] = SOURCES, view: View = PLAIN) -> dict[str, Any]:
    """The one run of a log that the official schema takes."""
    log = json.loads(renderer("sarif")(findings, sources, False, view))
    jsonschema.Draft4Validator(SCHEMA).validate(log)
    assert log["version"] == "2.1.0"
    [run] = log["runs"]
    assert isinstance(run, dict)
    return run


def github(*findings: Diagnostic, view: View = PLAIN) -> list[str]:
    return renderer("github")(findings, SOURCES, False, view).splitlines()


# json


def test_json_has_everything() -> None:
    [found] = json.loads(renderer("json")((FOUND,), SOURCES, False))["findings"]
    place = {"path": "flows/a b.yaml", "line": 2, "column": 1, "end_line": 2, "end_column": 6}
    assert found["place"] == place
    assert found["fix"] == {"place": place, "old": "stpes", "text": "steps"}
    assert [step["message"] for step in found["path"]] == ["first", "then"]
    assert (found["rule"], found["severity"], found["tip"]) == ("unknown-key", "error", "did you mean `steps`?")
    assert found["labels"][0]["place"]["path"] == "engine.yaml"


def test_json_is_documented() -> None:
    docs = (Path(__file__).parents[2] / "docs" / "diagnostics.md").read_text(encoding="utf-8")
    log = json.loads(renderer("json")((FOUND,), SOURCES, False))
    [found] = log["findings"]
    for key in [*log, *found, *found["place"], *found["fix"], *found["labels"][0]]:
        assert f"`{key}`" in docs, f"docs/diagnostics.md does not say what `{key}` is"


def test_the_examples_of_the_docs_are_golden_files() -> None:
    root = Path(__file__).parents[2]
    docs = (root / "docs" / "diagnostics.md").read_text(encoding="utf-8")
    assert f"```text\n{(root / 'tests/golden/wrong/unknown-field.out').read_text(encoding='utf-8')}```" in docs
    [ignored] = re.findall(r"```yaml\n(.*?)```", docs, re.DOTALL)
    assert ignored in (root / "tests/golden/right/ignored.yaml").read_text(encoding="utf-8")


# github


def test_a_workflow_command() -> None:
    assert github(FOUND) == [
        "::error file=flows/a b.yaml,line=2,col=1,endColumn=5,title=unknown-key::unknown key `stpes`: expected `steps`"
        "%0Aengine.yaml:1:1: 100%25 of\\nit: here, and there"
        "%0A1. flows/a b.yaml:1:1: first%0A2. flows/a b.yaml:2:1: then%0Atip: did you mean `steps`?"
    ]


def test_a_range_of_several_lines_has_its_start_alone() -> None:
    place = Place("f.yaml", 2, 3, 9, 1)
    [line] = github(Diagnostic("rule", Severity.WARNING, "no", place))
    assert line == "::warning file=f.yaml,line=2,col=3,title=rule::no"


def test_an_empty_range_is_one_column() -> None:
    [line] = github(Diagnostic("rule", Severity.ERROR, "no", Place("f.yaml", 2, 3, 2, 3)))
    assert "col=3,endColumn=3," in line


def test_paths_are_those_of_the_repository() -> None:
    [line] = github(FOUND, view=View(prefix="shops/one, two/"))
    assert line.startswith("::error file=shops/one%2C two/flows/a b.yaml,line=2,")


def decoded(line: str) -> tuple[str, dict[str, str], str]:
    """As GitHub's runner reads a command: level, properties, message."""
    match = re.fullmatch(r"::(\w+) ([^:]*)::(.*)", line)
    assert match is not None, line
    properties = dict(part.split("=", 1) for part in match[2].split(","))
    undo = {"%25": "%", "%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ","}
    names = {name: re.sub("%25|%0D|%0A|%3A|%2C", lambda at: undo[at[0]], value) for name, value in properties.items()}
    return match[1], names, re.sub("%25|%0D|%0A", lambda at: undo[at[0]], match[3])


def test_any_text_comes_back_as_it_was() -> None:
    letters = "a%,:=;0DA25 \u00fc\u65e5`{}"
    for seed in range(500):
        chance = Random(seed)
        path, message, rule = ("".join(chance.choices(letters, k=chance.randint(1, 30))) for _ in range(3))
        [line] = github(Diagnostic(rule, Severity.ERROR, message, Place(path, 1, 1, 1, 2)))
        level, properties, said = decoded(line)
        assert (level, said) == ("error", message)
        assert properties == {"file": path, "line": "1", "col": "1", "endColumn": "1", "title": rule}


def test_no_text_can_begin_a_command_of_its_own() -> None:
    found = FOUND._replace(message="no\r\n::add-mask::x\x1b[2J\u2028::error::y", tip="\n::stop-commands::x")
    [line] = github(found._replace(place=found.place._replace(path="a\n::set-env name=X::y")))
    assert line.count("\n") == 0
    assert line.startswith("::error file=a%0A%3A%3Aset-env name=X%3A%3Ay,")


# sarif


def test_a_result() -> None:
    run = sarif((FOUND,))
    [result] = run["results"]
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["tool"]["driver"]["semanticVersion"] == __version__
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "unknown-key"
    assert result["level"] == "error"
    assert result["message"]["text"] == "unknown key `stpes`: expected `steps`. Did you mean `steps`?"
    [location] = result["locations"]
    assert location["physicalLocation"]["artifactLocation"] == {"uri": "flows/a%20b.yaml", "uriBaseId": "ROOT"}
    assert location["physicalLocation"]["region"] == {"startLine": 2, "startColumn": 1, "endLine": 2, "endColumn": 6}
    [related] = result["relatedLocations"]
    assert (related["id"], related["message"]["text"]) == (1, "100% of\nit: here, and there")
    [flow] = result["codeFlows"][0]["threadFlows"]
    said = [step["location"]["message"]["text"] for step in flow["locations"]]
    assert said == ["first", "then", FOUND.message]
    [change] = result["fixes"][0]["artifactChanges"]
    assert change["replacements"][0]["insertedContent"]["text"] == "steps"


def test_a_log_of_nothing_and_one_of_all_rules() -> None:
    assert sarif(())["results"] == []
    rules = sarif((), view=View(pages=pages()))["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == sorted(pages())
    for rule in rules:
        assert "helpUri" not in rule
        assert rule["help"]["text"]
        assert rule["help"]["markdown"].startswith(rule["shortDescription"]["text"])
        assert len(rule["fullDescription"]["text"]) <= 1024, "GitHub cuts it"


def test_nothing_of_the_machine(tmp_path: Path) -> None:
    found = checked(tmp_path, "steps: [{clse: solved}]")
    text = renderer("sarif")(found.diagnostics, found.project.sources, False, View(pages=pages()))
    assert str(tmp_path) not in text
    assert "uri" not in json.loads(text)["runs"][0]["originalUriBaseIds"]["ROOT"]


@pytest.mark.parametrize("path", ["a b.yaml", "flows/50%.yaml", "flows/\u00fcber.yaml", "a:b.yaml", "flows/a#b?c.yaml"])
def test_addresses_are_encoded(path: str) -> None:
    [result] = sarif([FOUND._replace(place=Place(path, 1, 1, 1, 2))], view=View(prefix="my shop/"))["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert re.fullmatch(r"[A-Za-z0-9/._~%-]+", uri)
    assert unquote(uri) == f"my shop/{path}"


def prints(found: Sequence[Diagnostic], sources: Mapping[str, str]) -> list[str]:
    return [result["partialFingerprints"]["primaryLocationLineHash"] for result in sarif(found, sources)["results"]]


def test_fingerprints_survive_an_insertion_above(tmp_path: Path) -> None:
    flow = "steps:\n  - rply: One.\n  - rply: Two.\n  - rply: Two.\n  - close: sloved\n"
    one = checked(tmp_path, flow)
    two = checked(tmp_path, "# a word\n\n" + flow.replace("steps:\n", "steps:\n  - reply: New.\n"))
    first, second = (prints(found.diagnostics, found.project.sources) for found in (one, two))
    assert len(set(first)) == len(first) == 4
    assert first == second


def test_fingerprints_differ_by_file_and_line() -> None:
    other = FOUND._replace(place=FOUND.place._replace(path="flows/b.yaml"))
    sources = {**SOURCES, "flows/b.yaml": SOURCES["flows/a b.yaml"]}
    assert len({*prints([FOUND, other], sources), *prints([FOUND], {"flows/a b.yaml": "a\nstpes: {}\n"})}) == 3


def test_a_place_beyond_the_file_has_a_fingerprint_too() -> None:
    assert prints([FOUND], {}) != []


def test_every_wrong_golden_file_makes_a_log_that_the_schema_takes(tmp_path: Path) -> None:
    from engine.check import check
    from tests.golden.test_golden import WRONG, laid_out

    everything = Sink()
    sources: dict[str, str] = {}
    for case in WRONG:
        found = check([laid_out(case, tmp_path / case.stem)])
        sources |= found.project.sources
        for diagnostic in found.diagnostics:
            everything.add(diagnostic)
    run = sarif(everything.ordered(), sources, View(pages=pages()))
    assert len(run["results"]) == len(everything) > 100
    regions = [
        location["physicalLocation"]["region"]
        for result in run["results"]
        for location in (*result["locations"], *result.get("relatedLocations", ()))
    ]
    for region in regions:
        start, end = ((region[f"{side}Line"], region[f"{side}Column"]) for side in ("start", "end"))
        assert (1, 1) <= start <= end
