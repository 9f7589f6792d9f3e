"""A gateway of Ceph's that speaks S3, of the tests' own: with one monitor and one OSD that keeps all in memory, in a
temporary folder on this machine, under whatever user runs the tests. `apt-get install ceph-mon ceph-osd radosgw`."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from uuid import uuid4

import httpx

from tests.buckets import ENVIRONMENT

__all__ = ["LISTED", "Gateway", "gateway", "lacking"]

LISTED: Final = 7
"""Objects in one answer, so that every listing takes some."""

_PROGRAMS: Final = ("ceph", "ceph-mon", "ceph-osd", "monmaptool", "radosgw", "radosgw-admin")
_SECONDS: Final = 60
"""For one thing to be done; each takes a few."""
_SETTINGS: Final = """
[global]
fsid = {fsid}
mon host = [v2:127.0.0.1:{monitor}]
public addr = 127.0.0.1
ms bind msgr1 = false
ms mon client mode = crc secure
auth cluster required = none
auth service required = none
auth client required = none
mon data = {folder}/monitor
mon data avail crit = 0
mon allow pool size one = true
paxos propose interval = 0.05
osd data = {folder}/osd
osd objectstore = memstore
memstore device bytes = 4294967296
osd crush chooseleaf type = 0
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pg autoscale mode = off
osd client watch timeout = 2
rgw data = {folder}
rgw frontends = beast endpoint=127.0.0.1:{gateway}
rgw max listing results = {listed}
run dir = {folder}
crash dir = {folder}
pid file =
admin socket =
log file = {folder}/$name.log
"""


def lacking() -> list[str]:
    """Programs that are not installed."""
    return [name for name in _PROGRAMS if shutil.which(name) is None]


class Gateway:
    """One that runs, and knows the user of the tests' environment."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._monitor, port = _free_ports(2)
        self._port = port
        self.url = f"http://127.0.0.1:{port}"
        self._env = {**os.environ, "CEPH_CONF": str(folder / "ceph.conf")}
        self._running: list[subprocess.Popen[bytes]] = []

    def begin(self) -> None:
        """Makes the cluster; returns once the gateway answers."""
        fsid, osd = str(uuid4()), str(uuid4())
        self._settings(fsid)
        address = f"[v2:127.0.0.1:{self._monitor}]"
        self._run("monmaptool", "--create", "--fsid", fsid, "--addv", "a", address, "monmap")
        self._run("ceph-mon", "--mkfs", "-i", "a", "--monmap", "monmap")
        self._start("ceph-mon", "-f", "-i", "a")
        self._run("ceph", "osd", "new", osd)
        self._run("ceph-osd", "--mkfs", "-i", "0", "--osd-uuid", osd)
        self._start("ceph-osd", "-f", "-i", "0")
        self.user(ENVIRONMENT["AWS_ACCESS_KEY_ID"])
        self.start()

    def version(self) -> str:
        """As it says it."""
        return self._run("radosgw", "--version").strip()

    def user(self, name: str) -> None:
        """Makes one who is known by the name as key and the secret of all tests."""
        secret = ENVIRONMENT["AWS_SECRET_ACCESS_KEY"]
        said = ("--uid", name, "--display-name", name, "--access-key", name, "--secret-key", secret)
        self._run("radosgw-admin", "user", "create", *said)

    def start(self) -> None:
        """Returns once it answers."""
        self._gateway = self._start("radosgw", "-f", "-n", "client.gateway")
        limit = time.monotonic() + _SECONDS
        while True:
            try:
                httpx.get(self.url)
            except httpx.TransportError:
                if self._gateway.poll() is not None or time.monotonic() > limit:
                    raise RuntimeError(f"the gateway did not start: {self._said()}") from None
                time.sleep(0.05)
            else:
                return

    def kill(self) -> None:
        """Nobody answers from now on; what it had stored is kept."""
        self._gateway.kill()
        self._gateway.wait()

    def end(self) -> None:
        """All of it."""
        for running in reversed(self._running):
            running.kill()
            running.wait()

    def _settings(self, fsid: str) -> None:
        for name in ("monitor", "osd"):
            (self._folder / name).mkdir()
        said = _SETTINGS.format(
            fsid=fsid, folder=self._folder, monitor=self._monitor, gateway=self._port, listed=LISTED
        )  # fmt: skip
        (self._folder / "ceph.conf").write_text(said)

    def _start(self, *command: str) -> subprocess.Popen[bytes]:
        with (self._folder / "said.log").open("ab") as said:
            running = subprocess.Popen(command, stdout=said, stderr=said, cwd=self._folder, env=self._env)
        self._running.append(running)
        return running

    def _run(self, *command: str) -> str:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_SECONDS, check=False, cwd=self._folder, env=self._env
        )
        if done.returncode:
            raise RuntimeError(f"{command[0]}: {done.stderr[-500:]} {self._said()}")
        return done.stdout

    def _said(self) -> str:
        return (self._folder / "said.log").read_text()[-1_000:]


@contextmanager
def gateway() -> Iterator[Gateway]:
    """A running one, which takes some seconds."""
    with tempfile.TemporaryDirectory(prefix="ceph") as folder:
        running = Gateway(Path(folder))
        try:
            running.begin()
            yield running
        finally:
            running.end()


def _free_ports(number: int) -> list[int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports: list[int] = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports
