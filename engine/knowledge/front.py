"""What an article, or a folder's `labels.yaml`, says of itself: front matter in YAML (`---`) or TOML (`+++`).

Who may read an article is said here, so that nothing of it is passed over: keys count in capitals too, and what may be
meant as an audience and is none makes the article broken, as it would be public where its folder is.
"""

import re
import tomllib
from collections.abc import Sequence
from datetime import date
from typing import Any, Final, NamedTuple

import yaml

from engine.knowledge.base import BrokenDocument
from engine.knowledge.labels import hides, misspelt
from engine.knowledge.outline import ACCEPTED, iso_day

__all__ = ["decoded", "draft", "parted", "read_labels"]

MAX_FRONT_MATTER: Final = 4_096
"""Characters. Deeper or longer YAML than a label sheet needs only serves to hurt the parser."""
_PEEK: Final = 8 * MAX_FRONT_MATTER

_ABOVE: Final = r"\A(?:[\s\ufeff]|<!--(?:[^-]|-(?!->))*+-->)*+"
"""What may stand before it: blank lines, marks of the byte order, and comments, such as a licence."""
_AT_START: Final = r"(?<![^\n\ufeff])"
_BEGINS = re.compile(rf"{_ABOVE}{_AT_START}(?:---|\+\+\+)")
_YAML: Final = r"---[ \t]*\n(?P<yaml>.*?)^(?:---|\.\.\.)"
_TOML: Final = r"\+\+\+[ \t]*\n(?P<toml>.*?)^\+\+\+"
_FRONT = re.compile(rf"{_ABOVE}{_AT_START}(?:{_YAML}|{_TOML})[ \t]*$\n?", re.DOTALL | re.MULTILINE)
_OPENED = re.compile(rf"{_ABOVE}{_AT_START}(---|\+\+\+)[ \t]*\n\s*[\"']?\w[\w -]*[\"']?[ \t]*[:=]")
_BARE = re.compile(r"\A[\s\ufeff]*(?:\w[\w -]*:.*\n)*?(audience)[ \t]*:[ \t]*\S+[ \t]*(?:\n|\Z)", re.IGNORECASE)
"""Labels without the lines around them, as some tools have them."""
_PLAIN_TAG: Final = "tag:yaml.org,2002:"
_NULL: Final = f"{_PLAIN_TAG}null"
_BOOL: Final = f"{_PLAIN_TAG}bool"
_SCALARS: Final = frozenset(f"{_PLAIN_TAG}{kind}" for kind in ("str", "int", "float", "timestamp", "bool", "null"))
_OFF: Final = frozenset({"false", "no", "off", "0", "n"})
_NOT_PUBLIC: Final = frozenset("draft unpublished pending private archived trash".split())
"""What tools write as `status` of what they do not publish."""


class Label(NamedTuple):
    """A key and its value as it is written; `value` is None where it is no single one."""

    key: str
    value: str | None
    logical: bool = False
    """Whether it is a yes or a no."""

    @property
    def name(self) -> str:
        return self.key.strip().lower()


def decoded(data: bytes) -> str:
    """The text of a file, with single line ends; raises `BrokenDocument` for what is no UTF-8."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BrokenDocument(f"not UTF-8: byte {error.start} is {data[error.start]:#04x}") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def parted(text: str) -> tuple[dict[str, str], str]:
    """The labels of an article's front matter, and the text below it; raises `BrokenDocument`."""
    found, body = _found(text)
    return _labels(found, "front matter: "), body


def draft(data: bytes) -> bool:
    """Whether an article says that it is not published: `draft: true`, `published: false`, `status: draft`."""
    text = data[:_PEEK].decode("utf-8-sig", "ignore").replace("\r\n", "\n").replace("\r", "\n")
    if not _BEGINS.match(text):
        return False
    try:
        found, _ = _found(text)
    except BrokenDocument:
        return False  # which its reader says
    return any(_unpublished(label) for label in found)


