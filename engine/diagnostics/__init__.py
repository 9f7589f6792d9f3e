"""What is found wrong in a project: the finding, where it stands, and how it is shown."""

from engine.diagnostics.finding import Diagnostic, Label, Place, Severity, Sink, of_flows
from engine.diagnostics.nearest import nearest

__all__ = ["Diagnostic", "Label", "Place", "Severity", "Sink", "nearest", "of_flows"]
