"""Reads a project from disk: engine.yaml, tools/*.yaml, flows/*.yaml. Never raises for what stands in the files."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from engine.diagnostics import Label, Place, Sink
from engine.project.contract import Tool, tool
from engine.project.flow import Flow
from engine.project.outer import Outer
from engine.project.settings import Settings
from engine.project.shape import Declaration, Reader, Reference, kind_of, shortened
from engine.project.tool import TOOLS, ToolEntry
from engine.root import MARK, PROMPTS, TESTS, Files, document, files, prompts, stem, strays, tests
from engine.syntax import Mapping as MappingNode
from engine.syntax import Node, Nothing, Sequence, Text, read

__all__ = ["Loader", "Project", "load"]

_CUT = frozenset({"yaml", "too-large", "encoding"})
"""Findings after which the rest of a file is unknown."""


@dataclass(slots=True)
class Project:
    """What was read. `settings` is None where engine.yaml is broken altogether."""

    root: Path
    settings: Settings | None = None
    flows: Mapping[str, Flow] = field(default_factory=dict)
    pieces: Mapping[str, Flow] = field(default_factory=dict)
    """Shared pieces, which stand in `flows/` as well."""
    tools: Mapping[str, Tool] = field(default_factory=dict)
    references: list[Reference] = field(default_factory=list)
    """Names used in engine.yaml and the tools; those of a flow stand with the flow."""
    partial: bool = False
    """Whether a tool may be missing here because its file could not be read."""
    tested: frozenset[str] = frozenset()
    """Names for which there is a file of tests."""
    prompts: Mapping[str, str] = field(default_factory=dict)
    """Path of a template that takes the place of one of the engine's own -> its text."""
    files: Files | None = None
    """The files as they were read at once, where they were."""
    sources: dict[str, str] = field(default_factory=dict)
    """Path relative to the root -> text, for whoever shows findings."""
    looked: dict[str, str] = field(default_factory=dict)
    """Files that the tools refer to -> the digest of what they hold (`engine.project.outer`)."""

    @property
    def prompt_texts(self) -> dict[str, str]:
        """job -> template, of those that are the project's own."""
        return {Path(path).stem: text for path, text in self.prompts.items()}

    def document(self, name: str) -> bytes | None:
        """A document that a flow gives to a model in full; None where there is none. Of one that is longer than
        `DOCUMENT`, one byte more than that."""
        if self.files and name in self.files.contents:
            return self.files.contents[name]
        try:
            return document(self.root, name)
        except (OSError, ValueError):
            return None


def load(
    root: Path, sink: Sink, *, steps: Mapping[str, type[Declaration]], texts: Mapping[str, str] | None = None
) -> Project:  # fmt: skip
    """Reads everything below `root`. `steps` are the step kinds by word; `texts` are what an editor holds unsaved, by
    their path relative to `root`: they stand in place of the files."""
    loader = Loader(root, sink, steps, texts)
    loader.furnish()
    for name in loader.flows():
        loader.flow(name)
    return loader.project


