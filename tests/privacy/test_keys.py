"""Changing keys while people write: nothing is lost, nothing stays with the old key."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet

from bot.conversation import Message
from bot.settings import PROJECT
from bot.store import rotation
from bot.store.conversations import Store
from bot.store.crypto import Sealer, Unsealable, fingerprint
from bot.store.database import open_engine
from bot.store.record import Record, StoreDown
from bot.store.sealed import SEALED, key_of
from bot.store.tables import messages, metadata, trackers
from tests.privacy.filling import (
    KEY,
    NOW,
    a_sheet,
    ask_for_a_person,
    by_text,
    new_id,
    opened,
    said,
    sealed_values,
    session,
    talk,
)

NEW = "bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmU="
BOTH = Sealer([NEW, KEY])
ONLY_NEW = Sealer([NEW])


def by_key(engine: sa.engine.Engine, sealer: Sealer = BOTH) -> dict[int | None, int]:
    found: dict[int | None, int] = {}
    for count in rotation.tally(engine, sealer).values():
        for key, rows in count.items():
            found[key] = found.get(key, 0) + rows
    return found


def test_every_column_for_bytes_is_in_the_list_of_what_is_sealed():
    """A new one has to be sealed, and so rotated and looked at by the canary."""
    of_bytes = {
        str(column)
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, sa.LargeBinary)
    }
    assert {str(column) for column in SEALED} == of_bytes
    assert {str(key_of(column)).partition(".")[2] for column in SEALED} == {
        "id",
        "conversation_id",
    }


def test_every_row_of_every_column_is_sealed_anew_and_says_the_same(store):
    for _ in range(3):
        whose = session()
        talk(store, whose)
        ask_for_a_person(store, whose)
        by_text(store, whose)
        a_sheet(store, whose)
    before = sorted(opened(store.engine, store.sealer))
    assert {name for name, _, _ in sealed_values(store.engine)} == {str(each) for each in SEALED}
    looked_at = []
    done = rotation.rotate(store.engine, BOTH, looked_at.append)
    assert done == rotation.Rotated(resealed=len(before), waiting=0, lost=0)
    assert sum(looked_at) == rotation.rows(store.engine) == len(before)
    assert sorted(opened(store.engine, ONLY_NEW)) == before
    with pytest.raises(Unsealable):
        opened(store.engine, store.sealer)


def test_what_the_first_key_opens_is_left_as_it_is(store):
    talk(store, session())
    rotation.rotate(store.engine, BOTH)
    before = sealed_values(store.engine)
    assert rotation.rotate(store.engine, BOTH) == rotation.Rotated(0, 0, 0)
    assert sealed_values(store.engine) == before


def test_which_key_opens_how_many(store):
    talk(store, session())
    newer = Store(store.engine, BOTH)
    talk(newer, session())
    talk(newer, session())
    lost = Store(store.engine, Sealer([Fernet.generate_key().decode()]))
    whose = session()
    lost.accept(whose, said("hello", NOW), new_id())
    found = rotation.tally(store.engine, BOTH)
    assert found["messages.body"] == {0: 4, 1: 2, None: 1}
    assert found["conversations.asking"] == {0: 2, 1: 1}
    assert found["trackers.body"] == {}


def test_rows_that_no_key_opens_are_counted_and_left_alone(store):
    talk(store, session())
    stranger = Sealer([Fernet.generate_key().decode()])
    Store(store.engine, stranger).accept(session(), said("hello", NOW), new_id())
    done = rotation.rotate(store.engine, BOTH)
    assert (done.resealed, done.waiting, done.lost) == (3, 0, 1)
    assert by_key(store.engine, Sealer([NEW, KEY])) == {0: 3, None: 1}


def test_people_who_write_meanwhile_lose_nothing(url, monkeypatch):
    """Rows are added, replaced and erased all the while; small batches, so that they meet."""
    monkeypatch.setattr(rotation, "BATCH", 7)
    store = Store(open_engine(url), Sealer([KEY]))
    for _ in range(60):
        talk(store, session())
    whose = [session() for _ in range(6)]
    last: dict[str, bytes] = {}
    failed: list[Exception] = []
    stop = threading.Event()

    def write(mine) -> None:
        process = Store(open_engine(url), BOTH)
        try:
            n = 0
            while not stop.is_set():
                n += 1
                for one in mine:
                    talk(process, one, NOW + n, f"message {n}")
                    last[one.conversation] = body = f"memory {n}".encode()
                    keep_memory(process, one.conversation, body)
                gone = session()
                talk(process, gone)
                process.erase(gone.conversation, NOW)
        except Exception as error:
            failed.append(error)
        finally:
            process.engine.dispose()

    writers = [threading.Thread(target=write, args=(whose[n::2],)) for n in range(2)]
    for one in writers:
        one.start()
    try:
        done = rotation.rotate(store.engine, BOTH)
    finally:
        stop.set()
        for one in writers:
            one.join()
    assert failed == []
    assert done.waiting == done.lost == 0
    assert done.resealed >= 180
    assert set(by_key(store.engine)) == {0}
    kept = {name: ONLY_NEW.open(b) for c, name, b in sealed_values(store.engine) if c[0] == "t"}
    assert kept == last
    store.engine.dispose()


def keep_memory(store: Store, conversation: str, body: bytes) -> None:
    """As Rasa's process does: the row is replaced, whatever it held."""
    values = {"body": store.sealer.seal(body), "updated_at": NOW}
    with store.engine.begin() as connection:
        this = trackers.update().where(trackers.c.conversation_id == conversation)
        if connection.execute(this.values(**values)).rowcount == 0:
            connection.execute(trackers.insert().values(conversation_id=conversation, **values))


