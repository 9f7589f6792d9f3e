"""The language server: `engine/editor` over the Language Server Protocol 3.17, on pygls.

Whole texts are synchronised, since the protocol's lines end elsewhere than Python's. A check starts a moment after the
last change and runs in a thread; what it finds is published for every file of the project whose findings have changed.
"""

import asyncio
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path, to_fs_path

from engine import __version__
from engine.diagnostics import Diagnostic, Place, Severity
from engine.editor.completing import Item, complete
from engine.editor.pointing import define, hover
from engine.editor.positions import Lines
from engine.editor.projects import Projects, Workplace, by_file, homeless
from engine.editor.spot import kind_of

__all__ = ["DELAY", "Server", "serve"]

DELAY: Final = 0.2
"""Seconds without a change after which a check starts."""
_LOG = logging.getLogger(__name__)
_KINDS: Final = {
    "key": lsp.CompletionItemKind.Property, "word": lsp.CompletionItemKind.EnumMember,
    "name": lsp.CompletionItemKind.Reference, "field": lsp.CompletionItemKind.Field,
    "filter": lsp.CompletionItemKind.Function,
}  # fmt: skip
_SEVERITIES: Final = {
    Severity.ERROR: lsp.DiagnosticSeverity.Error, Severity.WARNING: lsp.DiagnosticSeverity.Warning
}  # fmt: skip


def serve() -> None:
    """Speaks over stdin and stdout until the client says `exit` or is gone."""
    # streams of its own: pygls closes them, and a command's last flush needs its stdout
    with os.fdopen(os.dup(0), "rb") as heard, os.fdopen(os.dup(1), "wb") as said:
        Server().protocol.start_io(heard, said)


