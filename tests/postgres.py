"""A PostgreSQL of our own for the tests that need one, thrown away at the end of the run.

Import the `postgres` fixture in a conftest: it is a URL. Without PostgreSQL: a failure where
``CI`` is set, elsewhere one loud skip.
"""

from __future__ import annotations

import glob
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.missing import missing

FOLDERS = ("/usr/lib/postgresql/*/bin", "/opt/homebrew/opt/postgresql*/bin")
MISSING = "No PostgreSQL for the tests on both databases. Get one: `scripts/postgres.sh`."
THROWN_AWAY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
"""What makes writing quick where nothing has to outlive a power cut."""
ROOM = "max_connections=500"
"""Each test's engine keeps a few connections until Python has cleared it away."""


def find_postgres() -> Path | None:
    """The folder of `initdb` and `pg_ctl`, the newest one where several are installed."""
    on_path = shutil.which("pg_ctl")
    found = [Path(on_path).resolve().parent] if on_path else []
    for pattern in FOLDERS:
        found += [Path(folder) for folder in sorted(glob.glob(pattern), reverse=True)]
    return next((folder for folder in found if (folder / "initdb").exists()), None)


@contextmanager
def cluster(folder: Path, *settings: str) -> Iterator[str]:
    """The URL of a new server with its files in `folder`, which must be new and have a short name.

    It listens on a Unix socket in that folder and on nothing else. `settings` are those of
    postgresql.conf ("shared_buffers=1GB").
    """
    programs = find_postgres()
    assert programs, MISSING
    folder.mkdir(mode=0o700)
    data = folder / "data"
    run = _runner(folder)
    # Words are sorted by language, as on most servers, and not by byte as in SQLite.
    sorting = ["--locale=C", "--locale-provider=icu", "--icu-locale=en-US", "--encoding=UTF8"]
    if b"icu-locale" not in subprocess.check_output([programs / "initdb", "--help"]):
        sorting = ["--encoding=UTF8"]
    run(
        [programs / "initdb", "-D", data, "-U", "carenav", "-A", "trust", "--no-sync", *sorting],
        stdout=subprocess.DEVNULL,
    )
    all_settings = ("listen_addresses=", f"unix_socket_directories={folder}", *settings)
    options = " ".join(f"-c {setting}" for setting in all_settings)
    control = [programs / "pg_ctl", "-D", data, "-w", "-s", "-l", folder / "log"]
    run([*control, "-o", options, "start"])
    try:
        yield f"postgresql+psycopg2://carenav@/postgres?host={folder}"
    finally:
        run([*control, "-m", "immediate", "stop"])


def _runner(folder: Path) -> Callable[..., object]:
    """Runs a program of PostgreSQL's, which refuses to run as root: then as another user."""
    if os.geteuid() != 0:
        return lambda command, **more: subprocess.run(command, check=True, cwd=folder, **more)
    names = {user.pw_name for user in pwd.getpwall()}
    user = "postgres" if "postgres" in names else "nobody"
    shutil.chown(folder, user)
    return lambda command, **more: subprocess.run(
        command, check=True, cwd=folder, user=user, extra_groups=(), **more
    )


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of an empty database on a server of this run's own."""
    if find_postgres() is None:
        missing(MISSING)
    # Not pytest's own folder, which no other user may enter; and a socket's path must be short.
    with tempfile.TemporaryDirectory(prefix="pg") as name:
        Path(name).chmod(0o755)
        with cluster(Path(name) / "c", *THROWN_AWAY, ROOM) as url:
            yield url
