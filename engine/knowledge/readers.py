"""The formats that can be read, by suffix. A new one is a file of its own and a line here."""

from typing import Final

from engine.knowledge.base import Reader
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