class Server:
    """One client, any number of projects."""

    def __init__(self) -> None:
        self.protocol = LanguageServer("engine", __version__, text_document_sync_kind=lsp.TextDocumentSyncKind.Full)
        self.projects = Projects()
        self.waiting: dict[Path, asyncio.Task[None]] = {}
        self.published: dict[Path, dict[str, list[lsp.Diagnostic]]] = {}
        """Root -> path -> what the client was told last."""
        self.uris: dict[Path, str] = {}
        """How the client itself names the files that it has open: by a link, or with other characters escaped."""
        triggers = lsp.CompletionOptions(trigger_characters=[".", " ", "{", "|"])
        for method, answer, options in (
            (lsp.TEXT_DOCUMENT_DID_OPEN, self.opened, None),
            (lsp.TEXT_DOCUMENT_DID_CHANGE, self.changed, None),
            (lsp.TEXT_DOCUMENT_DID_SAVE, self.saved, None),
            (lsp.TEXT_DOCUMENT_DID_CLOSE, self.closed, None),
            (lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, self.watched, None),
            (lsp.TEXT_DOCUMENT_COMPLETION, self.complete, triggers),
            (lsp.TEXT_DOCUMENT_HOVER, self.hover, None),
            (lsp.TEXT_DOCUMENT_DEFINITION, self.define, None),
        ):
            self.protocol.feature(method, options)(_function(answer))

    @property
    def encoding(self) -> str:
        """What a position counts in; the client chose it."""
        chosen = self.protocol.workspace.position_encoding
        return str(getattr(chosen, "value", chosen))

    def found(self, uri: str) -> tuple[Workplace, str] | None:
        """The project of a document, and the document's path in it."""
        file = to_fs_path(uri)
        return self.projects.of(Path(file)) if file else None

    def text(self, uri: str) -> str:
        """A document as the client has it."""
        return str(self.protocol.workspace.get_text_document(uri).source)

    def take(self, uri: str, text: str | None) -> None:
        """An open document's text, or that it is closed; then its project is checked."""
        found = self.found(uri)
        if found is None:
            self.tell_homeless(uri, text)
            return
        workplace, path = found
        if kind_of(path) is None:
            return
        if text is None:
            workplace.texts.pop(path, None)
        else:
            workplace.texts[path] = text
            self.uris[workplace.root / path] = uri
        self.check_soon(workplace)

    def tell_homeless(self, uri: str, text: str | None) -> None:
        """A flow or tool outside of any project is not checked, and says so."""
        file = Path(to_fs_path(uri) or "")
        named = [] if text is None or kind_of(f"{file.parent.name}/{file.name}") is None else [homeless(file.name)]
        diagnostics = [
            self.diagnostic(one, {file.name: Lines(text or "", self.encoding)}, file.parent) for one in named
        ]
        self.publish(uri, diagnostics)

    def check_soon(self, workplace: Workplace) -> None:
        """Checks a moment after the last change; a check that is waiting or running already is forgotten."""
        before = self.waiting.pop(workplace.root, None)
        if before is not None:
            before.cancel()
        self.waiting[workplace.root] = asyncio.ensure_future(self.check(workplace))

    async def check(self, workplace: Workplace) -> None:
        """Checks a project and publishes what is new."""
        await asyncio.sleep(DELAY)
        try:
            checked = await asyncio.get_running_loop().run_in_executor(None, workplace.check)
        except Exception:  # the project's folder may be gone; the next change tries again
            _LOG.exception("the project in %s could not be checked", workplace.root)
            return
        lines = {path: Lines(text, self.encoding) for path, text in checked.project.sources.items()}
        before = self.published.setdefault(workplace.root, {})
        now = {
            path: [self.diagnostic(one, lines, workplace.root) for one in found]
            for path, found in by_file(checked.diagnostics).items()
        }
        for path in sorted({*before, *now, *workplace.texts}):
            if now.get(path, []) != before.get(path):
                self.publish(self.uri(workplace.root / path), now.get(path, []))
        self.published[workplace.root] = {path: now.get(path, []) for path in {*now, *workplace.texts}}

    def uri(self, file: Path) -> str:
        """A file as the client names it."""
        return self.uris.get(file) or str(from_fs_path(str(file)) or file.as_uri())

    def publish(self, uri: str, diagnostics: list[lsp.Diagnostic]) -> None:
        """Tells the client all that is found in one document."""
        self.protocol.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, diagnostics))

    def diagnostic(self, one: Diagnostic, lines: dict[str, Lines], root: Path) -> lsp.Diagnostic:
        """A finding as the protocol has it."""
        message = f"{one.message}\n{one.tip}" if one.tip else one.message
        related = [
            lsp.DiagnosticRelatedInformation(self.location(label.place, lines, root), label.message)
            for label in (*one.labels, *one.path)
        ]
        return lsp.Diagnostic(
            self.range(one.place, lines), message, severity=_SEVERITIES[one.severity], code=one.rule, source="engine",
            related_information=related or None,
        )  # fmt: skip

    def location(self, place: Place, lines: dict[str, Lines], root: Path) -> lsp.Location:
        """A place in any file of a project."""
        return lsp.Location(self.uri(root / place.path), self.range(place, lines))

    def range(self, place: Place, lines: dict[str, Lines]) -> lsp.Range:
        """A place as the client counts it."""
        text = lines.get(place.path) or Lines("", self.encoding)
        begin, end = text.units(place.line, place.column), text.units(place.end_line, place.end_column)
        return lsp.Range(lsp.Position(*begin), lsp.Position(*end))

    def at(self, uri: str, cursor: lsp.Position) -> tuple[Workplace, str, str, int, int] | None:
        """The project, path, text, line and column (from 1) that a request is about."""
        found = self.found(uri)
        if found is None:
            return None
        text = self.text(uri)
        return *found, text, *Lines(text, self.encoding).column(cursor.line, cursor.character)

    # what the client says and asks

    def opened(self, params: lsp.DidOpenTextDocumentParams) -> None:
        """A file is open: its text is the editor's from now on."""
        self.take(params.text_document.uri, params.text_document.text)

    def changed(self, params: lsp.DidChangeTextDocumentParams) -> None:
        """Somebody types."""
        self.take(params.text_document.uri, self.text(params.text_document.uri))

    def saved(self, params: lsp.DidSaveTextDocumentParams) -> None:
        """The file has the text of the editor."""
        self.take(params.text_document.uri, self.text(params.text_document.uri))

    def closed(self, params: lsp.DidCloseTextDocumentParams) -> None:
        """The text is that on disk again."""
        self.take(params.text_document.uri, None)

    def watched(self, params: lsp.DidChangeWatchedFilesParams) -> None:
        """Files changed outside of the editor."""
        for change in params.changes:
            found = self.found(change.uri)
            if found is not None:
                self.check_soon(found[0])

    def complete(self, params: lsp.CompletionParams) -> lsp.CompletionList:
        """What may stand at the cursor."""
        at = self.at(params.text_document.uri, params.position)
        items = [self.item(params.position, one, at[2]) for one in complete(*at)] if at else []
        return lsp.CompletionList(is_incomplete=False, items=items)

    def item(self, cursor: lsp.Position, item: Item, text: str) -> lsp.CompletionItem:
        """A proposal as the protocol has it: it replaces the word that was begun."""
        begin = Lines(text, self.encoding).units(cursor.line + 1, item.start)
        return lsp.CompletionItem(
            item.label, kind=_KINDS[item.kind], detail=item.detail or None, filter_text=item.label,
            documentation=lsp.MarkupContent(lsp.MarkupKind.Markdown, item.doc) if item.doc else None,
            text_edit=lsp.TextEdit(lsp.Range(lsp.Position(*begin), cursor), item.insert),
        )  # fmt: skip

    def hover(self, params: lsp.HoverParams) -> lsp.Hover | None:
        """What stands at the cursor."""
        at = self.at(params.text_document.uri, params.position)
        told = hover(*at) if at else None
        if at is None or told is None:
            return None
        span = self.range(told.place, {told.place.path: Lines(at[2], self.encoding)})
        return lsp.Hover(lsp.MarkupContent(lsp.MarkupKind.Markdown, told.text), span)

    def define(self, params: lsp.DefinitionParams) -> list[lsp.Location]:
        """Where the name at the cursor is defined."""
        at = self.at(params.text_document.uri, params.position)
        if at is None:
            return []
        workplace = at[0]
        places = define(*at)
        lines = {place.path: Lines(workplace.text(place.path), self.encoding) for place in places}
        return [self.location(place, lines, workplace.root) for place in places]


def _function(answer: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """As a plain function: pygls writes attributes on what it calls, and methods take none."""

    def handle(params: Any) -> Any:
        return answer(params)

    return handle
