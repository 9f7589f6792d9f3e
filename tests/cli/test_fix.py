"""`engine validate --fix`: what it changes, what it leaves, and that nothing is lost."""

import os
import re
import stat
from pathlib import Path
from random import Random

import pytest

from engine import mend as mending
from engine.check import check
from engine.diagnostics import Sink
from engine.mend import mend
from engine.syntax import read
from tests.cli.conftest import HEAD, Engine, write_flow
from tests.golden.test_golden import HERE, laid_out

WRONG = 'ownr: x\nsteps:\n  - rpely: "Hello {{ tickt.id }}"\n  - close: sovled\n'
RIGHT = 'steps:\n  - reply: "Hello {{ ticket.id }}"\n  - close: solved\n'


RIGHTS = """tools:
  customers.match: allow
  orders.get: {only_if: [result.customer_id == customer.id]}
  payments.refund:
    only_if:
      - order.customer_id == customer.id
      - order.status != 'open'
      - 0 < amount <= order.total - order.refunded
    limit: [1 per order_id, 2 per customer per 90d]
    confirm: "Refund {{ amount | money }}?"
    approve:
      - by: leads
        edit: [amount]
        within: 2 business days
        otherwise: escalate
      - by: support
        if: amount > 50
        within: 1 business day
        otherwise: {by: leads, within: 1 business day, otherwise: escalate}
silence: {within: 5d, otherwise: close}
meanwhile: {withdraws: stop}
data: {location: anywhere}
steps:
  - verify: [{by: customers.match, with: [email, postcode]}]
    otherwise: escalate
  - ask: details
    fields: {order: {one_of: customer.orders, show: "{{ order.number }}"}}
  - reply: Hello.
    otherwise: next
  - tool: orders.get
    with: {order_id: "{{ details.order.id }}"}
    as: order
  - tool: payments.refund
    with: {order_id: "{{ order.id }}", amount: "{{ order.total }}"}
    as: refund
  - close: solved
"""
"""A flow in which words decide who approves, what may be called, and where contents go."""


def test_misspellings_are_mended_and_the_rest_is_shown(engine: Engine, project: Path) -> None:
    path = write_flow(project, "wrong", WRONG)
    ran = engine("validate", "--fix")
    assert ran.status == 1
    assert ran.err == (
        "fixed flows/wrong.yaml:7:5: `rpely` is now `reply`\n"
        "fixed flows/wrong.yaml:8:12: `sovled` is now `solved`\n"
        "fixed flows/wrong.yaml:7:22: `tickt` is now `ticket`\n"
        "2 flows, 8 tools: 1 error. `engine explain unknown-key` says more\n"
    )
    assert ran.out.startswith("flows/wrong.yaml:5:1: unknown key `ownr`")
    assert path.read_text(encoding="utf-8") == HEAD.format(name="wrong") + "ownr: x\n" + RIGHT


def test_a_project_without_findings_stays_as_it_is(engine: Engine, project: Path) -> None:
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in project.rglob("*.yaml")}
    assert engine("validate", "--fix") == (0, "", "1 flow, 8 tools: no findings\n")
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in project.rglob("*.yaml")} == before


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_line_ends_and_mark_stay(engine: Engine, project: Path, mark: bytes, end: bytes) -> None:
    path = write_flow(project, "wrong", WRONG.replace("ownr: x\n", ""))
    path.write_bytes(mark + path.read_bytes().replace(b"\n", end))
    assert engine("validate", "--fix").status == 0
    assert path.read_bytes() == mark + (HEAD.format(name="wrong") + RIGHT).encode().replace(b"\n", end)


@pytest.mark.parametrize("step", ["'rpely': a", '"rpely": a', "{rpely: a}", "{'rpely': 'b # c'}", "rpely : a  # rpely"])
def test_quotes_stay(engine: Engine, project: Path, step: str) -> None:
    path = write_flow(project, "wrong", f"steps:\n  - {step}\n  - close: solved\n")
    before = path.read_text(encoding="utf-8")
    assert engine("validate", "--fix").status == 0
    assert path.read_text(encoding="utf-8") == before.replace("rpely", "reply", 1)


@pytest.mark.parametrize(
    "steps",
    [
        "steps:\n  - reply: a\n    othrwise: escalate\n    otherwise: escalate\n  - close: solved\n",
        "steps:\n  - reply: a\n    othrwise: escalate\n    otherwse: escalate\n  - close: solved\n",
        'steps:\n  - "rpel\\u0079": a\n  - close: solved\n',
        "steps:\n  - close: solved\nrollout: {mode: alive}\n",
        "steps:\n  - close: solved\n  - rpely: a  # engine: ignore[unreachable-step] why\n  - [\n",
    ],
)
def test_what_is_not_safe_is_left(engine: Engine, project: Path, steps: str) -> None:
    path = write_flow(project, "wrong", steps)
    before = path.read_bytes()
    ran = engine("validate", "--fix")
    if "rpely: a" in steps:  # in a file that ends early a step is mended all the same
        assert path.read_bytes() == before.replace(b"rpely", b"reply")
    else:
        assert path.read_bytes() == before
    assert ran.status == 1


