"""`engine lsp`: an editor speaks with the real process."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.editor.client import Editor
from tests.golden.case import BASE, HEAD

pytest.importorskip("pygls")

FLOW = (
    HEAD
    + """\
start: {examples: [Where is it]}
tools: {orders.get: {only_if: [result.customer_id == customer.id]}, customers.match: allow}
silence: {within: 5d, otherwise: close}
steps:
  - verify: [{by: customers.match, with: [email, postcode]}]
  - ask: details
    fields: {order: {one_of: customer.orders}}
  - tool: orders.get
    with: {order_id: "{{ details.order.id }}"}
    as: order
  - reply: "😀 {{ order.number }} and {{ order.number }}"
  - close: solved
"""
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with one flow, in a folder whose name needs quoting in a URI."""
    root = Path(shutil.copytree(BASE, tmp_path / "my shop ü"))
    (root / "flows").mkdir(exist_ok=True)
    (root / "flows" / "case.yaml").write_text(FLOW, encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def editor() -> Iterator[Editor]:
    """One process for many projects, as an editor has it."""
    with Editor() as started:
        yield started


def position(text: str, part: str, offset: int = 0) -> tuple[int, int]:
    """Line and UTF-16 character of a part of a text."""
    before = text[: text.index(part) + offset]
    return before.count("\n"), len(before[before.rfind("\n") + 1 :].encode("utf-16-le")) // 2


def span(found: dict[str, Any]) -> tuple[int, int, int, int]:
    begin, end = found["range"]["start"], found["range"]["end"]
    return begin["line"], begin["character"], end["line"], end["character"]


def labels(answer: dict[str, Any]) -> list[str]:
    return [item["label"] for item in answer["items"]]


def test_what_it_can(editor: Editor) -> None:
    assert editor.capabilities["positionEncoding"] == "utf-16"
    assert editor.capabilities["hoverProvider"]
    assert editor.capabilities["definitionProvider"]
    assert "." in editor.capabilities["completionProvider"]["triggerCharacters"]


@pytest.mark.parametrize(
    ("encodings", "chosen", "width"),
    [(["utf-8"], "utf-8", 4), (["utf-32", "utf-16"], "utf-32", 1), (None, "utf-16", 2)],
)
def test_positions_count_what_was_agreed_on(encodings: list[str] | None, chosen: str, width: int, root: Path) -> None:
    path = root / "flows" / "case.yaml"
    text = FLOW.replace("and {{ order.number", "and {{ order.numer")
    with Editor(encodings=encodings) as editor:
        assert editor.capabilities["positionEncoding"] == chosen
        editor.open(path, text)
        [found] = editor.diagnostics(path)
        line, _ = position(text, "order.numer }")
        start = 12 + width + 1 + len("{{ order.number }} and {{ order.")
        assert found["code"] == "unknown-field"
        assert span(found) == (line, start, line, start + len("numer"))


def test_findings_while_somebody_types(root: Path, editor: Editor) -> None:
    path = root / "flows" / "case.yaml"
    editor.open(path)
    assert editor.diagnostics(path) == []
    wrong = FLOW.replace("tool: orders.get", "tool: orders.gte")
    editor.change(path, wrong)
    found = editor.diagnostics(path)
    unknown = next(one for one in found if one["code"] == "unknown-tool")
    line, character = position(wrong, "orders.gte")
    assert span(unknown) == (line, character, line, character + len("orders.gte"))
    assert (unknown["severity"], unknown["source"]) == (1, "engine")
    assert "did you mean `orders.get`?" in unknown["message"]
    editor.change(path, FLOW)
    assert editor.diagnostics(path) == []
    assert path.read_text(encoding="utf-8") == FLOW, "an editor's text is the editor's"


def test_a_change_of_one_file_concerns_others(root: Path, editor: Editor) -> None:
    """An unsaved tools file takes a field away that the flow reads; closed unsaved, it is as on disk again."""
    flow, tools = root / "flows" / "case.yaml", root / "tools" / "shop.yaml"
    editor.open(flow)
    assert editor.diagnostics(flow) == []
    editor.open(tools, tools.read_text(encoding="utf-8").replace("number:", "numbr:"))
    assert {one["code"] for one in editor.diagnostics(flow)} == {"unknown-field"}
    editor.close(tools)
    assert editor.diagnostics(flow) == []


def test_a_file_is_named_as_the_editor_names_it(root: Path, tmp_path: Path, editor: Editor) -> None:
    """Through a link, and with other characters escaped than Python escapes."""
    (tmp_path / "link").symlink_to(root)
    uri = (tmp_path / "link" / "flows" / "case.yaml").as_uri().replace("case.yaml", "c%61se.yaml")
    text = FLOW.replace("owner: support", "owner: suport")
    document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
    editor.tell("textDocument/didOpen", {"textDocument": document})
    editor.until_published(uri)
    assert [one["code"] for one in editor.found[uri]] == ["unknown-team"]


def test_a_file_that_is_not_on_disk_yet(root: Path, editor: Editor) -> None:
    path = root / "flows" / "new.yaml"
    editor.open(path, "flow: new\n")
    assert {one["code"] for one in editor.diagnostics(path)} == {"missing-key"}
    editor.close(path)
    assert editor.diagnostics(path) == []
    assert not path.exists()


def test_only_what_changed_is_published_again(root: Path, editor: Editor) -> None:
    path, other = root / "flows" / "case.yaml", root / "flows" / "other.yaml"
    other.write_text("flow: other\n", encoding="utf-8")
    editor.open(path)
    editor.diagnostics(other)
    editor.change(path, "flow: case\n")
    editor.diagnostics(path)
    editor.change(path, "flow: cas\n")
    editor.diagnostics(path)
    assert editor.published.count(other.as_uri()) == 1


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("owner: support", "owner: |", {"support", "leads"}),
        ("  - close: solved", "  - |", {"tool", "reply", "close", "escalate"}),
        ("close: solved", "close: |", {"solved", "denied", "withdrawn"}),
        ("tool: orders.get", "tool: orders.|", {"orders.get"}),
        ("    as: order\n", "    as: order\n    |\n", {"otherwise", "silence"}),
        ('with: {order_id: "{{ details.order.id }}"}', "with: {|", {"order_id"}),
        ("{{ details.order.id }}", "{{ details.order.|", {"id", "number"}),
        ('with: {order_id: "{{ details.order.id }}"}', 'with: {order_id: "{{ details.order.|', {"id", "number"}),
        ("{{ details.order.id }}", "{{ |", {"details", "customer", "ticket"}),
        ("😀 {{ order.number }}", "😀 {{ order.|", {"number", "total"}),
        ("result.customer_id ==", "result.| ==", {"customer_id"}),
        ("otherwise: close", "otherwise: |", {"escalate", "close", "next"}),
        ("    as: order\n", "    as: order\n    otherwise:\n      |\n", {"refused", "not_found", "else"}),
        ("with: [email, postcode]", "with: [|", {"email", "postcode"}),
        ("  - close: solved", "  - transfer: |", {"case"}),
        ("  - close: solved", '  - set: x\n    to: "{{ order.|', {"number", "total"}),
    ],
)  # fmt: skip
def test_completion(old: str, new: str, wanted: set[str], root: Path, editor: Editor) -> None:
    assert old in FLOW
    marked = FLOW.replace(old, new, 1)
    line, character = position(marked, new, new.index("|"))
    path = root / "flows" / "case.yaml"
    editor.open(path, marked.replace(new, new.replace("|", "", 1), 1))
    assert wanted <= set(labels(editor.at("completion", path, line, character)))


