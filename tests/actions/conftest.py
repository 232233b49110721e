from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

pytest.importorskip("rasa", reason="the dialogue runs on Python 3.10, with Rasa")

import sqlalchemy as sa
from rasa.core.agent import Agent
from rasa.model_training import train_core
from sqlalchemy.engine import Engine

from actions import search
from bot.engine.gazetteer import Gazetteer, read_terms
from directory import tables
from directory.places import Place, find_zip
from directory.records import Location, ProviderRecord, Role
from tests.actions.conversation import Conversation, LocalActions
from tests.directory.making import an_npi, keep

ROOT = Path(__file__).resolve().parents[2]
RULES_ONLY = """
recipe: default.v1
language: en
pipeline: []
policies:
  - name: RulePolicy
    core_fallback_action_name: action_fallback
"""


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's domain and rules, without the understanding of text."""
    folder = tmp_path_factory.mktemp("dialogue")
    (folder / "config.yml").write_text(RULES_ONLY, encoding="utf-8")
    made = train_core(
        str(ROOT / "data/domain"), str(folder / "config.yml"), str(ROOT / "data/rules"), str(folder)
    )
    assert made
    return Path(made)


@pytest.fixture(scope="session")
def names() -> Gazetteer:
    return Gazetteer(read_terms(ROOT / "data/content/terms"))


@pytest.fixture(scope="session")
def directory() -> Engine:
    """Five therapists near 94110, one psychiatrist in Austin, one online therapist for Texas."""
    engine = sa.create_engine(
        "sqlite://",
        future=True,
        poolclass=sa.pool.StaticPool,
        connect_args={"check_same_thread": False},
    )
    tables.metadata.create_all(engine)
    keep(engine, *_providers())
    return engine


_NAMES = [f"Sample {tree} Therapy" for tree in ("Alder", "Birch", "Cedar", "Hazel", "Linden")]
_NAMES += ["Sample Maple Psychiatry", "Sample Willow Counseling"]


def _providers() -> Iterator[ProviderRecord]:
    for number, zip_code in enumerate(["94110", "94103", "94107", "94114", "94117"]):
        payers = ("aetna", "medicaid") if number < 4 else ("cigna",)
        yield _provider(number, "therapist", zip_code, payers=payers, times=("evening",))
    yield _provider(5, "psychiatrist", "78701")
    online = _provider(6, "therapist", "78701", telehealth_states=("TX",))
    yield replace(online, locations=(replace(online.locations[0], online=True),))


def _provider(number: int, role: str, zip_code: str, **facts: object) -> ProviderRecord:
    place = find_zip(zip_code)
    assert isinstance(place, Place)
    spot = Location(
        city=place.city, state=place.state, zip=zip_code, lat=place.lat, lon=place.lon,
        phone=f"21255501{number:02}", in_person=True,
    )  # fmt: skip
    return ProviderRecord(
        npi=an_npi(number), source_id=an_npi(number), kind="individual", name=_NAMES[number],
        source="sample", verified_on=date(2026, 11, 1), sample=True, locations=(spot,),
        roles=(Role(role, license_state=place.state),), **facts,
    )  # fmt: skip


@pytest.fixture(scope="session")
def agent(model: Path) -> Agent:
    agent = Agent.load(str(model), action_endpoint=LocalActions())
    assert agent.processor
    return agent


_people = itertools.count(1)


@pytest.fixture
def talk(
    agent: Agent, names: Gazetteer, directory: Engine, monkeypatch: pytest.MonkeyPatch
) -> Conversation:
    monkeypatch.setattr(search, "directory", lambda: directory)
    return Conversation(agent, names, f"person-{next(_people)}")
