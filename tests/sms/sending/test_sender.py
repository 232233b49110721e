"""The sender: nothing lost, nothing doubled, nothing to somebody who wants no texts."""

from __future__ import annotations

import asyncio
import threading
import time
from itertools import pairwise

import pytest
from prometheus_client import REGISTRY

from bot.sms import sender as sending
from bot.sms.outbox import GIVEN_FOR, LEASE
from bot.sms.sender import LONGEST_WAIT, SHOWN_AFTER
from bot.store.conversations import Store
from bot.store.record import Record
from bot.store.tables import phones
from tests.sms.sending.outgoing import NUMBERS, OURS

THEIRS = "SM" + "d" * 32
LOOKUP = "0" * 64


async def test_a_text_goes_out_once_from_the_clinics_number(out):
    text = out.put("Hello")
    await out.rounds()
    (made,) = out.twilio.kept
    assert (made.to, made.sender, made.body, made.text) == (NUMBERS[0], OURS, "Hello", text)
    assert (out.state(text), out.row(text).sid) == ("queued", made.sid)
    assert out.twilio.looked == 0
    await out.later(24 * 3600)
    assert len(out.twilio.kept) == 1


async def test_one_phones_texts_go_out_in_order(out):
    for word in ("one", "two", "three"):
        out.put(word)
    await out.rounds()
    assert out.sent() == ["one", "two", "three"]


@pytest.mark.parametrize("mood", ["busy", "away"])
async def test_what_twilio_surely_has_not_goes_again_without_a_search(out, mood):
    out.twilio.moods = [mood]
    first, second = out.put("one"), out.put("two")
    await out.rounds()
    assert out.sent() == []
    await out.later(8)
    assert out.sent() == ["one", "two"]
    assert out.twilio.looked == 0
    assert {out.state(first), out.state(second)} == {"queued"}


async def test_what_twilio_may_have_is_looked_for_and_not_sent_twice(out):
    out.twilio.moods = ["silent"]
    text = out.put("one")
    out.put("two")
    await out.rounds()
    assert out.sent() == ["one"]
    await out.later(SHOWN_AFTER - 1)
    assert out.twilio.looked == 0, "its list may not show it yet"
    await out.later(1)
    assert out.sent() == ["one", "two"]
    assert out.row(text).sid == out.twilio.kept[0].sid


async def test_what_was_lost_on_the_way_is_sent_after_the_search(out):
    out.twilio.moods = ["lost"]
    out.put("one")
    await out.rounds()
    await out.later(SHOWN_AFTER)
    assert (out.sent(), out.twilio.looked) == (["one"], 1)


async def test_a_search_that_fails_is_made_again_before_anything_is_sent(out):
    out.twilio.moods = ["silent", "blind", "blind"]
    out.put("one")
    for _ in range(40):
        await out.later(30)
    assert out.sent() == ["one"]
    assert out.twilio.looked == 3


async def test_a_process_that_dies_after_sending_is_made_up_for(out):
    text = out.put("one")
    (claimed,) = out.due()
    await out.twilio.send(NUMBERS[0], OURS, claimed.body, claimed.id)  # … and it dies here
    await out.rounds()
    await out.later(LEASE)
    assert out.sent() == ["one"]
    assert out.state(text) == "queued"


async def test_a_process_that_dies_before_sending_loses_nothing(out):
    out.put("one")
    out.due()
    await out.later(LEASE)
    assert out.sent() == ["one"]


async def test_a_database_that_dies_after_sending_doubles_nothing(out):
    broken = out.new_sender(Broken(out.outbox))
    out.put("one")
    await out.round(broken)
    assert out.sent() == ["one"]
    await out.later(LEASE)
    assert out.sent() == ["one"]


class Broken:
    """An outbox whose database goes away just when it is to be written."""

    def __init__(self, outbox):
        self._outbox = outbox

    def __getattr__(self, name):
        return getattr(self._outbox, name)

    def accepted(self, *_args):
        raise OSError("gone")


async def test_what_was_given_in_an_answer_is_not_sent(out):
    text = out.put("given", reply_to=THEIRS)
    sid = out.arrives(text)
    assert out.hears(sid, "sent", text)
    await out.later(GIVEN_FOR)
    assert out.sent() == ["given"]


async def test_an_answer_that_twilio_took_without_a_word_is_found(out):
    text = out.put("given", reply_to=THEIRS)
    sid = out.arrives(text)
    await out.later(GIVEN_FOR)
    assert out.sent() == ["given"]
    assert out.row(text).sid == sid


async def test_an_answer_that_never_reached_twilio_is_sent(out):
    out.put("given", reply_to=THEIRS)
    await out.later(GIVEN_FOR - 1)
    assert out.sent() == []
    await out.later(1)
    assert out.sent() == ["given"]


