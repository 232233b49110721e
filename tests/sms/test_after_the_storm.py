"""What 10,000 texts on a bad day brought to light (tests/load/texts.py)."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from bot.sms.book import Book
from bot.store.record import StoreDown
from bot.store.tables import conversations, texts_in

DANGER = "i want to kill myself"
SID = "SM" + "7" * 32


def all_of(texter, column):
    with texter.edge.record.store.engine.connect() as connection:
        return list(connection.scalars(sa.select(column)))


def crash(texter):
    """The process died before it had noted which text it had answered."""
    texter.texting._given.clear()
    with texter.edge.record.store.engine.begin() as connection:
        connection.execute(texts_in.delete())


async def test_while_a_busy_database_does_not_say_whose_phone_it_is_the_text_must_come_again(
    texter, monkeypatch
):
    await texter.text("what can you do?")
    of = Book.of

    def busy(self, *_args):
        monkeypatch.setattr(Book, "of", of)
        raise OperationalError("", {}, Exception("busy"))

    monkeypatch.setattr(Book, "of", busy)
    with pytest.raises(StoreDown):
        await texter.text("do i have ocd?", sid=SID)
    assert await texter.text("do i have ocd?", sid=SID)
    asked = [message.text for message in await texter.said() if message.sender == "person"]
    assert asked.count("do i have ocd?") == 1
    assert len(all_of(texter, conversations.c.id)) == 1


async def test_danger_that_comes_again_after_a_crash_is_answered_before_what_waits(texter):
    await texter.text("what can you do?")
    first = await texter.text(DANGER, sid=SID)
    crash(texter)
    whose = texter.texting.book.of("demo", texter.texting.lookup.of("+15125550123"))[1]
    await texter.edge.turn.tell(whose, [{"message": "notice.slow"}])
    assert "988" in first
    assert await texter.text(DANGER, sid=SID) == first


@pytest.mark.parametrize("noted", [True, False])
async def test_danger_that_comes_again_is_answered_though_nobody_can_say_what_it_was_given(
    texter, monkeypatch, noted
):
    """A process that starts anew, with a database too busy to be asked."""
    await texter.text(DANGER, sid=SID)
    if noted:
        texter.texting._given.clear()
    else:
        crash(texter)

    def busy(*_args):
        raise OperationalError("", {}, Exception("busy"))

    monkeypatch.setattr(type(texter.texting.outbox), "given", busy)
    assert "988" in await texter.text(DANGER, sid=SID)
