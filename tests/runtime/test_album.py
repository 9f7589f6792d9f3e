"""What a worker keeps of pictures: little, and not for long."""

import pytest

from engine.models.base import Image
from engine.runtime.album import Album, Look


def look(size: int) -> Look:
    return Look(Image("image/png", bytes(size)))


def test_the_oldest_go_when_it_is_full() -> None:
    album = Album()
    for name in ("a", "b", "c"):
        album.put(name, look(10_000_000))
    assert album.get("a") == look(10_000_000)
    album.put("b", look(20_000_000))
    assert album.get("a") is None
    assert album.get("b") == look(20_000_000)
    assert album.get("c") == look(10_000_000)
    album.put("d", look(40_000_000))
    assert [album.get(name) for name in "abcd"] == [None] * 4


def test_nothing_is_kept_for_longer_than_ten_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    album = Album()
    album.put("a", look(5))
    now += 300
    album.put("b", Look(empty=True))
    now += 301
    assert album.get("a") is None
    assert album.get("b") == Look(empty=True)
    assert album.put("c", Look()) == Look()
    assert album.get("c") == Look(), "that it cannot be drawn is worth knowing too"
