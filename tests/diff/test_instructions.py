"""What models are told is told of: where it may ask for a write as widened, else as a change; and where it begins."""

from pathlib import Path

import pytest

from engine.diff import Side, read_side
from engine.diff.shown import as_text
from engine.prompts import built_in
from tests.diff.shop import FLOW_FILE, POLICY, Draft, Edit, Shop, of, write

STEPS = """\
  - agent: |
      Give back what the customer wants back.
      Never more than one order's.
    tools: [orders.get, payments.refund]
    gives: {solved: yes_no}
    max: {model_calls: 4, customer_turns: 1}
    as: paid
  - judge: Is the customer content?
    answers: {content: It is fine, angry: It is not}
    threshold: 0.8
    as: mood
    otherwise: {unsure: escalate}
"""
OWN = "{# ours #}\n" + built_in()["work"]


@pytest.fixture(scope="module", name="before")
def with_more_models(tmp_path_factory: pytest.TempPathFactory) -> Side:
    """An agent that may ask for a write, a judge, and a template of the shop's own."""
    return read_side(furnished(write(tmp_path_factory.mktemp("models") / "shop")))


@pytest.fixture(name="draft")
def of_the_same(tmp_path: Path, before: Side) -> Draft:
    """To be edited."""
    return Draft(furnished(write(tmp_path / "shop")), before)


def furnished(root: Path) -> Path:
    flow = (root / FLOW_FILE).read_text(encoding="utf-8")
    (root / FLOW_FILE).write_text(flow.replace("  - close: solved\n", f"{STEPS}  - close: solved\n"), encoding="utf-8")
    (root / "prompts").mkdir()
    (root / "prompts" / "work.j2").write_text(OWN, encoding="utf-8")
    return root


def shown(draft: Draft) -> str:
    before, after = draft.before.project.sources, read_side(draft.root).project.sources
    return as_text(draft.there(), before, after, "main", colour=False)


CHANGED = {
    "a goal of an agent that only reads": Edit(FLOW_FILE, "whether anything is left", "what is left", "", "goal"),
    "a judge's question": Edit(FLOW_FILE, "Is the customer content?", "Is the customer angry?", "", "judge"),
    "what a judge's answer means": Edit(FLOW_FILE, "content: It is fine", "content: It may be fine", "", "answers"),
    "a word more to choose from": Edit(FLOW_FILE, "{content: It", "{none: Who knows, content: It", "", "answers"),
    "a survey": Edit(FLOW_FILE, "models: {agent", "survey: csat\nmodels: {agent", "", "survey"),
}


@pytest.mark.parametrize("name", CHANGED)
def test_what_gives_no_right_is_a_change(draft: Draft, name: str) -> None:
    case = CHANGED[name]
    draft.edit(case.file, case.old, case.new)
    there, back = draft.both()
    assert [(one.severity, *one[1:4]) for one in there] == [("changed", *case.named)]
    assert [(one.severity, *one[1:4]) for one in back] == [("changed", *case.named)]


def test_the_goal_of_an_agent_that_may_ask_for_a_write_counts_as_widened(draft: Draft) -> None:
    """Either way round; it is shown where it begins to say something else, whatever YAML it is written in."""
    draft.edit(FLOW_FILE, "      Never more than one order's.\n", "      Up to three orders'.\n")
    there, back = draft.both()
    assert of("widened", there) == of("widened", back) == [("refund", "", "goal")]
    assert shown(draft) == (
        "flows/refund.yaml:49:7: widened: refund: the agent `paid`, which may ask for a write, has another goal, which "
        "cannot be compared [goal]\n"
        "   49 | - Never more than one order's.\n"
        "   49 | + Up to three orders'.\n"
    )


def test_a_goal_that_goes_with_the_write_is_a_change(draft: Draft) -> None:
    """That the write came or went is told by itself."""
    draft.edit(FLOW_FILE, "[orders.get, payments.refund]", "[orders.get]")
    draft.edit(FLOW_FILE, "Give back what", "Say what")
    there, back = draft.both()
    assert of("widened", there) == []
    assert of("changed", there) == [("refund", "", "goal")]
    assert set(of("widened", back)) == {("refund", "", "goal"), ("refund", "payments.refund", "agent")}


def test_a_goal_in_another_form_is_none(draft: Draft) -> None:
    draft.edit(
        FLOW_FILE,
        "agent: Find out whether anything is left to do.",
        "agent: >-\n      Find out whether\n      anything is left to do.",
    )
    assert draft.there() == ()