@pytest.mark.parametrize(
    ("old", "new", "near"),
    [
        ("- by: leads", "- by: laeds", "leads"),
        ("otherwise: {by: leads", "otherwise: {by: laeds", "leads"),
        ("edit: [amount]", "edit: [amout]", "amount"),
        ("  payments.refund:\n", "  payments.refnd:\n", "payments.refund"),
        ("{by: customers.match", "{by: customers.mach", "customers.match"),
        ("<= order.total", "<= order.totl", "total"),
        ("location: anywhere", "location: anywere", "anywhere"),
        ("withdraws: stop", "withdraws: stpo", "stop"),
        ("otherwise: next", "otherwise: nex", "next"),
        ("!= 'open'", "!= 'opn'", "open"),
    ],
)
def test_what_decides_a_right_is_left_and_said(old: str, new: str, near: str, engine: Engine, project: Path) -> None:
    write_flow(project, "wrong", RIGHTS)
    assert engine("validate", "--fix").out == ""
    path = write_flow(project, "wrong", RIGHTS.replace(old, new))
    before = path.read_bytes()
    ran = engine("validate", "--fix")
    assert (ran.status, path.read_bytes()) == (1, before)
    assert f"did you mean `{near}`?" in ran.out


@pytest.mark.parametrize("test", ['"{{ ticket.channel }}"', "'{{ticket.channel == \"web\"}}'", "'{{ ''web'' }}'"])
def test_braces_around_a_whole_expression_go(test: str, engine: Engine, project: Path) -> None:
    path = write_flow(project, "wrong", f"steps:\n  - if: {test}\n    then: [escalate]\n  - close: solved\n")
    before = path.read_text(encoding="utf-8")
    engine("validate", "--fix")
    mended = before if "''" in test else re.sub(r"\{\{ ?|(?<=[^\]]) ?\}\}", "", before)
    assert path.read_text(encoding="utf-8") == mended


def test_a_name_that_is_misspelt_alike_everywhere_is_left(engine: Engine, project: Path) -> None:
    """It is where the value is set that a letter is wrong."""
    steps = "steps:\n  - search: returns\n    as: foudn\n  - reply: {write: Answer., using: [found]}\n"
    write_flow(project, "wrong", steps + '  - reply: "{{ found | length }}"\n  - close: solved\nknowledge: [faq]\n')
    ran = engine("validate", "--fix")
    assert "fixed" not in ran.err
    assert ran.out.count("[unknown-name]") == 1
    assert "flows/wrong.yaml:6:5: `foudn` is set here" in ran.out
    assert "flows/wrong.yaml:9:16: it is read here too" in ran.out
    team = "steps:\n  - escalate: suport\nescalate: {to: suport}\n"
    path = write_flow(project, "wrong", team)
    engine("validate", "--fix")
    assert path.read_text(encoding="utf-8").endswith(team)


def test_two_grants_that_would_become_one_are_left(engine: Engine, project: Path) -> None:
    tools = "tools: {orders.get: allow, orders.gt: allow}\n"
    path = write_flow(project, "wrong", f"{tools}steps:\n  - close: solved\n")
    before = path.read_bytes()
    assert engine("validate", "--fix").status == 1
    assert path.read_bytes() == before


def test_what_is_ignored_is_not_mended(engine: Engine, project: Path) -> None:
    steps = 'steps:\n  - reply: "{{ ticket.chanel }}"  # engine: ignore[unknown-field] comes with the next release\n'
    path = write_flow(project, "wrong", steps + "  - close: solved\n")
    before = path.read_bytes()
    assert engine("validate", "--fix").status == 0
    assert path.read_bytes() == before


def test_only_the_files_that_were_named(engine: Engine, project: Path) -> None:
    one, two = (write_flow(project, name, WRONG) for name in ("one", "two"))
    before = two.read_bytes()
    engine("validate", "--fix", "flows/one.yaml")
    assert b"reply" in one.read_bytes()
    assert two.read_bytes() == before
    engine("validate", "--fix", "flows")
    assert b"reply" in two.read_bytes()


def test_the_mode_of_a_file_stays(engine: Engine, project: Path) -> None:
    path = write_flow(project, "wrong", WRONG)
    path.chmod(0o640)
    engine("validate", "--fix")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert sorted(file.name for file in path.parent.iterdir()) == ["hello.yaml", "wrong.yaml"]


