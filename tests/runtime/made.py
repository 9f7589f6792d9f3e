"""Small projects for tests of the runtime: the sample's teams and platform, and the flows that a test writes."""

import shutil
from pathlib import Path

from tests.runtime.bench import ROOT

HEAD = """flow: {name}
title: A case
owner: support
about: The customer has a damaged lamp.
start: {{examples: ["My lamp is damaged", "The lamp arrived broken", "The glass of my lamp has a crack"]}}
silence: {{remind: [1d], within: 5d, otherwise: close}}
"""


def project(folder: Path, *, flow: str, name: str = "damage", settings: str = "") -> Path:
    """A project with triage, `human` and one flow, whose steps (and more) `flow` holds."""
    root = folder / "project"
    (root / "flows").mkdir(parents=True)
    for file in ("flows/triage.yaml", "flows/human.yaml", "tools", "knowledge"):
        copy = shutil.copytree if (ROOT / file).is_dir() else shutil.copy
        copy(ROOT / file, root / file)
    (root / "engine.yaml").write_text((ROOT / "engine.yaml").read_text("utf-8") + settings, "utf-8")
    (root / "flows" / f"{name}.yaml").write_text(HEAD.format(name=name) + flow, "utf-8")
    return root
