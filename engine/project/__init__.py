"""A project on disk: declarations of flow, tool and engine.yaml, and how they are read."""

from engine.project.load import Loader, Project, load

__all__ = ["Loader", "Project", "load"]