def _unpublished(label: Label) -> bool:
    value = (label.value or "").strip().lower()
    match label.name:
        case "draft":
            return bool(value) and value not in _OFF
        case "published":
            return value in _OFF
        case "status":
            return value in _NOT_PUBLIC
    return False


def read_labels(text: str) -> dict[str, str]:
    """What a `labels.yaml` says; raises `BrokenDocument`, also for a key that is no label: it has no other use."""
    found = _yaml(text, "", 1)
    for label in found:
        if label.name not in ACCEPTED:
            near = misspelt(label.name)
            meant = f"did you mean `{near}`?" if near else f"there are {', '.join(f'`{one}`' for one in ACCEPTED)}"
            raise BrokenDocument(f"`{label.key}` is no label: {meant}")
    return _labels(found, "")


def _found(text: str) -> tuple[Sequence[Label], str]:
    match, opened = _FRONT.match(text), _OPENED.match(text)
    if match is None or not (opened or text.startswith(("---", "+++"))):
        if opened:
            raise BrokenDocument(f"front matter: opened by `{opened[1]}` and never closed by a line `{opened[1]}`")
        if _BARE.match(text):
            raise BrokenDocument("says its audience in its text: put a line `---` before and after the labels")
        return (), text  # a rule across the page is no front matter
    body = text[match.end() :]
    if match["toml"] is not None:
        return _toml(match["toml"], "front matter: "), body
    return _yaml(match["yaml"], "front matter: ", text.count("\n", 0, match.start("yaml")) + 1), body


def _bounded(text: str, where: str) -> None:
    if len(text) > MAX_FRONT_MATTER or text.count("[") + text.count("{") > 20:
        raise BrokenDocument(f"{where}over {MAX_FRONT_MATTER} characters, or nested too deeply")


def _yaml(text: str, where: str, first: int) -> list[Label]:
    """Those of a mapping that begins in the line `first`: by its nodes, as `no` and `Yes` are words where a text is
    meant."""
    _bounded(text, where)
    try:
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        last = max(len(text.splitlines()) - 1, 0)
        line = f" (line {min(mark.line, last) + first})" if mark else ""
        raise BrokenDocument(f"{where}not YAML{line}") from None
    if node is None or node.tag == _NULL:
        return []
    if not isinstance(node, yaml.MappingNode):
        raise BrokenDocument(f"{where}expected `name: value` lines")
    return [_label(key, value, where) for key, value in node.value]


def _label(key: yaml.Node, value: yaml.Node, where: str) -> Label:
    if key.tag == f"{_PLAIN_TAG}merge":
        raise BrokenDocument(f"{where}`<<` is not read: write out the labels that it stands for")
    name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
    if not isinstance(value, yaml.ScalarNode) or value.tag not in _SCALARS:
        return Label(name, None)
    return Label(name, "" if value.tag == _NULL else value.value, value.tag == _BOOL)


def _toml(text: str, where: str) -> list[Label]:
    _bounded(text, where)
    try:
        found = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        raise BrokenDocument(f"{where}not TOML: {error}") from None
    return [Label(key, _written(value), isinstance(value, bool)) for key, value in found.items()]


def _written(value: Any) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int | float | date) else None


def _labels(found: Sequence[Label], where: str) -> dict[str, str]:
    labels: dict[str, str] = {}
    near: list[str] = []
    for label in found:
        name = label.name
        if name in labels:
            raise BrokenDocument(f"{where}says `{name}` twice")
        if name in ACCEPTED:
            if label.value is None or (label.logical and name not in ("title", "language")):
                raise BrokenDocument(f"{where}`{name}` must be a single text")
            labels[name] = label.value.strip()
        elif hides(name):
            meant = "write `audience`, or another name if it does not say who may read this"
            raise BrokenDocument(f"{where}`{label.key}` is no label: {meant}")
        elif misspelt(name) and " " not in name:
            near.append(label.key)
    labels = {name: value for name, value in labels.items() if value}
    if near:
        labels["misspelt"] = " ".join(near)
    if "reviewed" in labels:
        labels["reviewed"] = iso_day(labels["reviewed"], where)
    return labels
