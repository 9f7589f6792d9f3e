"""What steps become: nodes, edges for every outcome, and gates before every write."""

from pathlib import Path

import pytest

from engine.compile.calling import typed_literal
from engine.diagnostics import Sink
from engine.expressions import parse_template
from engine.expressions.evaluate import evaluate
from engine.plan import Plan
from engine.project.binding import Fields
from engine.project.scalars import Expr
from engine.tools.typed import plain
from engine.types import INTEGER, list_of, money, record
from tests.compile.flows import GRANTS, SILENCE, VERIFY, refund
from tests.expressions.test_soundness import text_of
from tests.golden.case import HEAD, checked, rules


def plan(folder: Path, flow: str) -> Plan:
    found = checked(folder, flow)
    assert rules(found) == []
    return found.plans["case"]


def chain(of: Plan, start: str, *, over: tuple[str, ...] = ("done", "pass")) -> list[str]:
    """The way on which everything works."""
    ids = []
    at: str | None = start
    while at is not None:
        ids.append(at)
        node = of.nodes[at]
        at = next((node.on[outcome] for outcome in over if outcome in node.on), None)
    return ids


def test_a_write_goes_through_its_gates_in_their_order(tmp_path: Path) -> None:
    made = plan(tmp_path, refund())
    way = chain(made, "refund")
    gates = ["only_if.1", "only_if.2", "limit", "confirm", "approve.1", "approve.2", "call"]
    assert way[:8] == ["refund", *(f"refund/{gate}" for gate in gates)]
    assert made.nodes[way[8]].kind == "close"
    for name in way[1:7]:
        assert made.nodes[name].kind == "gate"
        assert made.nodes[name].data["intent"] == "refund"
    assert made.nodes["refund"].kind == "propose"
    assert made.nodes["refund/call"].binds == "refund"
    assert made.nodes["refund/call"].effect == "irreversible"
    assert made.nodes["refund"].binds is None


def test_the_call_is_reached_over_the_last_gate_alone(tmp_path: Path) -> None:
    made = plan(tmp_path, refund())
    before = [
        (name, outcome) for name, node in made.nodes.items() for outcome, to in node.on.items() if to == "refund/call"
    ]
    assert before == [("refund/approve.2", "pass")]


def test_causes_without_a_word_escalate_and_say_why(tmp_path: Path) -> None:
    made = plan(tmp_path, refund())
    for name, outcome in (
        ("refund/only_if.1", "refused"),
        ("refund/limit", "refused"),
        ("refund/confirm", "declined"),
        ("refund/approve.1", "rejected"),
        ("refund/call", "already_refunded"),
        ("refund/call", "else"),
    ):
        end = made.nodes[made.nodes[name].on[outcome]]
        assert (end.kind, end.data["reason"]) == ("escalate", outcome)


def test_silence_has_its_own_word_before_that_of_the_step(tmp_path: Path) -> None:
    """`otherwise: escalate` says nothing of a silence that the flow's `silence` says more of."""
    made = plan(tmp_path, refund("    otherwise: escalate\n"))
    end = made.nodes[made.nodes["refund/confirm"].on["silent"]]
    assert (end.kind, end.data["outcome"]) == ("close", "silent")
    made = plan(tmp_path, refund("    otherwise: {silent: escalate}\n"))
    assert made.nodes[made.nodes["refund/confirm"].on["silent"]].kind == "escalate"


def test_a_line_of_approve_has_its_own_word(tmp_path: Path) -> None:
    made = plan(tmp_path, refund("    otherwise: {late: next, else: next}\n"))
    first, second = made.nodes["refund/approve.1"], made.nodes["refund/approve.2"]
    assert made.nodes[first.on["late"]].kind == "escalate"
    assert made.nodes[second.on["late"]].kind == "close"
    after = made.nodes["refund/call"].on["done"]
    assert first.on["rejected"] == second.on["rejected"] == after


def test_steps_of_a_cause_are_lowered_once(tmp_path: Path) -> None:
    otherwise = """    otherwise:
      refused: [{reply: "No."}, {close: denied}]
      else: [{close: withdrawn}]
"""
    made = plan(tmp_path, refund(otherwise))
    refused = {made.nodes[f"refund/{name}"].on["refused"] for name in ("only_if.1", "only_if.2", "limit", "call")}
    assert len(refused) == 1
    assert refused.pop().startswith("refund/otherwise.refused/reply-")
    others = {made.nodes["refund/confirm"].on["declined"], made.nodes["refund/approve.1"].on["rejected"]}
    assert len(others) == 1


