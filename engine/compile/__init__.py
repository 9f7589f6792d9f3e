"""From declarations to plans: lowering, gates as nodes, and the must-analysis."""

from engine.compile.flow import Compiled, compile_flow

__all__ = ["Compiled", "compile_flow"]
