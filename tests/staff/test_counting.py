"""Counters: whole on both databases, with several processes and through a database's death."""

from __future__ import annotations

import asyncio
import csv
import io
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from typer.testing import CliRunner

from bot import counting
from bot.app import DATA
from bot.cli import app
from bot.clinics import load_clinics
from bot.counting import NAMES, Counts
from bot.handoff.hours import hours_from
from bot.settings import NAMES as SETTINGS
from bot.store.conversations import Store
from bot.store.crypto import Sealer
from bot.store.database import open_engine
from bot.store.record import Record
from bot.store.tables import counts as table
from tests.bot.edge import KEY

DEMO = load_clinics(DATA / "clinics")["demo"]
NOON = datetime(2026, 11, 21, 12, tzinfo=timezone.utc).timestamp()
TODAY = date(2026, 11, 21)


@pytest.fixture
def counts(engine: Engine) -> Counts:
    return Counts(engine, {"demo": DEMO}, lambda: NOON)


def today(counts: Counts, *clinics: str) -> counting.Figures:
    return counts.read(clinics or ("*",), TODAY, TODAY)


def test_what_is_added_is_there_once_it_is_written(counts: Counts) -> None:
    counts.add("demo", "conversations")
    counts.add("demo", "messages", 3)
    assert today(counts).rows == ()
    counts.flush()
    totals = today(counts).totals()
    assert totals.pop("conversations") == 1
    assert totals.pop("messages") == 3
    assert set(totals.values()) == {0}


def test_writing_again_adds_to_what_is_there_and_to_nothing_else(counts: Counts) -> None:
    counts.add("demo", "messages", 2)
    counts.add("other", "messages", 5)
    counts.flush()
    counts.flush()
    counts.add("demo", "messages", 40)
    counts.flush()
    assert today(counts, "demo").total("messages") == 42
    assert today(counts, "other").total("messages") == 5
    assert today(counts, "demo", "other").total("messages") == 47
    assert today(counts, "nobody").rows == ()


def test_threads_that_add_and_write_at_once_lose_nothing(counts: Counts) -> None:
    def work(_: int) -> None:
        for _number in range(200):
            counts.add("demo", "messages")
        counts.flush()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert today(counts).total("messages") == 1600


PROCESS = """
import sys
from bot.counting import Counts
from bot.store.database import open_engine
counts = Counts(open_engine(sys.argv[1]), {}, lambda: float(sys.argv[2]))
names = ("messages", "conversations", "refusals")
print("ready", flush=True)
sys.stdin.readline()
for turn in range(30):
    for name in names if turn % 2 else reversed(names):
        counts.add("demo", name)
    counts.flush()
"""


def test_processes_that_write_at_once_lose_nothing(counts: Counts, url: str) -> None:
    command = [sys.executable, "-c", PROCESS, url, str(NOON)]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    figures = today(counts)
    assert [figures.total(n) for n in ("messages", "conversations", "refusals")] == [90, 90, 90]


def test_numbers_wait_while_the_database_is_away(counts: Counts) -> None:
    counts.add("demo", "messages", 2)
    table.drop(counts.engine)
    with pytest.raises(SQLAlchemyError):
        counts.flush()
    counts.add("demo", "messages", 3)
    with pytest.raises(SQLAlchemyError):
        counts.flush()
    table.create(counts.engine)
    counts.flush()
    assert today(counts).total("messages") == 5


async def test_a_running_counter_writes_by_itself_and_at_the_end(
    counts: Counts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "EVERY", 0.01)
    record = Record(Store(counts.engine, Sealer((KEY,))))
    table.drop(counts.engine)
    running = asyncio.create_task(counts.run(record))
    counts.add("demo", "messages")
    await asyncio.sleep(0.1)  # it fails a few times, and goes on
    assert not running.done()
    table.create(counts.engine)
    for _ in range(500):
        if today(counts).total("messages"):
            break
        await asyncio.sleep(0.01)
    assert today(counts).total("messages") == 1
    running.cancel()
    counts.add("demo", "messages")
    await counts.stop(record)
    assert today(counts).total("messages") == 2


@pytest.mark.parametrize(
    ("zone", "day"),
    [("America/Los_Angeles", "2026-11-20"), ("Pacific/Kiritimati", "2026-11-21")],
)
def test_a_day_is_the_clinics_own(counts: Counts, zone: str, day: str) -> None:
    just_past_midnight = datetime(2026, 11, 21, 0, 5, tzinfo=timezone.utc).timestamp()
    counts.now = lambda: just_past_midnight
    here = replace(DEMO, hours=hours_from({"timezone": zone, "weekly": "always"}))
    counts.clinics = {"here": here, "none": replace(DEMO, hours=None)}
    assert counts.day("here") == day
    assert counts.day("none") == counts.day("unknown") == "2026-11-21"


