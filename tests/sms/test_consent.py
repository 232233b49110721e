"""Who may be texted (R12): an opt-out holds until START, in whatever order things are written."""

from __future__ import annotations

import random
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.sms.consent import AGREES, Consents, How, words_of
from bot.store.database import open_engine
from bot.store.migrate import upgrade
from bot.store.tables import consents as table
from guardrails.catalogue import load_catalogue
from tests.bot.edge import DATA, Edge

NOW = 1_800_000_000.0
WHO = ("demo", "a" * 64)
REFUSALS = sorted(set(How) - AGREES)


@pytest.fixture
def consents(edge: Edge) -> Consents:
    """On both databases."""
    return Consents(edge.record.store.engine)


def say(consents: Consents, how: How, now: float = NOW) -> bool:
    return consents.record(*WHO, how in AGREES, how, "sms.first@2026-11-21", now)


def test_nobody_may_be_texted_who_did_not_text_first_or_say_yes(consents):
    assert consents.latest(*WHO) is None
    assert not consents.may_text(*WHO)
    assert not consents.opted_out(*WHO), "they did not say no either"


def test_who_texts_us_first_agrees_to_the_answers_and_once_is_enough(consents):
    assert consents.agree_first(*WHO, "sms.first@2026-11-21", NOW)
    assert not consents.agree_first(*WHO, "sms.first@2026-11-21", NOW + 1)
    kept = consents.latest(*WHO)
    assert kept is not None
    assert (kept.agreed, kept.how, kept.words, kept.at) == (
        True,
        "incoming",
        "sms.first@2026-11-21",
        NOW,
    )


@pytest.mark.parametrize("how", REFUSALS)
def test_r12_every_way_of_saying_no_is_one(consents, how):
    consents.agree_first(*WHO, "w", NOW)
    assert say(consents, how)
    assert not consents.may_text(*WHO)
    assert consents.opted_out(*WHO)


@pytest.mark.parametrize("again", [How.INCOMING, How.WEB_AGREED])
def test_r12_after_an_opt_out_neither_a_text_nor_a_yes_from_the_web_agrees_again(consents, again):
    say(consents, How.STOP_WORD)
    assert not consents.agree_first(*WHO, "w", NOW + 1)
    assert not say(consents, again, NOW + 2)
    assert not consents.may_text(*WHO)
    say(consents, How.START, NOW + 3)
    assert consents.may_text(*WHO)
    say(consents, How.STOP_PLAIN, NOW + 4)
    assert not consents.may_text(*WHO)


def test_a_row_is_news_when_it_turns_what_counts(consents):
    assert say(consents, How.STOP_WORD), "the very first word may be STOP"
    assert not say(consents, How.STOP_WORD, NOW + 1)
    assert not say(consents, How.ERROR_21610, NOW + 2)
    assert say(consents, How.START, NOW + 3)
    assert not say(consents, How.START, NOW + 4)


def test_the_next_clinic_and_the_next_phone_are_asked_for_themselves(consents):
    say(consents, How.STOP_WORD)
    consents.agree_first("other", WHO[1], "w", NOW)
    consents.agree_first(WHO[0], "b" * 64, "w", NOW)
    assert consents.may_text("other", WHO[1])
    assert consents.may_text(WHO[0], "b" * 64)
    assert not consents.may_text(*WHO)


@pytest.mark.parametrize("how", list(How))
def test_a_no_cannot_be_written_down_as_a_yes_nor_a_yes_as_a_no(consents, how):
    with pytest.raises(ValueError, match="does not mean"):
        consents.record(*WHO, how not in AGREES, how, "w", NOW)
    with pytest.raises(ValueError, match="nobody_knows"):
        consents.record(*WHO, True, "nobody_knows", "w", NOW)


def test_what_they_had_been_shown_is_named_with_its_version():
    assert words_of(load_catalogue(DATA / "content")).startswith("sms.first@20")


def test_rows_are_only_ever_added(consents):
    for n, how in enumerate([How.INCOMING, How.STOP_WORD, How.START, How.STOP_STAFF]):
        say(consents, how, NOW + n)
    with consents.engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(table)) == 4


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(said=st.lists(st.sampled_from(list(How)), max_size=12))
def test_only_the_last_no_or_start_decides(said, tmp_path_factory):
    consents = Consents(open_engine(_tables(tmp_path_factory)))
    with consents.engine.begin() as connection:
        connection.execute(table.delete())
    for n, how in enumerate(said):
        say(consents, how, NOW + n)
    decisive = [how for how in said if how not in (How.INCOMING, How.WEB_AGREED)]
    wanted = decisive[-1] is How.START if decisive else bool(said)
    assert consents.may_text(*WHO) is wanted
    consents.engine.dispose()


_MADE: list[str] = []


def _tables(folders: pytest.TempPathFactory) -> str:
    if not _MADE:
        path: Path = folders.mktemp("consents") / "one.db"
        upgrade(f"sqlite:///{path}")
        _MADE.append(f"sqlite:///{path}")
    return _MADE[0]


def test_a_first_text_at_the_very_moment_of_a_stop_does_not_undo_it(consents):
    """Of many processes; whoever is last to write, the STOP counts."""
    url = consents.engine.url
    for turn in range(5):
        who = ("demo", f"{turn:064x}")
        failed: list[Exception] = []
        ready = threading.Barrier(5)

        def process(stops: bool, who=who, ready=ready, failed=failed) -> None:
            own = Consents(open_engine(url.render_as_string(hide_password=False)))
            try:
                ready.wait()
                if stops:
                    own.record(*who, False, How.STOP_WORD, "w", NOW)
                else:
                    own.agree_first(*who, "w", NOW + random.random())
            except Exception as error:
                failed.append(error)
            finally:
                own.engine.dispose()

        all_ = [threading.Thread(target=process, args=(n == 2,)) for n in range(5)]
        for one in all_:
            one.start()
        for one in all_:
            one.join()
        assert failed == []
        assert not consents.may_text(*who)
        consents.agree_first(*who, "w", NOW + 9)
        assert not consents.may_text(*who)
