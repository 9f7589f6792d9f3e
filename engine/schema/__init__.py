"""JSON Schemas for editors, made of the declarations that the reader walks: `schemas/*.json` of a project.

Draft-07, which every editor knows; `markdownEnumDescriptions` is a word of the YAML language server.
A schema refuses what the rules find that are tagged `shape`, and accepts every scalar that the engine accepts, however
a reader of YAML 1.1 or 1.2 typed it. Some findings need more than a schema can say; they are named in docs/editors.md.
"""

import json
from collections.abc import Callable, Mapping
from typing import Final

from engine.project.flow import Flow
from engine.project.settings import Settings
from engine.project.shape import Outline, Schema
from engine.project.tool import TOOLS
from engine.steps import STEPS

__all__ = ["SCHEMAS", "document", "file_name", "text"]

SCHEMAS: Final[Mapping[str, tuple[str, Callable[[Outline], Schema]]]] = {
    "flow": ("A flow: how the tickets of one category are handled (flows/*.yaml)", Flow.schema),
    "tools": ("Tools: what flows may call (tools/*.yaml)", TOOLS.schema),
    "engine": ("Settings of a project (engine.yaml)", Settings.schema),
}
"""Kind of file -> the title of its schema, and what makes it."""


def file_name(kind: str) -> str:
    """As `# yaml-language-server: $schema=` names it."""
    return f"{kind}.schema.json"


def document(kind: str) -> Schema:
    """The schema of a kind of file."""
    title, make = SCHEMAS[kind]
    outline = Outline(STEPS)
    made = make(outline)
    head = {"$schema": "http://json-schema.org/draft-07/schema#", "$id": file_name(kind), "title": title}
    return {**head, **made, "definitions": dict(sorted(outline.definitions.items()))}


def text(kind: str) -> str:
    """The schema as it stands in a file: properties in the order of the declarations, so that editors offer them so."""
    return json.dumps(document(kind), indent=1, ensure_ascii=False) + "\n"
