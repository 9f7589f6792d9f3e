"""What articles and folders say of themselves: nobody reads what only few may, however it was written down."""

from pathlib import Path

import pytest

from engine.knowledge import scan
from engine.knowledge.base import BrokenDocument
from engine.knowledge.front import draft, parted
from engine.knowledge.library import Library

PARTED = "Text of it."


def public(root: Path, name: str = "x.md") -> bool:
    """Whether customers would be shown it, in a folder whose articles are public."""
    (root / "labels.yaml").write_text("audience: public\n")
    one = next(one for one in scan.documents(root) if one.name == name)
    return scan.read(one, scan.load(one))[0].audience == "public"


@pytest.mark.parametrize(
    "front",
    [
        "---\naudience: internal\n---\n",
        "---\nAudience: internal\n---\n",
        "---\n'AUDIENCE ' : internal\n---\n",
        "\n\n---\naudience: internal\n---\n",
        "\ufeff\ufeff---\naudience: internal\n---\n",
        "\n\ufeff---\r\naudience: internal\r\n---\r\n",
        "<!-- Copyright - 2026 -->\n---\naudience: internal\n---\n",
        "+++\naudience = 'internal'\n+++\n",
        '\n+++\ntitle = "X"\nAudience = "Internal"\n+++\n',
    ],
)
def test_an_internal_article_is_internal_however_it_says_so(front: str, tmp_path: Path) -> None:
    (tmp_path / "x.md").write_text(f"{front}{PARTED}\n", encoding="utf-8", newline="")
    assert not public(tmp_path)
    assert parted(f"{front}{PARTED}".replace("\r\n", "\n"))[1] == PARTED


@pytest.mark.parametrize(
    ("front", "why"),
    [
        ("---\naudiance: internal\n---\n", "front matter: `audiance` is no label: write `audience`"),
        ("---\nAudeince: internal\n---\n", "`Audeince` is no label: write `audience`"),
        ("+++\naudiences = 'internal'\n+++\n", "`audiences` is no label: write `audience`"),
        ("---\naudience: internal\ntitle: X\nAudience: public\n---\n", "says `audience` twice"),
        ("---\nbase: &b {audience: internal}\n<<: *b\n---\n", "`<<` is not read"),
        ("---\naudience: [internal, staff]\n---\n", "`audience` must be a single text"),
        ("+++\naudience = internal\n+++\n", "front matter: not TOML"),
        ("+++\naudience = ['internal']\n+++\n", "`audience` must be a single text"),
        ("+++\naudience = 'internal'\n\n", r"opened by `\+\+\+` and never closed"),
        ("\n---\naudience: internal\n\n", "opened by `---` and never closed"),
        ("\n---\naudience: internal\nlanguage: d: e\n---\n", r"not YAML \(line 4\)"),
        ("Title: X\nAudience: internal\n\n", "says its audience in its text"),
    ],
)
def test_what_may_be_meant_for_few_and_is_not_understood_is_broken(front: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "x.md").write_text(f"{front}{PARTED}\n", encoding="utf-8")
    with pytest.raises(BrokenDocument, match=why):
        public(tmp_path)


def test_keys_of_other_tools_say_nothing() -> None:
    keys = "sidebar_position: 3\nslug: /x\ntags: [a, b]\ndate: 2026-13-45\nauthor: {name: J}\nid: !x 3\nweight: 1\n"
    assert parted(f"---\n{keys}title: T\nreviewd: x\n---\n{PARTED}") == ({"title": "T", "misspelt": "reviewd"}, PARTED)


