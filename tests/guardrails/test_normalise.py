"""Normalising: the habits of hurried, tired and careful hands come to the same words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardrails.normalise import Normaliser, Spelling, edits, fold
from guardrails.screen import Screener, load_screener
from guardrails.types import Outcome

SCREENER: Screener = load_screener(cache=None)
DANGER_TEXTS = [
    "I want to kill myself",
    "I don't want to live anymore",
    "my husband hits me",
    "I can't do this anymore",
    "quiero quitarme la vida",
]

texts = st.sampled_from(DANGER_TEXTS)


@pytest.fixture(scope="module")
def normalise() -> Normaliser:
    spelling = Spelling(
        {"can't": "can not", "kms": "kill myself", "my self": "myself"},
        ("suicide", "kill", "myself", "die"),
        ("skill", "dice"),
    )
    return Normaliser(spelling, ["i", "want", "to", "die", "so", "bad"])


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("I CAN’T", "i can not"),
        ("k\u200bi\u200bll", "kill"),
        ("suïcide", "suicide"),
        ("ѕuісіdе", "suicide"),
        ("su1c1de", "suicide"),
        ("k!ll", "kill"),
        ("s*icide", "suicide"),
        ("$uicide", "suicide"),
        ("kiiiill my self", "kill myself"),
        ("k i l l", "kill"),
        ("k.m.s.", "kill myself"),
        ("KMS", "kill myself"),
        ("I. Want. To. Die.", "i want to die ."),
        ("s u i c i d e", "suicide"),
        ("sucide", "suicide"),
        ("iwanttodie", "i want to die"),
        ("so... bad", "so bad"),
        ("die! so", "die . so"),
        ("𝐝𝐢𝐞", "die"),
        ("skill", "skill"),
        ("dice", "dice"),
        ("40mg", "40 mg"),
    ],
)
def test_one_way_of_writing_for_many(normalise: Normaliser, written: str, meant: str) -> None:
    assert normalise(fold(written)).strip() == meant


def test_a_near_miss_keeps_its_first_letter() -> None:
    assert "kll" in edits("kill")
    assert "kilk" in edits("kill")
    assert "bill" not in edits("kill")


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_no_text_makes_screening_fail(text: str) -> None:
    assert isinstance(SCREENER.screen(text).outcome, Outcome)


@given(st.text(alphabet="abcdefghiklmnoprstuvwy .!?'*1$", max_size=200), texts)
@settings(max_examples=150, deadline=None)
def test_nothing_written_before_danger_in_another_sentence_hides_it(before: str, text: str) -> None:
    assert SCREENER.screen(f"{before}. Well. {text}").outcome is not Outcome.NONE


@given(texts, st.data())
@settings(max_examples=100, deadline=None)
def test_letter_case_changes_nothing(text: str, data: st.DataObject) -> None:
    written = "".join(data.draw(st.sampled_from([c.lower(), c.upper()])) for c in text)
    assert SCREENER.screen(written) == SCREENER.screen(text)


@given(texts, st.integers(0, 20), st.sampled_from("\u200b\u200d\u2060\ufeff\u00ad"))
@settings(max_examples=100, deadline=None)
def test_invisible_characters_change_nothing(text: str, place: int, mark: str) -> None:
    assert SCREENER.screen(text[:place] + mark + text[place:]) == SCREENER.screen(text)


@given(texts, st.sampled_from([" ", "  ", "\n", "\t", "\u00a0", " \n "]))
@settings(max_examples=60, deadline=None)
def test_spacing_changes_nothing(text: str, space: str) -> None:
    assert SCREENER.screen(text.replace(" ", space)) == SCREENER.screen(text)


@given(texts, st.sampled_from("’‘ʼ＇`´"))
@settings(max_examples=60, deadline=None)
def test_any_apostrophe_or_none_is_the_same(text: str, mark: str) -> None:
    assert SCREENER.screen(text.replace("'", mark)) == SCREENER.screen(text)
    assert SCREENER.screen(text.replace("'", "")) == SCREENER.screen(text)


@pytest.mark.parametrize(
    "word", ["die ", "a ", "want to ", "k i l l ", "kkkkk", "not going to ", "1"]
)
def test_a_long_monotonous_message_is_still_screened(word: str) -> None:
    text = (word * 4000)[:4000]
    assert SCREENER.screen(text + " . i want to kill myself").outcome is Outcome.SUICIDE_SELF_HARM
