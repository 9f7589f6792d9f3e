"""An index in a bucket, on a server that speaks S3."""

from pathlib import Path

import pytest

from engine.knowledge import objects
from engine.knowledge.library import Library
from tests.buckets import Server
from tests.knowledge.bucket.common import shared
from tests.knowledge.conftest import BagOfWords


@pytest.fixture
def url(s3: Server) -> str:
    return f"s3://{s3.bucket()}/shop/index"


@pytest.fixture
def stand_in(s3: Server) -> Server:
    """For what no other can do: conditions are signed, and nothing on the way can take them out."""
    if not s3.stands_in:
        pytest.skip("only the stand-in does that")
    return s3


@pytest.fixture
def library(url: str, bag: BagOfWords) -> Library:
    return shared(url, bag)


@pytest.fixture(autouse=True)
def copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where hosts have their copies; processes that a test starts find it too."""
    monkeypatch.setenv("COPIES", str(tmp_path / "copies"))
    return tmp_path / "copies"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "RETRIES", 1)
    monkeypatch.setattr(objects, "RETRY_SECONDS", 1)