def test_a_proposal_replaces_the_word_that_was_begun(root: Path, editor: Editor) -> None:
    path = root / "flows" / "case.yaml"
    text = FLOW.replace("tool: orders.get", "tool: orders.g").replace("  - close: solved", "  - clo")
    editor.open(path, text)
    line, character = position(text, "orders.g\n", len("orders.g"))
    [tool] = [one for one in editor.at("completion", path, line, character)["items"] if one["label"] == "orders.get"]
    assert tool["textEdit"]["newText"] == "orders.get"
    assert span(tool["textEdit"]) == (line, character - len("orders.g"), line, character)
    line, character = position(text, "- clo", len("- clo"))
    [step] = [one for one in editor.at("completion", path, line, character)["items"] if one["label"] == "close"]
    assert step["textEdit"]["newText"] == "close: "
    assert span(step["textEdit"]) == (line, character - len("clo"), line, character)


@pytest.mark.parametrize(
    ("pointed", "offset", "told"),
    [
        ("order.number }} and", 8, "`order.number`: text"),
        ("details.order.id", 1, "`details`: "),
        ("tool: orders.get", 8, "**orders.get**"),
        ("owner: support", 9, "**support**"),
        ("  - verify", 5, "Proves who the customer is"),
        ("    as: order", 5, "The name of the result."),
        ("close: solved", 8, "The wish was met."),
    ],
)
def test_hover(pointed: str, offset: int, told: str, root: Path, editor: Editor) -> None:
    path = root / "flows" / "case.yaml"
    editor.open(path)
    answer = editor.at("hover", path, *position(FLOW, pointed, offset))
    assert answer["contents"]["value"].startswith(told) or f"\n{told}" in answer["contents"]["value"]
    assert answer["contents"]["kind"] == "markdown"


