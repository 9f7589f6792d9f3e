"""A strict reading of the part of Mermaid's flowchart language that `engine graph` writes.

The real parser is JavaScript and not at hand in CI. What this accepts was held against mermaid 11 in Chromium.
"""

import re
from typing import NamedTuple

__all__ = ["Chart", "parsed"]

LABEL = r'"(?P<label>(?:[^"#&`\\\[\]{}|<>*_~\x00-\x1f]|<br/>|#[0-9]{1,6};)+)"'
OPEN, CLOSE = r"\[/|\(\[|\[|\{\{|\{|\(", r"/\]|\]\)|\]|\}\}|\}|\)"
NODE = re.compile(rf"(?P<id>n[0-9]+|start)(?P<open>{OPEN}){LABEL}(?P<close>{CLOSE})")
EDGE = re.compile(rf"(?P<a>n[0-9]+|start) (?P<arrow>-->|-\.->)(?:\|{LABEL}\|)? (?P<b>n[0-9]+)")
GROUP = re.compile(rf"subgraph (?P<id>n[0-9]+_gates) \[{LABEL}\]")
CLASS = re.compile(r"class (?P<ids>n[0-9]+(?:,n[0-9]+)*) (?P<name>[a-z]+)")
STYLE = re.compile(r"classDef (?P<name>[a-z]+) [a-z-]+:[#a-z0-9 ]+(?:,[a-z-]+:[#a-z0-9 ]+)*")
PAIRS = {"[": "]", "([": "])", "{": "}", "{{": "}}", "[/": "/]", "(": ")"}


class Chart(NamedTuple):
    """What a chart says, with its labels as a reader sees them."""

    nodes: dict[str, str]
    edges: list[tuple[str, str, str]]
    groups: dict[str, list[str]]
    classes: dict[str, str]


def seen(label: str) -> str:
    """A label without its entities and breaks."""
    return re.sub(r"#([0-9]+);", lambda match: chr(int(match[1])), label.replace("<br/>", " "))


def parsed(text: str) -> Chart:
    """Reads a chart. Raises AssertionError for anything that is not of this part, or that names what is not there."""
    assert text.endswith("\n")
    first, *lines = text[:-1].split("\n")
    assert first == "flowchart TD"
    chart = Chart({}, [], {}, {})
    styles, group = set(), ""
    for line in map(str.strip, lines):
        if match := NODE.fullmatch(line):
            assert PAIRS[match["open"]] == match["close"], line
            assert match["id"] not in chart.nodes, line
            chart.nodes[match["id"]] = seen(match["label"])
            assert all(not re.match(r"\s*([-+*]|[0-9]+[.)])\s", part) for part in match["label"].split("<br/>")), line
            if group:
                chart.groups[group].append(match["id"])
        elif match := GROUP.fullmatch(line):
            assert not group, "groups do not nest"
            group = match["id"]
            chart.groups[group] = []
        elif line == "end":
            assert chart.groups[group]
            group = ""
        elif match := EDGE.fullmatch(line):
            chart.edges.append((match["a"], seen(match["label"] or ""), match["b"]))
        elif match := STYLE.fullmatch(line):
            styles.add(match["name"])
        elif match := CLASS.fullmatch(line):
            assert match["name"] in styles
            chart.classes.update(dict.fromkeys(match["ids"].split(","), match["name"]))
        else:
            raise AssertionError(f"not of the grammar: {line}")
    assert not group
    named = {node for a, _, b in chart.edges for node in (a, b)} | set(chart.classes)
    assert named <= set(chart.nodes)
    assert {b for _, _, b in chart.edges} == set(chart.nodes) - {"start"}, "something that nothing leads to"
    return chart
