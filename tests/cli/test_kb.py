"""`engine kb`, with the real index and the packaged embedder."""

import json
import re
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.buckets import ENVIRONMENT, Server
from tests.cli.conftest import Engine, write_flow

RETURNS = """---
title: Returns
audience: public
language: en
---
# How long
You can send anything back within 30 days.
"""


@pytest.fixture
def articles(project: Path) -> Path:
    folder = project / "knowledge" / "faq"
    shutil.rmtree(folder)
    folder.mkdir()
    (folder / "returns.md").write_text(RETURNS, encoding="utf-8")
    return folder


def test_indexed_and_found(engine: Engine, articles: Path) -> None:
    (articles / "inside.md").write_text("# Margins\nWe earn 12 % on a return.\n", encoding="utf-8")
    ran = engine("kb", "index")
    assert ran.status == 0
    assert ran.out.startswith("2 added, 0 changed, 0 removed, 0 unchanged, 0 broken: ")
    assert "faq/inside.md" in ran.err
    found = engine("kb", "search", "how long may I send it back?")
    assert found.status == 0
    score, source, _, text = found.out.splitlines()[0].split("\t")
    assert 0 < float(score) <= 1
    assert (source, text) == ("faq/returns.md", "You can send anything back within 30 days.")
    assert "inside.md" not in found.out
    assert "inside.md" in engine("kb", "search", "margins", "--audience", "internal").out
    assert engine("kb", "search", "return", "--collection", "nope") == (
        1, "", "nothing found: engine.yaml has no collection `nope`; it has `faq` and `policies`\n"
    )  # fmt: skip
    assert engine("kb", "index").out.startswith("0 added, 0 changed, 0 removed, 2 unchanged")


def test_a_broken_article_is_said(engine: Engine, articles: Path) -> None:
    (articles / "broken.md").write_bytes(b"\xff\xfe\x00\xd8")
    ran = engine("kb", "index")
    assert ran.status == 1
    assert "faq/broken.md:" in ran.err
    assert "1 added, 0 changed, 0 removed, 0 unchanged, 1 broken" in ran.out


def test_a_folder_whose_labels_are_broken_is_skipped_and_the_others_are_read(engine: Engine, articles: Path) -> None:
    inside = articles.parent / "policies"
    inside.mkdir(exist_ok=True)
    (inside / "late.md").write_text("# Late\nLate parcels are refunded.\n", encoding="utf-8")
    labels = inside / "labels.yaml"
    labels.write_text("audience: public\n", encoding="utf-8")
    assert engine("kb", "index").out.startswith("2 added, ")
    labels.write_text("audience: [public", encoding="utf-8")
    (articles / "new.md").write_text(RETURNS.replace("Returns", "News"), encoding="utf-8")
    ran = engine("kb", "index")
    assert ran.status == 1
    assert ran.out.startswith("1 added, 0 changed, 0 removed, 1 unchanged, 2 broken: ")
    assert ran.err.splitlines() == [
        "policies/labels.yaml: not YAML (line 1)",
        "policies/late.md: not read, as policies/labels.yaml is broken, which says who may read it",
    ]
    assert "late.md" in engine("kb", "search", "late parcels").out  # what was indexed of it stays


def test_odd_labels_are_told_once_and_every_time(engine: Engine, articles: Path) -> None:
    for name in ("a", "b"):
        text = f"---\naudience: customers\nreviewd: 2026-01-01\n---\n# {name}\nText of {name}.\n"
        (articles / f"{name}.md").write_text(text, encoding="utf-8")
    text = "---\naudience: public\nlanguage: German\nreviewed: 2999-01-01\ntags: x\n---\n# C\nText of c.\n"
    (articles / "c.md").write_text(text, encoding="utf-8")
    for name in ("notes.txt", "old.doc", "older.doc", "shown.png", ".hidden.txt", "LICENSE"):
        (articles / name).write_bytes(b"x")
    told = [
        "warning: faq/a.md and 1 more: its audience is `customers`: customers are shown what is `public` alone "
        "(did you mean `public`?)",
        "warning: faq/a.md and 1 more: nobody reads its label `reviewd`: did you mean `reviewed`?",
        "warning: faq/c.md: its language is `german`, which no ticket has: write `de`",
        "warning: faq/c.md: it says that it was reviewed on 2999-01-01, which is yet to come",
        "note: files of other kinds were not read: 1 without a suffix, 2 .doc, 1 .txt",
    ]
    for _ in range(2):  # of what is unchanged too
        ran = engine("kb", "index")
        assert (ran.status, ran.err.splitlines()) == (0, told)
    assert "reviewed on 2999-01-01" not in engine("kb", "lint").out  # its collection has no `stale_after`


