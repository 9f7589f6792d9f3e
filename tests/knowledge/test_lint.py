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
        ("Refunds take 5 days.", "Refunds take 10 days.", 1),
        ("Refunds take 5 days.", "Returns take 10 days.", 0),
        ("Updated on 3 May 2026.", "Updated on 5 May 2026.", 0),
        ("Please go to step 3.", "Please go to step 4.", 0),
        ("It costs 5 EUR.", "It costs 7 EUR.", 0),
        ("You can return goods within 14 days.", "Goods can be returned up to 30 days.", 1),
        ("Call our hotline at +49 30 1234567 on weekdays.", "Call our hotline at +49 30 7654321 on weekdays.", 1),
        ("Call our hotline at 555-123-4567 on weekdays.", "Call our hotline at (555) 123 4567 on weekdays.", 0),
        ("Call our hotline at 030 1234567 on weekdays.", "Call our hotline at +49 30 1234567 on weekdays.", 0),
        ("The Basic plan has 10 GB of storage for members.", "The Pro plan has 99 GB of storage for members.", 0),
        ("Delivery to Spain takes 5 days after payment.", "Delivery to Italy takes 3 days after payment.", 0),
        ("Version 2.0 came on 3 March 2026 and mends exports.", "Version 2.1 came on 9 May 2026 and mends exports.", 0),
        ("On Windows 10 the backup takes 20 minutes.", "On Windows 11 the backup takes 10 minutes.", 0),
        ("Parcels for model 500 arrive within 3 days.", "Parcels for model 100 arrive within 9 days.", 0),
    ],
)  # fmt: skip
def test_contradictions_are_the_same_words_with_other_numbers(one: str, other: str, told: int, tmp_path: Path) -> None:
    write(tmp_path, "faq/a.md", f"# A\n{one}")
    write(tmp_path, "policies/b.md", f"# B\n{other}")
    found = [finding for finding in looked(tmp_path) if finding.kind == "contradiction"]
    assert len(found) == told
    assert all({finding.path, finding.other} == {"faq/a.md", "policies/b.md"} for finding in found)


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ("a.md # Trial\nThe trial lasts 14 days.", "b.md # Getting started\nThe trial lasts 30 days.", 1),
        ("a.md # Sofas\nThe warranty lasts 2 years.", "b.md # Lamps\nThe warranty lasts 3 years.", 0),
        ("a.md # Spain\nDelivery takes 5 days.", "b.md # Italy\nDelivery takes 3 days.", 0),
        ("a.md # Spain\nThe parcel arrives after five days at home.",
         "b.md # Italy\nThe parcel arrives after three days at home.", 0),
        ("a.md # Basic\nThe Basic plan.\n\nYou have 5 EUR of credit for calls abroad.",
         "b.md # Pro\nThe Pro plan.\n\nYou have 9 EUR of credit for calls abroad.", 0),
        ("a.md # Prices 2025\nA locker costs 10 EUR a month.", "b.md # Prices 2026\nA locker costs 12 EUR a month.", 0),
        ("a.md # Rückgabe\nDie Rückgabe ist 14 Tage lang nach der Lieferung möglich.",
         "b.md # Umtausch\nDie Rückgabe ist 30 Tage lang nach der Lieferung möglich.", 1),
        ("de/a.md # Storage\nEach member has 10 EUR of credit for calls.",
         "fr/b.md # Storage\nEach member has 20 EUR of credit for calls.", 0),
    ],
)  # fmt: skip
def test_what_stands_above_two_sentences_may_tell_them_apart(one: str, other: str, told: int, tmp_path: Path) -> None:
    for text in (one, other):
        name, _, article = text.partition(" ")
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(article, "utf-8")
    assert [finding.kind for finding in looked(tmp_path, collections=[])].count("contradiction") == told


def test_an_article_that_does_not_say_its_language_contradicts_one_that_does(tmp_path: Path) -> None:
    write(tmp_path, "faq/a.md", "# A\nThe lorry weighs 1.500 kg without its trailer.")
    for number, told in (("1.500", 0), ("2.500", 1)):
        (tmp_path / "faq" / "b.md").write_text(f"# B\nThe lorry weighs {number} kg without its trailer.")
        assert kinds(looked(tmp_path)).count(("contradiction", "faq/a.md")) == told
    text = "---\nlanguage: de\n---\n# B\nThe lorry weighs 2.500 kg without its trailer."
    (tmp_path / "faq" / "b.md").write_text(text)
    assert "contradiction" not in dict(kinds(looked(tmp_path)))


def words(number: int, seed: str = "") -> str:
    """So many words, no five of which stand together twice."""
    return " ".join(f"{seed}w{at}" if at % 2 else f"x{at * at}" for at in range(number))


