"""A clinic that shows its own providers alone or first: what is found, and that people are told."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from directory import tables
from tests.actions.conftest import _providers
from tests.actions.conversation import Conversation, Draft, ids
from tests.directory.making import keep

ELM = "own-list:elm"
NEAR = "find a therapist near 94110"


@pytest.fixture(scope="module")
def directory() -> Engine:
    """The usual providers; of the five near 94110, two are also on the clinic's list."""
    engine = sa.create_engine(
        "sqlite://",
        future=True,
        poolclass=sa.pool.StaticPool,
        connect_args={"check_same_thread": False},
    )
    tables.metadata.create_all(engine)
    records = list(_providers())
    keep(engine, *records)
    listed = [one for one in records if one.name.split()[1] in ("Hazel", "Linden")]
    keep(engine, *(replace(one, source=ELM) for one in listed))
    return engine


async def asked(talk: Conversation, words: str = NEAR) -> list[Draft]:
    """A search, with every question skipped."""
    await talk.says(words, "find_provider")
    for _ in range(2):
        await talk.takes("skip")
    return await talk.takes("skip")


def shown(drafts: list[Draft]) -> list[str]:
    return [card["name"].split()[1] for draft in drafts for card in draft.get("cards", ())]


@pytest.mark.parametrize("clinic", [{}, {"providers": "all", "provider_source": ELM}])
async def test_without_a_wish_of_the_clinic_everybody_is_found_and_nothing_is_said(
    talk: Conversation, clinic: dict[str, str]
) -> None:
    talk.clinic = clinic
    found = await asked(talk)
    assert ids(found) == ["find.results.zip"]
    assert set(shown(found)) != {"Hazel", "Linden"}


async def test_only_ours_finds_only_theirs_and_says_so_first(talk: Conversation) -> None:
    talk.clinic = {"providers": "only_ours", "provider_source": ELM}
    found = await asked(talk)
    assert ids(found) == ["find.only_ours", "find.results.zip"]
    assert set(shown(found)) == {"Hazel", "Linden"}
    assert ids(await talk.says("more", "more_results")) == ["find.no_more"]


async def test_ours_first_puts_theirs_first_and_the_others_after(talk: Conversation) -> None:
    talk.clinic = {"providers": "ours_first", "provider_source": ELM}
    found = await asked(talk)
    assert ids(found) == ["find.ours_first", "find.results.zip"]
    assert set(shown(found)[:2]) == {"Hazel", "Linden"}
    assert len(shown(found)) == 3
    rest = await talk.says("more", "more_results")
    assert set(shown(found)) | set(shown(rest)) == {"Alder", "Birch", "Cedar", "Hazel", "Linden"}


async def test_ours_first_says_nothing_where_none_of_theirs_is_shown(talk: Conversation) -> None:
    talk.clinic = {"providers": "ours_first", "provider_source": ELM}
    found = await asked(talk, "find a psychiatrist near 78701")
    assert ids(found) == ["find.results.zip"]
    assert shown(found) == ["Maple"]


async def test_when_none_of_theirs_fits_it_says_so_and_where_else_to_look(
    talk: Conversation,
) -> None:
    talk.clinic = {"providers": "only_ours", "provider_source": ELM}
    assert ids(await asked(talk, "find a psychiatrist near 78701")) == ["find.none_ours"]


async def test_a_name_is_looked_for_among_theirs_and_the_answer_says_so(
    talk: Conversation,
) -> None:
    talk.clinic = {"providers": "only_ours", "provider_source": ELM}
    asks = "do you have a provider named sample {}?"
    assert ids(await talk.says(asks.format("alder"), "find_by_name")) == ["find.none_named_ours"]
    found = await talk.says(asks.format("hazel"), "find_by_name")
    assert ids(found) == ["find.only_ours", "find.results.name"]


async def test_a_clinic_without_a_list_of_its_own_shows_everybody(talk: Conversation) -> None:
    talk.clinic = {"providers": "only_ours"}
    assert len(shown(await asked(talk))) == 3
