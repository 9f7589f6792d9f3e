"""`engine dev` as a process: it says where everything is, can be worked with, and leaves nothing running."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.channels.web_token import visitor_of
from engine.cli import main
from engine.demo import visitors
from engine.runtime.projects import LoadedProject

GOLDEN = Path(__file__).parent.parent / "golden"
STARTS = 90.0
STOPS = 40.0


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dev") / "shop"
    assert main(["init", str(folder)]) == 0
    return folder


@pytest.fixture
def dev(shop: Path, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    said = tmp_path / "said"
    with said.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "engine.cli", "dev", "--sample"], cwd=shop, stdout=out, stderr=subprocess.STDOUT
        )
    try:
        until(lambda: b"Ctrl-C" in said.read_bytes() or process.poll() is not None, STARTS)
        assert process.poll() is None, said.read_text()
        yield process
    finally:
        process.kill()
        process.wait()


def until(reached: Callable[[], object], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.2)


def running(shop: Path) -> list[str]:
    """Command lines of processes that work in this folder."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and int(process.name) != os.getpid():
            try:
                line = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                if (process / "cwd").readlink() == shop or str(shop) in line:
                    found.append(line)
            except OSError:
                continue
    return found


def engine(shop: Path, command: str) -> str:
    """What a shell prints that has taken the variables of `engine dev`."""
    script = f". .engine/dev/env && engine {command}"
    return subprocess.run(["sh", "-c", script], cwd=shop, check=True, capture_output=True, text=True).stdout


def test_a_customer_writes_and_ctrl_c_stops_all_of_it(dev: subprocess.Popen[bytes], shop: Path) -> None:
    assert (shop / ".engine" / "dev" / "env").stat().st_mode & 0o777 == 0o600
    number = engine(shop, 'customer write lotte.maes@example.net "Can I talk to a human?"').strip()
    until(lambda: "Last words" in engine(shop, f"customer show {number}"), 40)
    assert "handed_off" in engine(shop, "tickets list")
    assert len(running(shop)) >= 6
    dev.send_signal(signal.SIGINT)
    assert dev.wait(STOPS) == 0
    assert running(shop) == []


def test_what_it_started_dies_with_it(dev: subprocess.Popen[bytes], shop: Path) -> None:
    assert len(running(shop)) >= 6
    dev.kill()
    dev.wait()
    until(lambda: not running(shop), STOPS)


def test_a_customer_without_a_sample_shop_is_told_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("SHOP_URL", raising=False)
    assert main(["customer", "show", "1"]) == 2
    assert "engine dev --sample" in capsys.readouterr().err


def test_a_sample_shop_that_is_gone_is_said_to_be(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("SHOP_URL", "SHOP_TOKEN", "SHOP_ADMIN_TOKEN", "ZENDESK_URL", "ZENDESK_ADMIN_TOKEN"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("ENGINE_SERVICE", "127.0.0.1:9")
    assert main(["customer", "show", "1"]) == 1
    assert "is `engine dev` running?" in capsys.readouterr().err


def test_a_visitor_of_this_machine_has_a_token_and_no_secret_of_anybody_else(tmp_path: Path) -> None:
    project = tmp_path / "project"
    shutil.copytree(GOLDEN / "base", project)
    shutil.copytree(GOLDEN / "sound" / "web-channel", project, dirs_exist_ok=True)
    settings = LoadedProject(project).settings
    own = visitors.signing(settings, {"APP_SECRET": "s" * 40})
    assert own.keys() == {"SITE_SECRET"}
    pages = visitors.pages(settings, {**own, "APP_SECRET": "s" * 40}, "http://127.0.0.1:1")
    assert pages.keys() == {"site", "app"}
    url, _, token = pages["site"].partition("#token=")
    assert url == "http://127.0.0.1:1/chat/site"
    visitor = visitor_of(token, audience="site", secrets=[own["SITE_SECRET"]])
    assert (visitor.anonymous, dict(visitor.proof)) == (True, {})
    assert visitor_of(pages["app"].partition("#token=")[2], audience="app", secrets=["s" * 40]).anonymous
