"""Erased when the person asks: every table, every memory, and whatever comes late (R16)."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.conversation import Said
from bot.store.conversations import Erased, Store
from bot.store.crypto import Sealer
from bot.store.database import open_engine
from bot.store.migrate import upgrade
from bot.store.record import Record, StoreDown
from bot.store.tables import conversations, erased, trackers
from tests.bot.edge import Edge
from tests.privacy.filling import (
    KEY,
    NOW,
    a_sheet,
    ask_for_a_person,
    by_text,
    count,
    of_conversations,
    opened,
    said,
    sealed_values,
    session,
    talk,
)
from tests.privacy.test_retention import bytes_of


def test_r16_erasing_leaves_no_row_in_any_table_of_conversations(store):
    whose, other = session(), session()
    for one in (whose, other):
        talk(store, one)
        ask_for_a_person(store, one)
        by_text(store, one)
        a_sheet(store, one)
    before = count(store.engine)
    assert all(n >= 2 for n in before.values()), "a table that the test does not fill"
    store.erase(whose.conversation, NOW)
    assert count(store.engine) == {name: n // 2 for name, n in before.items()}
    store.erase(other.conversation, NOW)
    assert count(store.engine) == dict.fromkeys(of_conversations(), 0)


def test_only_the_closed_id_is_left_and_nothing_that_can_be_opened(store):
    whose = session()
    talk(store, whose, text="my unrepeatable sorrow")
    ask_for_a_person(store, whose, note="my unrepeatable number")
    by_text(store, whose, words="my unrepeatable visit")
    a_sheet(store, whose, "my unrepeatable question")
    assert any(b"unrepeatable" in body for body in opened(store.engine, store.sealer))
    store.erase(whose.conversation, NOW)
    assert [name for name, _, _ in sealed_values(store.engine)] == ["staff.totp"]
    with store.engine.connect() as connection:
        assert connection.execute(sa.select(erased)).all() == [(whose.conversation, NOW)]


def test_nothing_is_kept_of_it_any_more(store):
    whose = session()
    talk(store, whose)
    store.erase(whose.conversation, NOW)
    for late in (
        lambda: store.accept(whose, said("hello?", NOW), "late"),
        lambda: store.add(whose, [said("the lines", NOW, "bot")]),
    ):
        with pytest.raises(Erased):
            late()
    assert sum(count(store.engine).values()) == 0


def test_an_answer_that_comes_late_is_not_kept(store):
    whose = session()
    question = said("hello", NOW)
    store.accept(whose, question, "first")
    store.erase(whose.conversation, NOW)
    kept = store.answer(
        whose, question.id, [said("an answer", NOW, "bot")], asking=None, disclosed=False, now=NOW
    )
    assert not kept
    assert sum(count(store.engine).values()) == 0


def test_erasing_twice_and_before_anything_was_kept_is_erasing(store):
    whose = session()
    store.erase(whose.conversation, NOW)
    store.erase(whose.conversation, NOW + 1)
    assert store.is_erased(whose.conversation)
    assert sum(count(store.engine).values()) == 0


def test_a_first_message_that_is_being_kept_meanwhile_is_erased_as_well(url):
    """A crisis reply is sent before it is kept; the person may have erased the chat by then."""
    for n in range(20):
        store = Store(open_engine(url), Sealer([KEY]))
        whose = session()
        start = threading.Barrier(2)

        def keep(store=store, whose=whose, start=start) -> None:
            start.wait()
            for _ in range(3):
                try:
                    return store.add(whose, [said("the lines", NOW, "bot")])
                except Erased:
                    return None
                except sa.exc.SQLAlchemyError:
                    continue  # as `Record.flush` does

        keeping = threading.Thread(target=keep)
        keeping.start()
        start.wait()
        time.sleep(n % 5 / 2000)
        store.erase(whose.conversation, NOW)
        keeping.join()
        assert sum(count(store.engine).values()) == 0
        store.engine.dispose()


def test_on_postgresql_erasing_waits_for_a_first_message_under_way(postgres_url):
    """Its row is written but not to be seen yet: the erasure must not miss it."""
    store = Store(open_engine(postgres_url), Sealer([KEY]))
    whose = session()
    with store.engine.begin() as connection:
        store.open(connection, whose, NOW)
        store._insert(connection, whose.conversation, said("the lines", NOW, "bot"), "done", None)
        erasing = threading.Thread(target=store.erase, args=(whose.conversation, NOW))
        erasing.start()
        erasing.join(0.5)
        assert erasing.is_alive()
    erasing.join()
    assert sum(count(store.engine).values()) == 0
    assert store.is_erased(whose.conversation)
    store.engine.dispose()


def test_erased_words_are_in_none_of_the_files_of_sqlite(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'carenav.db'}"
    upgrade(url)
    store = Store(open_engine(url), Sealer([KEY]))
    another = open_engine(url).connect()
    another.execute(sa.text("SELECT 1 FROM conversations")).all()
    whose = session()
    talk(store, whose)
    ask_for_a_person(store, whose)
    marks = [body[20:60] for name, _, body in sealed_values(store.engine) if name != "staff.totp"]
    assert len(marks) == 7
    assert all(mark in bytes_of(tmp_path) for mark in marks)
    store.erase(whose.conversation, NOW)
    assert not any(mark in bytes_of(tmp_path) for mark in marks)
    another.close()


# --- what a process holds in memory -----------------------------------------------------------


async def test_the_memory_of_the_process_is_empty_too(tmp_path: Path):
    edge = Edge.fresh(tmp_path)
    await edge.begin()
    await edge.say("i can't do this anymore, my unrepeatable sorrow")
    await edge.say("what can you do?")
    edge.break_database()
    await edge.say("i want to kill myself, my unrepeatable sorrow")
    edge.mend_database()
    assert "unrepeatable" in remembered(edge)
    await edge.desk.erase(edge.session)
    assert "unrepeatable" not in remembered(edge)
    assert edge.session.conversation not in remembered(edge, without_closed=True)


async def test_an_erasure_that_failed_is_not_taken_for_one_and_can_be_asked_again(tmp_path: Path):
    edge = Edge.fresh(tmp_path)
    await edge.begin()
    await edge.say("what can you do, my unrepeatable friend?")
    edge.break_database()
    with pytest.raises(StoreDown):
        await edge.desk.erase(edge.session)
    edge.mend_database()
    assert not await edge.desk.is_erased(edge.session)
    assert len(await edge.kept()) > 1
    await edge.desk.erase(edge.session)
    assert await edge.desk.is_erased(edge.session)
    assert sum(count(edge.record.store.engine).values()) == 0


async def test_an_answer_under_way_while_it_is_erased_leaves_nothing(tmp_path: Path):
    edge = Edge.fresh(tmp_path)
    await edge.begin()
    edge.engine.gate = asyncio.Event()
    await edge.desk.take(edge.session, Said("m1", "what can you do, my unrepeatable friend?"))
    while not edge.engine.asked:
        await asyncio.sleep(0.01)
    await edge.desk.erase(edge.session)
    edge.engine.gate.set()
    await edge.settle()
    assert sum(count(edge.record.store.engine).values()) == 0
    assert "unrepeatable" not in remembered(edge)


def remembered(edge: Edge, without_closed: bool = False) -> str:
    """What the parts of one process have in mind, as text."""
    record: Record = edge.record
    parts = [record._unsaved, edge.turn.care._heard, edge.turn.care._screened]
    parts += [edge.desk._failures, dict(edge.turn.hub._listeners)]
    if not without_closed:
        parts.append(edge.turn.closed)
    return repr(parts)


# --- Rasa's memory ----------------------------------------------------------------------------


def test_on_postgresql_a_turn_that_is_kept_while_it_is_erased_waits_and_keeps_nothing(postgres_url):
    """Rasa's process writes by itself. It must not write what an erasure has just looked past."""
    pytest.importorskip("rasa", reason="Rasa runs on Python 3.10 only")
    from rasa.shared.core.domain import Domain

    from bot.engine.tracker_store import EncryptedTrackerStore

    store = Store(open_engine(postgres_url), Sealer([KEY]))
    memory = EncryptedTrackerStore(Domain.empty(), postgres_url, KEY)
    whose = session()
    talk(store, whose)
    write = threading.Thread(target=memory._write, args=(whose.conversation, b"sealed"))
    with store.engine.begin() as connection:
        this = conversations.c.id == whose.conversation
        connection.execute(conversations.delete().where(this))
        connection.execute(
            trackers.delete().where(trackers.c.conversation_id == whose.conversation)
        )
        connection.execute(erased.insert().values(conversation_id=whose.conversation, at=NOW))
        write.start()
        write.join(0.5)
        assert write.is_alive()
    write.join()
    assert sum(count(store.engine).values()) == 0
    for engine in (store.engine, memory._engine):
        engine.dispose()