def test_drafts_are_left_out_and_named(engine: Engine, articles: Path) -> None:
    for name in ("a", "b"):
        (articles / f"{name}.md").write_text(
            f"---\naudience: public\ndraft: true\n---\nText {name}.\n", encoding="utf-8"
        )
    ran = engine("kb", "index")
    assert ran.err == "note: left out as not published: faq/a.md and 1 more\n"
    assert ran.out.startswith("1 added, ")


def test_a_limit_is_a_number_from_one(engine: Engine, articles: Path) -> None:
    for limit in ("0", "-3", "few"):
        ran = engine("kb", "search", "returns", f"--limit={limit}")
        assert ran.status == 2
        assert "--limit" in ran.err


@pytest.mark.parametrize(
    ("content", "why"),
    [(None, "can't be read"), ("a,b\n1,2\n", "names no column"), ("question\n", "holds no question"),
     ('question\nWhy?\n"How long\nand so on\n', "line 3: a quote that is opened in this row is never closed")],
)  # fmt: skip
@pytest.mark.parametrize("command", [("eval",), ("gaps", "--questions"), ("lint", "--questions")])
def test_questions_that_cannot_be_used_are_wrong_usage(
    content: str | None, why: str, command: tuple[str, ...], engine: Engine, articles: Path, project: Path
) -> None:
    engine("kb", "index")
    (project / "asked").mkdir()
    if content is not None:
        (project / "asked" / "q.csv").write_text(content, encoding="utf-8")
    ran = engine("kb", *command, "asked/q.csv")
    assert (ran.status, ran.out) == (2, "")
    assert "asked/q.csv" in ran.err
    assert why in ran.err


def test_no_index(engine: Engine, articles: Path) -> None:
    ran = engine("kb", "search", "anything")
    assert (ran.status, ran.out) == (1, "")
    assert "engine kb index" in ran.err


def test_no_folder(engine: Engine, project: Path) -> None:
    shutil.rmtree(project / "knowledge")
    ran = engine("kb", "index")
    assert ran.status == 1
    assert len(ran.err.splitlines()) == 1


@pytest.mark.parametrize("content", ["", "[", "project: x\n"])
def test_no_knowledge(content: str, engine: Engine, project: Path) -> None:
    (project / "engine.yaml").write_text(content)
    assert engine("kb", "index").status in (1, 2)


def test_lint_says_what_is_wrong_and_where(engine: Engine, articles: Path) -> None:
    assert engine("kb", "lint").out == "1 articles, 0 findings\n"
    (articles / "other.md").write_text(RETURNS.replace("30 days", "14 days").replace("Returns", "Sending back"))
    ran = engine("kb", "lint")
    assert ran.status == 1
    assert "contradiction (1)" in ran.out
    assert "0 of 50 questions" in ran.err
    found = json.loads(engine("kb", "lint", "--format", "json").out)
    assert [(one["kind"], one["path"], one["other"]) for one in found] == [
        ("contradiction", "faq/other.md", "faq/returns.md")
    ]


def test_a_review_of_today_is_not_yet_to_come_where_the_people_work(
    engine: Engine, articles: Path, project: Path
) -> None:
    settings = (project / "engine.yaml").read_text("utf-8")
    settings = re.sub("timezone: .*", "timezone: Pacific/Kiritimati", settings)
    (project / "engine.yaml").write_text(settings.replace("knowledge: {", "knowledge: {stale_after: {faq: 90d}, "))
    today = datetime.now(ZoneInfo("Pacific/Kiritimati")).date()  # 14 hours ahead of UTC, so mostly its tomorrow
    for reviewed, status in ((today, 0), (today + timedelta(days=1), 1)):
        text = RETURNS.replace("language", f"reviewed: {reviewed}\nlanguage")
        (articles / "returns.md").write_text(text, "utf-8")
        ran = engine("kb", "lint")
        assert ran.status == status
        assert ("yet to come" in ran.out) is bool(status)


def test_lint_says_that_questions_were_not_looked_at_without_an_index(
    engine: Engine, articles: Path, project: Path
) -> None:
    (project / "q.csv").write_text("question\n" + "How long do I have to send something back?\n" * 50)
    for form in ("text", "json"):
        ran = engine("kb", "lint", "--questions", "q.csv", "--format", form)
        assert ran.status == 0
        assert ran.err == (
            "whether real questions reach every article was not looked at: nothing is indexed yet: "
            "run `engine kb index`\n"
        )