def test_a_period_holds_both_its_days(counts: Counts) -> None:
    with counts.engine.begin() as connection:
        for day in ("2026-11-18", "2026-11-19", "2026-11-20", "2026-11-21"):
            row = {"day": day, "clinic": "demo", "name": "refusals", "count": 2}
            connection.execute(sa.insert(table).values(row))
    figures = counts.read(["demo"], date(2026, 11, 19), date(2026, 11, 20))
    assert figures.by_day("refusals") == {date(2026, 11, 19): 2, date(2026, 11, 20): 2}


@pytest.mark.parametrize(
    ("seconds", "name"),
    [
        (0, "answered.within_1"),
        (60, "answered.within_1"),
        (61, "answered.within_5"),
        (900, "answered.within_15"),
        (901, "answered.more"),
    ],
)
def test_time_to_answer_counts_in_the_first_share_it_fits(
    counts: Counts, seconds: float, name: str
) -> None:
    counts.answered("demo", seconds)
    counts.flush()
    found = {key: n for key, n in today(counts).totals().items() if n}
    seconds_kept = {"answered.seconds": seconds} if seconds else {}
    assert found == {"handoff.answered": 1, name: 1, **seconds_kept}


def test_a_name_that_is_none_is_not_counted_and_does_not_raise(
    counts: Counts, caplog: pytest.LogCaptureFixture
) -> None:
    counts.add("demo", "what a person wrote " * 10)
    counts.add("demo", "messages")
    counts.flush()
    assert [row.name for row in today(counts).rows] == ["messages"]
    assert "not counted" in caplog.text


def test_r18_nothing_is_kept_but_a_day_a_clinic_a_name_and_a_number(counts: Counts) -> None:
    for name in NAMES:
        counts.add("demo", name)
    counts.flush()
    with counts.engine.connect() as connection:
        rows = {tuple(row) for row in connection.execute(sa.select(table))}
    assert rows == {("2026-11-21", "demo", name, 1) for name in NAMES}


class TestTheCommand:
    @pytest.fixture(autouse=True)
    def settings(self, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in SETTINGS:
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("CARENAV_STATE_DIR", str(tmp_path))
        monkeypatch.setenv("CARENAV_DATABASE_URL", url)
        monkeypatch.setenv("COLUMNS", "200")

    @pytest.fixture(params=["sqlite"])
    def url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path / 'carenav.db'}"

    @pytest.fixture
    def counts(self, url: str) -> Counts:
        from bot.store.migrate import upgrade

        upgrade(url)
        return Counts(open_engine(url), {}, lambda: NOON)

    def test_it_shows_a_period(self, counts: Counts) -> None:
        counts.add("demo", "crisis.referrals", 1234)
        counts.flush()
        result = CliRunner().invoke(app, ["counts", "--from", "2026-11-01", "--to", "2026-11-30"])
        assert result.exit_code == 0, result.output
        lines = [line for line in result.output.splitlines() if "1,234" in line]
        assert len(lines) == 1
        assert "crisis lines" in lines[0]

    def test_it_writes_csv_of_the_clinics_asked_for(self, counts: Counts) -> None:
        counts.add("demo", "crisis.referrals", 7)
        counts.add("other", "crisis.referrals", 1)
        counts.flush()
        period = ["--from", "2026-11-21", "--to", "2026-11-21"]
        result = CliRunner().invoke(app, ["counts", *period, "--clinic", "demo", "--csv"])
        assert list(csv.reader(io.StringIO(result.output))) == [
            ["day", "clinic", "name", "count"],
            ["2026-11-21", "demo", "crisis.referrals", "7"],
        ]

    def test_a_period_the_wrong_way_round_is_one_line(self) -> None:
        wrong = ["counts", "--from", "2026-11-30", "--to", "2026-11-01"]
        result = CliRunner().invoke(app, wrong)
        assert result.exit_code == 1
        assert "--from 2026-11-30 is after --to 2026-11-01" in result.output

    def test_a_fresh_database_has_counted_nothing(self) -> None:
        result = CliRunner().invoke(app, ["counts", "--csv"])
        assert result.exit_code == 0, result.output
        assert result.output.splitlines() == ["day,clinic,name,count"]

    def test_csv_holds_no_cell_that_a_spreadsheet_would_run(self, counts: Counts) -> None:
        counts.add("=cmd|' /C calc'!A0", "messages")
        counts.add("@demo", "messages")
        counts.flush()
        period = ["--from", "2026-11-21", "--to", "2026-11-21"]
        result = CliRunner().invoke(app, ["counts", *period, "--csv"])
        cells = [row[1] for row in csv.reader(io.StringIO(result.output))][1:]
        assert cells == ["'=cmd|' /C calc'!A0", "'@demo"]
