"""`carenav sms simulate` as people start it, against a service that we make up."""

from __future__ import annotations

import asyncio
import os
import pty
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from starlette.responses import Response

from bot.clinics import load_clinics
from bot.settings import PROJECT, load_settings
from bot.sms.account import account_of
from bot.sms.simulator.serving import served
from bot.sms.twilio_texts import twilio_texts
from tests.e2e.service import free_ports
from tests.sms.fake.little import Little, Posted, twiml

COMMAND = [sys.executable, "-m", "bot.cli", "sms", "simulate"]


@dataclass
class Desk:
    """A terminal with the command, beside a little service of the same settings."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.port, self.twilio = free_ports(2)
        self.settings = {
            "CARENAV_PORT": str(self.port),
            "CARENAV_SMS_SIMULATOR_PORT": str(self.twilio),
            "CARENAV_STATE_DIR": str(self.folder / "state"),
            **self.settings,
        }
        account = account_of(load_settings(self.settings))
        assert account
        self.little = Little(account)

    @property
    def environment(self) -> dict[str, str]:
        dropped = ("CARENAV_", "TWILIO_")
        others = {k: v for k, v in os.environ.items() if not k.startswith(dropped)}
        return {**others, **self.settings, "COLUMNS": "90"}

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        async with served(self.little.app(), self.port):
            yield

    async def run(self, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        return await asyncio.to_thread(
            lambda: subprocess.run(
                [*COMMAND, *arguments],
                input=typed,
                cwd=PROJECT,
                env=self.environment,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
        )


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


async def test_lines_from_a_file_are_texted_one_by_one_with_their_answers(desk: Desk) -> None:
    async with desk.open():
        ran = await desk.run("--wait", "2", typed="hi\n1\n/picture\n")
    assert ran.returncode == 0, ran.stderr
    lines = ran.stdout.splitlines()
    assert any(line.startswith(" " * 20) and "│ hi" in line for line in lines), "at the right"
    assert any(line.startswith("│ heard hi") for line in lines), "at the left"
    assert ran.stdout.index("heard hi") < ran.stdout.index("heard 1")
    assert [posted["Body"] for posted in desk.little.incoming] == ["hi", "1", ""]
    assert desk.little.incoming[2]["NumMedia"] == "1"
    assert desk.little.incoming[0]["To"] == "+15125550101"
    assert desk.little.forged == 0
    assert "1 segment" in ran.stdout


async def test_a_late_answer_that_the_service_sends_comes_by_itself(desk: Desk) -> None:
    from twilio.rest import Client

    def later(fields: Posted) -> str:
        client = Client(desk.little.account.sid, desk.little.account.token)
        client.api.base_url = desk.little.account.base_url
        asyncio.get_running_loop().run_in_executor(
            None,
            lambda: client.messages.create(to=fields["From"], from_=fields["To"], body="at last"),
        )
        return twiml()

    desk.little.answer = later
    async with desk.open():
        ran = await desk.run("--wait", "3", typed="hi\n")
    assert "at last" in ran.stdout


async def test_the_same_text_again_is_told_to_be_the_same_or_not(desk: Desk) -> None:
    counted = iter(range(9))
    desk.little.answer = lambda fields: twiml(f"number {next(counted)}")
    async with desk.open():
        ran = await desk.run("--wait", "1", typed="/again\nhi\n/again\n")
    assert "There is no text to send again yet" in ran.stdout
    assert "gave another answer" in " ".join(ran.stdout.split())
    sids = [posted["MessageSid"] for posted in desk.little.incoming]
    assert len(sids) == 2
    assert len(set(sids)) == 1


async def test_stop_is_answered_by_twilio_as_the_clinic_was_told_to_set_it(desk: Desk) -> None:
    desk.little.answer = lambda fields: twiml()
    async with desk.open():
        ran = await desk.run("--wait", "2", typed="STOP\nhi\nSTART\n")
    told = " ".join(ran.stdout.replace("│", " ").split())
    for one in twilio_texts(load_clinics(PROJECT / "data" / "clinics")["demo"]):
        if one.language == "en" and one.kind != "help":
            assert one.text in told
    assert [posted.get("OptOutType") for posted in desk.little.incoming] == ["STOP", None, "START"]


async def test_an_answer_to_somebody_who_opted_out_is_told_to_be_blocked(desk: Desk) -> None:
    async with desk.open():
        ran = await desk.run("--wait", "2", typed="STOP\n")
    assert "21610" in ran.stdout
    assert "heard STOP" not in ran.stdout


async def test_what_the_service_refuses_is_told(desk: Desk) -> None:
    for status, told in ((403, "does not believe"), (500, "(500)")):
        little, refuses = desk.little, Response(status_code=status)

        async def refuse(request: object, answer: Response = refuses) -> Response:
            return answer

        little._incoming = little._fallback = refuse  # type: ignore[method-assign]
        async with desk.open():
            ran = await desk.run("--wait", "1", typed="hi\n")
        assert told in ran.stdout


async def test_without_a_service_it_says_how_to_start_one(desk: Desk) -> None:
    ran = await desk.run(typed="hi\n")
    assert ran.returncode == 1
    assert "make run" in ran.stderr
    assert ran.stderr.count("\n") == 1


async def test_a_taken_port_is_named(desk: Desk) -> None:
    async with desk.open(), served(desk.little.app(), desk.twilio):
        ran = await desk.run(typed="hi\n")
    assert ran.returncode == 1
    assert "CARENAV_SMS_SIMULATOR_PORT" in ran.stderr
    assert ran.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--clinic", "elm"], "there is no clinic elm"),
        (["--to", "+15125550177"], "is not a number of demo"),
        (["--from", "12"], "is no phone number"),
    ],
)
async def test_a_wrong_argument_is_one_line(desk: Desk, arguments: list[str], told: str) -> None:
    ran = await desk.run(*arguments)
    assert ran.returncode == 1
    assert told in ran.stderr
    assert ran.stderr.count("\n") == 1


async def test_a_clinic_without_a_number_is_told_what_to_add(tmp_path: Path) -> None:
    clinics = tmp_path / "clinics"
    clinics.mkdir()
    text = (PROJECT / "data" / "clinics" / "demo.yml").read_text("utf-8")
    head, _, rest = text.partition("texts:\n")
    (clinics / "demo.yml").write_text(head + rest.partition("\n")[2], "utf-8")
    ran = await Desk(tmp_path, {"CARENAV_CLINICS": str(clinics)}).run()
    assert ran.returncode == 1
    assert "has no number to text" in ran.stderr


async def test_with_a_real_account_there_is_nothing_to_simulate(desk: Desk) -> None:
    desk.settings |= {"TWILIO_ACCOUNT_SID": "AC" + "0" * 32, "TWILIO_AUTH_TOKEN": "t"}
    ran = await desk.run()
    assert ran.returncode == 2
    assert "TWILIO_ACCOUNT_SID is set" in ran.stderr


async def test_at_a_terminal_a_typed_line_becomes_a_bubble_and_the_prompt_comes_back(
    desk: Desk,
) -> None:
    ours, theirs = pty.openpty()
    shown = bytearray()

    def read() -> None:
        while True:
            try:
                shown.extend(os.read(ours, 4096))
            except OSError:
                return

    reading = asyncio.get_running_loop().run_in_executor(None, read)
    async with desk.open():
        process = await asyncio.create_subprocess_exec(
            *COMMAND,
            cwd=PROJECT,
            env={**desk.environment, "TERM": "xterm"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)

        async def until(words: bytes) -> None:
            while words not in shown:
                await asyncio.sleep(0.05)

        await asyncio.wait_for(until(b"> "), 30)
        os.write(ours, b"hello\r")
        await asyncio.wait_for(until(b"heard hello"), 30)
        os.write(ours, b"half a li")
        await asyncio.sleep(0.3)
        os.write(ours, b"\x15/quit\r")
        assert await asyncio.wait_for(process.wait(), 20) == 0
    os.close(ours)
    await reading
    assert b"\x1b[1A\x1b[2K" in shown, "the typed line itself goes"
