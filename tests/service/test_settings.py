"""Settings from the environment, and the connection that they lead to."""

import time
from pathlib import Path

import pytest

from engine.runtime.client import Unreachable, connect
from engine.runtime.server import free_ports
from engine.settings import Settings

ROOT = Path("shop")


def test_without_anything_all_is_on_this_machine() -> None:
    found = Settings.from_env(ROOT, {})
    assert (found.host, found.port, found.task_queue, found.codec) == ("127.0.0.1", 8321, "engine", False)
    assert found.store_url == "sqlite:///shop/.engine/store.db"
    assert (found.temporal, found.namespace) == ("", ""), "as Temporal's own variables and profiles say"
    assert found.service_url == "http://127.0.0.1:8321"
    assert found.loopback


def test_empty_variables_are_as_good_as_none() -> None:
    names = ("ENGINE_STORE", "ENGINE_SERVICE", "ENGINE_CODEC", "ENGINE_TASK_QUEUE", "ENGINE_TEMPORAL")
    assert Settings.from_env(ROOT, dict.fromkeys(names, "")) == Settings.from_env(ROOT, {})


@pytest.mark.parametrize(
    ("name", "value"),
    [("ENGINE_SERVICE", "8321"), ("ENGINE_SERVICE", "host:"), ("ENGINE_SERVICE", "host:port"), ("ENGINE_SERVICE", ":1"),
     ("ENGINE_SERVICE", "host:70000"), ("ENGINE_SERVICE", "host:²"), ("ENGINE_CODEC", "yes")],
)  # fmt: skip
def test_a_wrong_value_is_refused_by_the_variables_name(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=name):
        Settings.from_env(ROOT, {name: value})


def test_an_address_of_version_six() -> None:
    found = Settings.from_env(ROOT, {"ENGINE_SERVICE": "[::1]:9000"})
    assert (found.host, found.port, found.service_url, found.loopback) == ("::1", 9000, "http://[::1]:9000", True)
    assert not Settings.from_env(ROOT, {"ENGINE_SERVICE": "0.0.0.0:9000"}).loopback


def test_secrets_are_never_shown_and_the_engines_own_are_not_among_them() -> None:
    env = {
        "SHOP_TOKEN": "canary", "ENGINE_CODEC_KEYS": "canary-keys", "TEMPORAL_API_KEY": "canary-api",
        "ENGINE_STORE": "postgresql://engine:canary@db/engine",
    }  # fmt: skip
    found = Settings.from_env(ROOT, env)
    assert dict(found.secrets) == {"SHOP_TOKEN": "canary"}
    assert "canary" not in f"{found!r} {found} {found.secrets!r} {found.secrets}"


async def test_a_server_that_is_not_there_is_told_in_time(tmp_path: Path) -> None:
    [port] = free_ports(1)
    settings = Settings.from_env(tmp_path, {"ENGINE_TEMPORAL": f"127.0.0.1:{port}"})
    began = time.monotonic()
    with pytest.raises(Unreachable, match=f"127.0.0.1:{port}"):
        await connect(settings, patience=0.5)
    assert 0.4 < time.monotonic() - began < 30


async def test_temporals_own_variables_hold_where_ours_say_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [port] = free_ports(1)
    monkeypatch.setenv("TEMPORAL_ADDRESS", f"127.0.0.1:{port}")
    with pytest.raises(Unreachable, match=f"127.0.0.1:{port}"):
        await connect(Settings.from_env(tmp_path, {}), patience=0)
