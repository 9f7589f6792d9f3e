"""An index in a bucket of Ceph's, by its own gateway: all tests of this folder there, and what no stand-in shows.

ENGINE_PROVE=1, and Ceph's programs (`tests.ceph`).
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

import pytest

from engine.knowledge import bucket as buckets
from engine.knowledge.base import KnowledgeError
from engine.knowledge.library import Library
from engine.knowledge.objects import Objects
from tests import ceph
from tests.buckets import ENVIRONMENT, put
from tests.ceph import Gateway
from tests.knowledge.bucket.common import change, shared
from tests.knowledge.bucket.test_faults import Stopping

pytestmark = [
    pytest.mark.skipif(os.environ.get("ENGINE_PROVE") != "1", reason="another server: with ENGINE_PROVE=1"),
    pytest.mark.skipif(bool(ceph.lacking()), reason=f"Ceph is not installed: no {', '.join(ceph.lacking())}"),
]
BEFORE, AFTER = "30 days", "60 days"


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    with ceph.gateway() as running:
        print(running.version())
        running.user("reader")
        yield running


@pytest.fixture(autouse=True)
def environment(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**ENVIRONMENT, "AWS_ENDPOINT_URL": gateway.url}.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def url(gateway: Gateway) -> str:
    name = f"articles-{token_hex(6)}"
    put(f"{gateway.url}/{name}")
    return f"s3://{name}/shop/index"


def found(library: Library) -> str:
    return library.search("return any item within days", collections=["policies"], limit=1)[0].text


@pytest.mark.timeout(900)
def test_what_the_stand_in_is_tested_with(gateway: Gateway) -> None:
    tests = sorted(str(path) for path in Path(__file__).parent.glob("test_*.py") if path != Path(__file__))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests],
        env={**os.environ, **ENVIRONMENT, "ENGINE_TEST_S3": gateway.url}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    print(done.stdout[-300:])
    assert done.returncode == 0, done.stdout[-10_000:]


def test_searches_go_on_while_the_gateway_is_killed_and_comes_back(
    url: str, root: Path, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buckets, "KNOWN_SECONDS", 0.0)
    monkeypatch.setattr(buckets, "AGAIN_SECONDS", 0.2)
    shared(url).index(root)
    other = shared(url)
    seen: list[str] = []
    ended = threading.Event()

    def search() -> None:
        while not ended.is_set():
            seen.append(found(other))

    searching = threading.Thread(target=search)
    searching.start()
    try:
        for _ in range(3):
            time.sleep(0.5)
            gateway.kill()
            time.sleep(1)
            gateway.start()
        change(root)
        shared(url).index(root)
        time.sleep(1)
    finally:
        ended.set()
        searching.join()
    kinds = [AFTER in text for text in seen]
    assert kinds == sorted(kinds)  # each once
    assert {BEFORE in seen[0], AFTER in seen[-1]} == {True}


@pytest.mark.usefixtures("impatient")
def test_a_gateway_that_is_killed_during_a_run_leaves_what_was_published(
    url: str, root: Path, gateway: Gateway
) -> None:
    shared(url).index(root)
    change(root)
    with pytest.raises(KnowledgeError, match="does not answer; what was indexed before stays"):
        shared(url, Stopping(gateway.kill)).index(root)
    gateway.start()
    assert BEFORE in found(shared(url))
    assert shared(url).index(root).changed == 1
    assert AFTER in found(shared(url))


def test_who_may_only_read_searches(url: str, root: Path, gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    shared(url).index(root)
    name = url.split("/")[2]
    may = {
        "Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam:::user/reader"]},
        "Action": ["s3:ListBucket", "s3:GetObject"], "Resource": [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"],
    }  # fmt: skip
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "reader")
    for work in (lambda: found(shared(url)), lambda: shared(url).index(root)):
        with pytest.raises(KnowledgeError, match=r"refuses \(403\)"):
            work()
    put(f"{gateway.url}/{name}?policy", json.dumps({"Version": "2012-10-17", "Statement": [may]}).encode())
    assert BEFORE in found(shared(url))
    passage = shared(url).search("warranty")[0]
    assert shared(url).passages([passage.id])[0].text == passage.text
    with pytest.raises(KnowledgeError, match=r"refuses \(403\).*what was indexed before stays"):
        shared(url).index(root)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("AWS_ACCESS_KEY_ID", "nobody", "does not know these credentials"),
        ("AWS_SECRET_ACCESS_KEY", "another", "does not know these credentials"),
        ("", "s3://nobody-made-it/x", "no such bucket: make it, or correct"),
    ],
)
def test_what_is_wrong_is_said(
    name: str, value: str, why: str, url: str, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name:
        monkeypatch.setenv(name, value)
    library = shared(url if name else value)
    for work in (lambda: library.search("return"), lambda: library.index(root), lambda: library.passages(["x"])):
        with pytest.raises(KnowledgeError, match=why):
            work()


def test_a_listing_in_many_answers_is_whole(url: str, gateway: Gateway) -> None:
    names = {f"t/{number:03}" for number in range(10 * ceph.LISTED + 1)}
    for name in names:
        put(f"{gateway.url}/{url.removeprefix('s3://')}/{name}", b"x")
    assert {name for name, _ in Objects(url, gateway.url).sizes("t")} == names