async def test_tries_grow_rarer_for_a_day_and_then_it_is_given_up(out):
    out.twilio.moods = ["away"] * 500
    text = out.put("one")
    began, tried_at = out.at, []
    while (due := out.next_due()) is not None:
        out.at = max(out.at, due)
        tried_at.append(out.at - began)
        await out.round()
    gaps = [round(b - a) for a, b in pairwise(tried_at)]
    assert gaps[:10] == [2, 4, 8, 16, 32, 64, 128, 256, 512, LONGEST_WAIT]
    assert set(gaps[10:]) == {LONGEST_WAIT}
    assert 23 * 3600 < tried_at[-1] <= 24 * 3600
    assert out.state(text) == "failed"


async def test_how_long_twilio_says_to_wait_counts(out):
    out.twilio.moods = ["busy"]
    out.put("one")
    await out.rounds()
    await out.later(6)
    assert out.sent() == []
    await out.later(1)
    assert out.sent() == ["one"]


async def test_a_reply_that_is_a_day_old_is_not_sent_any_more(out):
    text, found = out.put("old"), out.put("older", phone=1, reply_to=THEIRS)
    out.arrives(found)
    out.at += 24 * 3600 + 1
    await out.rounds()
    assert out.sent() == []
    assert (out.state(text), out.state(found)) == ("failed", "queued")


async def test_a_no_is_believed_at_once_and_the_next_text_goes(out):
    out.twilio.moods = ["bad"]
    first, second = out.put("one"), out.put("two")
    await out.rounds()
    assert (out.state(first), out.row(first).error) == ("failed", 21211)
    assert (out.sent(), out.state(second)) == (["two"], "queued")
    assert out.opted_out == []


# --- who wants no texts -------------------------------------------------------------------------


async def test_who_opted_out_gets_nothing(out):
    texts = [out.put("one"), out.put("two", kind="staff"), out.put("three", kind="reminder")]
    out.put("other", phone=1)
    out.wishes.none_for.add(("demo", LOOKUP))
    await out.rounds()
    assert out.sent() == []
    assert {out.state(text) for text in texts} == {"dropped"}
    assert out.sent(1) == ["other"]


async def test_consent_is_looked_at_before_every_try(out):
    out.twilio.moods = ["busy", "busy"]
    text = out.put("one")
    await out.rounds()
    await out.later(8)
    assert out.wishes.asked == 2
    out.wishes.none_for.add(("demo", LOOKUP))
    await out.later(60)
    assert (out.sent(), out.state(text)) == ([], "dropped")


async def test_the_one_confirmation_goes_out_all_the_same(out):
    out.wishes.none_for.add(("demo", LOOKUP))
    out.put("No more texts.", kind="opt_out")
    out.put("but", kind="reply")
    await out.rounds()
    assert out.sent() == ["No more texts."]


async def test_the_text_that_asks_a_phone_to_agree_goes_out_before_it_has(out):
    out.wishes.nobody_agreed = True
    out.put("Reply 1 to get it.", kind="invite")
    reply = out.put("but", kind="reply")
    await out.rounds()
    assert (out.sent(), out.state(reply)) == (["Reply 1 to get it."], "dropped")


async def test_but_never_where_somebody_said_no(out):
    out.wishes.none_for.add(("demo", LOOKUP))
    text = out.put("Reply 1 to get it.", kind="invite")
    await out.rounds()
    assert (out.sent(), out.state(text)) == ([], "dropped")


async def test_when_twilio_says_that_they_opted_out_it_is_told_and_all_else_dropped(out):
    out.twilio.moods = ["no"]
    first, second = out.put("one"), out.put("two")
    await out.rounds()
    assert out.opted_out == [("demo", LOOKUP, "21610")]
    assert (out.state(first), out.row(first).error) == ("failed", 21610)
    assert (out.state(second), out.sent()) == ("dropped", [])


async def test_a_confirmation_that_twilio_refuses_opts_nobody_out_again(out):
    out.twilio.moods = ["no"]
    text = out.put("No more texts.", kind="opt_out")
    await out.rounds()
    assert (out.opted_out, out.state(text)) == ([], "failed")


async def test_what_breaks_on_the_way_of_an_opt_out_sends_nothing_more(out):
    async def breaks(*_args):
        raise RuntimeError("a fault of ours")

    out.senders[0].on_opted_out = breaks
    out.twilio.moods = ["no"]
    out.put("one")
    second = out.put("two")
    await out.rounds()
    assert (out.sent(), out.state(second)) == ([], "dropped")


# --- the rest -----------------------------------------------------------------------------------


async def test_a_number_that_no_key_opens_stops_nobody_else(out):
    with out.engine.begin() as connection:
        spoilt = phones.update().where(phones.c.id == "phone0").values(number=b"spoilt")
        connection.execute(spoilt)
    out.put("one")
    out.put("other", phone=1)
    await out.rounds()
    assert out.sent(1) == ["other"]
    await out.later(3 * 24 * 3600)
    assert {row.state for row in out.rows()} == {"failed", "queued"}


