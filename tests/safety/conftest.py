from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import pytest

from bot.conversation import Session
from tests.bot.edge import QUESTION, Edge, ids


@pytest.fixture
def edge(tmp_path):
    return Edge.fresh(tmp_path)


@pytest.fixture(scope="module")
def one_edge(tmp_path_factory):
    """One edge for many conversations: `anew` begins each."""
    return Edge.fresh(tmp_path_factory.mktemp("safety"))


@pytest.fixture
def anew(one_edge) -> Callable[..., Edge]:
    """The edge with a new conversation, its engine up and nothing asked."""

    def begin(
        language: str = "en", country: str = "US", phone: str | None = "5125550100", **changed: Any
    ) -> Edge:
        one_edge.use_clinic(country=country, phone=phone, **changed)
        one_edge.engine.up = True
        one_edge.engine.drafts, one_edge.engine.asking = [{"message": "about.can_do"}], None
        one_edge.session = Session(secrets.token_hex(16), "demo", language)
        return one_edge

    return begin


@pytest.fixture
def in_a_form(anew) -> Callable[..., object]:
    """A conversation with a form's question pending, and then a dead engine."""

    async def begin(language: str = "en", country: str = "US") -> Edge:
        edge = anew(language, country)
        await edge.begin()
        edge.engine.drafts, edge.engine.asking = [QUESTION], QUESTION
        assert ids(await edge.say("therapist near me"))[-1] == QUESTION["message"]
        edge.engine.up = False
        return edge

    return begin
