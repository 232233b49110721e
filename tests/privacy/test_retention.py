"""Kept no longer than the clinic says, and it can be proved (R16, invariant 6)."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.staff.audit import Audit
from bot.store import retention
from bot.store.conversations import Store
from bot.store.crypto import Sealer
from bot.store.database import open_engine
from bot.store.migrate import upgrade
from bot.store.tables import (
    clearings,
    conversations,
    erased,
    metadata,
    staff_invitations,
    staff_sessions,
    trackers,
)
from tests.privacy.filling import (
    DAY,
    KEY,
    NOW,
    a_sheet,
    ask_for_a_person,
    by_text,
    count,
    new_id,
    of_conversations,
    said,
    session,
    talk,
)

MINUTE = 60.0
DEMO = {"demo": 30}


def ids(store: Store) -> set[str]:
    with store.engine.connect() as connection:
        return set(connection.scalars(sa.select(conversations.c.id)))


def rows(store: Store) -> list[sa.engine.Row]:
    with store.engine.connect() as connection:
        return connection.execute(sa.select(clearings).order_by(clearings.c.at)).all()


def test_a_conversation_goes_thirty_days_after_its_last_message_with_all_that_hangs_on_it(store):
    old, kept = session(), session()
    for whose, at in ((old, NOW - 31 * DAY), (kept, NOW - 29 * DAY)):
        talk(store, whose, at)
        ask_for_a_person(store, whose, at)
        by_text(store, whose, at)
        a_sheet(store, whose)
    before = count(store.engine)
    assert all(n >= 2 for n in before.values()), "a table that the test does not fill"
    retention.run(store.engine, DEMO, NOW)
    assert ids(store) == {kept.conversation}
    assert count(store.engine) == {name: n // 2 for name, n in before.items()}


def test_all_tables_of_conversations_are_thought_of():
    assert set(of_conversations()) == {
        "conversations",
        "messages",
        "trackers",
        "handoffs",
        "handoff_notes",
        "handoff_reads",
        "deliveries",
        "outside_ids",
        "phones",
        "texts",
        "reminders",
        "text_requests",
        "sheets",
    }


def test_the_page_of_a_sheet_goes_on_its_day_though_its_chat_goes_on(store):
    whose = session()
    talk(store, whose, NOW)
    a_sheet(store, whose, until=NOW + 10 * DAY)
    retention.run(store.engine, DEMO, NOW + 9 * DAY)
    assert count(store.engine, "sheets") == {"sheets": 1}
    retention.run(store.engine, DEMO, NOW + 10 * DAY)
    assert count(store.engine, "sheets") == {"sheets": 0}
    assert ids(store) == {whose.conversation}


def test_the_last_message_counts_whoever_wrote_it(store):
    """A crisis reply and what staff write do not touch the conversation's own row."""
    whose = session()
    talk(store, whose, NOW - 40 * DAY)
    store.add(whose, [said("the lines", NOW - 2 * DAY, "bot")])
    retention.run(store.engine, DEMO, NOW)
    assert ids(store) == {whose.conversation}
    retention.run(store.engine, DEMO, NOW + 28.1 * DAY)
    assert ids(store) == set()


def test_each_clinic_has_its_days_and_one_that_is_gone_from_the_files_has_thirty(store):
    short, long, gone = (session(clinic) for clinic in ("short", "long", "gone"))
    for whose in (short, long, gone):
        talk(store, whose, NOW - 20 * DAY)
    days = {"short": 7, "long": 365}
    retention.run(store.engine, days, NOW)
    assert ids(store) == {long.conversation, gone.conversation}
    retention.run(store.engine, days, NOW + 11 * DAY)
    assert ids(store) == {long.conversation}


def test_an_open_hand_off_holds_nothing_past_the_clinics_days(store):
    whose = session()
    talk(store, whose, NOW - 31 * DAY)
    ask_for_a_person(store, whose, NOW - 31 * DAY, state="waiting")
    retention.run(store.engine, DEMO, NOW)
    assert ids(store) == set()


