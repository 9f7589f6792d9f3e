"""Documents of other formats, made where a test needs them."""

import zipfile
import zlib
from collections.abc import Sequence
from io import BytesIO

import docx


def word(title: str = "Returns") -> bytes:
    """Headings, a list item and a table."""
    made = docx.Document()
    made.core_properties.title = title
    made.core_properties.language = "en-GB"
    made.add_heading("How long you have", level=1)
    made.add_paragraph("You can return any item within 30 days.")
    made.add_heading("Exceptions", level=2)
    made.add_paragraph("Gift cards", style="List Bullet")
    table = made.add_table(rows=2, cols=2)
    for row, cells in zip(table.rows, (("Size", "Fee"), ("Large", "9 EUR")), strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    made.add_heading("Nothing here", level=1)
    buffer = BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def altered(part: str, content: bytes) -> bytes:
    """A Word document with another content of one part."""
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(word())) as sound, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name in sound.namelist():
            made.writestr(name, content if name == part else sound.read(name))
    return buffer.getvalue()


def bomb(size: int = 200_000_000) -> bytes:
    """A Word document of a few kilobytes that unpacks to `size` bytes."""
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(word())) as sound, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name in sound.namelist():
            if name == "word/document.xml":
                with made.open(name, "w") as part:
                    for _ in range(size // 1_000_000):
                        part.write(b" " * 1_000_000)
            else:
                made.writestr(name, sound.read(name))
    return buffer.getvalue()


def pdf(pages: Sequence[Sequence[str]], *, bookmarks: Sequence[tuple[str, int]] = (), repeat: int = 1) -> bytes:
    """Pages of lines of text; `bookmarks`: (title, page). `repeat`: how often each page's lines are drawn."""
    count = len(pages)
    objects: dict[int, bytes] = {3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"}
    first = 4
    for number, lines in enumerate(pages):
        drawn = "".join(f"({line}) Tj T* " for line in lines) * repeat
        stream = zlib.compress(f"BT /F1 12 Tf 14 TL 72 720 Td {drawn} ET".encode("latin-1"))
        at = first + 2 * number
        objects[at] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {at + 1} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        ).encode()
        objects[at + 1] = b"<< /Filter /FlateDecode /Length %d >> stream\n%s\nendstream" % (len(stream), stream)
    kids = " ".join(f"{first + 2 * number} 0 R" for number in range(count))
    objects[2] = f"<< /Type /Pages /Kids [{kids}] /Count {count} >>".encode()
    catalog = "/Type /Catalog /Pages 2 0 R"
    if bookmarks:
        root = first + 2 * count
        catalog += f" /Outlines {root} 0 R"
        last = root + len(bookmarks)
        objects[root] = f"<< /Type /Outlines /First {root + 1} 0 R /Last {last} 0 R /Count {len(bookmarks)} >>".encode()
        for place, (title, page) in enumerate(bookmarks, start=root + 1):
            following = f" /Next {place + 1} 0 R" if place < last else ""
            dest = f"[{first + 2 * page} 0 R /Fit]"
            objects[place] = f"<< /Title ({title}) /Parent {root} 0 R /Dest {dest}{following} >>".encode()
    objects[1] = f"<< {catalog} >>".encode()
    return _file(objects)


def _file(objects: dict[int, bytes]) -> bytes:
    data = bytearray(b"%PDF-1.4\n")
    places = {}
    for number in sorted(objects):
        places[number] = len(data)
        data += b"%d 0 obj\n%s\nendobj\n" % (number, objects[number])
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for number in sorted(objects):
        data += b"%010d 00000 n \n" % places[number]
    data += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(data)


def archive(**parts: str) -> bytes:
    """A zip archive of these texts, which is no Word document."""
    data = BytesIO()
    with zipfile.ZipFile(data, "w") as made:
        for name, text in parts.items():
            made.writestr(name, text)
    return data.getvalue()
