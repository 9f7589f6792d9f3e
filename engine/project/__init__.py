"""A project on disk: declarations of flow, tool and engine.yaml, and how they are read."""

from engine.project.load import NoProject, Project, find_root, load

__all__ = ["NoProject", "Project", "find_root", "load"]
