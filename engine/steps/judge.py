"""`judge`: a closed question to the model."""

from decimal import Decimal
from typing import Any

from engine.project.containers import Either, ListOf, MapOf
from engine.project.scalars import EXPRESSION, NAME, STRING, Expr, Number
from engine.project.shape import key
from engine.project.step import OTHERWISE, Otherwise, StepKind
from engine.syntax import Text

__all__ = ["Judge"]

_MEANING = Either("what the word means, or a list of what customers write who mean it",
                  text=STRING, items=ListOf(STRING, least=1))  # fmt: skip
_ANSWERS = Either(
    "the words to choose from, or a mapping from each word to what it means",
    items=ListOf(STRING, least=2), entries=MapOf(_MEANING, names=STRING, what="a word", least=2),
)  # fmt: skip


class Judge(StepKind):
    """A closed question to the model about the conversation. Below the threshold it is `unsure`. Its answer is a
    claim: it opens no gate."""

    WORD = "judge"
    WHAT = "the step `judge`"
    CAN = ("unsure",)

    question: Text | None = key(
        "judge", STRING, doc="The question.", example="Does the customer say that the parcel never arrived?",
        required=True,
    )  # fmt: skip
    answers: Any = key(
        "answers", _ANSWERS, doc="What it may answer.", example="{lost: It never arrived, broken: It arrived damaged}",
        required=True,
    )  # fmt: skip
    name: Text | None = key("as", NAME, doc="The name of the answer.", example="verdict", required=True)
    threshold: Decimal | None = key(
        "threshold", Number("0.5", "1"), doc="How sure the model must be.", example="0.8", required=True
    )
    using: list[Expr] | None = key(
        "using", ListOf(EXPRESSION), doc="Values that it sees beside the conversation.", example="[order]"
    )
    otherwise: Otherwise | None = key(
        "otherwise", OTHERWISE, doc="What follows if it is unsure.", example="{unsure: escalate}"
    )

    @property
    def words(self) -> dict[str, list[str]]:
        """What it may answer -> what each word means, or examples of it."""
        match self.answers:
            case list():
                return {word.value: [] for word in self.answers}
            case dict():
                said = {word: value for word, (_, value) in self.answers.items()}
                return {word: _texts(value) for word, value in said.items()}
        return {}


def _texts(said: Any) -> list[str]:
    texts = said if isinstance(said, list) else [said] if said is not None else []
    return [text.value for text in texts]
