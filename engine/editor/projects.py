"""Projects as an editor has them: files on disk, with the unsaved texts of open ones in their place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.check import Checked, check
from engine.compile import Compiled, compile_flow
from engine.diagnostics import Diagnostic, Place, Severity, Sink
from engine.project import Project, load
from engine.project.flow import Flow
from engine.project.shape import Reader
from engine.root import NoProject, find_root
from engine.steps import STEPS
from engine.syntax import Mapping as Record
from engine.syntax import read

__all__ = ["Projects", "Workplace", "by_file", "compiled", "homeless"]


@dataclass(slots=True)
class Workplace:
    """One project. `project` is how it was last read; asking for it reads it where nothing was yet."""

    root: Path
    texts: dict[str, str] = field(default_factory=dict)
    """Unsaved texts by their path below the root."""
    read: Project | None = None

    def check(self) -> Checked:
        """Checks it as it stands, unsaved texts included."""
        checked = check([self.root], root=self.root, texts=dict(self.texts))
        self.read = checked.project
        return checked

    @property
    def project(self) -> Project:
        """For names and their places: a moment old at the most."""
        if self.read is None:
            self.read = load(self.root, Sink(), steps=STEPS, texts=dict(self.texts))
        return self.read

    def text(self, path: str) -> str:
        """A file's text: the unsaved one, else that which was read."""
        return self.texts.get(path, self.project.sources.get(path, ""))


class Projects:
    """Every project that an open file lies in."""

    def __init__(self) -> None:
        self.places: dict[Path, Workplace] = {}

    def of(self, file: Path) -> tuple[Workplace, str] | None:
        """The project of a file, with the file's path below its root; None where no engine.yaml stands above."""
        try:
            root = find_root(file.parent)
        except NoProject:
            return None
        workplace = self.places.setdefault(root, Workplace(root))
        return workplace, (file.parent.resolve() / file.name).relative_to(root).as_posix()


def compiled(workplace: Workplace, path: str, text: str) -> Compiled | None:
    """A file of `flows/` with this text, compiled in its project: what is known where. None where it is no record."""
    sink = Sink()
    node = read(path, text, sink)
    if not isinstance(node, Record):
        return None
    reader = Reader(sink, STEPS)
    flow = Flow.read(node, reader)
    flow.name = Path(path).stem
    flow.lost = reader.lost
    flow.references = reader.references
    return compile_flow(flow, workplace.project)


def homeless(path: str) -> Diagnostic:
    """What is said of a flow or tool file that no engine.yaml stands above."""
    message = "no engine.yaml stands here or above: this file is not checked"
    return Diagnostic(
        "no-project", Severity.WARNING, message, Place(path, 1, 1, 1, 2), tip="`engine init DIR` makes one"
    )


def by_file(found: tuple[Diagnostic, ...]) -> Mapping[str, list[Diagnostic]]:
    """Findings by the path of their file."""
    files: dict[str, list[Diagnostic]] = {}
    for one in found:
        files.setdefault(one.place.path, []).append(one)
    return files
