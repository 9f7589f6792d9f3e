"""A store that was set back to an older copy is recognised by what was written down outside of it."""

import shutil
from pathlib import Path

import pytest

from engine.runtime.witness import Witness
from engine.store import Store


def restore(copy: Path, file: Path) -> None:
    for old in file.parent.glob(f"{file.name}*"):
        old.unlink()
    shutil.copy(copy, file)


async def test_an_older_copy_of_the_store_holds_its_writes(tmp_path: Path) -> None:
    file, copy = tmp_path / "store.db", tmp_path / "backup.db"
    url = f"sqlite:///{file}"
    with Store.open(url) as store:
        await Witness(tmp_path / "state", store).look()
    shutil.copy(file, copy)
    with Store.open(url) as store:
        for _ in range(3):
            await Witness(tmp_path / "state", store).look()
        assert not store.meta.writes_held()
    restore(copy, file)
    with Store.open(url) as store:
        assert not store.meta.writes_held(), "the copy itself knows nothing"
        await Witness(tmp_path / "state", store).look()
        assert store.meta.writes_held()
        assert store.meta.get("restored")["by"] == "engine"
        store.meta.checked(by="ana", compared=0, differ=0)
        assert store.meta.lift(by="ana", reason="compared") == "lifted"
        await Witness(tmp_path / "state", store).look()
        assert not store.meta.writes_held(), "recognised once"


async def test_another_store_is_not_taken_for_an_older_copy(tmp_path: Path) -> None:
    for name in ("one", "two"):
        with Store.open(f"sqlite:///{tmp_path}/{name}.db") as store:
            for _ in range(5 if name == "one" else 1):
                await Witness(tmp_path / "state", store).look()
            assert not store.meta.writes_held()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"store": 1}', '{"store": "x", "count": "many"}', "\x00"])
async def test_a_file_that_cannot_be_read_proves_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "seen.json").write_text(text, encoding="utf-8")
    with Store.open(f"sqlite:///{tmp_path}/store.db") as store:
        await Witness(tmp_path, store).look()
        assert not store.meta.writes_held()