class Loader:
    """Reads a project file by file, for whoever wants some of its flows. Files are named by their path relative to the
    root. What is wrong goes to `sink`."""

    def __init__(
        self, root: Path, sink: Sink, steps: Mapping[str, type[Declaration]],
        texts: Mapping[str, str] | None = None, found: Files | None = None,
    ) -> None:  # fmt: skip
        """`texts` stand in place of files, or beside them; `found` in place of all that is on disk."""
        self._flows: dict[str, Flow] = {}
        self._pieces: dict[str, Flow] = {}
        self._tools: dict[str, Tool] = {}
        self.project = Project(root, flows=self._flows, pieces=self._pieces, tools=self._tools, files=found)
        self.sink = sink
        self.steps = steps
        self.texts = texts or {}
        self.found = found
        self._outer = Outer(root)
        self.project.looked = self._outer.looked

    def furnish(self) -> None:
        """Reads all but the flows."""
        self._settings()
        self._knowledge()
        self._strays()
        for name in self._files("tools"):
            self._tool_file(name)
        self._prompts()
        self.project.tested = frozenset(self.found.tests if self.found else tests(self.project.root))

    def flows(self) -> list[str]:
        """The files of `flows/`, in order."""
        return self._files("flows")

    def holds(self, name: str, words: Iterable[bytes]) -> bool:
        """Whether one of these stands in a file. One that can't be read may hold anything."""
        try:
            content = self._content(name)
        except OSError:
            return True
        return any(word in content for word in words)

    def forget(self, name: str) -> None:
        """Lets go of a flow that was read. Shared pieces stay."""
        self._flows.pop(stem(name), None)

    def _files(self, folder: str) -> list[str]:
        """Those on disk, and those that an editor has not saved yet."""
        if self.found:
            return [name for name in self.found.contents if name.startswith(f"{folder}/")]
        unsaved = (name for name in self.texts if Path(name).match(f"{folder}/*.yaml"))
        return sorted({*files(self.project.root, folder), *(name for name in unsaved if not name.endswith(TESTS))})

    def _reader(self, cut: bool = False) -> Reader:
        return Reader(self.sink, self.steps, cut=cut)

    def _read(self, name: str) -> tuple[Node | None, bool]:
        """A file's tree, and whether the tree was cut short by an error of YAML's."""
        try:
            content = self._content(name)
        except OSError as error:
            self.sink.error("unreadable-file", _start(name), f"this file cannot be read: {error.strerror}")
            return None, True
        self.project.sources[name] = content.decode("utf-8", errors="replace")
        own = Sink()
        node = read(name, content, own)
        for found in own.ordered():
            self.sink.add(found)
        return node, any(found.rule in _CUT for found in own.ordered())

    def _content(self, name: str) -> bytes:
        if name in self.texts:
            return self.texts[name].encode("utf-8", "surrogatepass")
        return self.found.contents[name] if self.found else (self.project.root / name).read_bytes()

    def _mapping(self, name: str, what: str) -> tuple[MappingNode | None, Reader]:
        before = len(self.sink)
        node, cut = self._read(name)
        if isinstance(node, MappingNode):
            return node, self._reader(cut)
        if len(self.sink) == before:
            empty = node is None or isinstance(node, Nothing)
            but = "but it is empty" if empty or node is None else f"but this is {kind_of(node)}"
            self.sink.error("wrong-shape", _start(name), f"expected {what}, {but}")
        return None, self._reader(cut)

    def _settings(self) -> None:
        node, reader = self._mapping(MARK, "the settings of a project")
        if node is not None:
            self.project.settings = Settings.read(node, reader)
            self.project.references += reader.references

    def _prompts(self) -> None:
        found = {}
        for file in prompts(self.project.root):
            name = f"{PROMPTS}/{file}"
            try:
                found[name] = self._content(name).decode("utf-8")
            except OSError as error:
                self.sink.error("unreadable-file", _start(name), f"this file cannot be read: {error.strerror}")
            except UnicodeDecodeError:
                self.sink.error("unreadable-file", _start(name), "this file is no text in UTF-8")
            else:
                self.project.sources[name] = found[name]
        self.project.prompts = found

    def _knowledge(self) -> None:
        """Reports a folder of articles that is not there. A worker may run without: what it searches is an index."""
        knowledge = self.project.settings.knowledge if self.project.settings else None
        origin = knowledge.origin if knowledge else None
        if origin is None:
            return
        path, said = PurePath(origin.value), shortened(origin.value)
        if path.is_absolute() or ".." in path.parts:
            message = f"`{said}` leads out of the project: expected a folder beside engine.yaml or below it"
            self.sink.error("unreadable-knowledge", origin.place, message)
        elif "\0" in origin.value or not self._outer.has_folder(origin.value):
            message = f"there is no folder `{said}` in the project, where the articles are to be"
            self.sink.warning("unreadable-knowledge", origin.place, message)
        else:
            self._collections(origin.value, knowledge.collections or () if knowledge else ())

    def _collections(self, folder: str, collections: Iterable[Text]) -> None:
        """Reports those without a sub-folder. One may be of articles that name it themselves; `general` is what lies in
        no sub-folder."""
        for name in collections:
            if name.value != "general" and not self._outer.has_folder(f"{folder.rstrip('/')}/{name.value}"):
                message = f"there is no folder `{shortened(folder)}/{name.value}` with the articles of this collection"
                tip = f"make it, or leave the collection out; an article elsewhere may say `collection: {name.value}`"
                self.sink.warning("unreadable-knowledge", name.place, message, tip=tip)

    def _strays(self) -> None:
        """Reports what lies where tools and flows do and is not read, and that there is no flow at all."""
        for path, why in self.found.strays if self.found else strays(self.project.root):
            self._stray(path, why)
        if not self.flows():
            message = "there is no flow: a flow is a file of the folder `flows` whose name ends in `.yaml`"
            self.sink.warning("no-flow", _start(MARK), message, tip="`flows/refund.yaml`, beside engine.yaml, is one")

    def _stray(self, path: str, why: str) -> None:
        folder, _, name = path.partition("/")
        what = "a flow" if folder == "flows" else "a file of tools"
        match why:
            case "ending":
                message = f"this file is not read: the name of {what} ends in `.yaml`"
                tip = f"rename it to `{name.rpartition('.')[0]}.yaml`"
                self.sink.error("misplaced-file", _start(path), message, tip=tip)
            case "folder":
                message = f"this file is not read: {what} lies in the folder `{folder}` itself, in none below it"
                tip = f"move it to `{folder}`, or out of that folder if it is not meant to count"
                self.sink.error("misplaced-file", _start(path), message, tip=tip)
            case _:
                self.sink.error("unreadable-file", _start(path), f"this cannot be read: {why}")

    def _tool_file(self, name: str) -> None:
        before = len(self.sink)
        node, cut = self._read(name)
        reader = self._reader(cut)
        entries = TOOLS.read(node, reader) or [] if node is not None else []
        nothing = node is None and len(self.sink) == before
        if nothing:
            message = "expected a tool or a list of tools, but this file is empty"
            self.sink.error("wrong-shape", _start(name), message, tip="declare one here, or remove the file")
        empty = nothing or (isinstance(node, Sequence) and not node.items)  # of which nothing is missing
        unread = cut or not (entries or empty) or any(entry.tool is None for entry in entries)
        self.project.partial = self.project.partial or unread
        for entry in entries:
            self._tool(entry, name)
        self.project.references += reader.references

    def _tool(self, entry: ToolEntry, path: str) -> None:
        entry.path = path
        if entry.tool is None:
            return
        there = self._tools.get(entry.name)
        if there is None:
            self._tools[entry.name] = tool(entry, entry.name, self.sink, self._outer)
            return
        there.entry.broken.add("input")  # which of the two is meant is open
        labels = (Label(there.entry.spot("tool"), "it is defined here already"),)
        self.sink.error("duplicate-tool", entry.tool.place, f"the tool `{entry.name}` is defined twice", labels=labels)

    def flow(self, name: str) -> Flow | None:
        """Reads one flow or shared piece. None where the file is no mapping at all."""
        node, reader = self._mapping(name, "a flow")
        if node is None:
            return None
        flow = Flow.read(node, reader)
        flow.name = stem(name)
        flow.lost = reader.lost or reader.cut
        flow.broken |= {"steps"} if flow.lost else set()
        flow.references = reader.references
        if flow.flow is not None and flow.flow.value != flow.name:
            file = name.removeprefix("flows/")
            message = f"the flow `{flow.flow.value}` stands in {file}: a flow is named as its file"
            self.sink.error("flow-name", flow.flow.place, message, tip=f"write `flow: {flow.name}`, or rename the file")
        (self._pieces if flow.is_piece else self._flows)[flow.name] = flow
        return flow


def _start(path: str) -> Place:
    return Place(path, 1, 1, 1, 2)