def test_steps_of_a_silence_belong_to_the_wait_that_they_end(tmp_path: Path) -> None:
    flow = """silence: {within: 5d, otherwise: [{reply: "We close this."}]}
steps:
  - ask: one
    fields: {a: {text: true}}
  - ask: two
    fields: {b: {text: true}}
  - close: solved
"""
    made = plan(tmp_path, flow)
    first, second = made.nodes["one"].on["silent"], made.nodes["two"].on["silent"]
    assert first != second
    assert made.nodes[first].on["done"] == "two"
    assert made.nodes[made.nodes[second].on["done"]].kind == "close"


def test_grants_carry_what_the_runtime_judges_by(tmp_path: Path) -> None:
    grant = plan(tmp_path, refund()).grants["payments.refund"]
    assert grant.only_if[0]["text"] == "order.customer_id == customer.id"
    assert [(limit["count"], limit["amount"], limit["window"]) for limit in grant.limit] == [
        (1, None, None),
        (2, None, 90 * 86400),
        (None, {"value": "500", "currency": "EUR"}, 30 * 86400),
    ]
    assert grant.limit[0]["subject"] == ["name", "order_id"]
    assert grant.limit[1]["subject"] == ["dot", ["name", "customer"], "id"]
    assert grant.approve[0]["remind"] == [{"seconds": 14400}, {"business_days": 1}]
    assert grant.approve[0]["within"] == {"business_days": 2}
    assert grant.approve[0]["text"] == "amount > 50"


def test_no_confirm_means_no_gate(tmp_path: Path) -> None:
    made = plan(tmp_path, refund().replace('confirm: "Refund {{ amount | money }}?"', "confirm: no"))
    assert "refund/confirm" not in made.nodes
    assert made.grants["payments.refund"].confirm is None


def test_where_a_condition_is_evaluated(tmp_path: Path) -> None:
    """Only scalars of steps are in the workflow; text, engine values and local formats stay with the contents."""
    flow = (
        GRANTS.partition("  payments")[0]
        + SILENCE
        + "steps:\n"
        + VERIFY
        + refund().partition(VERIFY)[2].partition("  - tool: payments")[0]
        + "".join(
            f"""  - if: {test}
    id: test-{number}
    then: [{{close: denied}}]
"""
            for number, test in enumerate(
                [
                    "order.total > 50",
                    "order.delivered_at is not none and (order.delivered_at | days_ago) > 3",
                    "order.carrier is not none",
                    "ticket.channel == 'zendesk'",
                    "order.status == 'open'",
                    "order.paid",
                    "customer.verified",
                    "(order.total | money) == '1'",
                    "order.items is defined",
                ]
            )
        )
        + "  - close: solved\n"
    )
    made = plan(tmp_path, flow)
    where = [made.nodes[f"test-{number}"].data["where"] for number in range(9)]
    assert where == ["workflow"] * 2 + ["activity"] * 2 + ["workflow"] * 2 + ["activity"] * 3
    assert made.scalars == {"order": ("delivered_at", "paid", "status", "total")}


def test_a_wait_for_a_reply_ends_with_the_silence(tmp_path: Path) -> None:
    made = plan(tmp_path, SILENCE + "steps:\n  - wait: [{reply: any}]\n    id: w\n  - close: solved\n")
    assert made.nodes["w"].data["branches"] == [{"reply": "any"}, {"time": {"seconds": 432000}}]
    assert made.nodes[made.nodes["w"].on["2"]].data == {"outcome": "silent"}


def test_twins_are_told_apart_and_moving_a_step_does_not_rename_it(tmp_path: Path) -> None:
    one = plan(tmp_path, 'steps:\n  - reply: "A"\n  - reply: "A"\n  - reply: "B"\n  - close: solved\n')
    other = plan(tmp_path, 'steps:\n  - reply: "B"\n  - reply: "A"\n  - reply: "A"\n  - close: solved\n')
    assert set(one.nodes) == set(other.nodes)
    assert sum(name.endswith(".2") for name in one.nodes) == 1


