"""Keeping children alive, and leaving none behind."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot import supervisor
from bot.processes import lines, start, stop
from bot.settings import PROJECT, load_settings
from bot.supervisor import Backoff, CannotStart, Log, Part, check_ports, keep, until
from bot.training import TrainingError

HANG = 20.0  # seconds; a test that waits longer has found a fault

STUBBORN = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("self", os.getpid())
child = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
print("child", subprocess.Popen([sys.executable, "-c", child]).pid)
time.sleep(600)
"""


class Heard:
    """What was said, and waiting for it."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._more = asyncio.Event()

    def __call__(self, name: str, line: str) -> None:
        self.lines.append(f"{name}: {line}")
        self._more.set()

    async def until(self, count: int, containing: str = "") -> list[str]:
        while True:
            found = [line for line in self.lines if containing in line]
            if len(found) >= count:
                return found[:count]
            self._more.clear()
            await asyncio.wait_for(self._more.wait(), HANG)


def python(code: str, name: str = "part") -> Part:
    return Part(name, [sys.executable, "-u", "-c", code], os.environ)


@contextlib.asynccontextmanager
async def kept(part: Part, heard: Heard, backoff: Backoff) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(keep(part, heard, backoff))
    try:
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait_for(task, HANG)


async def gone(pid: int) -> None:
    while alive(pid):
        await asyncio.sleep(0.02)


def alive(pid: int) -> bool:
    """Whether the process runs; one that is dead but not yet collected does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_it_waits_longer_each_time_up_to_half_a_minute() -> None:
    assert [Backoff().delay(failures) for failures in range(7)] == [1, 2, 4, 8, 16, 30, 30]


async def test_a_part_that_dies_is_started_again_after_a_longer_wait_each_time() -> None:
    heard = Heard()
    async with kept(python("print('up'); raise SystemExit(3)"), heard, Backoff(0.01, 0.03)):
        said = await heard.until(4, "stopped")
    assert said == [
        "part: stopped (exit code 3); starting it again in 0.01 s",
        "part: stopped (exit code 3); starting it again in 0.02 s",
        "part: stopped (exit code 3); starting it again in 0.03 s",
        "part: stopped (exit code 3); starting it again in 0.03 s",
    ]
    assert heard.lines.count("part: up") >= 4


async def test_a_part_that_ran_well_for_a_while_is_trusted_again() -> None:
    heard = Heard()
    async with kept(python("print('up')"), heard, Backoff(0.01, 30.0, healthy=0.0)):
        said = await heard.until(3, "stopped")
    assert said == ["part: stopped (exit code 0); starting it again in 0.01 s"] * 3


async def test_a_part_that_says_it_cannot_start_is_not_tried_again() -> None:
    part = python("print('no such setting'); raise SystemExit(2)", "edge")
    heard = Heard()
    with pytest.raises(CannotStart, match=r"^edge cannot start; it says why above\.$"):
        await keep(part, heard)
    assert heard.lines == ["edge: no such setting"]


async def test_a_part_that_is_killed_is_started_again() -> None:
    heard = Heard()
    code = "import os, time; print('pid', os.getpid()); time.sleep(600)"
    async with kept(python(code), heard, Backoff(0.01)):
        [first] = await heard.until(1, "pid")
        os.kill(int(first.split()[-1]), signal.SIGKILL)
        _, second = await heard.until(2, "pid")
    assert first != second
    await asyncio.wait_for(gone(int(second.split()[-1])), HANG)


async def test_stopping_leaves_no_process_even_of_children_that_will_not_hear() -> None:
    heard = Heard()
    async with kept(python(STUBBORN), heard, Backoff()):
        said = await heard.until(2)
        pids = [int(line.split()[-1]) for line in said]
        assert all(alive(pid) for pid in pids)
    for pid in pids:
        await asyncio.wait_for(gone(pid), HANG)


async def test_a_child_of_a_part_that_died_is_ended_before_the_part_starts_again() -> None:
    heard = Heard()
    code = """
import subprocess, sys
print("child", subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]).pid)
"""
    async with kept(python(code), heard, Backoff(30.0)):
        [line] = await heard.until(1, "child")
        await heard.until(1, "stopped")
        await asyncio.wait_for(gone(int(line.split()[-1])), HANG)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel ends the children on Linux only")
