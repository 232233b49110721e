"""`carenav run` as people start it: a child process, on ports and a state folder of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import httpx

from bot.settings import RATES

PROJECT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "bot.cli"]
TRAINED = PROJECT / ".carenav" / "models"
"""Models of this checkout: a fitting one is taken from here, and a new one is put here."""
T = TypeVar("T")
PARTS = {"rasa": "-m rasa run", "actions": "-m rasa_sdk", "edge": "-m bot.edge"}
"""What only the command line of this part has."""


class Service:
    """The whole service. ``log`` is all that its processes said, over every start."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.state = folder / "state"
        self.log = folder / "log.txt"
        self.port, self.rasa_port, self.actions_port, self.twilio_port = free_ports(4)
        self.base = f"http://127.0.0.1:{self.port}"
        self.settings = settings
        self.started_at = 0.0
        self._process: subprocess.Popen[bytes] | None = None

    # --- start and stop -------------------------------------------------------------------

    def start(self) -> None:
        """Returns at once; `wait_alive` and `wait_ready` say when what works."""
        models = self.state / "models"
        if TRAINED.is_dir() and not models.exists():
            shutil.copytree(TRAINED, models)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.started_at = time.monotonic()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*COMMAND, "run"],
                cwd=PROJECT,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def environment(self) -> dict[str, str]:
        others = {k: v for k, v in os.environ.items() if not k.startswith("CARENAV_")}
        ours = {
            "CARENAV_ENV": "development",
            "CARENAV_HOST": "127.0.0.1",
            "CARENAV_PORT": str(self.port),
            "CARENAV_PUBLIC_URL": "",
            "CARENAV_RASA_PORT": str(self.rasa_port),
            "CARENAV_ACTIONS_PORT": str(self.actions_port),
            "CARENAV_SMS_SIMULATOR_PORT": str(self.twilio_port),
            "CARENAV_STATE_DIR": str(self.state),
            "CARENAV_DATABASE_URL": "",
            "CARENAV_CLINICS": "data/clinics",
            "CARENAV_LOG_LEVEL": "info",
            **dict.fromkeys(RATES, "100000/second"),
        }
        return {**others, **ours, **self.settings}

    def stop(self) -> float:
        """Ctrl-C, and wait; the seconds it took. Fails when anything of it is left after 15."""
        if self._process is None:
            return 0.0
        everything = [self._process.pid, *descendants(self._process.pid)]
        began = time.monotonic()
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(15)
            wait_until(lambda: not any(map(alive, everything)), 5, "all processes to end")
        finally:
            for pid in filter(alive, everything):
                os.kill(pid, signal.SIGKILL)
            self._process = None
        return time.monotonic() - began

    def runs(self) -> bool:
        """Whether the supervisor is there, whatever its parts are."""
        return self._process is not None and self._process.poll() is None

    def keep_model(self) -> None:
        """A model trained by this service serves later runs of this checkout, too."""
        made = self.state / "models"
        if made.is_dir():
            shutil.copytree(made, TRAINED, dirs_exist_ok=True)

    # --- is it there ----------------------------------------------------------------------

    def get(self, path: str) -> int:
        """The status of a page, 0 when nothing answers."""
        try:
            return httpx.get(self.base + path, timeout=5).status_code
        except httpx.TransportError:
            return 0

    def wait_alive(self, seconds: float = 15) -> None:
        wait_until(lambda: self.get("/healthz") == 200, seconds, self._tail("the edge to be up"))

    def wait_ready(self, seconds: float = 300) -> None:
        """Every part answers; a first start may have to train the model."""
        self.wait_alive()
        up = self._tail("every part to be up")
        wait_until(lambda: self.get("/readyz") == 200, seconds, up, every=0.25)

    def wait_not_ready(self, seconds: float = 10) -> None:
        wait_until(lambda: self.get("/readyz") == 503, seconds, "a part to be missed")

    def _tail(self, what: str) -> Callable[[], str]:
        def text() -> str:
            lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
            end = [line for line in lines if "DEBUG" not in line][-30:]
            return "\n".join([f"{what}; its processes: {self.pids()}; its log ends:", *end])

        return text

    # --- its parts ------------------------------------------------------------------------

    def pids(self) -> dict[str, int]:
        """Each part's process by name: edge, rasa, actions; ``supervisor`` is what we started."""
        assert self._process is not None
        found = {"supervisor": self._process.pid}
        for pid in descendants(self._process.pid):
            if (name := part_of(command_line(pid))) and name not in found:
                found[name] = pid
        return found

    def kill(self, part: str) -> None:
        """SIGKILL: no goodbye."""
        os.kill(self.pids()[part], signal.SIGKILL)

    def database(self) -> Path:
        return self.state / "carenav.db"


def part_of(command: str) -> str | None:
    return next((name for name, its_own in PARTS.items() if its_own in command), None)


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [int(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    return ports


def wait_until(
    holds: Callable[[], T], seconds: float, what: str | Callable[[], str], every: float = 0.05
) -> T:
    """The first true value of ``holds``. Raises AssertionError naming ``what`` was waited for."""
    end = time.monotonic() + seconds
    while True:
        value = holds()
        if value:
            return value
        if time.monotonic() > end:
            text = what if isinstance(what, str) else what()
            raise AssertionError(f"waited {seconds} s for {text}")
        time.sleep(every)


# --- processes --------------------------------------------------------------------------------


def processes() -> dict[int, tuple[int, str]]:
    """Parent and command line by process id."""
    listed = subprocess.run(
        ["ps", "-ww", "-eo", "pid=,ppid=,stat=,args="], capture_output=True, text=True, check=True
    ).stdout
    found = {}
    for line in listed.splitlines():
        pid, parent, state, *command = line.split(None, 3)
        if not state.startswith("Z"):
            found[int(pid)] = (int(parent), "".join(command))
    return found


def descendants(pid: int) -> list[int]:
    table = processes()
    found, look = [], [pid]
    while look:
        parent = look.pop()
        children = [child for child, (its_parent, _) in table.items() if its_parent == parent]
        found += children
        look += children
    return found


def command_line(pid: int) -> str:
    return processes().get(pid, (0, ""))[1]


def alive(pid: int) -> bool:
    return pid in processes()