def test_places_lead_back_to_the_file(tmp_path: Path) -> None:
    made = plan(tmp_path, refund())
    assert set(made.places) == set(made.nodes)
    lines = (tmp_path / "project" / "flows" / "case.yaml").read_text(encoding="utf-8").split("\n")
    for name, said in (
        ("refund/only_if.2", "0 < amount"),
        ("refund/limit", "limit:"),
        ("refund/approve.2", "by: support"),
        ("refund", "payments.refund"),
        ("order", "orders.get"),
    ):
        path, _, line = made.places[name].rpartition(":")
        assert path == "flows/case.yaml"
        assert said in lines[int(line) - 1]


def test_settings_have_their_defaults(tmp_path: Path) -> None:
    settings = plan(tmp_path, "meanwhile: {asks: escalate}\nsteps:\n  - close: solved\n").settings
    assert settings["meanwhile"] == {
        "withdraws": "stop",
        "corrects": "ask_again",
        "adds": "update",
        "asks": "escalate",
        "new_wish": "queue",
    }
    assert settings["escalate"] == {"to": "support", "when": {}}
    assert settings["calendar"] == {"timezone": "Europe/Berlin", "hours": {"mon-fri": "09:00-18:00"}, "holidays": []}
    assert settings["models"] == {"answer": "local", "ask": "local", "route": "local"}
    assert settings["rollout"] == {"mode": "live", "share": "100"}


@pytest.mark.parametrize("word", ["text", "list", "name", "call", "not"])
def test_words_to_choose_from_are_never_taken_for_a_tree(tmp_path: Path, word: str) -> None:
    flow = SILENCE + f"steps:\n  - ask: it\n    fields: {{a: {{one_of: [{word}, other]}}}}\n  - close: solved\n"
    field = plan(tmp_path, flow).nodes["it"].data["fields"]["a"]
    assert field["options"] == ["list", ["lit", word], ["lit", "other"]]
    assert field["type"] == ["enum", *sorted([word, "other"])]


def test_scalars_of_arguments_are_typed_by_their_place(tmp_path: Path) -> None:
    flow = (
        GRANTS.partition("  payments")[0]
        + SILENCE
        + "steps:\n"
        + VERIFY
        + """  - tool: orders.get
    with: {order_id: 0421}
    as: order
  - close: solved
"""
    )
    assert plan(tmp_path, flow).nodes["order"].data["arguments"] == {"order_id": ["lit", "0421"]}


def test_values_that_are_written_out_are_typed_by_their_place(tmp_path: Path) -> None:
    """An amount for a shared piece, numbers in a list, a record for a tool: never by YAML, and never as texts."""
    piece = (
        HEAD.replace("case", "fees")
        + 'gives: {}\ntakes: {fee: money EUR}\nsteps:\n  - reply: "It costs {{ fee | money }}."\n'
    )
    flow = """steps:
  - use: fees
    with: {fee: 2.50 EUR}
  - use: fees
    with: {fee: "{{ 2.50 EUR + 1 EUR }}"}
  - close: solved
"""
    found = checked(tmp_path, flow, flows__fees=piece)
    assert rules(found) == []
    values = [node.data["value"] for node in found.plans["case"].nodes.values() if node.kind == "set"]
    assert values == [["money", "2.50", "EUR"], ["add", ["money", "2.50", "EUR"], ["money", "1", "EUR"]]]
    assert rules(checked(tmp_path, flow.replace("2.50 EUR}", "2.50}"), flows__fees=piece)) == ["wrong-type"]


def test_a_record_is_evaluated_and_written_as_the_tool_wants_it() -> None:
    wanted = record({"to": record({"floor": INTEGER, "worth": money("EUR")}), "counts": list_of(INTEGER)})
    key = text_of("x")
    to = Fields({"floor": (key, value("2")), "worth": (key, value("10 EUR"))})
    tree = typed_literal(Fields({"to": (key, to), "counts": (key, [value("1"), value("2")])}), wanted)
    counts = ["list", ["num", "1"], ["num", "2"]]
    assert tree == [
        "record",
        "counts",
        counts,
        "to",
        ["record", "floor", ["num", "2"], "worth", ["money", "10", "EUR"]],
    ]
    amount = {"type": "integer", "money": {"currency": "EUR", "minor": True}}
    schema = {"properties": {"to": {"properties": {"worth": amount}}}}
    assert plain(evaluate(tree, {}), schema) == {"counts": [1, 2], "to": {"floor": 2, "worth": 1000}}


def value(said: str) -> Expr:
    text = text_of(said)
    tree = parse_template(text, Sink())
    return Expr(text, tree)
