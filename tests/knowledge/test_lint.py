"""What lint says of articles, and what it does not say of sound ones."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from engine.knowledge.library import Library
from engine.knowledge.lint import Finding, articles, lint, unreached
from engine.knowledge.questions import Question
from tests.knowledge.conftest import BagOfWords

SHOP = Path(__file__).parents[2] / "knowledge"


def looked(root: Path, **more: object) -> list[Finding]:
    found, broken = articles(root)
    given = {"today": date(2026, 11, 27), "stale_after": {}, "collections": ["faq", "policies"], **more}
    return broken + lint(found, root, **given)  # type: ignore[arg-type]


def write(root: Path, name: str, text: str, reviewed: str = "2026-11-01") -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"---\naudience: public\nlanguage: en\nreviewed: {reviewed}\n---\n{text}\n")


def kinds(found: list[Finding]) -> list[tuple[str, str]]:
    return [(one.kind, one.path) for one in found]


def test_the_sample_shop_is_sound() -> None:
    collections = [path.name for path in SHOP.iterdir() if path.is_dir()]
    assert looked(SHOP, collections=collections) == []


def test_stale_is_what_its_collection_says(tmp_path: Path) -> None:
    write(tmp_path, "faq/old.md", "# Old\nText.", "2026-01-01")
    write(tmp_path, "faq/new.md", "# New\nText.", "2026-11-01")
    write(tmp_path, "policies/old.md", "# Other\nText.", "2020-01-01")
    (tmp_path / "faq" / "never.md").write_text("---\naudience: public\n---\n# Never\nText.")
    found = looked(tmp_path, stale_after={"faq": timedelta(days=180)})
    assert kinds(found) == [("stale", "faq/never.md"), ("stale", "faq/old.md")]
    assert "330 days ago" in found[1].message


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ("You can return any item within 30 days of delivery.", "Return any item within 14 days of its delivery.", 1),
        ("Our shop in Berlin opens on 2026-12-01 at noon.", "Our shop in Berlin opens at noon on 2026-12-08.", 1),
        ("You can return any item within 30 days of delivery.", "Return any item within 30 days of its delivery.", 0),
        ("You can return any item within 30 days of delivery.", "Orders to Norway arrive within 9 days by lorry.", 0),
        ("A large parcel to Austria costs 12 EUR in total.", "A large parcel to Austria weighs 12 kg in total.", 0),
        ("The warranty on a sofa lasts two years.", "The warranty on a sofa lasts three years.", 1),
        ("The warranty on a sofa lasts one year.", "The warranty on a sofa lasts 2 years.", 1),
        ("The warranty on a sofa lasts two years.", "The warranty on a sofa lasts 2 years.", 0),
        ("Shipping to Austria costs 4.90 EUR in total.", "Shipping to Austria costs €5.90 in total.", 1),
        ("Shipping to Austria costs 4.90 EUR in total.", "Shipping to Austria costs €4.90 in total.", 0),
        ("Shipping to Austria costs 5 EUR in total.", "Shipping to Austria costs 5.00 € in total.", 0),
        ("Shipping to Austria costs 5 EUR in total.", "Shipping to Austria costs 5 USD in total.", 0),
        ("Our shop is open until 18:00 on weekdays.", "Our shop is open until 5 pm on weekdays.", 1),
        ("Our shop is open until 18:00 on weekdays.", "Our shop is open until 6 p.m. on weekdays.", 0),
        ("Our shop in Berlin opens on 2026-12-01 at noon.", "Our shop in Berlin opens on 1.12.2026 at noon.", 0),
        ("Our summer sale ends on May 3, 2027 at noon.", "Our summer sale ends on 4 May 2027 at noon.", 1),
        ("Our summer sale ends on 05.03.2027 at noon.", "Our summer sale ends on 4 March 2027 at noon.", 1),
        ("Der Verkauf in Ulm endet am 3. März 2027 mittags.", "Der Verkauf in Ulm endet mittags am 05.03.2027.", 1),
        ("Our summer sale ends on 4 March at noon.", "Our summer sale ends at noon on March 4, 2027.", 0),
        ("Our summer sale ends on 5 March at noon.", "Our summer sale ends at noon on March 4, 2027.", 1),
        ("A repair of a sofa takes at most 4 weeks.", "A repair of a sofa takes at most 21 days.", 1),
        ("A repair of a sofa takes at most 3 weeks.", "A repair of a sofa takes at most 21 days.", 0),
        ("A repair of a sofa takes at most 30 days.", "A repair of a sofa takes at most one month.", 0),
        ("A repair of a sofa takes at most 2 to 3 weeks.", "A repair of a sofa takes at most 14 to 21 days.", 0),
        ("The warranty on a sofa lasts 24 months.", "The warranty on a sofa lasts 3 years.", 1),
        ("The warranty on a sofa lasts 24 months.", "The warranty on a sofa lasts two years.", 0),
    ],
)  # fmt: skip
def test_contradictions_are_the_same_words_with_other_numbers(one: str, other: str, told: int, tmp_path: Path) -> None:
    write(tmp_path, "faq/a.md", f"# A\n{one}")
    write(tmp_path, "policies/b.md", f"# B\n{other}")
    found = [finding for finding in looked(tmp_path) if finding.kind == "contradiction"]
    assert len(found) == told
    assert all({finding.path, finding.other} == {"faq/a.md", "policies/b.md"} for finding in found)


def test_near_duplicates_links_headings_and_collections(tmp_path: Path) -> None:
    text = (
        "Gift cards are valid for three years from the day on which they were bought and can be used in several parts."
    )
    write(
        tmp_path,
        "faq/a.md",
        f"# A\n{text}\n\n## More\n[b](../policies/b.md) and [web](https://x.example/) and [gone](c.md)",
    )
    write(tmp_path, "policies/b.md", f"# B\n{text} Ask.\n\n## More\n[a](/faq/a.md#top)\n\n## Empty\n\n## Full\ntext")
    write(tmp_path, "lost/c.md", "# C\nNobody searches here. [a](../faq/a.md)")
    (tmp_path / "faq" / "bad.md").write_bytes(b"\xff\xfe")
    assert kinds(looked(tmp_path)) == [
        ("broken", "faq/bad.md"),
        ("near-duplicate", "faq/a.md"),
        ("dead-link", "faq/a.md"),
        ("bare-heading", "policies/b.md"),
        ("orphan", "lost/c.md"),
    ]


LINKS = """# A
![img](missing.png) and ![there](pic.png), [![badge](gone1.png)](b.md "B"), [two][r1] and [note][^1], [x](<no such.md>)
<a href='gone2.html'>two</a> <img alt="" src=gone4.png> [top](#top) [here](#fees--more) [again](b.md#fees-1) [nix](#nix)
[b](b.md#ruckgabe) [b](b.md#own-id) [b](b.md#mine) [b](b.md#nowhere) [b](a_(b).md)
[page](p.html#there) [page](p.html#not)
[mail](mailto:a@shop.example) [pdf](some.pdf#page=3) `[code](gone5.md)`

[r1]: gone3.md
[^1]: a-footnote

```
[example](gone6.md)
```

## Fees & more
Text.
"""


def test_dead_links_of_all_kinds_and_places_that_are_not_there(tmp_path: Path) -> None:
    write(tmp_path, "faq/a.md", LINKS)
    write(
        tmp_path,
        "faq/b.md",
        '# B\nText.\n## Fees\nOne.\n## Rückgabe\n<a id="own-id"></a>Two.\n## Fees\nThree.\n## Own {#mine}\nFour.',
    )
    write(tmp_path, "faq/a_(b).md", "# C\n[a](a.md)")
    (tmp_path / "faq" / "p.html").write_text("<html><body><h1>P</h1><p id='there'>Text.</p></body></html>")
    for name in ("pic.png", "some.pdf"):
        (tmp_path / "faq" / name).write_bytes(b"x")
    found = [one for one in looked(tmp_path) if one.kind == "dead-link"]
    links = {one.message.split("`")[1] for one in found}
    assert links == {
        "missing.png", "gone1.png", "gone2.html", "gone3.md", "gone4.png", "no such.md", "#nix", "b.md#nowhere",
        "p.html#not",
    }  # fmt: skip
    (place,) = [one.message for one in found if "nowhere" in one.message]
    assert place == "links to `b.md#nowhere`, and there is no heading `nowhere` there"


def test_an_article_that_nothing_links_is_an_orphan_where_others_are_linked(tmp_path: Path) -> None:
    write(tmp_path, "faq/a.md", "# A\nApples. [b](b.md)")
    write(tmp_path, "faq/b.md", "# B\nPears. [a](a.md)")
    write(tmp_path, "faq/c.md", "# C\nPlums.")
    assert kinds(looked(tmp_path)) == [("orphan", "faq/c.md")]


def test_articles_that_no_question_reaches(tmp_path: Path) -> None:
    for name in ("apples", "pears", "plums"):
        write(tmp_path / "k", f"faq/{name}.md", f"# {name}\nAll about {name}.")
    library = Library(tmp_path / "index", BagOfWords())
    library.index(tmp_path / "k")
    found, _ = articles(tmp_path / "k")
    assert kinds(unreached(library, found, [Question("apples?"), Question("pears?")], limit=1)) == [
        ("unreached", "faq/plums.md")
    ]
