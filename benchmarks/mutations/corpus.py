"""The right files that are changed: the golden corpus, and the sample shop."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.mutations.judged import Reading, read
from benchmarks.mutations.made import File, shapes

__all__ = ["Right", "rights"]

ROOT = Path(__file__).parent.parent.parent
GOLDEN = ROOT / "tests" / "golden"


class Right(NamedTuple):
    """A right project, and those of its files that are changed."""

    root: Path
    reading: Reading
    files: tuple[File, ...]


def rights(folder: Path) -> Iterator[Right]:
    """Each flow of the corpus in a project of its own; the files that all share, beside several flows; the shop."""
    flows = [*sorted((GOLDEN / "right").glob("*.yaml")), *sorted((GOLDEN / "sound").glob("*.yaml"))]
    for path in flows:
        root = _laid_out(folder / path.stem, [path])
        yield _right(root, [f"flows/{path.name}"])
    root = _laid_out(folder / "pieces", [])
    shutil.copytree(GOLDEN / "right" / "shared-piece", root, dirs_exist_ok=True)
    yield _right(root, sorted(f"flows/{path.name}" for path in (root / "flows").iterdir()))
    root = _laid_out(folder / "shared", flows)
    yield _right(root, ["engine.yaml", *sorted(f"tools/{path.name}" for path in (root / "tools").iterdir())])
    root = folder / "shop"
    for part in ("flows", "tools", "knowledge"):
        shutil.copytree(ROOT / part, root / part)
    shutil.copy(ROOT / "engine.yaml", root)
    yield _right(root, sorted(path.relative_to(root).as_posix() for path in root.rglob("*.yaml")))


def _laid_out(root: Path, flows: list[Path]) -> Path:
    shutil.copytree(GOLDEN / "base", root)
    (root / "flows").mkdir(exist_ok=True)
    for path in flows:
        shutil.copy(path, root / "flows")
    return root


def _right(root: Path, names: list[str]) -> Right:
    with shapes() as read_by:
        reading = read(root, {})
    project = reading.side.project
    settings = project.settings
    known = {
        "tool": tuple(project.tools), "flow": tuple(project.flows), "piece": tuple(project.pieces),
        "team": tuple((settings.teams if settings else None) or ()),
        "model": tuple((settings.models if settings else None) or ()),
    }  # fmt: skip
    files = []
    for name in names:
        text = (root / name).read_text(encoding="utf-8")
        mine = {start: shape for (path, start), shape in read_by.items() if path == name}
        files.append(File(name, text, mine, known))
    return Right(root, reading, tuple(files))
