"""The outbox of texts: claimed by one, in order, held to Twilio's last word, and never unsealed."""

from __future__ import annotations

import itertools
import threading
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from bot.sms import states
from bot.sms.outbox import GIVEN_FOR, LEASE, OPT_OUT, Outbox
from bot.store.crypto import Sealer
from bot.store.tables import phones, texts
from tests.sms.spec import SPEC

SID = "SM" + "a" * 32
OTHER_SID = "SM" + "b" * 32
FOREIGN = "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXowMTIzNDU="


# --- in -----------------------------------------------------------------------------------------


def test_a_text_is_kept_sealed_with_its_segments(out):
    text = out.put("canary phrase " * 15)
    row = out.row(text)
    assert (row.state, row.segments, row.tries, row.sid) == ("waiting", 2, 0, None)
    assert b"canary" not in row.body


def test_a_text_that_is_not_kept_with_its_reason_is_not_kept(out):
    with out.engine.begin() as connection:
        out.outbox.put(
            connection, phone="phone0", conversation=None, kind="reply", body="Hi", now=out.at
        )
        connection.rollback()
    assert out.rows() == []


def test_what_an_answer_gave_can_be_given_again_word_for_word(out):
    one, two = out.put("é 1", reply_to=SID), out.put("é 2", reply_to=SID)
    out.put("to another", reply_to=OTHER_SID)
    out.put("later")
    assert out.outbox.given(SID) == [("é 1", one), ("é 2", two)]
    out.hears("SM" + "c" * 32, "sent", one)
    assert out.outbox.given(SID) == [("é 2", two)], "Twilio has it: not again"
    assert out.outbox.given("SM" + "0" * 32) == []


# --- out ----------------------------------------------------------------------------------------


def test_what_is_due_is_claimed_once(out):
    text = out.put("Hi")
    (claimed,) = out.due()
    assert (claimed.id, claimed.body, claimed.tries) == (text, "Hi", 1)
    assert (claimed.clinic, claimed.lookup, claimed.ours) == ("demo", "0" * 64, "+15125550100")
    assert not claimed.perhaps_there
    assert out.due() == []


def test_neither_words_nor_numbers_show_in_a_text_that_is_printed(out):
    out.put("canary phrase")
    (claimed,) = out.due()
    assert "canary" not in repr(claimed)
    assert b"1500555" not in claimed.number


def test_a_claim_whose_process_died_runs_out_and_may_be_at_twilio(out):
    out.put("Hi")
    out.due()
    out.at += LEASE - 1
    assert out.due() == []
    out.at += 1
    (again,) = out.due()
    assert (again.tries, again.perhaps_there) == (2, True)


def test_one_phones_texts_are_claimed_one_after_another_and_phones_beside_each_other(out):
    first, second = out.put("one"), out.put("two")
    other = out.put("other", phone=1)
    claimed = out.due()
    assert [text.id for text in claimed] == [first, other]
    out.outbox.failed(claimed[0], out.at + 30, perhaps_there=True)
    assert out.due() == []
    out.outbox.accepted(claimed[0], SID, "queued")
    assert [text.id for text in out.due()] == [second]


def test_what_was_given_in_an_answer_holds_up_nothing(out):
    out.put("given", reply_to=SID)
    text = out.put("more")
    assert [claimed.id for claimed in out.due()] == [text]


def test_what_twilio_never_names_is_taken_up_and_may_be_there(out):
    text = out.put("given", reply_to=SID)
    out.at += GIVEN_FOR - 1
    assert out.due() == []
    out.at += 1
    (claimed,) = out.due()
    assert (claimed.id, claimed.perhaps_there) == (text, True)
    assert out.outbox.given(SID) == []


def test_a_sure_failure_needs_no_search_and_an_unsure_one_does(out):
    text = out.put("Hi")
    (claimed,) = out.due()
    out.outbox.failed(claimed, out.at + 4, perhaps_there=False)
    assert (out.state(text), out.due()) == ("waiting", [])
    out.at += 4
    (claimed,) = out.due()
    assert not claimed.perhaps_there
    out.outbox.failed(claimed, out.at + 4, perhaps_there=True)
    out.at += 4
    (claimed,) = out.due()
    assert claimed.perhaps_there


def test_a_process_that_lost_its_claim_changes_nothing_of_the_next_ones(out):
    text = out.put("Hi")
    (slow,) = out.due()
    out.at += LEASE
    (quick,) = out.due()
    out.outbox.failed(slow, out.at, perhaps_there=False)
    out.outbox.give_up(slow)
    out.outbox.drop(slow)
    assert (out.state(text), out.row(text).next_at) == ("sending", out.at + LEASE)
    assert out.outbox.accepted(quick, SID, "queued")