def test_a_copy_with_an_introduction_or_without_headings_is_the_same_article(tmp_path: Path) -> None:
    parts = [words(30, f"p{part}") for part in range(15)]
    write(tmp_path, "faq/a.md", "# Manual\n" + "\n\n".join(parts))
    write(tmp_path, "faq/b.md", "# New\n" + "\n\n".join([words(60, "intro"), *parts]))
    write(tmp_path, "faq/c.md", "# Guide\n" + "\n\n".join(f"## Part {at}\n{words(12, f's{at}')}" for at in range(9)))
    write(tmp_path, "faq/d.md", "# Guide\n" + "\n\n".join(f"**Part {at}**\n\n{words(12, f's{at}')}" for at in range(9)))
    found = looked(tmp_path)
    assert [(one.kind, one.path, one.other) for one in found] == [
        ("near-duplicate", "faq/a.md", "faq/b.md"), ("near-duplicate", "faq/c.md", "faq/d.md"),
    ]  # fmt: skip
    assert found[0].message.startswith("is nearly the same article as faq/b.md (8")


@pytest.mark.parametrize(("many", "told"), [(2, 1), (3, 1), (10, 1), (11, 0), (45, 0)])
def test_a_section_that_articles_share_is_told_once_and_one_that_many_share_not_at_all(
    many: int, told: int, tmp_path: Path
) -> None:
    for at in range(many):
        write(tmp_path, f"faq/a{at:02}.md", f"# T{at}\n{words(12, f't{at}')}\n## Still need help?\n{words(20)}")
    found = looked(tmp_path)
    assert kinds(found) == [("near-duplicate", "faq/a00.md")] * told
    if many == 10:
        assert found[0].message.startswith("shares a passage with faq/a01.md, faq/a02.md, faq/a03.md and 6 more: “x0 ")


def test_short_articles_that_are_the_same_are_told_and_stubs_are_not(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        write(tmp_path, f"faq/{name}.md", "# Gift cards\nGift cards never expire.")
    for name in ("Lamps", "Sofas"):
        write(tmp_path, f"faq/{name}.md", f"# {name}\nComing soon.")
    assert [(one.path, one.message) for one in looked(tmp_path)] == [
        ("faq/a.md", "says the same as faq/b.md, faq/c.md, title included")
    ]


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


SITE = """# A
[refunds](./refunds) [when](refunds#when) [page](refunds.html) [docs](/faq/refunds) [up](../faq/refunds.md#when)
[folder](../refunds) [site](/pricing) [centre](/hc/en-us/articles/36001-Refunds) [home](/index.html) ![p](/img/p.png)
[base]({{site.baseurl}}/x) [ref]({{< ref "b.md" >}}) [tag]({% link b.md %}) [js](${base}/x) [out](../../beside.md)
[gone](./gone) [gone too](/faq/gone.md) [out](../../gone.md) [nowhere](refunds#nowhere) [last](/gone.md)
"""


def test_links_as_sites_and_templates_write_them_are_followed_or_left_alone(tmp_path: Path) -> None:
    write(tmp_path / "k", "faq/a.md", SITE)
    write(tmp_path / "k", "faq/refunds.md", "# Refunds\n## When\nSoon. [a](a)")
    write(tmp_path / "k", "faq/b.md", "# B\nText. [a](a)")
    (tmp_path / "beside.md").write_text("# No article")
    found = [one for one in looked(tmp_path / "k") if one.kind in ("dead-link", "orphan")]
    assert [one.message.split("`")[1] for one in found] == [
        "../../gone.md", "./gone", "/faq/gone.md", "/gone.md", "refunds#nowhere",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "anchor", ["rückgabe--größe", "ruckgabe-große", "rueckgabe-groesse", "ruckgabe-grosse", "rueckgabe-and-groesse"]
)
def test_anchors_are_written_in_many_ways(anchor: str, tmp_path: Path) -> None:
    write(tmp_path, "faq/a.md", f"# A\n[x](#{anchor})\n## Rückgabe & Größe\nText.")
    assert looked(tmp_path) == []


def test_a_heading_above_a_picture_or_a_video_is_not_bare(tmp_path: Path) -> None:
    text = "# A\nText.\n## The `button` is *here* {#here}\n\n![](b.png)\n\n## None\n\n## Video\n<Player id='1' />\n\n"
    write(tmp_path, "faq/a.md", text + "Below\n-----\n<img src=b.png>\n\n## Text\nText ![](b.png)")
    (tmp_path / "faq" / "b.png").touch()
    (tmp_path / "faq" / "b.html").write_text(
        "<main><h1>A</h1><p>Text</p><h2>See <b>here</b></h2><img src=b.png><h2 id=v>Video</h2>"
        "<iframe src='https://x.example/'></iframe><h2>None</h2></main>"
    )
    assert [(one.path, one.message) for one in looked(tmp_path) if one.kind == "bare-heading"] == [
        ("faq/a.md", "nothing stands below “None”"), ("faq/b.html", "nothing stands below “None”"),
    ]  # fmt: skip


def test_a_link_that_no_file_can_be_called_is_dead(tmp_path: Path) -> None:
    write(tmp_path, "faq/a.md", f"# A\nText [x]({'x' * 5_000}.md) and [y](a%00b.md).")
    assert kinds(looked(tmp_path)) == [("dead-link", "faq/a.md")] * 2


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
