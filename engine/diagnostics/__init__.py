"""What is found wrong in a project: the finding, where it stands, and how it is shown."""

from engine.diagnostics.finding import Diagnostic, Edit, Label, Place, Severity, Sink, of_flows
from engine.diagnostics.nearest import Meant, meant, nearest

__all__ = ["Diagnostic", "Edit", "Label", "Meant", "Place", "Severity", "Sink", "meant", "nearest", "of_flows"]
