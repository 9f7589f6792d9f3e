"""The wheel works outside the checkout: `engine init shop`, `engine validate flows/`, `engine demo`."""

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith(("ENGINE_", "SHOP_", "ZENDESK_"))}
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, capture_output=True, text=True, env=env, timeout=240, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done


@pytest.mark.timeout(400)
def test_a_project_made_by_the_wheel_runs_the_demo(tmp_path: Path) -> None:
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path, ROOT, cwd=tmp_path)
    [wheel] = tmp_path.glob("*.whl")
    made = tmp_path / "env"
    venv.create(made, with_pip=False)
    python = made / "bin" / "python"
    # the dependencies are those of this environment, hash-checked when it was made; the engine itself is the wheel's
    site = made / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    install = ("-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel)
    run(sys.executable, *install, cwd=tmp_path)
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    (made / "bin" / "temporal").symlink_to(Path(sys.executable).parent / "temporal")
    where = run(python, "-c", "import engine; print(engine.__file__)", cwd=tmp_path).stdout.strip()
    assert Path(where).is_relative_to(site)
    run(made / "bin" / "engine", "init", "shop", cwd=tmp_path)
    run(made / "bin" / "engine", "tools", "add", "stripe", cwd=tmp_path / "shop")
    run(made / "bin" / "engine", "validate", "flows/", cwd=tmp_path / "shop")
    assert "What would be right" in run(made / "bin" / "engine", "explain", "unknown-key", cwd=tmp_path).stdout
    told = run(made / "bin" / "engine", "demo", cwd=tmp_path / "shop").stdout
    assert "55 of 55 outcomes hold" in told
