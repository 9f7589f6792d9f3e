"""`serve` as a process of its own: it takes messages while Temporal is away, and goes when it is told to."""

import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from engine.runtime.server import free_ports
from engine.store import Store
from tests.service.chatting import SECRET as SITE_SECRET
from tests.service.chatting import Visitor
from tests.service.conftest import SECRET, comment, signed

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the sample shop, with a chat on its own site."""
    for part in ("flows", "tools", "knowledge"):
        shutil.copytree(ROOT / part, tmp_path / "shop" / part)
    text = (ROOT / "engine.yaml").read_text("utf-8")
    site = 'channels:\n  site: {kind: web, secret: "{{ secret.SITE_SECRET }}"}\n'
    (tmp_path / "shop" / "engine.yaml").write_text(text.replace("channels:\n", site, 1), "utf-8")
    return tmp_path / "shop"


@contextmanager
def serving(project: Path) -> Iterator[tuple[subprocess.Popen[bytes], str, Path]]:
    """The process, its address and its log. No Temporal listens at its address."""
    port, nothing = free_ports(2)
    log = project.parent / "service.log"
    env = {
        **os.environ, "ENGINE_SERVICE": f"127.0.0.1:{port}", "ENGINE_TEMPORAL": f"127.0.0.1:{nothing}",
        "ZENDESK_URL": "http://127.0.0.1:9", "ZENDESK_USER": "a@b.example", "ZENDESK_TOKEN": "canary-token",
        "ZENDESK_WEBHOOK_SECRET": SECRET, "SHOP_URL": "http://127.0.0.1:9", "SHOP_TOKEN": "x",
        "SITE_SECRET": SITE_SECRET,
    }  # fmt: skip
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "engine.cli", "serve"], cwd=project, env=env, stdout=out, stderr=out
        )
    try:
        yield process, f"http://127.0.0.1:{port}", log
    finally:
        process.kill()
        process.wait()


@contextmanager
def connected(url: str) -> Iterator[http.client.HTTPConnection]:
    """One connection, which is not made anew."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=20)
    connection.auto_open = 0
    connection.connect()
    with closing(connection):
        yield connection


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        if process.poll() is not None:
            break
        try:
            httpx.get(f"{url}/healthz", timeout=5)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"it does not answer: {log.read_text()}")


def test_messages_are_kept_without_temporal_and_a_stop_is_clean(project: Path) -> None:
    with serving(project) as (process, url, log):
        wait_for(url, process, log)
        content = json.dumps(comment("I want to talk to a real person, says canary-Müller")).encode()
        answer = httpx.post(f"{url}/webhooks/zendesk", content=content, headers=signed(content))
        assert (answer.status_code, answer.json()["accepted"]) == (200, [1, 2])
        assert httpx.get(f"{url}/readyz").status_code == 503
        with connected(url) as kept:
            kept.request("GET", "/healthz")
            kept.getresponse().read()
            time.sleep(7)  # some rounds of everything
            kept.request("GET", "/healthz")
            assert kept.getresponse().status == 200, "a proxy may use its connection again"
        with httpx.Client(base_url=url, timeout=20) as client, Visitor(client).reads() as page:
            page.state("new")
            process.send_signal(signal.SIGTERM)
            assert page.next() is None, "a stream ends with its process"
        assert process.wait(15) == 0, log.read_text()
    said = log.read_text()
    assert "canary" not in said
    assert "Traceback" not in said
    with Store.open(f"sqlite:///{project}/.engine/store.db") as store:
        [row] = store.tickets.listing()
        assert row.state == "handed_off"
        assert store.revisions.active("refund") is not None


def test_a_project_with_errors_is_refused_with_its_findings(project: Path) -> None:
    flow = project / "flows" / "refund.yaml"
    flow.write_text(flow.read_text().replace("tool: orders.get", "tool: orders.gte"))
    with serving(project) as (process, _, log):
        assert process.wait(60) == 1, log.read_text()
    assert "flows/refund.yaml:" in log.read_text()
    assert "orders.gte" in log.read_text()
