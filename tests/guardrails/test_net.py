"""The net adds outcomes that rules missed; it takes none away, and the rules need no net."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from guardrails.examples import load_examples
from guardrails.net import Net, learn, load_nets, stretches, word_features
from guardrails.normalise import fold
from guardrails.screen import Screener, load_screener
from guardrails.types import DANGER, Outcome

SAD = [f" nothing is left for {who} to stay for " for who in ("me", "us", "them", "him", "her")]
CALM = [f" there is cake left for {who} to eat " for who in ("me", "us", "them", "him", "her")]
LINES = SAD * 3 + CALM * 3
DANGEROUS = [True] * 15 + [False] * 15


@pytest.fixture(scope="module")
def rules() -> Screener:
    return load_screener(cache=None)


@pytest.fixture(scope="module")
def wide() -> Screener:
    return load_screener()


def made(threshold: float = 0.0) -> Net:
    return learn(LINES, DANGEROUS, threshold)


def test_it_tells_what_it_learnt_apart() -> None:
    net = made()
    assert net.margin(" nothing is left for me ") > 0
    assert net.margin(" there is cake for me ") < 0


def test_one_line_that_matters_is_not_drowned_by_the_rest() -> None:
    net = made()
    calm = " there is cake left for us to eat " * 80
    line = ". nothing is left for me to stay for ."
    assert net.margin(f"{calm}{line}{calm}") > net.margin(calm + calm)


def test_more_looks_ask_for_more_certainty() -> None:
    net = made()
    calm = " there is cake left for us to eat " * 20
    assert net.margin(calm * 4) == pytest.approx(net.margin(calm) - math.log(4), abs=0.3)


def test_an_empty_line_has_no_odds() -> None:
    assert made().margin(" ") == -math.inf
    assert made().margin(" . ") == -math.inf


def test_the_net_of_the_language_that_a_message_is_in_answers(wide: Screener) -> None:
    for text in ("i cant find a reason to wake up tomorrow", "no encuentro razon para despertar"):
        known = {book.language: book.normalise(fold(text)) for book in wide.books}
        shares = {spoken: wide.nets[spoken].known(line) for spoken, line in known.items()}
        assert max(shares, key=lambda spoken: shares[spoken]) == ("en" if "find" in text else "es")
    german = "der hund liegt schon den ganzen tag auf dem sofa"
    assert wide.screen(german).outcome is Outcome.NONE


def test_stretches_overlap_by_half_and_leave_no_word_out() -> None:
    found = list(stretches(95))
    assert found == [(0, 40), (20, 60), (40, 80), (60, 95)]
    assert list(stretches(3)) == [(0, 3)]


def test_runs_of_words_stay_within_a_sentence() -> None:
    features = {f for own in word_features(" no . never again ") for f in own}
    assert "no never" not in features
    assert "never again" in features


def test_it_never_takes_an_outcome_away(rules: Screener, wide: Screener) -> None:
    for example in load_examples()[::20]:
        before = rules.screen(example.text, example.language)
        after = wide.screen(example.text, example.language)
        if before.outcome is not Outcome.NONE:
            assert after.outcome in (before.outcome, Outcome.CHECK_IN), example.text
        if before.outcome in DANGER:
            assert after == before, example.text


def test_danger_goes_no_further_than_the_check_in_question(rules: Screener, wide: Screener) -> None:
    for example in load_examples()[::20]:
        if rules.screen(example.text, example.language).outcome not in DANGER:
            assert wide.screen(example.text, example.language).outcome not in DANGER


def test_a_net_is_learnt_once_and_read_after(tmp_path: Path, rules: Screener) -> None:
    folder = tmp_path / "guardrails"
    examples = folder / "en" / "examples"
    examples.mkdir(parents=True)
    head = "reviewed_on: 2026-11-21\nkind: made_up\n"
    for wanted, lines in (("danger", SAD), ("everyday", CALM)):
        listed = "".join(f"    - {line.strip()}\n" for line in lines)
        (examples / f"{wanted}.yml").write_text(
            f"{head}wanted: {wanted}\nmessages:\n  plain:\n{listed}"
        )
    english = [book for book in rules.books if book.language == "en"]
    cache = tmp_path / "cache"
    learnt = load_nets(english, cache, folder)["en"]
    [kept] = cache.iterdir()
    stamp = kept.stat().st_mtime_ns
    read = load_nets(english, cache, folder)["en"]
    assert kept.stat().st_mtime_ns == stamp
    assert read.margin(SAD[0]) == learnt.margin(SAD[0])


def test_a_cache_that_cannot_be_used_is_done_without(tmp_path: Path, rules: Screener) -> None:
    (tmp_path / "file").write_text("")
    nets = load_nets(rules.books[:1], tmp_path / "file" / "below", tmp_path / "no-examples")
    assert nets == {}
