"""The guard: actions, masks, and that whatever goes wrong closes it."""

import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest

from engine.guardrails.base import MAX_CHARACTERS, POSITIONS, CheckError, Chosen, Guard, Span
from engine.guardrails.registry import CHECKS, guard

CARD = "4111 1111 1111 1111"


class Result:
    def __init__(self, outcome: str, *spans: tuple[int, int]) -> None:
        self.outcome = outcome
        self.error_spans = [type("S", (), {"start": s, "end": e, "reason": "code"}) for s, e in spans]


class Answers:
    def __init__(self, answer: Callable[[], Any]) -> None:
        self.answer = answer

    def validate(self, value: Any, metadata: dict[str, Any]) -> Any:
        return self.answer()


def chosen(answer: Callable[[], Any], action: Any = "note") -> Chosen:
    return Chosen("odd", lambda: Answers(answer), {"reply": action})


def raises() -> Any:
    raise RuntimeError("canary contents")


@pytest.mark.parametrize("action", ["note", "mask", "block", "escalate"])
@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (raises, "raised"),
        (lambda: None, "raised"),
        (lambda: Result("perhaps"), "unusable"),
        (lambda: Result("x", (0, 1)), "unusable"),
    ],
)
def test_a_check_that_goes_wrong_has_failed(answer: Callable[[], Any], code: str, action: Any) -> None:
    verdict = Guard([chosen(answer, action)]).check("text", position="reply")
    assert not verdict.passed
    assert verdict.escalates is (action == "escalate")
    assert [f.code for f in verdict.findings] == [code]
    assert "canary" not in repr(verdict)


def test_a_check_that_cannot_be_made_has_failed() -> None:
    made = Guard([Chosen("odd", raises, {"reply": "note"})])
    assert not made.check("text", position="reply").passed
    with pytest.raises(CheckError):
        made.load()


@pytest.mark.parametrize("span", [(0, 99), (-1, 2), (2, 2), (3, 1)])
def test_a_mask_without_a_usable_span_blocks(span: tuple[int, int]) -> None:
    verdict = Guard([chosen(lambda: Result("fail", span), "mask")]).check("text", position="reply")
    assert not verdict.passed
    assert Guard([chosen(lambda: Result("fail"), "mask")]).check("text", position="reply").passed is False


def test_a_note_passes_and_is_told() -> None:
    verdict = guard([{"no_card_numbers": {"action": "note"}}]).check(f"My {CARD}", position="reply")
    assert (verdict.passed, verdict.text) == (True, f"My {CARD}")
    assert [(f.check, f.span, f.code, f.action) for f in verdict.findings] == [
        ("no_card_numbers", Span(3, 22), "card", "note")
    ]


def test_a_mask_can_be_undone() -> None:
    text = f"[CARD_1] {CARD} and 5555555555554444, again {CARD}; DE89370400440532013000"
    verdict = guard(["no_card_numbers", "no_iban"]).check(text, position="customer_input")
    assert verdict.passed
    assert verdict.text == "[CARD_1] [CARD_2] and [CARD_3], again [CARD_2]; [IBAN_1]"
    undone = verdict.text
    for label, words in verdict.masked.items():
        undone = undone.replace(label, words)
    assert undone == text
    assert "4111" not in repr(verdict)


@pytest.mark.parametrize(
    ("position", "passed"), [("reply", False), ("arguments", False), ("customer_input", True), ("result", True)]
)
def test_a_check_acts_by_position(position: Any, passed: bool) -> None:
    assert guard(["no_card_numbers"]).check(CARD, position=position).passed is passed


def test_a_text_beyond_reason_does_not_pass() -> None:
    assert not guard([]).check("x" * (MAX_CHARACTERS + 1), position="reply").passed
    assert not guard([]).check(None, position="reply").passed  # type: ignore[arg-type]
    with pytest.raises(CheckError):
        guard([]).check("x", position="elsewhere")  # type: ignore[arg-type]


