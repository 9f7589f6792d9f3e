"""What `engine kb gaps` and `lint` send of customers' questions to the embedder, and what they show of them."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest

from engine.store import Arrival, StepEntry, Store
from tests.cli.conftest import Engine, write_flow
from tests.models.embedders.test_remote import Server, vectors

SICK = "I am Jane Doe, jane@doe.example. Your cream gave me an allergic reaction."
BROKEN = "My violin broke. Pay me back to DE89 3704 0044 0532 0130 00 or to 4111 1111 1111 1111"
ASKS = "Do you sell violins?"
STAYS = "data: {location: on_premises}\nmeanwhile: {asks: escalate}\nsteps:\n  - escalate\n"


@pytest.fixture
def embedder() -> Iterator[Server]:
    server = Server(vectors)
    yield server
    server.close()


@pytest.fixture
def cloud(project: Path, embedder: Server, engine: Engine) -> Path:
    """A sound project whose articles are embedded elsewhere: of one flow contents stay, another masks accounts."""
    use(project, embedder)
    write_flow(project, "health", "start: {examples: [I was injured by it, I had an allergic reaction]}\n" + STAYS)
    write_flow(project, "triage", STAYS.replace("  - escalate", "  - transfer: {by: start, threshold: 0.6}\n"
               "    otherwise: {unsure: escalate}"))  # fmt: skip
    write_flow(project, "refund", "data: {mask: [iban]}\nsteps:\n  - reply: Hello\n  - close: solved\n")
    assert engine("validate").err == "4 flows, 8 tools: no findings\n"
    assert engine("kb", "index").status == 0
    embedder.asked.clear()
    return project


def use(project: Path, embedder: Server, *, more: str = "") -> None:
    """Says in engine.yaml who embeds."""
    file = project / "engine.yaml"
    said = f'knowledge: {{embedder: {{use: openai, model: m, base_url: "{embedder.url}", dimension: 3{more}}}, '
    file.write_text(file.read_text().replace("knowledge: {", said) + "network: {allow: [127.0.0.1]}\n")


def sent(embedder: Server) -> list[str]:
    return [text for _, _, body in embedder.asked for text in body["input"]]


def write(
    store: Store, text: str, *, flow: str, number: str = "1", role: Literal["customer", "agent"] = "customer"
) -> str:
    """A message of a ticket that is in this flow. Gives the ticket's id."""
    made = store.messages.ingest(
        "zendesk", number, [Arrival(content_id=f"{number}{role}", author_role=role, author_id=role, text=text)],
        subject="x", requester={"id": "7"}, sla=timedelta(minutes=5), owner="support", flow=flow,
    )  # fmt: skip
    return made.ticket_id


def test_contents_that_stay_are_searched_for_by_their_words_alone(
    engine: Engine, cloud: Path, store: Store, embedder: Server
) -> None:
    write(store, SICK, flow="health")
    write(store, ASKS, flow="hello", number="2")
    ran = engine("kb", "gaps")
    assert ran.status == 1
    assert sent(embedder) == [ASKS]
    assert "2 of 2 questions are answered by no article" in ran.out
    told = (
        "note: 1 of 2 questions were searched for by their words alone: their flows keep contents on the premises, and "
        "the embedder may be elsewhere\n"
    )
    assert ran.err == told
    ran = engine("kb", "gaps", "--format", "json")
    assert json.loads(ran.out)["by_words"] == 1
    for number in range(3, 52):
        write(store, SICK, flow="health", number=str(number))
    assert told.replace("1 of 2", "50 of 51") in engine("kb", "lint").err
    assert set(sent(embedder)) == {ASKS}


def test_an_embedder_on_the_premises_sees_them(engine: Engine, project: Path, store: Store, embedder: Server) -> None:
    use(project, embedder, more=", location: on_premises")
    write_flow(project, "health", STAYS)
    engine("kb", "index")
    write(store, SICK, flow="health")
    assert engine("kb", "gaps").err == ""
    assert SICK in sent(embedder)


def test_what_a_flow_masks_is_masked_before_it_is_sent(
    engine: Engine, cloud: Path, store: Store, embedder: Server
) -> None:
    write(store, BROKEN, flow="refund")
    assert engine("kb", "gaps").status == 1
    assert sent(embedder) == ["My violin broke. Pay me back to [IBAN_1] or to 4111 1111 1111 1111"]


@pytest.mark.parametrize("was", ["triage", "human", "gone", "handed on", "closed", "pinned", "kept", "unreadable"])
def test_a_ticket_counts_as_the_strictest_flow_that_it_may_have_been_in(
    was: str, engine: Engine, cloud: Path, store: Store, embedder: Server
) -> None:
    ticket = write(store, SICK, flow=was if was in ("triage", "human", "gone") else "hello")
    match was:
        case "handed on":
            step = StepEntry(
                ordinal=1, node="x", iteration="1", kind="transfer", place="flows/health.yaml:6", outcome="done",
                because=None, at=store.now(), refs={},
            )  # fmt: skip
            store.steps.record(ticket, 1, "run", [step])
        case "closed":
            store.messages.take(ticket, [1], "health/wait")
        case "pinned":
            store.revisions.add("r1", "hello", "d", {"settings": {"data": {"location": "on_premises", "mask": []}}})
            store.tickets.update(ticket, revision="r1")
        case "kept":
            store.tickets.update(ticket, stays=True)
        case "unreadable":
            file = cloud / "flows" / "hello.yaml"
            file.write_text(file.read_text() + "data: {location: moon}\n")
    assert "1 of 1 questions were searched for by their words alone" in engine("kb", "gaps").err
    assert sent(embedder) == []


def test_a_file_is_its_owners_own_choice(engine: Engine, cloud: Path, embedder: Server) -> None:
    (cloud / "q.csv").write_text(f'question\n"{SICK}"\n')
    assert engine("kb", "gaps", "--questions", "q.csv").err == ""
    assert sent(embedder) == [SICK]


def test_only_what_customers_wrote_is_a_question(engine: Engine, project: Path, store: Store) -> None:
    engine("kb", "index")
    write(store, "Internal: outbound call to Mr Smith about his claim 77", flow="hello", role="agent")
    assert "there are no questions" in engine("kb", "gaps").err
    write(store, ASKS, flow="hello")
    out = engine("kb", "gaps").out
    assert ASKS in out
    assert "Smith" not in out


@pytest.mark.parametrize("form", ["text", "json"])
def test_addresses_and_numbers_are_not_shown(form: str, engine: Engine, project: Path, store: Store) -> None:
    engine("kb", "index")
    write(store, f"{BROKEN}, or call +49 171 2345678 or 0171/2345678, jane@doe.example", flow="hello")
    out = engine("kb", "gaps", "--format", form).out
    assert "Pay me back to [iban] or to [card], or call [phone] or [phone], [email]" in out
    assert not [one for one in ("DE89", "4111", "171", "jane") if one in out]
