"""Steps, and the one word for "it did not work". The kinds themselves are in `engine.steps`, one file each."""

from functools import partial
from operator import attrgetter
from typing import Any, ClassVar, NamedTuple

from engine.diagnostics import Place
from engine.project.scalars import SLUG
from engine.project.shape import Declaration, Outline, Reader, Schema, Shape, key, misspelt, quoted, shortened
from engine.syntax import Mapping, Node, Nothing, Sequence, Text

__all__ = ["CAUSES", "OTHERWISE", "STEPS", "WORDS", "Cause", "Otherwise", "StepKind"]

WORDS = {
    "escalate": "A person takes over.",
    "close": "The ticket ends: denied, or withdrawn or silent where the customer left.",
    "next": "The flow goes on, the value missing.",
}
"""What `otherwise` accepts in place of steps."""

CAUSES = {
    "refused": "A gate refused the call; `refused.because` says why.",
    "declined": "The customer said no to the question of `confirm`.",
    "rejected": "A person of the team said no.",
    "late": "No person decided or answered in time.",
    "silent": "The customer did not answer in time.",
    "invalid": "What was answered fits no field.",
    "unsure": "The model is not sure enough.",
    "failed": "Nobody could be verified within `attempts`.",
    "blocked": "A guardrail blocked the text.",
    "too_many": "The list is longer than `most`.",
    "exhausted": "The condition did not hold within so many times.",
    "else": "Any cause that is not named.",
}
"""The causes that the language has; a tool's declared errors come beside them."""


class StepKind(Declaration):
    """Base of the step kinds. `WORD` is the key that makes a mapping a step of this kind."""

    WORD: ClassVar[str] = ""
    CAN: ClassVar[tuple[str, ...]] = ()
    """Causes that `otherwise` of this kind may name; tools add their own errors."""
    identifier: Text | None = key(
        "id", SLUG, doc="A name for this place, so that its id does not change with its content.", example="tell-why"
    )

    @classmethod
    def demands(cls) -> Schema:
        """The word that makes it one stands first."""
        inherited = super().demands()
        rest = [name for name in inherited.get("required", ()) if name != cls.WORD]
        return {**inherited, "required": [cls.WORD, *rest]}

    @property
    def content(self) -> Any:
        """What the step says as plain data, without the steps inside: of it is made the id of a node without a name."""
        said = _content(type(self), self.node) if isinstance(self.node, Mapping) else []
        return [self.WORD, said, *self.told_apart()]

    def told_apart(self) -> list[str]:
        """More of what the step says than its own keys show, where the steps inside are all that it has."""
        return []


class Cause(NamedTuple):
    """One line of an `otherwise`: a word, or steps, or None where it is broken."""

    node: Node
    word: str | None
    steps: list[StepKind] | None

    @property
    def place(self) -> Place:
        """Of what is said."""
        return self.node.place


class Otherwise(NamedTuple):
    """`every` for a single word or steps; `causes` by name, `else` among them."""

    every: Cause | None
    causes: dict[str, tuple[Text, Cause]]

    def of(self, cause: str) -> Cause | None:
        """What follows a cause: its own line, else `else`, else what covers every cause."""
        named = self.causes.get(cause) or self.causes.get("else")
        return named[1] if named else self.every


class _Steps(Shape):
    """A list of steps. The kind is chosen by its keyword first, so that a finding speaks of the right one."""

    says = "a list of steps"
    nests = True

    def read(self, node: Node, reader: Reader) -> Any:
        """The steps that could be told; a broken one is left out, and its key counts as broken."""
        if not isinstance(node, Sequence):
            return self.wrong(node, reader)
        steps = [self._step(item, reader) for item in node.items]
        reader.lost = reader.lost or None in steps
        return [step for step in steps if step is not None]

    def _step(self, node: Node, reader: Reader) -> StepKind | None:
        if isinstance(node, Text) and node.value == "escalate":
            return self._made(reader, "escalate", node, Mapping.instead(node))
        if not isinstance(node, Mapping):
            _STEP.wrong(node, reader)
            return None
        words = [entry.key for entry in node.entries if entry.key.value in reader.steps]
        if len(words) > 1 and not self._one(words, reader):
            return None
        if not words:
            self._unknown(node, reader)
            return None
        return self._made(reader, words[0].value, words[0], node)

    def _made(self, reader: Reader, word: str, at: Text, node: Mapping) -> StepKind:
        kind = reader.steps[word]
        assert issubclass(kind, StepKind)
        step = kind.read(node, reader)
        step.at.setdefault(word, at)
        return step

    def _one(self, words: list[Text], reader: Reader) -> bool:
        first, second = words[0], words[1]
        message = f"one step does one thing: `{second.value}` begins a step of its own, after `{first.value}`"
        reader.error("two-steps-in-one", second.place, message, tip=f"put `- {second.value}: ...` on the next line")
        return False

    def _unknown(self, node: Mapping, reader: Reader) -> None:
        if not node.entries:
            reader.error("wrong-shape", node.place, "expected a step, but the mapping is empty")
            return
        word = node.entries[0].key
        message = f"unknown step `{shortened(word.value)}`: expected {quoted(reader.steps)}"
        taken = [entry.key.value for entry in node.entries]
        reader.error("unknown-step", word.place, message, *misspelt(word, reader.steps, taken))

    def schema(self, outline: Outline) -> Schema:
        """An array of steps, each of the kind whose word it has."""
        return outline.define(
            "steps", lambda: {"type": "array", "items": outline.define("step", lambda: _any(outline))}
        )


