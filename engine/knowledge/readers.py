"""The formats that can be read, by suffix. A new one is a file of its own and a line in `READERS`."""

from typing import Final

from engine.knowledge.base import BrokenDocument, Document, Reader
from engine.knowledge.docx import read_docx
from engine.knowledge.html import read_html
from engine.knowledge.markdown import read_markdown
from engine.knowledge.pdf import read_pdf
from engine.knowledge.tickets import read_tickets

READERS: Final[dict[str, Reader]] = {
    ".csv": read_tickets,
    ".docx": read_docx,
    ".htm": read_html,
    ".html": read_html,
    ".markdown": read_markdown,
    ".md": read_markdown,
    ".pdf": read_pdf,
}


def read_as(suffix: str, data: bytes, name: str) -> Document:
    """The document; raises `BrokenDocument`, whatever its reader or a library below trips over, and MemoryError."""
    try:
        return READERS[suffix](data, name)
    except (BrokenDocument, MemoryError):
        raise
    except Exception as error:  # one document must not stop the others
        said = f"not a sound {suffix} file: it is damaged, or made by hand ({type(error).__name__})"
        raise BrokenDocument(said) from error
