"""Support tickets as checked YAML flows, run as durable Temporal workflows."""

__all__ = ["__version__"]

__version__ = "0.1.0"
