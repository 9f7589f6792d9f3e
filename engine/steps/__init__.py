"""The step kinds: one file each, declared once. A new one is a file and a line here."""

from typing import Final

from engine.project.step import StepKind
from engine.steps.agent import Agent
from engine.steps.ask import Ask
from engine.steps.close import Close
from engine.steps.each import Each
from engine.steps.escalate import Escalate
from engine.steps.if_ import If
from engine.steps.judge import Judge
from engine.steps.parallel import Parallel
from engine.steps.repeat import Repeat
from engine.steps.reply import Reply
from engine.steps.search import Search
from engine.steps.set_ import Set
from engine.steps.switch import Switch
from engine.steps.tool import Call
from engine.steps.transfer import Transfer
from engine.steps.use import Use
from engine.steps.verify import Verify
from engine.steps.wait import Wait

__all__ = ["STEPS"]

STEPS: Final[dict[str, type[StepKind]]] = {
    "verify": Verify,
    "ask": Ask,
    "search": Search,
    "tool": Call,
    "reply": Reply,
    "wait": Wait,
    "if": If,
    "switch": Switch,
    "each": Each,
    "repeat": Repeat,
    "parallel": Parallel,
    "judge": Judge,
    "agent": Agent,
    "set": Set,
    "use": Use,
    "transfer": Transfer,
    "escalate": Escalate,
    "close": Close,
}