def test_what_twilio_took_is_believed_from_a_process_that_lost_its_claim(out):
    text = out.put("Hi")
    (slow,) = out.due()
    out.at += LEASE
    out.due()
    assert out.outbox.accepted(slow, SID, "queued")
    assert (out.state(text), out.row(text).sid) == ("queued", SID)


def test_a_message_is_one_texts_only(out):
    one = out.put("Hi")
    other = out.put("Hi", phone=1)
    first, second = out.due()
    assert out.outbox.accepted(first, SID, "queued")
    assert not out.outbox.accepted(second, SID, "queued")
    assert out.row(other).sid is None
    assert out.outbox.sids(first) == frozenset()
    third = out.put("more")
    (claimed,) = out.due()
    assert claimed.id == third
    assert out.outbox.sids(claimed) == {SID}
    assert out.row(one).sid == SID


def test_what_is_given_up_or_dropped_keeps_no_words(out):
    given_up, dropped = out.put("canary"), out.put("canary", phone=1)
    one, two = out.due()
    out.outbox.give_up(one, 21211)
    out.outbox.drop(two)
    assert [(out.state(t), out.row(t).error) for t in (given_up, dropped)] == [
        ("failed", 21211),
        ("dropped", None),
    ]
    assert {out.sealer.open(row.body) for row in out.rows()} == {b""}
    assert out.due() == []


def test_opting_out_drops_what_waits_for_that_phone_at_that_clinic(out):
    with out.engine.begin() as connection:
        same_person = {
            "id": "elsewhere",
            "clinic": "other",
            "lookup": "0" * 64,
            "number": out.sealer.seal(b"+15005550006"),
            "ours": "+15125550101",
            "created_at": out.at,
            "last_at": out.at,
        }
        connection.execute(phones.insert().values(**same_person))
        elsewhere = out.outbox.put(
            connection, phone="elsewhere", conversation=None, kind="reply", body="x", now=out.at
        )
    trying, waits = out.put("one"), out.put("two")
    goodbye = out.put("No more texts.", kind=OPT_OUT)
    other = out.put("other", phone=1)
    claimed = next(text for text in out.due() if text.id == trying)
    assert out.outbox.drop_all("demo", "0" * 64) == 2
    found = [out.state(text) for text in (trying, waits, goodbye, other, elsewhere)]
    assert found == ["dropped", "dropped", "waiting", "sending", "sending"]
    assert goodbye in [text.id for text in out.due()]
    assert out.outbox.accepted(claimed, SID, "queued"), "it was under way: that is the truth"
    assert out.state(trying) == "queued"


def test_a_row_that_no_key_opens_holds_up_nobody(out):
    spoilt, fine = out.put("one"), out.put("two")
    foreign = Sealer([FOREIGN]).seal(b"one")
    with out.engine.begin() as connection:
        connection.execute(texts.update().where(texts.c.id == spoilt).values(body=foreign))
    assert out.due() == []
    assert out.state(spoilt) == "failed"
    assert [text.id for text in out.due()] == [fine]


def test_many_processes_never_claim_the_same_text(out):
    ids = {out.put(f"text {n}", phone=n % 4) for n in range(40)}
    claimed: list[str] = []
    lock = threading.Lock()

    def work():
        box = Outbox(out.engine, out.sealer)
        while True:
            mine = box.due(out.at, 3)
            if not mine:
                break
            for text in mine:
                with lock:
                    claimed.append(text.id)
                    sid = f"SM{len(claimed):032x}"
                box.accepted(text, sid, "queued")

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while out.due(40):  # a loser may have looked while all were taken
        pytest.fail("something was left")
    assert len(claimed) == len(ids)
    assert set(claimed) == ids


def test_many_that_wait_are_not_all_read_for_the_next_few(many):
    many.empty()
    many.put("Hi")
    asked: list[tuple[str, object]] = []

    @event.listens_for(many.engine, "before_cursor_execute")
    def note(_connection, _cursor, statement, parameters, *_):
        asked.append((statement, parameters))

    many.due()
    event.remove(many.engine, "before_cursor_execute", note)
    statement, parameters = asked[0]
    with many.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    used = [step.detail for step in plan if step.detail.startswith("SEARCH texts")]
    assert ["state_next_at" in used[0], "phone_id_id" in used[1]] == [True, True], used


def test_what_waits_can_be_counted(out):
    out.put("a")
    out.put("b", phone=1)
    out.put("c", phone=2, reply_to=SID)
    out.due(1)
    assert out.outbox.counts() == {"given": 1, "waiting": 1, "sending": 1}


# --- what Twilio says of it later ---------------------------------------------------------------


