"""Findings that are made below the rules: by the YAML reader, the expression parser and the type checker."""

from typing import Final

from engine.rules.base import Rule

__all__ = ["BELOW"]

_TYPED = frozenset({"unknown-name", "unknown-field", "maybe-missing", "filter-binds-tighter"})
"""Found in what was read: a step that needs the value ends at a person, so it may be ignored."""


def _rule(name: str, summary: str, why: str, mend: str) -> Rule:
    return Rule(name, unread=name not in _TYPED, summary=summary, why=why, mend=mend)


BELOW: Final[dict[str, Rule]] = {
    rule.name: rule
    for rule in (
        _rule(
            "yaml",
            "A file that is no valid YAML.",
            "What stands behind the mistake could not be read, so the whole file counts as unread.",
            "Mend the place that the message names. Most often a text needs quotes around it.",
        ),
        _rule(
            "cut-text",
            "A text that a ` #` in it cuts short.",
            "In YAML ` #` begins a comment: of `Order #12 is done` customers would read `Order`.",
            "Put quotes around the whole text. A comment that is meant has a blank after its `#`.",
        ),
        _rule(
            "encoding",
            "A file that is not UTF-8, or that holds a NUL character.",
            "Names and texts with accents would reach customers garbled.",
            "Save the file as UTF-8.",
        ),
        _rule(
            "too-large",
            "A file that is too large or too deeply nested to be one that somebody wrote.",
            "A file like this could bring the checker to a halt for everybody.",
            "Split the file, or find out what made it.",
        ),
        _rule(
            "anchor",
            "An anchor (`&name`) or an alias (`*name`) of YAML.",
            "It makes one part of a file depend on another in a way that is easy to overlook in a review.",
            "Write the value out, or put quotes around a text that begins with `&` or `*`.",
        ),
        _rule(
            "tag",
            "A tag of YAML (`!name`).",
            "Tags give values another meaning than what stands in the file.",
            "Remove it, or put quotes around a text that begins with `!`. A condition negates with `not`.",
        ),
        _rule(
            "key",
            "A key that is no word.",
            "Keys are the words of the language, or names. Mostly a template in braces lacks its quotes.",
            'Write a word before the `:`, and put quotes around a template: `"{{ order.id }}"`.',
        ),
        _rule(
            "merge-key",
            "A merge key of YAML (`<<`).",
            "It brings in keys that whoever reads this place cannot see.",
            "Write the keys out.",
        ),
        _rule(
            "duplicate-key",
            "A key that stands twice in one mapping.",
            "Only one of the two could count, and it would be open which.",
            "Remove one, or join the two.",
        ),
        _rule(
            "several-documents",
            "A second document in one file.",
            "One file is one flow, one set of tools or one engine.yaml. What follows `---` would not be read.",
            "Move the rest to a file of its own.",
        ),
        _rule(
            "expression",
            "An expression or a template that cannot be read, or goes beyond the language.",
            "A condition that cannot be read could neither open nor close a gate.",
            "Write it as the message says. Expressions take names, comparisons, `and or not` and the listed filters.",
        ),
        _rule(
            "unknown-filter",
            "A filter (`| name`) that the language does not have.",
            "The value would not be shown or compared as meant.",
            "Use one of the listed filters.",
        ),
        _rule(
            "unknown-test",
            "A test (`is name`) that the language does not have.",
            "The condition would mean nothing.",
            "Use one of the listed tests, or a comparison.",
        ),
        _rule(
            "unknown-name",
            "A name in an expression that nothing sets.",
            "There is no value behind it, so the step would fail on every ticket.",
            "Use one of the listed names, or set this one in a step before.",
        ),
        _rule(
            "unknown-field",
            "A field that the value does not have.",
            "There is no value behind it, so the step would fail on every ticket.",
            "Use one of the listed fields. Those of a tool's answer stand under `output` in its tool file.",
        ),
        _rule(
            "maybe-missing",
            "A value that may be missing where it is needed.",
            "For some tickets it is there, for others not: those would stop here and wait for a person.",
            "Ask first whether it is there, or say what holds otherwise with `| default(...)`.",
        ),
        _rule(
            "filter-binds-tighter",
            "A filter that applies to less than it seems to.",
            "`a * b | round` rounds `b` alone, so the result is not the amount that was meant.",
            "Put parentheses around what belongs together: `(a * b) | round`.",
        ),
        _rule(
            "unknown-reference",
            "A `$ref` in a tool's schema that leads nowhere, or back to itself.",
            "The engine could not tell what the tool takes or gives.",
            "Correct the reference. It names a part of the same schema, such as `#/$defs/address`.",
        ),
    )
}
