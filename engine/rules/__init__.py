"""The rules: one file each, listed here. A new one is a file, a line, and a golden pair in tests/golden/wrong."""

from typing import Final

from engine.rules import (
    duplicate_step_name,
    duplicate_tool,
    empty_team,
    endless_wait,
    endless_work,
    fact_from_write,
    fact_without_argument,
    falls_off_end,
    flow_name,
    gate_on_read,
    late_reminder,
    missing_argument,
    missing_case,
    missing_key,
    same_example,
    secret_outside_binding,
    shadowed_name,
    tool_never_used,
    tool_not_granted,
    two_steps_in_one,
    two_types,
    unknown_argument,
    unknown_case,
    unknown_cause,
    unknown_collection,
    unknown_flow,
    unknown_guardrail,
    unknown_key,
    unknown_model,
    unknown_step,
    unknown_team,
    unknown_tool,
    unreachable_step,
    unreadable_file,
    unsupported,
    unused_ignore,
    value_before_set,
    write_without_approval,
    write_without_bound,
    write_without_confirm,
    write_without_identity,
    write_without_limit,
    wrong_shape,
    wrong_type,
    wrong_word,
)
from engine.rules.base import Case, Rule

__all__ = ["BELOW", "RULES", "Case", "Rule"]

RULES: Final[dict[str, Rule]] = {
    rule.RULE.name: rule.RULE
    for rule in (
        duplicate_step_name,
        duplicate_tool,
        empty_team,
        endless_wait,
        endless_work,
        fact_from_write,
        fact_without_argument,
        falls_off_end,
        flow_name,
        gate_on_read,
        late_reminder,
        missing_argument,
        missing_case,
        missing_key,
        same_example,
        secret_outside_binding,
        shadowed_name,
        tool_never_used,
        tool_not_granted,
        two_steps_in_one,
        two_types,
        unknown_argument,
        unknown_case,
        unknown_cause,
        unknown_collection,
        unknown_flow,
        unknown_guardrail,
        unknown_key,
        unknown_model,
        unknown_step,
        unknown_team,
        unknown_tool,
        unreachable_step,
        unreadable_file,
        unsupported,
        unused_ignore,
        value_before_set,
        write_without_approval,
        write_without_bound,
        write_without_confirm,
        write_without_identity,
        write_without_limit,
        wrong_shape,
        wrong_type,
        wrong_word,
    )
}

BELOW: Final = frozenset(
    """
    yaml encoding too-large anchor tag key merge-key duplicate-key several-documents expression unknown-name
    unknown-field maybe-missing filter-binds-tighter unknown-reference
""".split()
)
"""Ids of findings made below the rules: by the YAML reader, the expression parser and the type checker."""
