"""Nothing that can be typed raises; `python -m tests.load.fuzz 1000000` says it of a million."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardrails.screen import Screener, load_screener
from tests.load.fuzz import fuzz


@pytest.fixture(scope="module")
def screener() -> Screener:
    return load_screener()


def test_mutated_and_pattern_aware_messages_raise_nothing(screener: Screener) -> None:
    found = fuzz(screener, 4_000, seed=1)
    assert sorted(found) == ["any", "mutated", "near", "words"]
    assert all(len(kind.ms) == 1_000 for kind in found.values())
    assert [fault for kind in found.values() for fault in kind.faults] == []


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=4_000), st.sampled_from(["en", "es", "xx"]))
def test_any_text_gets_an_outcome(screener: Screener, text: str, language: str) -> None:
    assert screener.screen(text, language).outcome
