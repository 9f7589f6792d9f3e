"""`engine route`, with the sample shop's flows and the packaged encoders."""

import re
import shutil
from pathlib import Path

import pytest

from engine.cli.route import apart
from engine.cli.route_eval import coverage, typed
from tests.cli.conftest import Engine

ROOT = Path(__file__).parents[2]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sample shop, to be changed."""
    root = tmp_path / "shop"
    root.mkdir()
    for name in ("flows", "tools", "knowledge"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy(ROOT / "engine.yaml", root)
    monkeypatch.chdir(root)
    return root


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("Where is my order 4821?", "order-status: like its examples"),
        ("Wo ist meine Bestellung?", "order-status: like its examples"),
        ("Who won the football match?", "unsure, "),
        ("I want to talk to a human", "a person takes it: the customer asks for one"),
        ("My lawyer will write to you, I want a refund", "a person takes it: the text touches legal"),
        ("I want a refund for order 4821. Where is my order 4710?", "refund, then order-status: several wishes"),
        ("", "unsure, 0.00 of 0.60 needed: the customer is asked: Could you tell me"),
    ],
)
def test_what_would_happen(engine: Engine, shop: Path, text: str, begins: str) -> None:
    ran = engine("route", text)
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith(begins)


def test_the_examples_that_decided(engine: Engine, shop: Path) -> None:
    out = engine("route", "Where is order 99?").out
    assert "language: en\n" in out
    assert "\torder-status\tWhere is my order 4821?\n" in out


def test_a_rule_comes_before_the_text(engine: Engine, shop: Path) -> None:
    file = shop / "flows" / "refund.yaml"
    file.write_text(file.read_text().replace("start:\n", "start:\n  tags: [money]\n  channel: zendesk\n"))
    asked = ("route", "Where is my order?", "--tag", "money")
    assert engine(*asked, "--channel", "zendesk").out.startswith("refund: by its `start` rule")
    assert engine(*asked).out.startswith("order-status: like its examples")


def test_labelled_texts(engine: Engine, shop: Path) -> None:
    file = shop / "labelled.csv"
    file.write_text(
        "text,flow\nWhere is my order 4711?,order-status\nI want my money back,refund\nWho won the match?,\n"
        "Please give me my money back,order-status\n"
    )
    ran = engine("route", "eval", file)
    assert ran.status == 1
    assert ran.out.startswith("4 texts, 1 of them for no flow\naccuracy: 66.7% (2) of those for a flow")
    assert "75.0% (3) routed, 33.3% (1) of them wrong; 100.0% (1) of those for no flow left to people" in ran.out
    assert "1\torder-status\trefund\n" in ran.out
    assert "1\t(none)\t(person)\n" in ran.out


def test_what_is_measured_is_what_a_ticket_would_meet(engine: Engine, shop: Path) -> None:
    texts = (
        "Could I please talk to a human about my refund",
        "My solicitor says that I get my money back",
        "Where is my order 4711? And please give me my money back for order 4712.",
    )
    file = shop / "labelled.csv"
    file.write_text("text,flow\n" + "".join(f'"{text}",{flow}\n' for text, flow in zip(
        texts, ("person", "", "order-status+refund"), strict=True)))  # fmt: skip
    ran = engine("route", "eval", file)
    assert ran.status == 0
    assert "2\t(none)\t(person)\n" in ran.out
    assert "1\torder-status+refund\torder-status+refund\n" in ran.out
    explained = [engine("route", text).out.partition(":")[0] for text in texts]
    assert explained == ["a person takes it", "a person takes it", "order-status, then refund"]


@pytest.mark.parametrize(
    "content",
    [
        "text;flow\nWhere is my order 4711?;order-status\n",
        "Text\tFlow\nWhere is my order 4711?\torder-status\n",
        'text, flow\n"Hello, where is my order 4711?", order-status\n',
        "\ufeffFLOW,TEXT\r\norder-status,Where is my order 4711?\r\n",
    ],
)
def test_files_as_other_programs_write_them(engine: Engine, shop: Path, content: str) -> None:
    (shop / "labelled.csv").write_text(content, encoding="utf-8", newline="")
    ran = engine("route", "eval", "labelled.csv")
    assert (ran.status, ran.err) == (0, "")
    assert "1\torder-status\torder-status\n" in ran.out


def test_another_model_than_the_embedded_one_is_named(engine: Engine, shop: Path) -> None:
    file = shop / "engine.yaml"
    file.write_text(file.read_text().replace(
        "  route: local", "  route: quick\n  quick: {use: mistral, model: mistral-small-latest}"))  # fmt: skip
    said = "a worker asks `quick` (mistral) for this; shown is what the embedded model would do, unasked"
    assert said in engine("route", "Where is order 99?").out
    (shop / "labelled.csv").write_text("text,flow\nWhere is my order 4711?,order-status\n")
    assert said in engine("route", "eval", "labelled.csv").out


def test_a_channel_that_is_not_there(engine: Engine, shop: Path) -> None:
    ran = engine("route", "Where is order 99?", "--channel", "zendsk")
    assert ran.status == 2
    assert "no channel `zendsk`; did you mean `zendesk`?" in ran.err


@pytest.mark.parametrize(
    ("got", "shown"), [(0.5, ("0.50", "0.60")), (0.5999, ("0.5999", "0.6000")), (0.6, ("0.60", "0.60"))]
)
def test_what_is_just_below_does_not_look_like_enough(got: float, shown: tuple[str, str]) -> None:
    assert apart(got, 0.6) == shown


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "expected the columns"),
        (b"text,label\na,b\n", "expected the columns"),
        (b"text,flow\nhello,nowhere\n", "labelled.csv:2: no flow `nowhere` has examples"),
        (b"text,flow\n\x81\xfe,refund\n", "neither UTF-8 nor Windows-1252: byte 10 is 0x81"),
        (b"text,flow\nhello,\n\nMy money!\n", "labelled.csv:4: 1 cell where the first row has 2"),
        (b"text,flow\nMy money, please,refund\n", "labelled.csv:2: 3 cells where the first row has 2"),
        (b'text,flow\n"two\nlines",\n"My money,refund\nhello,\n', "labelled.csv:4: a quote that is opened in this row"),
        (b'text,flow\n"My money,refund\n"hello",\n', "labelled.csv:2: no row of a CSV file"),
    ],
)
def test_a_wrong_file_is_told(engine: Engine, shop: Path, content: bytes, why: str) -> None:
    (shop / "labelled.csv").write_bytes(content)
    ran = engine("route", "eval", "labelled.csv")
    assert (ran.status, ran.out) == (2, "")
    assert why in ran.err


def test_wrong_usage(engine: Engine, shop: Path) -> None:
    assert engine("route", "eval").status == 2
    assert engine("route", "eval", "absent.csv").status == 2
    assert engine("route", "a", "b").status == 2
    for share in ("120%", "5 in 100", "5", "nan"):
        ran = engine("route", "eval", "x.csv", "--error", share)
        assert ran.status == 2
        assert f"`{share}`: expected a share such as 5% or 0.05" in ran.err


def test_examples_of_two_flows_that_say_the_same(engine: Engine, shop: Path) -> None:
    assert engine("route", "lint").status == 0
    file = shop / "flows" / "faq.yaml"
    file.write_text(file.read_text().replace("    - How do I close", "    - Where's my order?\n    - How do I close"))
    ran = engine("route", "lint")
    assert ran.status == 1
    assert "`Where's my order?` of faq and `Where is my order 4821?` of order-status say the same" in ran.out


def test_a_project_with_errors_shows_them(engine: Engine, shop: Path) -> None:
    (shop / "flows" / "faq.yaml").write_text("flow: faq\n")
    ran = engine("route", "hello")
    assert ran.status == 1
    assert "[missing-key]" in ran.out


@pytest.mark.parametrize(
    ("judged", "kept"),
    [
        ([], (0, 1.0)),
        ([(0.9, True), (0.8, True), (0.7, False)], (2, 0.8)),
        ([(0.9, False), *[(0.8, True)] * 19], (20, 0.8)),
        ([(0.9, False), *[(0.8, True)] * 18], (0, 1.0)),
        ([(0.9, True), (0.8, True), (0.8, False)], (1, 0.9)),
    ],
)
def test_coverage_at_an_error(judged: list[tuple[float, bool]], kept: tuple[int, float]) -> None:
    assert coverage(judged, 0.05) == kept


@pytest.mark.parametrize(
    ("at", "others", "shown"),
    [
        (0.5963, [0.59, 0.5963, 0.7], "0.596"),
        (0.5963, [0.3, 0.5963], "0.59"),
        (0.5963, [], "0.59"),
        (0.6, [0.5999], "0.60"),
        (0.123456789012345, [0.123456789012344], "0.123456789012345"),
        (0.1 + 0.2, [0.3], "0.30000000000000004"),
        (1.0, [0.999], "1.00"),
        (0.004, [], "0.00"),
        (0.004, [0.0], "0.004"),
    ],
)
def test_a_threshold_has_as_many_places_as_it_takes(at: float, others: list[float], shown: str) -> None:
    assert typed(at, others) == shown
    assert all(one < float(shown) for one in others if one < at)


@pytest.mark.parametrize("error", ["0%", "5%", "10%", "20%", "40%"])
def test_the_threshold_that_is_told_gives_what_is_told(engine: Engine, shop: Path, error: str) -> None:
    """As it stands there, in the flow."""
    file = ROOT / "benchmarks" / "routing_data" / "unseen.csv"
    says = engine("route", "eval", file, "--error", error).out.splitlines()[3]
    told = re.fullmatch(
        r"coverage with .*: ([0-9.]+% \([0-9]+\)) of all, ([0-9]+) of them wrong, with .* (0\.[0-9]+)", says
    )
    assert told is not None, says
    flow = shop / "flows" / "triage.yaml"
    flow.write_text(re.sub(r"threshold: 0\.6\b", f"threshold: {told[3]}", flow.read_text()))
    at = engine("route", "eval", file, "--error", error).out.splitlines()[2]
    assert at.startswith(f"at the threshold {float(told[3])}: {told[1]} routed, ")
    wrong = re.search(r"routed, (?:[0-9.]+% \()?([0-9]+)\)? of them wrong", at)
    assert wrong is not None
    assert wrong[1] == told[2]
