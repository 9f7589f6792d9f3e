"""The one entry: CLI, editor, service and worker all check a project here.

Offline, over the whole project. It never raises for what stands in the files; `NoProject` where there is none.
"""

from engine.check.apart import outcome
from engine.check.memory import Memory
from engine.check.whole import Checked, check
from engine.root import NoProject

__all__ = ["Checked", "Memory", "NoProject", "check", "outcome"]