def test_when_we_are_killed_without_a_goodbye_our_children_go_too() -> None:
    code = """
import asyncio, os, sys
from bot.supervisor import Part, keep
child = [sys.executable, "-u", "-c", "import os, time; print(os.getpid()); time.sleep(600)"]
asyncio.run(keep(Part("part", child, os.environ), lambda name, line: print(line, flush=True)))
"""
    parent = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=PROJECT
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert alive(pid)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    asyncio.run(asyncio.wait_for(gone(pid), HANG))


async def test_a_stop_ends_all_the_work_and_waits_for_it() -> None:
    stopping, ended = asyncio.Event(), []

    async def work(name: str) -> None:
        try:
            await asyncio.sleep(HANG)
        finally:
            await asyncio.sleep(0)
            ended.append(name)

    async def done() -> None:
        stopping.set()

    await until(stopping, work("one"), work("two"), done())
    assert sorted(ended) == ["one", "two"]


async def test_a_fault_in_one_piece_of_work_ends_the_others_and_is_told() -> None:
    async def fails() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        await until(asyncio.Event(), asyncio.sleep(HANG), fails())


async def test_a_training_that_fails_is_told_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> Path:
        raise TrainingError("no luck\n  last line")

    monkeypatch.setattr(supervisor, "ensure_model", fails)
    heard = Heard()
    settings = load_settings({}, tmp_path)
    await supervisor._train_and_keep_rasa(settings, heard, supervisor.Console(quiet=True))
    assert heard.lines[:2] == ["carenav: no luck", "carenav:   last line"]
    assert "crisis" in heard.lines[2]


async def test_the_other_parts_start_once_the_edge_listens(tmp_path: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        settings = load_settings({"CARENAV_PORT": str(listener.getsockname()[1])}, tmp_path)
        begun = asyncio.Event()

        async def begin() -> None:
            begun.set()

        waiting = asyncio.create_task(supervisor._after_the_edge(settings, begin))
        await asyncio.sleep(3 * supervisor._LOOK)
        assert not begun.is_set()
        listener.listen()
        await asyncio.wait_for(waiting, HANG)
        assert begun.is_set()


async def test_an_edge_that_never_listens_keeps_the_others_back_for_a_while_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "_HEAD_START", 0.2)
    begun: list[bool] = []

    async def begin() -> None:
        begun.append(True)

    await asyncio.wait_for(
        supervisor._after_the_edge(load_settings({"CARENAV_PORT": "1"}, tmp_path), begin), HANG
    )
    assert begun == [True]


def test_a_port_in_use_is_one_line_with_the_setting_to_change(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        settings = load_settings({"CARENAV_PORT": str(port)}, tmp_path)
        with pytest.raises(CannotStart, match=rf"port {port} .* set CARENAV_PORT to another\.$"):
            check_ports(settings)


def test_the_action_server_is_told_where_the_directory_is(tmp_path: Path) -> None:
    settings = load_settings({"CARENAV_DIRECTORY_URL": "postgresql://h/providers"}, tmp_path)
    assert supervisor.actions(settings).env["CARENAV_DIRECTORY_URL"] == "postgresql://h/providers"


def test_secrets_do_not_reach_the_action_server(tmp_path: Path) -> None:
    settings = load_settings({}, tmp_path)
    env = supervisor.actions(settings).env
    assert env["CARENAV_DATABASE_URL"] == settings.database_url
    for secret in (settings.token_secret, settings.engine_token, *settings.encryption_keys):
        assert secret not in env.values()


@pytest.mark.parametrize("part", [supervisor.edge, supervisor.actions])
def test_no_secret_is_on_a_command_line(tmp_path: Path, part: Callable[..., Part]) -> None:
    settings = load_settings({}, tmp_path)
    assert settings.engine_token not in " ".join(part(settings).command)
    assert settings.engine_token not in repr(part(settings))


async def test_output_comes_line_by_line_without_colours_and_warnings_about_code() -> None:
    code = r"""
import sys
out = sys.stdout
out.write("\x1b[93mred\x1b[0m\r\n\n0%\r50%\rdone\n")
out.write("/x/y.py:12: DeprecationWarning: old\n  old()\nkept\n  indented\nno newline")
"""
    process = await start([sys.executable, "-c", code], os.environ, PROJECT)
    printed = [line async for line in lines(process)]
    await stop(process)
    assert printed == ["red", "0%", "50%", "done", "kept", "  indented", "no newline"]


@pytest.mark.parametrize(
    ("coloured", "printed"),
    [(False, "edge    | hello\n"), (True, "\x1b[36medge    |\x1b[0m hello\n")],
)
def test_every_line_bears_the_name_of_its_part(
    coloured: bool, printed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Log(coloured)("edge", "hello")
    assert capsys.readouterr().out == printed