class TestNoDays:
    """0 days: gone at the end."""

    days = {"demo": 0}

    def test_it_has_ended_after_half_an_hour_without_a_word(self, store):
        whose = session()
        talk(store, whose, NOW)
        retention.run(store.engine, self.days, NOW + 29 * MINUTE)
        assert ids(store) == {whose.conversation}
        retention.run(store.engine, self.days, NOW + 31 * MINUTE)
        assert ids(store) == set()

    def test_not_while_a_page_has_it_open_but_a_forgotten_page_does_not_hold_it_for_ever(
        self, store
    ):
        whose = session()
        talk(store, whose, NOW)
        heard = whose.conversation.__eq__
        (one,) = retention.run(store.engine, self.days, NOW + 6.9 * DAY, heard)
        assert (one.conversations, one.left) == (0, 0)
        retention.run(store.engine, self.days, NOW + 7.1 * DAY, heard)
        assert ids(store) == set()

    def test_pages_that_are_open_do_not_keep_the_ended_ones(self, store):
        open_ones = [session() for _ in range(retention.BATCH + 5)]
        ended = [session() for _ in range(3)]
        for whose in (*open_ones, *ended):
            talk(store, whose, NOW)
        heard = {whose.conversation for whose in open_ones}
        retention.run(store.engine, self.days, NOW + 31 * MINUTE, heard.__contains__)
        assert ids(store) == heard

    @pytest.mark.parametrize("state", ["asked", "waiting", "claimed", "active"])
    def test_not_while_a_hand_off_lasts_for_a_week_at_most(self, store, state):
        whose = session()
        talk(store, whose, NOW)
        ask_for_a_person(store, whose, NOW, state=state)
        retention.run(store.engine, self.days, NOW + 6.9 * DAY)
        assert ids(store) == {whose.conversation}
        retention.run(store.engine, self.days, NOW + 7.1 * DAY)
        assert ids(store) == set()

    @pytest.mark.parametrize("state", ["ended", "withdrawn", "unanswered"])
    def test_once_the_hand_off_is_over_it_goes(self, store, state):
        whose = session()
        talk(store, whose, NOW)
        ask_for_a_person(store, whose, NOW, state=state)
        retention.run(store.engine, self.days, NOW + 31 * MINUTE)
        assert ids(store) == set()
        assert sum(count(store.engine).values()) == 0


def test_a_run_that_deletes_is_written_down_and_so_is_one_a_day(store):
    for n in range(3):
        talk(store, session(), NOW - (31 + n) * DAY)
    retention.run(store.engine, DEMO, NOW)
    retention.run(store.engine, DEMO, NOW + 600)
    retention.run(store.engine, DEMO, NOW + 1.01 * DAY)
    told = [(row.clinic, row.at, row.before, row.conversations, row.left) for row in rows(store)]
    assert told == [
        ("demo", NOW, NOW - 30 * DAY, 3, 0),
        ("demo", NOW + 1.01 * DAY, NOW - 28.99 * DAY, 0, 0),
    ]


def test_what_could_not_be_deleted_shows_in_the_proof(store, monkeypatch):
    talk(store, session(), NOW - 31 * DAY)
    monkeypatch.setattr(retention, "_delete", lambda *_: 0)
    (one,) = retention.run(store.engine, DEMO, NOW)
    assert one.left == 1
    assert [(row.conversations, row.left) for row in rows(store)] == [(0, 1)]


def test_several_processes_at_once_do_no_harm_and_count_each_once(url):
    store = Store(open_engine(url), Sealer([KEY]))
    for n in range(120):
        talk(store, session(), NOW - (31 + n % 3) * DAY)
    kept = session()
    talk(store, kept, NOW)
    failed: list[Exception] = []

    def process() -> None:
        try:
            engine = open_engine(url)
            retention.run(engine, DEMO, NOW)
            engine.dispose()
        except Exception as error:
            failed.append(error)

    processes = [threading.Thread(target=process) for _ in range(4)]
    for one in processes:
        one.start()
    for one in processes:
        one.join()
    assert failed == []
    assert ids(store) == {kept.conversation}
    assert sum(row.conversations for row in rows(store)) == 120
    store.engine.dispose()


def test_a_message_taken_while_it_clears_saves_its_conversation(store, monkeypatch):
    """Between finding what is due and deleting it somebody comes back."""
    back, gone = session(), session()
    for whose in (back, gone):
        talk(store, whose, NOW - 31 * DAY)
    delete = retention._delete

    def meanwhile(*args):
        store.accept(back, said("I am back", NOW), "again")
        return delete(*args)

    monkeypatch.setattr(retention, "_delete", meanwhile)
    retention.run(store.engine, DEMO, NOW)
    assert ids(store) == {back.conversation}
    assert store.after(back.conversation)[-1].text == "I am back"


def test_on_postgresql_a_message_under_way_is_waited_for(postgres_url):
    """Its transaction began before the clearing and ends after. (SQLite has one writer.)"""
    store = Store(open_engine(postgres_url), Sealer([KEY]))
    whose = session()
    talk(store, whose, NOW - 31 * DAY)
    with store.engine.begin() as connection:
        store.open(connection, whose, NOW)
        store._insert(connection, whose.conversation, said("I am back", NOW), "pending", "again")
        clearing = threading.Thread(target=retention.run, args=(store.engine, DEMO, NOW))
        clearing.start()
        clearing.join(0.5)
        assert clearing.is_alive()
    clearing.join()
    assert store.after(whose.conversation)[-1].text == "I am back"
    store.engine.dispose()