def test_a_callback_names_what_was_given(out):
    text = out.put("Hi", reply_to="SM" + "0" * 32)
    assert out.hears(SID, "sent", text)
    assert (out.state(text), out.row(text).sid) == ("sent", SID)
    assert out.due() == []
    assert out.hears(SID, "delivered", None), "by its sid alone"
    assert out.state(text) == "delivered"


def test_a_callback_may_come_before_the_answer_to_the_sending(out):
    text = out.put("Hi")
    (claimed,) = out.due()
    assert out.hears(SID, "sent", text)
    assert not out.outbox.accepted(claimed, SID, "queued")
    assert out.state(text) == "sent"


def test_where_two_of_the_same_words_were_swapped_each_keeps_its_message(out):
    swapped = out.put("Hi", reply_to="SM" + "0" * 32)
    other = out.put("Hi")
    (claimed,) = out.due()
    out.outbox.accepted(claimed, SID, "sent")
    out.at += GIVEN_FOR
    (claimed,) = out.due()
    out.outbox.accepted(claimed, OTHER_SID, "queued")
    assert out.hears(SID, "delivered", swapped), "its sid is the other's by now"
    assert [(row.id, row.sid, row.state) for row in out.rows()] == [
        (swapped, OTHER_SID, "queued"),
        (other, SID, "delivered"),
    ]


def test_the_same_word_twice_changes_nothing(out):
    text = out.put("Hi", reply_to=OTHER_SID)
    assert out.hears(SID, "sent", text)
    assert not out.hears(SID, "sent", text)


def test_a_word_that_nobody_knows_or_of_a_text_that_is_not_ours_changes_nothing(out):
    text = out.put("Hi", reply_to=OTHER_SID)
    assert not out.hears(SID, "received", text)
    assert not out.hears(SID, "lost in space", text)
    assert not out.hears(SID, "delivered", "f" * 24)
    assert not out.hears(SID, "delivered", None)
    assert (out.state(text), out.row(text).sid) == ("given", None)


def test_why_it_failed_is_kept_and_its_words_are_not(out):
    text = out.put("canary", reply_to=OTHER_SID)
    assert out.hears(SID, "undelivered", text, 30_003)
    assert (out.state(text), out.row(text).error) == ("undelivered", 30_003)
    assert out.sealer.open(out.row(text).body) == b""


def test_a_callback_of_another_message_does_not_rename_a_text(out):
    text = out.put("Hi", reply_to="SM" + "0" * 32)
    out.hears(SID, "sent", text)
    assert not out.hears(OTHER_SID, "delivered", text)
    assert (out.state(text), out.row(text).sid) == ("sent", SID)


def test_a_message_that_was_taken_for_anothers_goes_back_when_twilio_names_it(out):
    given_one = out.put("Hi", reply_to="SM" + "0" * 32)
    mistaken = out.put("Hi")
    (claimed,) = out.due()
    assert out.outbox.accepted(claimed, SID, "sent")
    assert out.hears(SID, "delivered", given_one)
    assert (out.state(given_one), out.row(given_one).sid) == ("delivered", SID)
    (again,) = out.due()
    assert (again.id, again.body, again.perhaps_there) == (mistaken, "Hi", True)


WORDS = [
    "accepted",
    "scheduled",
    "queued",
    "sending",
    "sent",
    "partially_delivered",
    "delivered",
    "undelivered",
    "failed",
    "canceled",
    "read",
]


def test_every_word_of_twilios_for_a_text_that_goes_out_is_known():
    said = SPEC["components"]["schemas"]["message_enum_status"]["enum"]
    assert sorted({word for word in said if states.is_status(word)}) == sorted(WORDS)
    assert {word for word in said if not states.is_status(word)} == {"receiving", "received"}


def test_nothing_comes_after_the_end_but_that_it_was_read():
    for end, word in itertools.product(states.FINAL, WORDS):
        follows = end in states.before(word)
        assert follows == ((end, word) == ("delivered", "read")), (end, word)


def test_no_word_may_follow_itself_and_no_two_each_other():
    for one, other in itertools.product(WORDS, WORDS):
        assert not (one in states.before(other) and other in states.before(one))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12))
def test_in_whatever_order_callbacks_come_it_only_goes_forward(many, words):
    many.empty()
    text = many.put("Hi", reply_to=OTHER_SID)
    seen = [word for word in words if many.hears(SID, word, text)]
    assert seen[0] == words[0]
    assert many.state(text) == seen[-1]
    assert all(earlier in states.before(later) for earlier, later in pairwise(seen))
    ends = [word for word in words if word in states.FINAL - {"read"}]
    if ends:
        assert next(w for w in seen if w in states.FINAL) in {ends[0], "read"}