def _any(outline: Outline) -> Schema:
    kinds = [outline.define(kind.__name__, partial(kind.schema, outline)) for kind in outline.steps.values()]
    alone: Schema = {"enum": ["escalate"], "markdownEnumDescriptions": [WORDS["escalate"]]}
    return {"description": "One step: its word says what it does.", "anyOf": [*kinds, alone]}


_BY_KEY = attrgetter("key.value")


def _content(kind: type[StepKind], node: Mapping) -> Any:
    return [
        [entry.key.value, bare(entry.value)]
        for entry in sorted(node.entries, key=_BY_KEY)
        if entry.key.value in kind.KEYS and not kind.KEYS[entry.key.value].shape.nests
    ]


def bare(node: Node) -> Any:
    """A tree as lists and texts, without places; mappings sorted, so that their order makes no new id."""
    match node:
        case Mapping():
            pairs = [[entry.key.value, bare(entry.value)] for entry in node.entries if entry.key.value != "then"]
            return sorted(pairs, key=lambda pair: str(pair[0]))
        case Sequence():
            return [bare(item) for item in node.items]
        case Text():
            return node.value
    return None


class _Otherwise(Shape):
    """A word, steps, or a mapping by cause."""

    says = f"{quoted(WORDS)}, a list of steps, or a mapping from causes to these"
    nests = True

    def read(self, node: Node, reader: Reader) -> Any:
        """An `Otherwise`."""
        if isinstance(node, Mapping):
            if not node.entries:
                return self.wrong(node, reader, "but the mapping is empty")
            causes = {entry.key.value: (entry.key, self._cause(entry.value, reader)) for entry in node.entries}
            return Otherwise(None, causes)
        if isinstance(node, Text | Sequence):
            return Otherwise(self._cause(node, reader), {})
        return self.wrong(node, reader)

    def _cause(self, node: Node, reader: Reader) -> Cause:
        match node:
            case Sequence():
                return Cause(node, None, STEPS.read(node, reader))
            case Text() if node.value in WORDS:
                return Cause(node, node.value, None)
            case Text():
                message = f"expected {self.says}, got `{shortened(node.value)}`"
                reader.error("wrong-word", node.place, message, misspelt(node, WORDS).tip)
            case Mapping():
                reader.error("wrong-shape", node.place, "expected a word or a list of steps: each begins with `- `")
            case Nothing():
                reader.error(
                    "wrong-shape", node.place, f"expected {quoted(WORDS)} or a list of steps, but this is empty"
                )
            case _:
                reader.count += 1
        return Cause(node, None, None)

    def schema(self, outline: Outline) -> Schema:
        """A word, steps, or an object by cause."""
        word: Schema = {"enum": [*WORDS], "markdownEnumDescriptions": [*WORDS.values()]}
        said = outline.define("cause", lambda: {"anyOf": [word, STEPS.schema(outline)]})
        causes: Schema = {
            "type": "object", "minProperties": 1, "additionalProperties": said,
            "properties": {cause: {"description": doc, "allOf": [said]} for cause, doc in CAUSES.items()},
        }  # fmt: skip
        return outline.define("otherwise", lambda: {"anyOf": [word, STEPS.schema(outline), causes]})


class _Step(Shape):
    says = "a step, such as `- close: solved`"


_STEP = _Step()
STEPS = _Steps()
OTHERWISE = _Otherwise()