def test_sets_may_hold_sets_and_parameters() -> None:
    sets: dict[str, list[Any]] = {"all": ["cards", {"links": {"allow": ["a.example"]}}], "cards": ["no_card_numbers"]}
    assert [c.name for c in guard(["all", {"length": {"max": 5}}], sets).chosen] == [
        "no_card_numbers",
        "links",
        "length",
    ]


@pytest.mark.parametrize(
    "use",
    [
        "no_such",
        {"no_such": None},
        {"links": {"deny": []}},
        {"links": {"allow": "x", "action": "perhaps"}},
        {"links": {"allow": [1]}},
        {"length": {"max": "many"}},
        {"length": {"max": -1}},
        {"length": {"max": True}},
        {"topics": None},
        {"topics": {"words": []}},
        {"no_commitments": {"allow": ["refnud"]}},
        {"a": 1, "b": 2},
        7,
        "loop",
        {"loop": {"x": 1}},
    ],
)
def test_a_set_with_a_mistake_is_no_guard(use: Any) -> None:
    with pytest.raises(CheckError):
        guard([use], {"loop": ["loop"]})


def test_every_check_loads_and_knows_its_positions() -> None:
    needs: dict[str, Any] = {"competitors": {"words": ["x"]}, "topics": {"words": ["x"]}}
    for name, info in CHECKS.items():
        guard([{name: needs.get(name)}]).load()
        assert set(info.actions) <= set(POSITIONS)


def test_checks_work_in_a_guard_of_the_library() -> None:
    from engine.guardrails.checks.no_card_numbers import NoCardNumbers
    from engine.guardrails.validation import FailResult

    result = NoCardNumbers().validate(CARD, {})
    assert isinstance(result, FailResult)
    assert "4111" not in result.error_message


def test_threads_do_not_mix() -> None:
    made = guard(["no_card_numbers", "no_secrets"])
    wrong: list[str] = []

    def work(number: int) -> None:
        for _ in range(200):
            verdict = made.check(f"{number} {CARD if number % 2 else 'fine'}", position="reply")
            if verdict.passed is bool(number % 2) or not verdict.text.startswith(str(number)):
                wrong.append(verdict.text)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_names_and_parameters_need_no_library() -> None:
    code = (
        "import sys, engine.guardrails.registry as r; r.guard(['no_secrets', 'links', {'topics': {'words': ['x']}}]);"
    )
    code += "print('guardrails' in sys.modules, 'engine.guardrails.validation' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.split() == [
        "False",
        "False",
    ]


QUIET = """
import socket, sys
tried = []
def refuse(*args, **kwargs):
    tried.append(args[1:] or args)
    raise OSError("no network in this test")
socket.socket.connect = socket.socket.connect_ex = socket.socket.sendto = refuse
socket.getaddrinfo = socket.create_connection = refuse
from engine.guardrails.registry import guard
made = guard(["no_card_numbers", "no_secrets", "no_iban", "links", "no_commitments", {"topics": {"words": ["x"]}}])
made.load()
for _ in range(3):
    made.check("4111 1111 1111 1111 we will refund 5 EUR https://evil.com", position="reply")
from guardrails.settings import settings
from guardrails.utils.hub_telemetry_utils import HubTelemetry
assert settings.rc.enable_metrics is False and HubTelemetry._instance is None
from guardrails import Guard
from engine.guardrails.checks.no_card_numbers import NoCardNumbers
theirs = Guard().use(NoCardNumbers(on_fail="noop"))
theirs.validate("4111 1111 1111 1111")
if HubTelemetry._instance is not None and HubTelemetry._instance._processor is not None:
    HubTelemetry._instance._processor.force_flush(2000)
enabled = HubTelemetry._instance is not None and HubTelemetry._instance._enabled
print("metrics", settings.rc.enable_metrics, "telemetry", enabled)
print("tried", tried)
"""


def test_nothing_is_sent() -> None:
    """Also not by a Guard of the library in the same process: its own settings file would say yes again."""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", QUIET], capture_output=True, text=True)
    assert done.stdout.splitlines()[-2:] == ["metrics False telemetry False", "tried []"], done.stderr[-2000:]