@pytest.mark.parametrize(
    ("front", "labels"),
    [
        ("---\ntitle: Yes\nlanguage: no\n---\n", {"title": "Yes", "language": "no"}),
        ("---\ntitle: 1.10\nlanguage: null\ncollection: ~\n---\n", {"title": "1.10"}),
        ("---\ntitle: 2026-03-01\nreviewed: 2026-3-1\n---\n", {"title": "2026-03-01", "reviewed": "2026-03-01"}),
        ("---\nreviewed: 2026-03-01T10:00:00Z\n---\n", {"reviewed": "2026-03-01"}),
        ("+++\ntitle = true\nreviewed = 2026-03-01\n+++\n", {"title": "true", "reviewed": "2026-03-01"}),
        ("+++\n+++\n", {}),
    ],
)
def test_labels_are_taken_as_they_are_written(front: str, labels: dict[str, str]) -> None:
    assert parted(front + PARTED) == (labels, PARTED)


@pytest.mark.parametrize(
    "text", ["---\n\nText.", "\n---\nText.\n---\nMore.", "+++\nText.", "Audience of it: all\nof you", ""]
)
def test_a_rule_or_a_sentence_is_no_front_matter(text: str) -> None:
    assert parted(text) == ({}, text)


@pytest.mark.parametrize(
    ("said", "left_out"),
    [
        ("draft: true", True), ("draft: yes", True), ("Draft: 'true'", True), ("published: false", True),
        ("status: Draft", True), ("status: archived", True), ("draft: false", False), ("draft: no", False),
        ("draft:", False), ("published: true", False), ("published: 2026-03-01", False), ("status: current", False),
        ("title: Draft", False),
    ],
)  # fmt: skip
def test_an_article_says_that_it_is_a_draft(said: str, left_out: bool) -> None:
    assert draft(f"\n---\n{said}\n---\n{PARTED}".encode()) is left_out
    assert draft(f"---\n---\n{said}\n---\n".encode()) is False


def test_drafts_leave_the_index_and_are_named(library: Library, root: Path) -> None:
    article = root / "new.md"
    article.write_text("---\naudience: public\n---\n# Prices\nThe Basic plan costs 59 EUR.\n")
    assert library.index(root).drafts == ()
    assert library.search("basic plan costs", limit=1)[0].source == "new.md"
    article.write_text("+++\naudience = 'public'\ndraft = true\n+++\n# Prices\nThe Basic plan costs 59 EUR.\n")
    report = library.index(root)
    assert (report.drafts, report.removed) == (("new.md",), 1)
    assert "new.md" not in library.sources()


@pytest.mark.parametrize("name", ["labels.yml", "labels.yaml"])
def test_a_folder_is_labelled_by_either_name(name: str, tmp_path: Path) -> None:
    (tmp_path / "agents").mkdir()
    (tmp_path / "agents" / name).write_text("Audience: internal\n")
    (tmp_path / "agents" / "x.md").write_text(PARTED)
    assert not public(tmp_path, "agents/x.md")
    assert scan.unread(tmp_path) == {}


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"labels.yaml": "audiance: internal"}, "`audiance` is no label: did you mean `audience`?"),
        ({"labels.yml": "visibility: internal"}, "`visibility` is no label: there are `title`, `collection`,"),
        ({"labels.yaml": "audience: internal", "labels.yml": "audience: public"},
         "one file labels a folder, and here are labels.yaml and labels.yml: which holds is not known"),
        ({"lables.yaml": "audience: internal"}, "the file that labels a folder is called `labels.yaml`: rename it"),
        ({"Labels.yaml": "audience: internal"}, "the file that labels a folder is called `labels.yaml`: rename it"),
    ],
)  # fmt: skip
def test_below_labels_that_are_not_understood_nothing_is_read(files: dict[str, str], why: str, tmp_path: Path) -> None:
    (tmp_path / "staff").mkdir()
    (tmp_path / "staff" / "x.md").write_text(PARTED)
    for name, text in files.items():
        (tmp_path / "staff" / name).write_text(text)
    with pytest.raises(BrokenDocument, match=r"not read, as staff/.* is broken, which says who may read it"):
        public(tmp_path, "staff/x.md")
    refused = {one.name: one.refused for one in scan.documents(tmp_path)}
    assert any(refused[f"staff/{name}"].startswith(why) for name in files if f"staff/{name}" in refused)
