"""Small projects to check: the base of the golden files, with one flow more."""

import shutil
from pathlib import Path

from engine.check import Checked, check

__all__ = ["BASE", "HEAD", "checked", "rules"]

BASE = Path(__file__).parent / "base"
HEAD = "flow: case\ntitle: A case\nowner: support\nabout: A case.\n"
"""What a flow needs beside its steps."""


def checked(folder: Path, flow: str, **files: str) -> Checked:
    """Checks `flow` (without its head) as flows/case.yaml; `files` replace others, `__` standing for `/`."""
    root = folder / "project"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(BASE, root)
    (root / "flows").mkdir(exist_ok=True)
    (root / "flows" / "case.yaml").write_text(HEAD + flow, encoding="utf-8")
    for name, text in files.items():
        (root / f"{name.replace('__', '/')}.yaml").write_text(text, encoding="utf-8")
    return check([root])


def rules(found: Checked) -> list[str]:
    """The rules of the findings, in their order."""
    return [diagnostic.rule for diagnostic in found.diagnostics]