def test_a_link_stays_a_link(engine: Engine, project: Path) -> None:
    path = write_flow(project, "wrong", WRONG)
    target = project / "elsewhere.txt"
    path.rename(target)
    path.symlink_to(target)
    engine("validate", "--fix")
    assert path.is_symlink()
    assert "reply" in target.read_text(encoding="utf-8")


def test_nothing_outside_of_the_project_is_written(engine: Engine, project: Path, tmp_path: Path) -> None:
    path = write_flow(project, "wrong", WRONG)
    target = tmp_path / "elsewhere.txt"
    path.rename(target)
    path.symlink_to(target)
    before = target.read_bytes()
    assert "not fixed: flows/wrong.yaml: it lies outside of the project" in engine("validate", "--fix").err
    assert target.read_bytes() == before


def test_a_file_that_cannot_be_written_is_what_it_was(
    engine: Engine, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_flow(project, "wrong", WRONG)
    before = path.read_bytes()

    def full(number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    ran = engine("validate", "--fix")
    assert ran.status == 1
    assert "not fixed: flows/wrong.yaml: No space left on device" in ran.err
    assert path.read_bytes() == before
    assert sorted(file.name for file in path.parent.iterdir()) == ["hello.yaml", "wrong.yaml"]


def test_a_file_that_changed_meanwhile_is_left(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_flow(project, "wrong", WRONG)
    stale = check([project])
    monkeypatch.setattr(mending, "check", lambda paths, root: stale)
    path.write_text(path.read_text(encoding="utf-8") + "# somebody else was here\n", encoding="utf-8")
    before = path.read_bytes()
    assert mend([project]).done == ()
    assert path.read_bytes() == before


def test_the_schema_line(engine: Engine, project: Path) -> None:
    (project / "schemas").mkdir()
    for name in ("flow", "tools", "engine"):
        (project / "schemas" / f"{name}.schema.json").write_text("{}")
    named = write_flow(project, "named", "steps:\n  - close: solved\n")
    text = "# A word.\n# yaml-language-server: $schema=elsewhere.json\n" + named.read_text(encoding="utf-8")
    named.write_text(text, encoding="utf-8")
    dos = write_flow(project, "dos", "steps:\n  - close: solved\n")
    dos.write_bytes(b"\xef\xbb\xbf" + dos.read_bytes().replace(b"\n", b"\r\n"))
    before = {path: path.read_bytes() for path in project.rglob("*.yaml")}
    ran = engine("validate", "--fix")
    assert ran.status == 0
    assert ran.err.count("fixed ") == 5
    start = "# yaml-language-server: $schema="
    for path, line in {
        "engine.yaml": "schemas/engine.schema.json",
        "tools/shop.yaml": "../schemas/tools.schema.json",
        "flows/hello.yaml": "../schemas/flow.schema.json",
    }.items():
        assert (project / path).read_bytes() == f"{start}{line}\n".encode() + before[project / path]
    added = f"{start}../schemas/flow.schema.json\r\n".encode()
    assert dos.read_bytes() == b"\xef\xbb\xbf" + added + before[dos].removeprefix(b"\xef\xbb\xbf")
    assert named.read_bytes() == before[named]
    assert engine("validate", "--fix").err.count("fixed ") == 0


def test_without_schemas_no_line_is_added(engine: Engine, project: Path) -> None:
    (project / "schemas").mkdir()
    assert engine("validate", "--fix").err.count("fixed ") == 0


WORDS = ("steps", "reply", "close", "solved", "owner", "title", "about", "silence", "within", "otherwise", "verify",
         "fields", "search", "email", "postcode", "customers.match", "orders.get", "only_if", "escalate")  # fmt: skip


def misspelt(word: str, chance: Random) -> str:
    at = chance.randrange(len(word) - 1)
    swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return chance.choice([word[:at] + word[at + 1 :], swapped, word[:at] + word[at] + word[at:]])


def test_a_misspelt_flow_becomes_what_it_was(tmp_path: Path) -> None:
    """One misspelling in the flow of every step: mended to the same bytes, or left as it is."""
    root = laid_out(HERE / "right" / "every-step.yaml", tmp_path / "project")
    path = root / "flows" / "every-step.yaml"
    right = path.read_text(encoding="utf-8")
    mended = 0
    tries = 300 if os.environ.get("ENGINE_PROVE") else 25
    for seed in range(tries):
        chance = Random(seed)
        places = [(at, word) for word in WORDS for at in range(len(right)) if right.startswith(word, at)]
        at, word = chance.choice(places)
        wrong = right[:at] + misspelt(word, chance) + right[at + len(word) :]
        path.write_text(wrong, encoding="utf-8")
        mend([root])
        now = path.read_text(encoding="utf-8")
        assert now in (right, wrong), f"seed {seed}: {word} at {at}"
        mended += now == right
    assert mended > tries * 3 // 4


def test_a_broken_file_is_never_left_worse(tmp_path: Path) -> None:
    """Bytes lost, added and changed at random: no crash, and never more that is wrong with it as YAML."""
    cases = [path for path in sorted((HERE / "wrong").glob("*.yaml")) if path.stat().st_size > 20]
    for seed in range(40):
        chance = Random(seed)
        case = chance.choice(cases)
        root = laid_out(case, tmp_path / str(seed))
        path = root / "flows" / case.name
        raw = bytearray(path.read_bytes())
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(raw))
            raw[at : at + chance.randint(0, 1)] = chance.choice(
                [b"", b"x", b" ", b"-", b":", b'"', b"[", b"\r", b"\xc3"]
            )
        path.write_bytes(raw)
        mend([root])
        assert troubles(path.read_bytes()) <= troubles(bytes(raw)), f"seed {seed}"


def troubles(content: bytes) -> int:
    """How much is wrong with a file as YAML."""
    sink = Sink()
    read("flow.yaml", content, sink)
    return len(sink)


KEYS = """models:
  braces: {use: openai, model: gpt-4o, api_key: "${OPENAI_API_KEY}"}
  again: {use: openai, model: gpt-4o, api_key: "${OPENAI_API_KEY}"}
  workflow: {use: openai, model: gpt-4o, api_key: '${{ secrets.OPENAI_API_KEY }}'}
  bare: {use: openai, model: gpt-4o, api_key: OPENAI_API_KEY}
  dotted: {use: openai, model: gpt-4o, api_key: secret.MINE}
  dollar: {use: mistral, model: mistral-small, api_key: $MISTRAL_API_KEY}
  index: {use: mistral, model: mistral-small, api_key: "{{ secret['MINE'] }}"}
  bearer: {use: openai, model: gpt-4o, api_key: "Bearer {{ secret.MINE }}"}
  whole: {use: openai, model: m, base_url: http://localhost:11434/v1/chat/completions}
  claude: {use: claude, model: claude-sonnet-4-5, max_tokens: 500}
"""
KEYS_MENDED = """models:
  braces: {use: openai, model: gpt-4o, api_key: "{{ secret.OPENAI_API_KEY }}"}
  again: {use: openai, model: gpt-4o, api_key: "{{ secret.OPENAI_API_KEY }}"}
  workflow: {use: openai, model: gpt-4o, api_key: "{{ secret.OPENAI_API_KEY }}"}
  bare: {use: openai, model: gpt-4o, api_key: "{{ secret.OPENAI_API_KEY }}"}
  dotted: {use: openai, model: gpt-4o, api_key: "{{ secret.MINE }}"}
  dollar: {use: mistral, model: mistral-small, api_key: "{{ secret.MISTRAL_API_KEY }}"}
  index: {use: mistral, model: mistral-small, api_key: "{{ secret.MINE }}"}
  bearer: {use: openai, model: gpt-4o, api_key: "{{ secret.MINE }}"}
  whole: {use: openai, model: m, base_url: "http://localhost:11434/v1"}
  claude: {use: anthropic, model: claude-sonnet-4-5, max_output: 500}
"""


def with_models(project: Path, models: str) -> Path:
    """The project with these models alone; its engine.yaml."""
    file = project / "engine.yaml"
    text = file.read_text("utf-8")
    file.write_text(re.sub(r"models:\n(?:  .*\n)+", lambda _: models, text), "utf-8")
    return file


def test_a_key_that_names_a_variable_as_other_programs_do_is_written_as_a_secret(project: Path) -> None:
    file = with_models(project, KEYS)
    mended = mend([project])
    assert KEYS_MENDED in file.read_text("utf-8")
    assert not [one for one in mended.checked.diagnostics if one.place.path == "engine.yaml"]


@pytest.mark.parametrize(
    "key",
    ["my-secret-key", "hunter2", "$ecret", "HUNTER_TWO", '"{{ secret.MINE }}x"', '"{{ secret.MINE | upper }}"',
     '"{{ secret.MINE or secret.OTHER }}"'],
)  # fmt: skip
def test_what_may_be_a_key_itself_is_left_to_its_author(key: str, project: Path) -> None:
    with_models(project, f"models:\n  answer: fast\n  fast: {{use: openai, model: gpt-4o, api_key: {key}}}\n")
    mended = mend([project])
    assert [one.rule for one in mended.checked.diagnostics if one.place.path == "engine.yaml"] == ["wrong-model"]
    assert mended.done == ()


def test_a_key_that_is_pasted_is_told_once(project: Path) -> None:
    pasted = "sk-proj-" + "abcdefghij0123456789" * 2
    with_models(project, f"models:\n  fast: {{use: openai, model: gpt-4o, api_key: {pasted}}}\n")
    assert [one.rule for one in check([project]).diagnostics if one.place.path == "engine.yaml"] == ["secret-in-file"]
