"""engine.yaml: the channels that tickets come by."""

import re

from engine.project.containers import ListOf
from engine.project.scalars import TEMPLATE, Choice, Expr, Right, Word, text_of
from engine.project.shape import Declaration, Outline, Reader, Schema, key
from engine.syntax import Mapping, Text

__all__ = ["Channel"]

_PORT = "(?::[1-9][0-9]{0,4})?"
_ORIGIN = rf"https://(?:[a-z0-9-]{{1,63}}[.])*[a-z0-9-]{{1,63}}{_PORT}|http://(?:localhost|127[.]0[.]0[.]1){_PORT}"


class Channel(Declaration):
    """Where tickets come from. What else a kind needs stands beside `kind`, with secrets by name."""

    WHAT = "a channel"
    kind: Text | None = key(
        "kind", Choice(zendesk="Zendesk Support.", web="A site or an app of your own, whose visitors chat."),
        doc="The platform.", example="zendesk", required=True,
    )  # fmt: skip
    origins: list[Text] | None = key(
        "origins",
        ListOf(Word(
            "an origin such as `https://shop.example`, without a path",
            lambda text: text if re.fullmatch(_ORIGIN, text.value) else None, text_of(_ORIGIN),
        )),
        doc="Of `web`: the sites whose pages a browser lets chat with the service.", example="[https://shop.example]",
    )  # fmt: skip
    location: Text | None = key(
        "location", Right(on_premises="On machines of your own.", cloud="Somewhere else."),
        doc="Where the platform runs; what does not say so counts as `cloud`.", example="on_premises",
    )  # fmt: skip
    options: dict[str, Expr | None]

    @classmethod
    def read(cls, node: Mapping, reader: Reader) -> "Channel":
        """Reads its own keys, and everything else as a template."""
        made = cls(node)
        made.options = {}
        for entry in node.entries:
            if entry.key.value in cls.KEYS:
                made.take(entry, reader)
            else:
                made.options[entry.key.value] = TEMPLATE.read(entry.value, reader)
        for name in made.absent():
            made.broken.add(name)
            reader.missing(made, cls.KEYS[name])
        made.finish(reader)
        return made

    def finish(self, reader: Reader) -> None:
        """What belongs to visitors' chats and to nothing else; what each kind needs, `wrong-channel` says."""
        if self.kind is not None and self.kind.value != "web" and "origins" in self.at:
            reader.error("wrong-shape", self.at["origins"].place, "`origins` belongs to channels of the kind `web`")

    @classmethod
    def demands(cls) -> Schema:
        """The same as `finish`."""
        web = {"properties": {"kind": {"const": "web"}}, "required": ["kind"]}
        return {**super().demands(), "if": web, "else": {"not": {"required": ["origins"]}}}

    @classmethod
    def schema(cls, outline: Outline) -> Schema:
        """Every other key is an option of the platform."""
        return {**super().schema(outline), "additionalProperties": TEMPLATE.schema(outline)}
