"""A few names of our own, so that these tests don't change with the real ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.engine.gazetteer import Gazetteer

TERMS = {
    "role.therapist": ["therapist", "therapists", "terapeuta"],
    "role.counselor": ["counselor", "counselors"],
    "role.addiction_counselor": ["addiction counselor"],
    "role.psychologist": ["psychologist", "psicólogo"],
    "role.psychiatrist": ["psychiatrist", "psychiatrists", "shrink"],
    "role.child_psychiatrist": ["child psychiatrist", "children's psychiatrist"],
    "role.coach": ["coach"],
    "age_group.child": ["child", "children"],
    "need.language": ["in spanish", "speaks my language"],
    "language.spanish": ["Spanish", "español"],
    "format.in_person": ["in person", "in-person"],
    "format.online": ["online", "remote"],
    "payer.aetna": ["Aetna"],
    "payer.humana": ["Humana"],
    "payer.sliding_scale": ["sliding scale"],
    "cost_term.sliding_scale": ["sliding scale"],
    "approach.act": ["ACT", "acceptance and commitment therapy"],
    "identity.man": ["man"],
    "visit_kind.first": ["first visit"],
    "right.second_opinion": ["second opinion"],
}
EVERYDAY = ["human", "remove", "act", "hey man"]


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    return Gazetteer(TERMS, EVERYDAY)


@pytest.fixture(scope="session")
def root() -> Path:
    return Path(__file__).resolve().parents[2]
