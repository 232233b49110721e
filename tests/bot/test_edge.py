"""The edge's process: what cannot start says so in one line, and is not to be tried again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.edge import CANNOT_START
from bot.settings import PROJECT
from bot.supervisor import CANNOT_START as NOT_TRIED_AGAIN


@pytest.mark.parametrize(
    ("name", "value"), [("CARENAV_PORT", "many"), ("CARENAV_CLINICS", "no/such/folder")]
)
def test_a_fault_in_a_setting_is_one_line(tmp_path: Path, name: str, value: str) -> None:
    env = {**os.environ, "CARENAV_STATE_DIR": str(tmp_path), name: value}
    done = subprocess.run(
        [sys.executable, "-m", "bot.edge"],
        cwd=PROJECT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == CANNOT_START == NOT_TRIED_AGAIN
    [line] = done.stderr.splitlines()
    assert line.startswith("cannot start: ")
    assert value in line
