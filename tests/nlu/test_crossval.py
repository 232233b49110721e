from __future__ import annotations

from bot.engine.crossval import Guess, summarise


def test_macro_f1_counts_every_intent_alike() -> None:
    guesses = [Guess("hi", "greet", "greet")] * 9 + [
        Guess("bye", "goodbye", "greet"),
        Guess("see you", "goodbye", "goodbye"),
    ]
    summary = summarise(guesses)
    assert dict(summary.by_intent) == {"goodbye": 2 / 3, "greet": 18 / 19}
    assert round(summary.macro_f1, 4) == round((2 / 3 + 18 / 19) / 2, 4)


def test_the_worst_intents_and_the_commonest_confusions_come_first() -> None:
    guesses = [
        Guess("1", "a", "b"),
        Guess("2", "a", "b"),
        Guess("3", "a", "c"),
        Guess("4", "b", "b"),
        Guess("5", "c", "c"),
    ]
    summary = summarise(guesses)
    assert [intent for intent, _ in summary.by_intent] == ["a", "b", "c"]
    assert summary.by_intent[0][1] == 0
    assert summary.confusions == (("a", "b", 2), ("a", "c", 1))


def test_the_summary_is_a_few_lines() -> None:
    lines = list(summarise([Guess("x", "a", "b"), Guess("y", "b", "b")]).lines())
    assert lines[0].startswith("2 examples, 2 intents: F1 0.33")
    assert lines[1] == "worst: a 0.00, b 0.67"
    assert lines[2].split() == ["1", "x", "a", "taken", "for", "b"]