async def test_a_fault_of_ours_after_sending_doubles_nothing(out):
    out.twilio.moods = ["breaks"]
    out.put("one")
    await out.rounds()
    await out.later(SHOWN_AFTER)
    assert out.sent() == ["one"]


async def test_a_try_that_hangs_is_let_go_and_looked_for(out, monkeypatch):
    monkeypatch.setattr(sending, "PATIENCE", 0.05)
    usual = out.twilio.send

    async def hangs(*args):
        await usual(*args)
        await asyncio.sleep(10)

    out.twilio.send = hangs
    out.put("one")
    await out.rounds()
    out.twilio.send = usual
    await out.later(sending.STILL_RUNNING)
    assert out.sent() == ["one"]
    assert out.rows()[0].state == "queued"


async def test_what_comes_of_tries_is_counted_without_names(out):
    def count(result):
        return REGISTRY.get_sample_value("carenav_texts_total", {"result": result}) or 0

    before = {result: count(result) for result in ("accepted", "late", "failed", "dropped")}
    out.twilio.moods = ["busy", "bad"]
    out.put("one")
    out.put("two")
    out.put("three", phone=1)
    out.wishes.none_for.add(("demo", f"{1:064x}"))
    await out.rounds()
    await out.later(10)
    after = {result: count(result) - n for result, n in before.items()}
    assert after == {"accepted": 1, "late": 1, "failed": 1, "dropped": 1}


async def test_logs_hold_neither_words_nor_numbers(out, caplog):
    caplog.set_level("DEBUG", "bot")
    out.twilio.moods = ["busy", "bad", "no", "silent", "breaks", "lost"]
    for n in range(8):
        out.put("canary phrase", phone=n % 4)
    for _ in range(10):
        await out.later(60)
    assert "given up" in caplog.text
    assert "canary" not in caplog.text
    assert "1500555" not in caplog.text
    assert LOOKUP not in caplog.text


# --- the runner, on the real clock --------------------------------------------------------------


@pytest.fixture
def running(out):
    """Starts a sender that runs; `stop` ends it."""
    out.now = time.time
    out.at = time.time()
    out.twilio.now = time.time
    made = out.new_sender()
    made.record = Record(Store(out.engine, out.sealer))
    made.now = time.time
    return made


async def until(true, seconds=10.0):
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        await asyncio.sleep(0.005)
    assert true()


async def test_the_runner_sends_what_it_is_woken_for_at_once_and_stops_when_told(
    out, running, monkeypatch
):
    monkeypatch.setattr(sending, "LOOK", 60.0)
    stop = asyncio.Event()
    task = asyncio.create_task(running.run(stop))
    await asyncio.sleep(0.3)
    for n in range(3):
        out.put(f"text {n}")
    running.wake()
    await until(lambda: len(out.twilio.kept) == 3)  # each wakes it for the next of that phone
    stop.set()
    await asyncio.wait_for(task, 5)
    assert out.sent() == ["text 0", "text 1", "text 2"]


async def test_the_runner_finds_by_itself_what_another_process_put(out, running):
    stop = asyncio.Event()
    task = asyncio.create_task(running.run(stop))
    await asyncio.sleep(0.1)
    out.put("one")
    await until(lambda: out.sent() == ["one"])
    stop.set()
    await asyncio.wait_for(task, 5)


async def test_the_runner_outlives_a_database_that_is_away(out, running):
    class Away(Broken):
        left = 2

        def accepted(self, *args):
            return self._outbox.accepted(*args)

        def due(self, *args):
            self.left -= 1
            if self.left >= 0:
                raise OSError("gone")
            return self._outbox.due(*args)

    running.outbox = Away(out.outbox)
    stop = asyncio.Event()
    out.put("one")
    task = asyncio.create_task(running.run(stop))
    await until(lambda: out.sent() == ["one"])
    stop.set()
    await asyncio.wait_for(task, 5)


async def test_what_is_under_way_when_it_stops_comes_to_its_end(out, running):
    usual = out.twilio.send
    began = threading.Event()

    async def slow(*args):
        began.set()
        await asyncio.sleep(0.3)
        return await usual(*args)

    out.twilio.send = slow
    stop = asyncio.Event()
    text = out.put("one")
    task = asyncio.create_task(running.run(stop))
    await until(began.is_set)
    stop.set()
    await asyncio.wait_for(task, 5)
    assert out.state(text) == "queued"


async def test_two_runners_send_many_texts_once_each(out, running):
    other = out.new_sender()
    other.record, other.now = running.record, time.time
    for n in range(80):
        out.put(f"text {n}", phone=n % 4)
    stop = asyncio.Event()
    tasks = [asyncio.create_task(one.run(stop)) for one in (running, other)]
    await until(lambda: len(out.twilio.kept) >= 80, 30)
    stop.set()
    await asyncio.wait_for(asyncio.gather(*tasks), 10)
    for phone in range(4):
        assert out.sent(phone) == [f"text {n}" for n in range(phone, 80, 4)]
