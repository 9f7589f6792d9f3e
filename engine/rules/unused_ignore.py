"""`# engine: ignore[rule] why` that silences nothing, gives no reason, or tries to silence a floor."""

from engine.rules.base import Rule

__all__ = ["RULE"]

RULE = Rule(
    "unused-ignore",
    floor=True,
    why=(
        "An ignore that is not needed hides the next mistake on its line. One without a reason leaves the next "
        "reader to guess."
    ),
    mend="Remove the comment, or mend it: `# engine: ignore[rule] why`, with a known rule that finds something there.",
)