def test_a_dialogues_memory_without_a_conversation_goes_at_the_next_run(store):
    row = {"conversation_id": new_id(), "body": b"sealed", "updated_at": NOW}
    whose = session()
    talk(store, whose)
    with store.engine.begin() as connection:
        connection.execute(trackers.insert().values(**row))
        connection.execute(
            trackers.insert().values(**{**row, "conversation_id": whose.conversation})
        )
    retention.run(store.engine, DEMO, NOW)
    with store.engine.connect() as connection:
        assert connection.scalars(sa.select(trackers.c.conversation_id)).all() == [
            whose.conversation
        ]


def test_the_id_of_an_erased_conversation_stays_closed_for_longer_than_a_token_lives(store):
    whose = session()
    store.erase(whose.conversation, NOW)
    retention.run(store.engine, DEMO, NOW + 39 * DAY)
    assert store.is_erased(whose.conversation)
    retention.run(store.engine, DEMO, NOW + 41 * DAY)
    assert not store.is_erased(whose.conversation)
    assert count(store.engine, erased.name) == {"erased": 0}


def test_ended_ways_in_for_staff_are_cleared_and_the_audit_log_and_counters_stay(store):
    whose = session()
    talk(store, whose)
    ask_for_a_person(store, whose)
    counted = {"day": "2027-01-01", "clinic": "demo", "name": "messages", "count": 1}
    with store.engine.begin() as connection:
        (member,) = connection.scalars(sa.select(metadata.tables["staff"].c.id))
        for n, age in enumerate((0.1, 2, 20)):
            row = {"id": f"{n}", "staff_id": member, "created_at": NOW - age * DAY}
            connection.execute(staff_sessions.insert().values(**row, seen_at=NOW))
            connection.execute(staff_invitations.insert().values(**row))
        connection.execute(metadata.tables["counts"].insert().values(**counted))
    Audit(store.engine).write("clock", "handoff.view", now=NOW - 4000 * DAY)
    names = ("staff_sessions", "staff_invitations", "counts", "staff")
    audited = count(store.engine, "audit")
    retention.run(store.engine, DEMO, NOW)
    assert list(count(store.engine, *names).values()) == [1, 2, 1, 1]
    assert count(store.engine, "audit") == audited


def test_what_is_kept_by_clinic_and_what_clearing_did(store):
    for n in (1, 5, 31, 45):
        talk(store, session(), NOW - n * DAY)
    talk(store, session("gone"), NOW - 2 * DAY)
    retention.run(store.engine, {"demo": 30, "empty": 0}, NOW)
    kept = {one.clinic: one for one in retention.status(store.engine, {"demo": 30, "empty": 0})}
    assert list(kept) == ["demo", "empty", "gone"]
    demo = kept["demo"]
    assert (demo.days, demo.conversations, demo.oldest) == (30, 2, NOW - 5 * DAY)
    assert (demo.ran_at, demo.cleared, demo.cleared_ever, demo.left) == (NOW, 2, 2, 0)
    assert (kept["empty"].days, kept["empty"].conversations, kept["empty"].oldest) == (0, 0, None)
    assert kept["gone"].days == 30


def test_cleared_words_are_in_none_of_the_files_of_sqlite(tmp_path: Path):
    """Not even sealed: the sealed bytes themselves are gone, from the write-ahead file too, while
    another process has the database open."""
    url = f"sqlite:///{tmp_path / 'carenav.db'}"
    upgrade(url)
    store = Store(open_engine(url), Sealer([KEY]))
    another = open_engine(url).connect()
    another.execute(sa.text("SELECT 1 FROM conversations")).all()
    old, kept = session(), session()
    marks = []
    for whose, at in ((old, NOW - 31 * DAY), (kept, NOW)):
        talk(store, whose, at)
        with store.engine.connect() as connection:
            query = "SELECT body FROM messages WHERE conversation_id = :id"
            found = connection.execute(sa.text(query), {"id": whose.conversation})
            marks.append([bytes(body)[20:60] for (body,) in found])
    on_disk = bytes_of(tmp_path)
    assert all(mark in on_disk for mark in (*marks[0], *marks[1]))
    retention.run(store.engine, DEMO, NOW)
    on_disk = bytes_of(tmp_path)
    assert not any(mark in on_disk for mark in marks[0])
    assert all(mark in on_disk for mark in marks[1])
    another.close()


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.glob("*.db*")))
