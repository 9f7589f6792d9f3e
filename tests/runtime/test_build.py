"""What a worker is made of: a model that it can't have is told when it starts."""

from decimal import Decimal
from pathlib import Path

import pytest

from engine.articles import choice, library
from engine.check import check
from engine.demo.stack import index_articles
from engine.errors import NotConfigured, ProjectInvalid
from engine.models.base import Capabilities
from engine.models.chain import Chain
from engine.models.errors import MissingKey, ModelRejected, WrongAddress
from engine.models.hosted import HostedModel, Spec, refusal
from engine.models.local import LocalModel
from engine.models.registry import PROVIDERS
from engine.project.models import keys
from engine.runtime.activities.base import _PERMANENT
from engine.runtime.build import build_context, models
from engine.runtime.hosting import Hosting
from engine.runtime.projects import LoadedProject
from engine.settings import Settings
from engine.store import Store
from tests.buckets import Server
from tests.runtime import made
from tests.store import given

FLOW = """models: {answer: quick}
steps:
  - reply: Hello.
  - close: solved
"""
ZENDESK = {
    "ZENDESK_URL": "http://127.0.0.1:9", "ZENDESK_USER": "a@b.example", "ZENDESK_TOKEN": "token",
    "ZENDESK_WEBHOOK_SECRET": "secret",
}  # fmt: skip


def loaded(folder: Path, declared: str, more: str = "") -> LoadedProject:
    root = made.project(folder, flow=FLOW)
    file = root / "engine.yaml"
    text = file.read_text("utf-8")
    assert "models:\n" in text
    file.write_text(text.replace("models:\n", f"models:\n  quick: {declared}\n", 1) + more, "utf-8")
    return LoadedProject(root)


def test_a_name_of_engine_yaml_stands_for_its_provider(tmp_path: Path) -> None:
    project, settings = loaded(tmp_path, "{use: local}"), Settings.from_env(tmp_path, ZENDESK)
    with Store.open(f"sqlite:///{tmp_path / 'store.db'}") as store:
        context = build_context(settings, project, store)
    assert isinstance(context.model(project.plans["damage"], "answer"), LocalModel)


@pytest.mark.parametrize(
    ("declared", "variable"),
    [
        ("{use: anthropic, model: claude-sonnet-5-5}", "ANTHROPIC_API_KEY"),
        ("{use: openai, model: gpt-4o, api_key: '{{ secret.MINE }}'}", "MINE"),
        ("{use: local}\n  spare: {use: google, model: gemini-2.5-flash}\n  also: {use: mistral, model: x, base_url: "
         "'http://127.0.0.1:9', fallback: [spare]}\n  quick2: also", None),
    ],
)  # fmt: skip
def test_a_key_that_is_missing_is_named_at_the_start(tmp_path: Path, declared: str, variable: str | None) -> None:
    project, settings = loaded(tmp_path, declared), Settings.from_env(tmp_path, ZENDESK)
    if variable is None:  # none of these is asked by a plan: whoever does not use them needs no keys
        models(settings, project)
        return
    with pytest.raises(MissingKey, match=variable) as caught:
        models(settings, project)
    assert caught.value.variable == variable


def test_what_stands_in_needs_its_key_too(tmp_path: Path) -> None:
    declared = "{use: openai, model: m, base_url: 'http://127.0.0.1:9', fallback: [spare]}\n"
    project = loaded(tmp_path, declared + "  spare: {use: google, model: gemini-2.5-flash}")
    for more in ({}, {"GEMINI_API_KEY": " \n"}):  # blanks alone are no key
        with pytest.raises(MissingKey, match="GEMINI_API_KEY"):
            models(Settings.from_env(tmp_path, {**ZENDESK, **more}), project)


def test_a_usual_key_is_for_the_providers_own_address_alone(tmp_path: Path) -> None:
    """Whoever runs a server of their own does not send it the key of a cloud."""
    declared = "{use: openai, model: m, base_url: 'http://127.0.0.1:9', location: on_premises}"
    settings = Settings.from_env(tmp_path, {**ZENDESK, "OPENAI_API_KEY": "sk-of-the-cloud"})
    hosting = Hosting(loaded(tmp_path, declared).settings, settings.secrets)
    chain = hosting.get("quick")
    assert isinstance(chain, Chain)
    (link,) = chain.links
    assert isinstance(link.model, HostedModel)
    assert link.model.spec.api_key == ""
    assert link.model.capabilities.location == "on_premises"
    assert link.model.capabilities.free


