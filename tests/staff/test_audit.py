"""The audit log: rows that are only added, and a chain that shows when somebody did otherwise."""

from __future__ import annotations

import multiprocessing
from dataclasses import replace
from itertools import pairwise

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DatabaseError

from bot.staff.audit import Audit, Broken, Entry, Head
from bot.store.database import open_engine
from bot.store.tables import audit

NOW = 1_800_000_000.123_456


@pytest.fixture
def log(engine: Engine) -> Audit:
    made = Audit(engine)
    for n in range(1, 6):
        made.write(f"staff{n}", "inbox.view", f"subject{n}", "demo", NOW + n)
    return made


def tamper(connection: Connection, *statements: str) -> None:
    """What only the database's owner can do: change the log behind its triggers."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("ALTER TABLE audit DISABLE TRIGGER USER"))
    else:
        for verb in ("update", "delete"):
            connection.execute(sa.text(f"DROP TRIGGER IF EXISTS audit_no_{verb}"))
    for statement in statements:
        connection.execute(sa.text(statement))
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("ALTER TABLE audit ENABLE TRIGGER USER"))


def test_an_empty_log_is_whole(engine: Engine) -> None:
    assert Audit(engine).verify() is None
    assert Audit(engine).head() == Head(0, "0" * 64)


def test_every_row_is_kept_as_it_was_written_and_follows_the_one_before(log: Audit) -> None:
    rows = list(log.entries())
    assert [row.seq for row in rows] == [1, 2, 3, 4, 5]
    assert rows[0].previous == "0" * 64
    assert all(after.previous == before.hash for before, after in pairwise(rows))
    assert replace(rows[1], previous="", hash="") == Entry(
        2, 1_800_000_002.123, "staff2", "inbox.view", "subject2", "demo", "", ""
    )
    assert log.head() == Head(5, rows[-1].hash)
    assert log.verify() is None


@pytest.mark.parametrize(
    "statement", ["UPDATE audit SET actor = 'x' WHERE seq = 2", "DELETE FROM audit WHERE seq = 5"]
)
def test_the_database_refuses_to_change_or_delete_a_row(log: Audit, statement: str) -> None:
    with pytest.raises(DatabaseError, match="only ever added to"), log.engine.begin() as connection:
        connection.execute(sa.text(statement))
    assert log.verify() is None
    assert log.head().count == 5


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        (["UPDATE audit SET actor = 'staff9' WHERE seq = 3"], Broken(3, "changed")),
        (["UPDATE audit SET at = at + 0.001 WHERE seq = 3"], Broken(3, "changed")),
        (["UPDATE audit SET action = 'handoff.end' WHERE seq = 5"], Broken(5, "changed")),
        (["DELETE FROM audit WHERE seq = 1"], Broken(2, "missing")),
        (["DELETE FROM audit WHERE seq = 3"], Broken(4, "missing")),
        (
            [
                "DELETE FROM audit WHERE seq = 3",
                "UPDATE audit SET seq = 3 WHERE seq = 4",
                "UPDATE audit SET seq = 4 WHERE seq = 5",
            ],
            Broken(3, "order"),
        ),
        (
            [
                "UPDATE audit SET seq = 99 WHERE seq = 2",
                "UPDATE audit SET seq = 2 WHERE seq = 3",
                "UPDATE audit SET seq = 3 WHERE seq = 99",
            ],
            Broken(2, "order"),
        ),
        (
            [
                "UPDATE audit SET seq = 6 WHERE seq = 5",
                "INSERT INTO audit SELECT 5, at, actor, 'login', subject, clinic, previous, hash"
                " FROM audit WHERE seq = 6",
            ],
            Broken(5, "changed"),
        ),
    ],
    ids=["actor", "time", "last", "first out", "one out", "closed up", "swapped", "put in"],
)
def test_verifying_finds_what_was_done_to_the_rows(
    log: Audit, statements: list[str], found: Broken
) -> None:
    with log.engine.begin() as connection:
        tamper(connection, *statements)
    assert log.verify() == found


def test_an_end_that_was_cut_off_is_found_by_a_head_written_down_before(log: Audit) -> None:
    early, late = list(log.entries())[2].hash, log.head().hash
    with log.engine.begin() as connection:
        tamper(connection, "DELETE FROM audit WHERE seq >= 4")
    assert log.verify() is None, "the chain itself cannot tell"
    assert log.verify(head=early) is None
    assert log.verify(head=late) == Broken(4, "missing")


def test_a_chain_made_anew_is_found_by_a_head_written_down_before(log: Audit) -> None:
    head = log.head().hash
    with log.engine.begin() as connection:
        tamper(connection, "DELETE FROM audit")
    for n in range(7):
        log.write("staff1", "inbox.view", now=NOW + n)
    assert log.verify() is None
    assert log.verify(head=head) == Broken(8, "missing")


def test_the_latest_rows_come_first_and_a_clinic_sees_its_own(log: Audit) -> None:
    log.write("staff1", "handoff.view", "h1", "north", NOW)
    log.write("staff1", "login", now=NOW)
    assert [row.seq for row in log.latest(limit=3)] == [7, 6, 5]
    assert [row.seq for row in log.latest(before=6, limit=2)] == [5, 4]
    assert [row.action for row in log.latest(["north"])] == ["login", "handoff.view"]


def _write(url: str, name: str, times: int) -> None:
    engine = open_engine(url)
    for n in range(times):
        Audit(engine).write(name, "inbox.view", str(n), "demo", NOW)
    engine.dispose()


def test_writers_in_several_processes_make_one_chain_without_a_gap(url: str) -> None:
    processes, times = 4, 25
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=_write, args=(url, f"w{n}", times)) for n in range(processes)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0] * processes
    engine = open_engine(url)
    rows = list(Audit(engine).entries())
    assert Audit(engine).verify() is None
    engine.dispose()
    assert [row.seq for row in rows] == list(range(1, processes * times + 1))
    for n in range(processes):
        own = [row.subject for row in rows if row.actor == f"w{n}"]
        assert own == [str(n) for n in range(times)], "each writer's rows are in its order"


def test_rows_are_verified_past_one_fetch(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.staff.audit._AT_ONCE", 3)
    log = Audit(engine)
    for _ in range(7):
        log.write("clock", "retention.run")
    assert len(list(log.entries())) == 7
    assert log.verify() is None
    with engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(audit)) == 7
