"""A sheet as text messages: numbered lines, as many texts as it takes, and how to get a link."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from bot.conversation import Message, bot_message
from bot.sms.render import FIRST, Renderer
from bot.sms.segments import plain, segments
from bot.widget.assets import load_words
from guardrails.release import Offer
from tests.sheet.sheets import CATALOGUE, CONTENT, RELEASER, a_sheet, draft

WORDS = load_words(CONTENT / "sms" / "rendering.yml").by_language
RENDERER = Renderer(WORDS, CATALOGUE)


def shown(*own: str, language: str = "en", **more: object) -> Message:
    released = RELEASER.release(draft(a_sheet(*own), **more), language, short=True)
    return bot_message(released, "m1", 0.0)


@pytest.mark.parametrize("language", ["en", "es"])
def test_questions_have_numbers_other_lines_have_none_and_ones_own_words_are_there(language):
    parts = RENDERER.render([shown("my <b>own</b> words?", language=language)], language).parts
    said = "\n".join(parts)
    assert re.findall(r"^(\d)\. ", said, re.M) == ["1", "2"]
    assert "- my <b>own</b> words?" in said
    assert "2. and my job?" in said
    assert plain(CATALOGUE.messages["sheet.section.questions"].words[language] + ":") in said


@pytest.mark.parametrize("language", ["en", "es"])
def test_it_says_which_word_gets_the_link_at_once(language):
    word = CATALOGUE.messages["sheet.word_link"].words[language]
    first = RENDERER.render([shown(language=language)], language).parts[0]
    assert word in first
    assert word in WORDS[language]["sheet"]


def test_a_long_one_goes_on_by_more_and_nothing_of_it_is_lost():
    own = [f"thing {n}: " + "it matters to me. " * 15 for n in range(9)]
    parts = RENDERER.render([shown(*own)], "en").parts
    assert len(parts) > 2
    assert segments(parts[0]) <= FIRST + 1
    assert all(plain(WORDS["en"]["more"]) in part for part in parts[:-1])
    assert all(f"thing {n}:" in "\n".join(parts) for n in range(9))


def test_choices_do_not_compete_with_its_numbers():
    rendered = RENDERER.render([shown(choices=["sheet.link"])], "en")
    assert rendered.asked is None
    assert "Reply 1" not in "\n".join(rendered.parts)


def test_the_signed_link_of_a_list_is_not_sent_for_a_sheet():
    message = shown()
    listed = replace(message, print=True, offers=(Offer("x", do="erase"),))
    said = RENDERER.render([listed], "en", link=lambda _: "https://care.example/l/token").parts
    assert "/l/" not in "\n".join(said)


def test_a_section_that_the_message_lists_already_is_not_listed_twice():
    message = shown()
    listing = replace(message, text="1. How long is a visit?\n2. and my job?")
    said = "\n".join(RENDERER.render([listing], "en").parts)
    assert said.count("and my job?") == 1
    assert "The plan's card" in said
