"""What texting leaves goes in time; who said no is known for good (R12, R16)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from bot.sms.consent import Consents, How
from bot.store import retention, retention_texts
from bot.store.tables import conversations, phones, texts, texts_in
from tests.privacy.filling import DAY, NOW, by_text, count, session, talk

DEMO = {"demo": 30}
YEAR = 365 * DAY


def with_a_phone(store, at):
    """A conversation by text. The hash that its number is found by."""
    whose = session()
    talk(store, whose, at)
    return whose, by_text(store, whose, at)


def test_a_phone_goes_with_its_clinics_days_once_its_conversation_is_gone(store):
    whose, _ = with_a_phone(store, NOW)
    with store.engine.begin() as connection:
        connection.execute(conversations.delete().where(conversations.c.id == whose.conversation))
    retention.run(store.engine, DEMO, NOW + 29 * DAY)
    assert count(store.engine, "phones") == {"phones": 1}
    retention.run(store.engine, DEMO, NOW + 31 * DAY)
    assert count(store.engine, "phones", "texts") == {"phones": 0, "texts": 0}


def test_a_phone_with_a_conversation_stays_however_old_its_last_text(store):
    whose, _ = with_a_phone(store, NOW)
    talk(store, whose, NOW + 29 * DAY)
    retention.run(store.engine, DEMO, NOW + 40 * DAY)
    assert count(store.engine, "phones", "conversations") == {"phones": 1, "conversations": 1}


@pytest.mark.parametrize("days", [{}, {"other": 7}])
def test_a_phone_of_a_clinic_that_is_gone_from_the_files_goes_after_thirty_days(store, days):
    whose, _ = with_a_phone(store, NOW)
    with store.engine.begin() as connection:
        connection.execute(conversations.delete().where(conversations.c.id == whose.conversation))
    retention.run(store.engine, days, NOW + 31 * DAY)
    assert count(store.engine, "phones") == {"phones": 0}


def test_where_nothing_is_kept_the_phone_goes_at_the_end_too(store):
    with_a_phone(store, NOW)
    retention.run(store.engine, {"demo": 0}, NOW + retention.SILENCE + 1)
    assert count(store.engine, "phones", "texts") == {"phones": 0, "texts": 0}


def test_texts_without_a_conversation_go_after_a_week_and_ids_when_no_replay_can_come(store):
    with_a_phone(store, NOW)
    loose = {"id": "1", "kind": "opt_out", "body": b"sealed", "segments": 1, "state": "sent"}
    with store.engine.begin() as connection:
        phone = connection.scalar(sa.select(phones.c.id))
        other = {"tries": 1, "next_at": NOW, "at": NOW, "phone_id": phone}
        connection.execute(texts.insert().values(**loose, **other))
    retention.run(store.engine, DEMO, NOW + 6.9 * DAY)
    assert count(store.engine, "texts", "texts_in") == {"texts": 2, "texts_in": 1}
    retention.run(store.engine, DEMO, NOW + 7.1 * DAY)
    assert count(store.engine, "texts", "texts_in") == {"texts": 1, "texts_in": 1}
    retention.run(store.engine, DEMO, NOW + 400.1 * DAY)
    assert count(store.engine, "texts_in") == {"texts_in": 0}


def test_after_erasing_a_texts_id_names_nobody_and_the_consent_stays(store):
    whose, lookup = with_a_phone(store, NOW)
    store.erase(whose.conversation, NOW)
    assert count(store.engine, "phones", "consents") == {"phones": 0, "consents": 1}
    with store.engine.connect() as connection:
        assert connection.scalars(sa.select(texts_in.c.phone_id)).all() == [None]
    assert Consents(store.engine).may_text("demo", lookup)


def test_r12_who_said_no_is_known_for_good_even_after_erasing(store):
    whose, lookup = with_a_phone(store, NOW)
    consents = Consents(store.engine)
    consents.record("demo", lookup, False, How.STOP_WORD, "sms.first@2026-11-21", NOW)
    store.erase(whose.conversation, NOW)
    retention.run(store.engine, DEMO, NOW + 50 * YEAR)
    assert consents.opted_out("demo", lookup)
    assert not consents.agree_first("demo", lookup, "w", NOW + 50 * YEAR)


def test_a_yes_goes_five_years_after_the_last_and_not_while_the_phone_is_known(store):
    talked, known = with_a_phone(store, NOW)
    erased, gone = with_a_phone(store, NOW)
    consents = Consents(store.engine)
    store.erase(erased.conversation, NOW)
    consents.record("demo", gone, True, How.WEB_AGREED, "w", NOW + YEAR)
    talk(store, talked, NOW + 6.08 * YEAR)
    retention.run(store.engine, DEMO, NOW + 5.9 * YEAR)
    assert consents.may_text("demo", gone), "the newest is not five years old"
    retention.run(store.engine, DEMO, NOW + 6.1 * YEAR)
    assert consents.latest("demo", gone) is None
    assert consents.may_text("demo", known)
    assert retention_texts.CONSENT_KEPT == 5 * YEAR
