"""The text of a page, by what its bytes say: https://encoding.spec.whatwg.org, as browsers read it.

UTF-8 that decodes is UTF-8, also where the page says `iso-8859-1`: servers say it, and what the page says counts less.
"""

import codecs
import re
from typing import Final

from engine.charset import single_bytes
from engine.knowledge.base import BrokenDocument

__all__ = ["decoded"]

_HEAD: Final = 4_096
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_SAID = re.compile(
    rb"<meta[^<>]{0,500}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})|<\?xml[^<>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})",
    re.IGNORECASE,
)
_WINDOWS: Final = "cp1252"
_CODECS: Final = {
    **dict.fromkeys(
        "iso-8859-1 iso8859-1 iso_8859-1 iso88591 latin1 latin-1 l1 ascii us-ascii windows-1252".split(), _WINDOWS
    ),
    **dict.fromkeys("iso-8859-9 iso8859-9 latin5 windows-1254 cp1254".split(), "cp1254"),
    **dict.fromkeys("iso-8859-11 tis-620 windows-874".split(), "cp874"),
    **{f"iso-8859-{part}": f"iso8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)},
    **{f"windows-125{part}": f"cp125{part}" for part in (0, 1, 3, 5, 6, 7, 8)},
    **dict.fromkeys("gb2312 gbk gb18030 x-gbk".split(), "gb18030"),
    **dict.fromkeys("shift_jis shift-jis sjis x-sjis windows-31j".split(), "cp932"),
    **dict.fromkeys("euc-kr ks_c_5601-1987 windows-949".split(), "cp949"),
    "big5": "big5hkscs", "euc-jp": "euc_jp", "iso-2022-jp": "iso2022_jp",
    "koi8-r": "koi8_r", "koi8-u": "koi8_u", "macintosh": "mac_roman",
}  # fmt: skip
"""What a page may say -> Python's codec, the wider one where browsers take that. Python knows more, such as UTF-7, in
which no `<` looks like one."""


def decoded(data: bytes) -> str:
    """Raises `BrokenDocument` where no reading of the bytes is likely."""
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return _as(codec, data[len(mark) :])
    if wide := _wide(data[:_HEAD]):
        return _as(wide, data)
    if data[:_HEAD].count(0) > _HEAD // 100:
        raise BrokenDocument("not HTML: it holds zero bytes")
    said = _SAID.search(data[:_HEAD])
    codec = _CODECS.get((said[1] or said[2]).decode("ascii").lower(), "utf-8") if said else "utf-8"
    if codec not in ("utf-8", _WINDOWS):
        return _as(codec, data)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if codec == _WINDOWS or single_bytes(data):
            return _as(_WINDOWS, data)
        raise BrokenDocument(f"not UTF-8: byte {error.start} is {data[error.start]:#04x}") from None


def _as(codec: str, data: bytes) -> str:
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        named = codec.replace("cp125", "windows-125")
        raise BrokenDocument(f"not {named}: byte {error.start} is {data[error.start]:#04x}; save it as UTF-8") from None


def _wide(head: bytes) -> str:
    """The byte order of UTF-16 without a mark, whose tags have a zero byte for each letter; empty for what is none."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    if 8 * max(even, odd) < len(head) or 8 * min(even, odd) > max(even, odd):
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"