def test_capabilities_and_prices_are_those_of_the_table_unless_told(tmp_path: Path) -> None:
    price = "price: {input: 7, output: 9}, vision: no, tools: no, max_output: 100, context: 8192, within: 10s"
    declared = "{use: openai, model: gpt-4o-2024-08-06}\n  other: {use: openai, model: gpt-4o, " + price + "}"
    settings = Settings.from_env(tmp_path, {**ZENDESK, "OPENAI_API_KEY": "sk"})
    hosting = Hosting(loaded(tmp_path, declared).settings, settings.secrets)
    known, told = hosting.get("quick"), hosting.get("other")
    assert (known.capabilities.vision, known.capabilities.tools, known.capabilities.location) == (True, True, "cloud")
    assert known.capabilities.price is not None
    assert (known.capabilities.price.input, known.capabilities.price.cached) == (Decimal("2.5"), Decimal("1.25"))
    assert told.capabilities.price is not None
    assert (told.capabilities.price.input, told.capabilities.price.cached) == (Decimal(7), Decimal(7))
    assert (told.capabilities.vision, told.capabilities.tools) == (False, False)
    assert isinstance(told, Chain)
    assert told.seconds == 10.0
    assert (known.capabilities.context, told.capabilities.context) == (128_000, 8_092), (
        "its own window has the answer too"
    )


def test_a_budget_needs_prices(tmp_path: Path) -> None:
    with pytest.raises(ProjectInvalid):
        loaded(tmp_path, "{use: openai, model: of-tomorrow}", "\nbudget: {day: 5 USD}\n")


def test_no_worker_starts_without_what_is_to_read_its_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = loaded(tmp_path, "{use: local}", "\nocr: tesseract\n")
    settings = Settings.from_env(tmp_path, ZENDESK)
    monkeypatch.setattr("shutil.which", lambda name: None)
    with (
        Store.open(f"sqlite:///{tmp_path / 'store.db'}") as store,
        pytest.raises(NotConfigured, match="needs the program `tesseract`"),
    ):
        build_context(settings, project, store)


@pytest.mark.parametrize(
    ("declared", "variable"),
    [("{use: openai}", "OPENAI_API_KEY"), ("{use: mistral, api_key: '{{ secret.MINE }}'}", "MINE")],
)
def test_an_embedder_without_its_key_is_named_at_the_start_and_has_it_where_it_is_set(
    tmp_path: Path, declared: str, variable: str
) -> None:
    project = loaded(tmp_path, "{use: local}")
    file = project.root / "engine.yaml"
    text = file.read_text("utf-8").replace("  from: knowledge\n", f"  from: knowledge\n  embedder: {declared}\n")
    file.write_text(text, "utf-8")
    assert project.reload()
    knowledge = project.settings.knowledge
    assert [(one.model, one.variable) for one in keys(project.settings)] == [("knowledge.embedder", variable)]
    with pytest.raises(MissingKey, match=variable):
        library(Settings.from_env(tmp_path, ZENDESK), knowledge)
    assert choice(knowledge, {variable: "sk-of-mine"}).key == "sk-of-mine"


@pytest.mark.parametrize("provider", ["anthropic", "google", "mistral", "openai"])
@pytest.mark.parametrize("url", ["127.0.0.1:9/v1", "http://localhost:notaport/v1", "http://[::1"])
def test_an_address_that_is_none_is_told_when_the_adapter_is_made(provider: str, url: str) -> None:
    spec = Spec(name="mine", provider=provider, model="m", capabilities=Capabilities(), base_url=url)
    with pytest.raises(WrongAddress, match="'mine' cannot be asked at its `base_url`"):
        PROVIDERS[provider](spec)
    assert WrongAddress.code in _PERMANENT


@pytest.mark.parametrize("declared", ["api_key: OPENAI_API_KEY", "base_url: 'localhost:9/v1'"])
def test_a_worker_does_not_start_with_what_no_ticket_could_ask(tmp_path: Path, declared: str) -> None:
    with pytest.raises(ProjectInvalid):
        loaded(tmp_path, f"{{use: openai, model: gpt-4o, {declared}}}")


