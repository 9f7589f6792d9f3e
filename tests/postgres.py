"""A PostgreSQL server of the tests' own: a temporary directory, a unix socket, nothing on the network."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pg8000.native

PORT = 5432


def binaries() -> Path | None:
    """Debian's folder of the newest server, or where `initdb` is on the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if found:
        return found[-1].parent
    initdb = shutil.which("initdb")
    return None if initdb is None else Path(initdb).resolve().parent


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """A running server; the URL of a database is this text with its name in place of `{}`."""
    # a socket's path may have 107 characters, which pytest's folders exceed
    root = Path(tempfile.mkdtemp(prefix="pg"))
    user = _somebody(root)
    data = root / "data"
    initdb: list[str | Path] = ["-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-locale", "--no-sync"]
    subprocess.run([folder / "initdb", *initdb], check=True, stdout=subprocess.DEVNULL, cwd=root, user=user)
    options: list[str | Path] = ["-D", data, "-k", root, "-h", "", "-c", "fsync=off", "-c", "max_connections=200"]
    running = subprocess.Popen(
        [folder / "postgres", *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=root, user=user
    )
    try:
        socket = root / f".s.PGSQL.{PORT}"
        _wait(folder, root, running)
        yield f"postgresql://postgres@/{{}}?unix_sock={socket}"
    finally:
        running.send_signal(signal.SIGQUIT)  # at once: nothing of it is kept
        running.wait(timeout=20)
        shutil.rmtree(root, ignore_errors=True)


def create(server: str, name: str) -> str:
    """Makes an empty database; its URL. `server` is what `server()` gives."""
    connection = pg8000.native.Connection("postgres", database="postgres", unix_sock=server.split("unix_sock=")[1])
    connection.run(f"CREATE DATABASE {name}")
    connection.close()
    return server.format(name)


def _somebody(root: Path) -> str | None:
    """The name of a user and group to run it as: the server refuses to be root."""
    if os.getuid() != 0:
        return None
    names = {user.pw_name for user in pwd.getpwall()}
    name, group = ("postgres", "postgres") if "postgres" in names else ("nobody", "nogroup")
    shutil.chown(root, name, group)
    return name


def _wait(folder: Path, root: Path, running: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 20
    while subprocess.run([folder / "pg_isready", "-q", "-h", root, "-p", str(PORT)], check=False).returncode != 0:
        if running.poll() is not None or time.monotonic() > until:
            raise RuntimeError("PostgreSQL did not start")
        time.sleep(0.05)
