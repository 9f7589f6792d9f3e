"""Two flows that start with the same tags, form or channel: a ticket that comes with them belongs to neither."""

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from engine.diagnostics import Label, Place, Sink
from engine.project.shape import shortened
from engine.rules.base import Across, Case, Rule

__all__ = ["RULE"]


class _Start(NamedTuple):
    flow: str
    tag: str | None
    form: str | None
    channel: str | None
    place: Place
    """Of the tag, else of the form or channel."""

    def __str__(self) -> str:
        said = (("tag", self.tag), ("form", self.form), ("channel", self.channel))
        return ", ".join(f"{name} `{shortened(value)}`" for name, value in said if value is not None)


def tell(case: Case) -> list[_Start]:
    """What each flow starts with besides words, a line for each tag."""
    told = []
    for name, compiled in sorted(case.flows.items()):
        start = compiled.flow.start
        if start is None or not start.rule or {"tags", "form", "channel"} & start.broken:
            continue
        form, channel = start.form, start.channel
        rest = (form.value if form else None, channel.value if channel else None)
        if start.tags:
            told += [_Start(name, tag.value, *rest, tag.place) for tag in start.tags]
        else:
            told += [_Start(name, None, *rest, text.place) for text in (form or channel,) if text]
    return told


def judge(told: Sequence[list[_Start]], sink: Sink) -> None:
    """The same tag, form and channel belong to whoever says them first."""
    seen: dict[tuple[str | None, ...], _Start] = {}
    for one in chain.from_iterable(told):
        other = seen.setdefault((one.tag, one.form, one.channel), one)
        if other is not one:
            whose = "this flow" if other.flow == one.flow else f"the flow `{other.flow}`"
            message = f"tickets with the {one} start in {whose} already"
            sink.error("same-start", one.place, message, labels=(Label(other.place, "it stands here"),))


RULE = Rule(
    "same-start",
    across=Across(tell, judge),
    why=(
        "A ticket with that tag, form or channel would belong to both flows. The engine takes neither rule then and "
        "looks at the text alone."
    ),
    mend="Keep it in one of the two flows, or add a `form` or `channel` to one, which is then the closer fit.",
)