def test_eval_and_gaps_of_a_file_of_questions(engine: Engine, articles: Path, project: Path) -> None:
    engine("kb", "index")
    (project / "q.csv").write_text(
        "question,source\nHow long do I have to send something back?,faq/returns.md\nDo you sell violins?,\n"
    )
    ran = engine("kb", "eval", "q.csv")
    assert ran.status == 0
    assert "the right article first\t1 of 1\t100%" in ran.out
    assert "answered\t1 of 2\t50%" in ran.out
    measured = json.loads(engine("kb", "eval", "q.csv", "--format", "json").out)
    assert measured["recall"]["1"] == 1.0
    assert measured["refused"] == [{"text": "Do you sell violins?", "gold": ""}]
    (project / "gone.csv").write_text("question,source\nHow long?,faq/retuns.md\nWhy?,faq/retuns.md\n")
    told = engine("kb", "eval", "gone.csv").err
    assert told == "warning: gone.csv: no article of the index is `faq/retuns.md`\n"
    assert "answered from the right article\t1 of 1\t100%" in ran.out
    ran = engine("kb", "gaps", "--questions", "q.csv")
    assert ran.status == 1
    assert "1\tDo you sell violins?\tfaq/returns.md" in ran.out
    assert engine("kb", "gaps").status == 1  # no tickets, no file
    assert json.loads(engine("kb", "search", "send back", "--format", "json").out)[0]["source"] == "faq/returns.md"


def test_an_answer_counts_from_the_confidence_that_a_flow_asks_for(
    engine: Engine, articles: Path, project: Path
) -> None:
    engine("kb", "index")
    (project / "q.csv").write_text("question\nHow long do I have to send something back?\n")
    says = "answers count from a confidence of"
    ran = engine("kb", "eval", "q.csv")
    assert ran.out.startswith(f"{says} 0.5 on: no flow asks for more than `local` does by itself\nanswered\t1 of 1\t")
    end = "steps:\n  - reply: Hello\n  - close: solved\nescalate: {to: support, when: {confidence: "
    for name, least in (("strict", "< 0.999"), ("stricter", "< 1")):
        write_flow(project, name, f'{end}"{least}"}}}}\n')
    for command in (("eval",), ("gaps", "--questions")):
        out = engine("kb", *command, "q.csv").out
        assert out.startswith(f"{says} 0.999 on: `escalate.when.confidence` of the flow strict\n")
    assert "refused\t1 of 1" in engine("kb", "eval", "q.csv").out
    assert engine("kb", "gaps", "--questions", "q.csv").status == 1
    assert engine("kb", "gaps", "--questions", "q.csv", "--threshold", "0.5").status == 0
    ran = engine("kb", "eval", "q.csv", "--threshold", "0.7", "--format", "json")
    assert (json.loads(ran.out)["threshold"], json.loads(ran.out)["answered"]) == (0.7, 1)
    assert engine("kb", "eval", "q.csv", "--threshold", "7").status == 2


def test_another_model_than_the_one_that_is_measured_is_named(engine: Engine, articles: Path, project: Path) -> None:
    engine("kb", "index")
    (project / "q.csv").write_text("question\nHow long do I have to send something back?\n")
    assert engine("kb", "eval", "q.csv").err == ""
    settings = (project / "engine.yaml").read_text("utf-8")
    (project / "engine.yaml").write_text(settings.replace("models:\n", "models:\n  answer: sonnet\n"), "utf-8")
    said = "note: a worker asks `sonnet` (anthropic) for answers; here `local` answers\n"
    assert engine("kb", "eval", "q.csv").err == said
    assert engine("kb", "gaps", "--questions", "q.csv", "--format", "json").err == said


def test_an_embedder_without_its_key_is_named(engine: Engine, articles: Path, project: Path) -> None:
    settings = (project / "engine.yaml").read_text()
    with_embedder = settings.replace("knowledge: {", "knowledge: {embedder: {use: openai}, ")
    assert with_embedder != settings
    (project / "engine.yaml").write_text(with_embedder)
    ran = engine("kb", "search", "x")
    assert ran.status == 1
    assert "OPENAI_API_KEY" in ran.err


def keep(project: Path, index: str) -> None:
    """Says in engine.yaml where the index is kept."""
    settings = (project / "engine.yaml").read_text()
    (project / "engine.yaml").write_text(settings.replace("knowledge: {", f"knowledge: {{index: {index}, "))


@pytest.fixture
def url(s3: Server, articles: Path, project: Path) -> str:
    """Of the index of the project, from now on."""
    url = f"s3://{s3.bucket()}/engine"
    keep(project, f'"{url}"')
    return url


def test_every_command_works_with_an_index_in_a_bucket(engine: Engine, articles: Path, project: Path, url: str) -> None:
    assert engine("validate").status == 0
    assert engine("kb", "index").out.startswith("1 added")
    assert engine("kb", "index").out.startswith("0 added, 0 changed, 0 removed, 1 unchanged")
    assert "faq/returns.md" in engine("kb", "search", "how long may I send it back?").out
    questions = "question,source\n" + "How long do I have to send something back?,faq/returns.md\n" * 50
    (project / "q.csv").write_text(questions + "Do you sell violins?,\n")
    assert engine("kb", "lint", "--questions", "q.csv") == (0, "1 articles, 0 findings\n", "")
    assert "the right article first\t50 of 50\t100%" in engine("kb", "eval", "q.csv").out
    assert "1\tDo you sell violins?" in engine("kb", "gaps", "--questions", "q.csv").out
    assert not (project / ".engine" / "knowledge").exists()


