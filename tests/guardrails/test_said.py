"""What people say to the bot in an ordinary conversation is not taken for danger."""

from __future__ import annotations

from guardrails.examples import NOTICED, SAID, load_examples, load_said
from guardrails.screen import load_screener


def test_what_the_bot_understands_is_not_taken_for_danger() -> None:
    screener = load_screener()
    said = load_said(SAID, load_examples())
    assert len(said) > 5000
    taken = [e for e in said if screener.screen(e.text, e.language).outcome in NOTICED]
    assert len(taken) <= len(said) / 1000, taken
    assert not [e.text for e in taken if e.kind in {"affirm", "deny", "goodbye", "greet", "thank"}]


def test_a_phrase_is_of_the_language_that_holds_its_words() -> None:
    said = {e.text: e.language for e in load_said(SAID, load_examples())}
    assert said["source?"] == "en"
    assert said["de donde sacas esto"] == "es"


def test_names_in_a_phrase_are_plain_words() -> None:
    assert not [
        e.text for e in load_said(SAID, load_examples()) if "](" in e.text or "]{" in e.text
    ]