def test_a_row_that_was_replaced_since_it_was_read_stays_as_it_was_replaced(tmp_path):
    """On SQLite nothing locks a row; the old bytes are part of the condition."""
    url = f"sqlite:///{tmp_path / 'carenav.db'}"
    engine = open_engine(url)
    metadata.create_all(engine)
    store = Store(engine, Sealer([KEY]))
    whose = session()
    talk(store, whose)
    keep_memory(store, whose.conversation, b"old")

    class Slow(Sealer):
        """While it seals a row anew, its owner writes."""

        def reseal(self, sealed: bytes) -> bytes:
            if BOTH.open(sealed) == b"old":
                keep_memory(store, whose.conversation, b"newer")
            return super().reseal(sealed)

    # Nothing is written yet in the transaction that seals anew: the trackers come by themselves.
    done = rotation._reseal(engine, Slow([NEW, KEY]), trackers.c.body, [whose.conversation])
    assert done == 0
    rotation.rotate(engine, BOTH)
    assert b"newer" in opened(engine, ONLY_NEW)
    assert b"old" not in opened(engine, ONLY_NEW)


def test_on_postgresql_nobody_is_waited_for_and_what_was_locked_comes_next(postgres_url):
    store = Store(open_engine(postgres_url), Sealer([KEY]))
    talk(store, session())
    with store.engine.begin() as connection:
        name = connection.scalar(sa.select(messages.c.id).limit(1).with_for_update())
        done = rotation.rotate(store.engine, BOTH)
        assert (done.resealed, done.waiting) == (2, 1)
    assert rotation.tally(store.engine, BOTH)["messages.body"] == {0: 1, 1: 1}
    assert rotation.rotate(store.engine, BOTH) == rotation.Rotated(1, 0, 0)
    assert name
    store.engine.dispose()


def test_a_process_that_still_seals_with_the_old_key_is_found_out(store, monkeypatch):
    """It was not started again: the rotation never ends, so it gives up and says so."""
    monkeypatch.setattr(rotation, "ROUNDS", 3)
    round_ = rotation._round

    def meanwhile(*args):
        done = round_(*args)
        talk(store, session())
        return done

    talk(store, session())
    monkeypatch.setattr(rotation, "_round", meanwhile)
    done = rotation.rotate(store.engine, BOTH)
    assert done.resealed == 9
    assert by_key(store.engine) == {0: 9, 1: 3}


KILLED = """
import sys
from bot.store import rotation
from bot.store.crypto import Sealer
from bot.store.database import open_engine
rotation.BATCH = 10
rotation.rotate(open_engine(sys.argv[1]), Sealer(sys.argv[2:]), lambda n: print(n, flush=True))
"""


def test_killed_in_the_middle_it_goes_on_when_run_again(url, store):
    for _ in range(60):
        talk(store, session())
    before = sorted(opened(store.engine, store.sealer))
    command = [sys.executable, "-c", KILLED, url, NEW, KEY]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE) as process:
        assert process.stdout
        for _ in range(5):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
    halfway = by_key(store.engine)
    assert set(halfway) == {0, 1}, "it was killed too late, or too early"
    assert sorted(opened(store.engine, BOTH)) == before
    done = rotation.rotate(store.engine, BOTH)
    assert done == rotation.Rotated(halfway[1], 0, 0)
    assert sorted(opened(store.engine, ONLY_NEW)) == before


def test_a_fingerprint_tells_keys_apart_and_says_nothing_of_them():
    marks = {fingerprint(Fernet.generate_key().decode()) for _ in range(50)}
    assert len(marks) == 50
    assert all(len(mark) == 8 for mark in marks)
    assert fingerprint(KEY) not in KEY


# --- a row that can't be opened ---------------------------------------------------------------


async def test_a_row_that_no_key_opens_is_one_line_in_the_log_and_a_store_that_is_down(
    store, caplog
):
    whose = session()
    talk(store, whose, text="my unrepeatable sorrow")
    record = Record(Store(store.engine, ONLY_NEW))
    with pytest.raises(StoreDown):
        await record.call(record.store.after, whose.conversation)
    assert "carenav keys status" in caplog.text
    assert "Traceback" not in caplog.text
    assert await record.after(whose.conversation, "") == []


def test_a_message_that_no_key_opens_does_not_hold_up_the_others(store):
    mine, other = session(), session()
    store.accept(other, said("hello", NOW), new_id())
    newer = Store(store.engine, ONLY_NEW)
    kept: Message = said("hello", NOW + 1)
    newer.accept(mine, kept, new_id())
    assert [message.id for _, message in newer.pending()] == [kept.id]
    with pytest.raises(Unsealable):
        newer.pending(other.conversation)