def test_a_server_of_ones_own_is_asked_and_not_the_environments(
    engine: Engine, articles: Path, project: Path, s3: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ENDPOINT", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    keep(project, f'{{url: "s3://{s3.bucket()}", base_url: "{s3.url}"}}')
    assert engine("kb", "index").out.startswith("1 added")
    assert engine("kb", "search", "send back").status == 0


def test_what_goes_wrong_with_a_bucket_is_one_line(engine: Engine, url: str, s3: Server) -> None:
    s3.fails = lambda _method, _path: ("403 Forbidden", "AccessDenied")
    for command in (("index",), ("search", "x")):
        ran = engine("kb", *command)
        assert (ran.status, ran.out) == (1, "")
        [line] = ran.err.splitlines()
        assert url in line
        assert "refuses (403)" in line
        assert ENVIRONMENT["AWS_SECRET_ACCESS_KEY"] not in line


@pytest.mark.parametrize(
    ("variable", "said"),
    [
        ("http://127.0.0.1:9/x", "ENGINE_INDEX says: it begins with none of"),
        ("s3://me:secret-word@articles", "ENGINE_INDEX says: it has credentials in it"),
        ("gs://articles", "another provider"),
    ],
)
def test_a_wrong_variable_is_told(
    variable: str, said: str, engine: Engine, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENGINE_INDEX", variable)
    ran = engine("kb", "index")
    assert ran.status == 1
    assert said in ran.err
    assert "secret-word" not in ran.err


def test_the_environment_chooses_another_bucket_or_the_folder(
    engine: Engine, project: Path, url: str, s3: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A trial run, or a developer's machine, leaves the index of others alone."""
    monkeypatch.setenv("ENGINE_INDEX", f"s3://{s3.bucket()}/trial")
    assert engine("kb", "index").out.startswith("1 added")
    monkeypatch.setenv("ENGINE_INDEX", "folder")
    assert engine("kb", "index").out.startswith("1 added")
    assert (project / ".engine" / "knowledge" / "current.json").exists()
    monkeypatch.delenv("ENGINE_INDEX")
    assert "nothing is indexed yet" in engine("kb", "search", "x").err


def test_a_bucket_of_the_environment_alone_is_refused(
    engine: Engine, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """engine.yaml says on whose server the articles are: what is proven of a project is proven of that."""
    monkeypatch.setenv("ENGINE_INDEX", "s3://articles")
    assert "engine.yaml has no `knowledge: {index: ...}`" in engine("kb", "index").err


@pytest.mark.parametrize("index", ["{url: x, base: y}", "{base_url: 'http://127.0.0.1:9'}", "[s3]", "''"])
def test_an_index_that_cannot_be_read_is_no_folder(index: str, engine: Engine, articles: Path, project: Path) -> None:
    keep(project, index)
    assert engine("validate").status == 1
    ran = engine("kb", "index")
    assert ran.status == 1
    assert "index" in ran.err
    assert not (project / ".engine" / "knowledge").exists()


def test_the_teams_own_words_are_searched_for_and_answered(engine: Engine, articles: Path, project: Path) -> None:
    def score() -> float:
        return float(engine("kb", "search", "RMA", "--limit", "1").out.split("\t")[0])

    settings = (project / "engine.yaml").read_text("utf-8")
    questions = project / "questions.csv"
    questions.write_text("question\nUntil when can I RMA it?\n", "utf-8")
    assert engine("kb", "index").status == 0
    before = score()
    assert engine("kb", "gaps", "--questions", str(questions)).status == 1
    more = "knowledge: {synonyms: [[RMA, send back, send anything back]], "
    assert "knowledge: {" in settings
    (project / "engine.yaml").write_text(settings.replace("knowledge: {", more), "utf-8")
    assert score() > before
    assert engine("kb", "gaps", "--questions", str(questions)).status == 0


def test_the_address_of_an_embedder_that_is_none_is_told(engine: Engine, articles: Path, project: Path) -> None:
    file = project / "engine.yaml"
    embeds = "knowledge: {embedder: {use: openai, model: m, base_url: '127.0.0.1:9/v1'}, "
    file.write_text(file.read_text("utf-8").replace("knowledge: {", embeds), "utf-8")
    ran = engine("kb", "index")
    assert (ran.status, ran.out) == (1, "")
    assert "the embedder cannot be asked at its `base_url`: it begins with neither `http://` nor `https://`" in ran.err
