"""The formats that can be read, by suffix. A new one is a file of its own and a line here."""

from typing import Final

from engine.knowledge.base import Reader
from engine.knowledge.markdown import read_markdown

READERS: Final[dict[str, Reader]] = {
    ".markdown": read_markdown,
    ".md": read_markdown,
}
