"""What a worker is made of: a model that it can't have is told when it starts."""

from pathlib import Path

import pytest

from engine.models.errors import UnknownModel
from engine.models.local import LocalModel
from engine.runtime.build import build_context
from engine.runtime.projects import LoadedProject
from engine.settings import Settings
from engine.store import Store
from tests.runtime import made

FLOW = """models: {answer: quick}
steps:
  - reply: Hello.
  - close: solved
"""
ZENDESK = {
    "ZENDESK_URL": "http://127.0.0.1:9", "ZENDESK_USER": "a@b.example", "ZENDESK_TOKEN": "token",
    "ZENDESK_WEBHOOK_SECRET": "secret",
}  # fmt: skip


def loaded(folder: Path, provider: str) -> LoadedProject:
    root = made.project(folder, flow=FLOW)
    file = root / "engine.yaml"
    text = file.read_text("utf-8")
    assert "models:\n" in text
    file.write_text(text.replace("models:\n", f"models:\n  quick: {{use: {provider}}}\n", 1), "utf-8")
    return LoadedProject(root)


def test_a_name_of_engine_yaml_stands_for_its_provider(tmp_path: Path) -> None:
    project, settings = loaded(tmp_path, "local"), Settings.from_env(tmp_path, ZENDESK)
    with Store.open(f"sqlite:///{tmp_path / 'store.db'}") as store:
        context = build_context(settings, project, store)
    assert isinstance(context.model(project.plans["damage"], "answer"), LocalModel)


def test_a_model_without_an_adapter_is_told_at_the_start(tmp_path: Path) -> None:
    project, settings = loaded(tmp_path, "anthropic"), Settings.from_env(tmp_path, ZENDESK)
    with Store.open(f"sqlite:///{tmp_path / 'store.db'}") as store, pytest.raises(UnknownModel, match="anthropic"):
        build_context(settings, project, store)