@pytest.mark.parametrize("key", ["OPENAI_API_KEY", "'{{ secret.MINE }}x'"])
def test_a_text_is_never_sent_as_a_key(tmp_path: Path, key: str) -> None:
    project = loaded(tmp_path, "{use: local}")
    file = project.root / "engine.yaml"
    text = file.read_text("utf-8").replace("quick: {use: local}", f"quick: {{use: openai, model: m, api_key: {key}}}")
    embeds = f"  from: knowledge\n  embedder: {{use: openai, api_key: {key}}}\n"
    file.write_text(text.replace("  from: knowledge\n", embeds), "utf-8")
    settings = check([project.root]).project.settings
    assert settings is not None
    with pytest.raises(NotConfigured, match="`api_key` of the"):
        Hosting(settings, {"MINE": "x"}).get("quick")
    with pytest.raises(NotConfigured, match="`api_key` of the"):
        choice(settings.knowledge, {"MINE": "x"})


def test_a_key_that_only_an_open_ticket_needs_is_named_at_the_start_too(tmp_path: Path) -> None:
    """The ticket goes by the plan that it began with, whatever flows say since."""
    project = loaded(tmp_path, "{use: openai, model: m}")
    with Store.open(f"sqlite:///{tmp_path / 'store.db'}") as store:
        project.activate(store)
        ticket = given.deliver(store, "1", given.arrival("m-1")).ticket_id
        store.tickets.update(ticket, flow="damage", revision=store.revisions.active("damage"))
        flow = project.root / "flows" / "damage.yaml"
        flow.write_text(flow.read_text("utf-8").replace("models: {answer: quick}\n", ""), "utf-8")
        assert project.reload()
        settings = Settings.from_env(tmp_path, ZENDESK)
        models(settings, project)
        with pytest.raises(MissingKey, match="OPENAI_API_KEY"):
            build_context(settings, project, store)
        engine_yaml = project.root / "engine.yaml"
        text = engine_yaml.read_text("utf-8").replace("  quick: {use: openai, model: m}\n", "")
        engine_yaml.write_text(text, "utf-8")
        assert project.reload()
        build_context(settings, project, store)


def test_what_a_provider_refuses_for_good_goes_to_a_person_at_once() -> None:
    for refused in (*(refusal("m", status) for status in (302, 400, 401, 403, 404, 413, 422)),
                    refusal("m", 429, code="insufficient_quota")):  # fmt: skip
        assert isinstance(refused, ModelRejected)
        assert refused.code in _PERMANENT


async def test_workers_of_two_hosts_search_the_index_that_a_third_has_made(tmp_path: Path, s3: Server) -> None:
    """As `engine dev` makes it, and `engine worker` opens it."""
    url = f"s3://{s3.bucket()}/shop"
    hosts = [loaded(tmp_path / name, "{use: local}") for name in ("a", "b", "c")]
    for project in hosts:
        file = project.root / "engine.yaml"
        text = file.read_text("utf-8").replace("  from: knowledge\n", f"  from: knowledge\n  index: {url}\n")
        file.write_text(text, "utf-8")
        assert project.reload()
    await index_articles(hosts[2].root)
    found = []
    for project in hosts[:2]:
        settings = Settings.from_env(project.root, ZENDESK)
        with Store.open(f"sqlite:///{project.root / 'store.db'}") as store:
            found.append(await build_context(settings, project, store).library.asearch("How long can I return it?"))
    assert found[0] == found[1] != []
    assert not (hosts[2].root / ".engine" / "knowledge").exists()


def test_the_teams_own_words_reach_the_worker(tmp_path: Path) -> None:
    project, settings = loaded(tmp_path, "{use: local}"), Settings.from_env(tmp_path, ZENDESK)
    file = project.root / "engine.yaml"
    more = "  from: knowledge\n  synonyms: [[RMA, return]]\n"
    file.write_text(file.read_text("utf-8").replace("  from: knowledge\n", more), "utf-8")
    assert project.reload()
    with Store.open(f"sqlite:///{tmp_path / 'store.db'}") as store:
        assert build_context(settings, project, store).library.synonyms.groups == (("RMA", "return"),)