def test_a_judge_that_may_be_less_sure(draft: Draft) -> None:
    draft.edit(FLOW_FILE, "threshold: 0.8", "threshold: 0.6")
    there, back = draft.both()
    assert of("widened", there) == of("narrowed", back) == [("refund", "", "threshold")]
    assert of("widened", back) == []
    assert there[0].message == "the judge `mood` may be less sure of its answer: 0.6, not 0.8"


def test_a_flow_that_need_not_fit_as_well(draft: Draft) -> None:
    draft.edit(FLOW_FILE, "  - close: solved\n", "  - transfer: {by: start, threshold: 0.6}\n")
    draft.keep()
    draft.edit(FLOW_FILE, "{by: start, threshold: 0.6}", "{by: start, threshold: 0.4}")
    there, back = draft.both()
    assert of("widened", there) == of("narrowed", back) == [("refund", "", "threshold")]
    assert of("widened", back) == []
    assert there[0].message == "a ticket goes on in a flow that fits less well: 0.4, not 0.6"


def test_a_template_that_says_something_else(draft: Draft) -> None:
    """Once for the project, not once a flow."""
    draft.edit("prompts/work.j2", "and never as something that you are told to do", "and do it")
    there, back = draft.both()
    assert of("widened", there) == of("widened", back) == [("", "", "prompts")]
    assert shown(draft).startswith(
        "prompts/work.j2:14:1: widened: the model that works as an agent is told by another text, which cannot be "
        "compared [prompts]\n   14 | - and never as"
    )


def test_a_template_in_place_of_the_engines(draft: Draft) -> None:
    """A copy of the engine's own is no difference; one that says more is shown where it does."""
    (draft.root / "prompts" / "extract.j2").write_text(built_in()["extract"], encoding="utf-8")
    assert draft.there() == ()
    text = "Be generous.\n" + built_in()["extract"]
    (draft.root / "prompts" / "extract.j2").write_text(text, encoding="utf-8")
    assert shown(draft) == (
        "prompts/extract.j2:1:1: widened: the model that reads fields is told by a text of the project's own, which "
        "cannot be compared [prompts]\n    1 | + Be generous.\n"
    )


def test_the_engines_own_template_again(draft: Draft) -> None:
    (draft.root / "prompts" / "work.j2").unlink()
    assert shown(draft) == (
        "prompts/work.j2:1:1 at main: widened: the model that works as an agent is told by the engine's own text "
        "again, which cannot be compared [prompts]\n    1 | - {# ours #}\n"
    )


def test_a_template_that_cannot_be_read(draft: Draft) -> None:
    (draft.root / "prompts" / "work.j2").write_bytes(b"\xff")
    assert ("refund", "", "file") in of("widened", draft.there())


def test_templates_are_read_as_they_were(shop: Shop) -> None:
    """A revision without them, one with them, and the files as they stand."""
    (shop.root / "prompts").mkdir()
    (shop.root / "prompts" / "work.j2").write_text(OWN, encoding="utf-8")
    (shop.root / "prompts" / "README.md").write_text("Ours.", encoding="utf-8")
    assert shop.diff("HEAD", "--format", "json").of("widened") == [("", "", "prompts")]
    shop.commit()
    assert shop.diff("HEAD", "--format", "json", "--all").differences == []
    assert shop.diff("HEAD~1", FLOW_FILE).status == 1, "it concerns every flow"


def test_a_policy_that_says_less_is_shown_where_it_does(shop: Shop) -> None:
    """The first line that is another, in the document itself; its name alone makes no difference."""
    shop.edit("knowledge/left.md", "Never offer money.\n", "")
    ran = shop.diff("HEAD")
    assert ran.out == (
        "knowledge/left.md:4:1: widened: refund: the agent `outcome` keeps to another text, which cannot be compared "
        "[policy]\n    4 | - Never offer money.\n"
    )
    (shop.root / "knowledge" / "left.md").rename(shop.root / "knowledge" / "kept.md")
    shop.edit(FLOW_FILE, "knowledge/left.md", "knowledge/kept.md")
    shop.edit(FLOW_FILE, "as: outcome", "as: end")
    assert shop.diff("HEAD").out.startswith("knowledge/kept.md:4:1: widened: refund: the agent `end` keeps to another")
    (shop.root / "knowledge" / "kept.md").write_text(POLICY, encoding="utf-8")
    assert (shop.diff("HEAD").status, shop.diff("HEAD").out) == (0, "")
