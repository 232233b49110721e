"""The phrase language of the rules."""

from __future__ import annotations

import pytest

from guardrails.line import Line
from guardrails.pattern import PatternError, PatternReader


def reader() -> PatternReader:
    expand = {"can't": ["can", "not"]}
    lists = {"who": "he | she | my friend", "loop": "<loop> | a"}
    return PatternReader(
        lists, lambda word: expand.get(word, [word]), lambda word: float(len(word))
    )


def found(pattern: str, text: str) -> bool:
    patterns = reader()
    read = patterns.read(pattern)
    return read.found(Line(text, patterns.vocabulary))


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("want to die", "i want to die now", "want to diet"),
        ("(want|need) to go", "need to go", "like to go"),
        ("i really? want", "i want", "i hardly want"),
        ("i (so very)? want", "i so very want", "i so want"),
        ("<who> left", "my friend left", "they left"),
        ("kill*", "killing time", "skilled"),
        ("thought(s)", "a thought", "thoughtful"),
        ("want ... end", "want all of this to end", "want . end"),
        ("hurt _ badly", "hurt him badly", "hurt badly"),
        ("^ yes $", "yes .", "oh yes"),
        ("can't go", "can not go", "cant go"),
    ],
)
def test_a_pattern_matches_whole_words_as_it_reads(pattern: str, yes: str, no: str) -> None:
    assert found(pattern, yes)
    assert not found(pattern, no)


def test_a_gap_is_at_most_four_words() -> None:
    assert found("want ... end", "want one two three four end")
    assert not found("want ... end", "want one two three four five end")


def test_the_anchor_is_a_word_that_must_be_there() -> None:
    anchor = reader().read("i (want|need)? ... murder").anchor
    assert anchor is not None
    assert anchor.words == {"i"}  # the cheapest by the weights given
    stem = reader().read("... murder*").anchor
    assert stem is not None
    assert stem.words == {"murder*"}
    assert reader().read("(he|_)").anchor is None


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("want (to die", "not closed"),
        ("want to) die", "not expected"),
        ("<nobody> left", "no list <nobody>"),
        ("<loop> b", "contains itself"),
        ("want (|to)", "empty alternative"),
        ("want (to?|a) go", "can match nothing"),
        ("want & die", "not part of the pattern language"),
        ("^ $", "has no word"),
    ],
)
def test_a_broken_pattern_is_named_with_what_is_wrong(pattern: str, says: str) -> None:
    with pytest.raises(PatternError, match=says) as caught:
        reader().read(pattern)
    assert pattern.split()[0] in str(caught.value)