def test_a_hover_marks_what_it_is_about(root: Path, editor: Editor) -> None:
    path = root / "flows" / "case.yaml"
    editor.open(path)
    line, character = position(FLOW, 'order.number }}"')
    found = editor.at("hover", path, line, character + 7)
    assert span(found) == (line, character, line, character + len("order.number"))
    assert editor.at("hover", path, *position(FLOW, "steps:", 7)) is None


@pytest.mark.parametrize(
    ("pointed", "offset", "file", "target"),
    [
        ("tool: orders.get", 8, "tools/shop.yaml", "orders.get"),
        ("owner: support", 9, "engine.yaml", "support"),
        ("details.order.id", 1, "flows/case.yaml", "ask"),
        ("order.number }} and", 1, "flows/case.yaml", "tool: orders.get"),
        ("by: customers.match", 5, "tools/shop.yaml", "customers.match"),
        ("customer.orders", 2, "flows/case.yaml", "verify"),
    ],
)
def test_definition(pointed: str, offset: int, file: str, target: str, root: Path, editor: Editor) -> None:
    path = root / "flows" / "case.yaml"
    editor.open(path)
    [place] = editor.at("definition", path, *position(FLOW, pointed, offset))
    assert place["uri"] == (root / file).as_uri()
    lines = (root / file).read_text(encoding="utf-8").splitlines()
    begin = place["range"]["start"]
    assert lines[begin["line"]][begin["character"] :].startswith(target)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "flow: [",
        "- - -",
        "steps:\n  - {",
        "\ufeffflow: a",
        "flow: \ud800",
        "a: &b c\nd: *b\n",
        "\x00",
        "😀: 😀",
    ],
    ids=ascii,
)
def test_a_broken_file(text: str, root: Path, editor: Editor) -> None:
    path = root / "flows" / "case.yaml"
    editor.open(path, text)
    assert editor.diagnostics(path)
    for character in (0, 1, 99):
        for line in (0, 1, 99):
            editor.at("hover", path, line, character)
            editor.at("definition", path, line, character)
            editor.at("completion", path, line, character)


def test_a_huge_file(root: Path, editor: Editor) -> None:
    path = root / "flows" / "case.yaml"
    editor.open(path, FLOW + "#" * 2_000_000)
    assert [one["code"] for one in editor.diagnostics(path)] == ["too-large"]
    assert editor.at("completion", path, 1, 1) == {"isIncomplete": False, "items": []}
    assert editor.at("hover", path, 1, 1) is None


def test_a_folder_without_a_project(tmp_path: Path, editor: Editor) -> None:
    path = tmp_path / "flows" / "lost.yaml"
    path.parent.mkdir()
    editor.open(path, "flow: lost\n")
    [found] = editor.diagnostics(path)
    assert (found["code"], found["severity"], span(found)) == ("no-project", 2, (0, 0, 0, 1))
    assert editor.at("completion", path, 0, 3)["items"] == []
    assert editor.at("hover", path, 0, 3) is None
    notes = tmp_path / "notes.yaml"
    editor.open(notes, "a: b\n")
    assert editor.diagnostics(notes) == []


def test_lines_end_where_the_protocol_says(root: Path, editor: Editor) -> None:
    path = root / "flows" / "case.yaml"
    text = (
        FLOW.replace("about: A case.", "about: A\u2028case\x0b.")
        .replace("owner: support", "owner: suport")
        .replace("\n", "\r\n")
    )
    editor.open(path, text)
    found = next(one for one in editor.diagnostics(path) if one["code"] in ("unknown-team", "yaml"))
    assert found["range"]["start"]["line"] in (2, 3)


def test_it_ends_when_the_editor_is_gone(root: Path) -> None:
    editor = Editor()
    with editor:
        editor.open(root / "flows" / "case.yaml")
    assert editor.process.returncode == 0
