"""What a person sees of a turn on a phone, part by part."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.app import DATA
from bot.conversation import Message, bot_message
from bot.sms.answers import load_answer_words, read_answer
from bot.sms.render import FIRST, FIRST_WITH_LISTINGS, LATER, Renderer
from bot.sms.samples import SIZES, slots_of
from bot.sms.segments import LONGEST, is_gsm, plain, segments
from bot.widget.assets import load_words
from guardrails.catalogue import load_catalogue
from guardrails.helplines import load_helplines
from guardrails.release import Offer, Releaser

CONTENT = DATA / "content"
TODAY = date(2026, 11, 21)
CATALOGUE = load_catalogue(CONTENT)
RELEASER = Releaser(CATALOGUE, load_helplines(CONTENT / "helplines.yml", TODAY), lambda: TODAY)
WORDS = load_words(CONTENT / "sms" / "rendering.yml").by_language
RENDERER = Renderer(WORDS, CATALOGUE)
MORE = plain(WORDS["en"]["more"])
SENTENCE = "This is one plain sentence of the kind that people read on a phone. "
CARD = {
    "type": "provider", "id": 7, "npi": "1000000004", "name": "Sample Maple", "credential": "LCSW",
    "role": "social_worker", "organization": "Sample Health", "website": "sample.example",
    "address": "12 Sample Street", "city": "Austin", "state": "TX", "zip": "78701", "miles": 2.4,
    "phone": "5125550100", "accepts": ["aetna", "self_pay"], "languages": None, "formats": None,
    "age_groups": None, "identities": None, "times": ["evening"], "access": None,
    "new_patients": None, "verified_on": "2026-11-01", "sources": ["nppes"], "sample": False,
    "doubts": [], "asked": {"payers": ["aetna"], "languages": ["spanish"]},
    "fit": {"payers": "yes", "languages": "unknown"},
}  # fmt: skip


def said(text, kind="notice", offers=(), **more):
    return Message(
        id=more.pop("id", "m1"),
        sender=more.pop("sender", "bot"),
        kind=kind,
        text=text,
        at=0.0,
        offers=tuple(Offer(label, intent="inform") for label in offers),
        **more,
    )


def released(draft, language="en", id="m1", short=True):
    return bot_message(RELEASER.release(draft, language, short=short), id, 0.0)


def parts(*messages, language="en", **more):
    return RENDERER.render(messages, language, **more).parts


def listings(count, **facts):
    cards = [CARD | {"name": f"Sample Maple {n}"} | facts for n in range(count)]
    return released(
        {
            "message": "find.more",
            "slots": {"shown": 3, "total": ["role.therapist"]},
            "cards": cards,
        }
    )


# --- one text ---------------------------------------------------------------------------------


def test_a_short_message_is_one_text_in_plain_letters():
    assert parts(said("“Hola” — ¿cómo está?")) == ('"Hola" - ¿como esta?',)


def test_messages_keep_their_order_with_a_blank_line_between():
    assert parts(said("One."), said("Two.", id="m2")) == ("One.\n\nTwo.",)


def test_nothing_to_say_is_no_text():
    assert parts() == ()
    assert parts(said("I wrote this.", sender="person"), said("  \n ")) == ()


def test_choices_are_numbered_and_the_message_is_named_as_the_one_that_asked():
    rendered = RENDERER.render([said("Pay how?", offers=["Cash", "Card", "Plan"])], "en")
    assert rendered.parts == ("Pay how?\n\nReply 1, 2 or 3:\n1 Cash\n2 Card\n3 Plan",)
    assert rendered.asked == "m1"


@pytest.mark.parametrize(
    ("language", "offers", "line"),
    [
        ("en", ["Cash"], "Reply 1: Cash"),
        ("en", ["Cash", "Card"], "Reply 1 or 2:"),
        ("es", ["Efectivo"], "Responda 1: Efectivo"),
        ("es", ["Uno", "Dos", "Tres"], "Responda 1, 2 o 3:"),
    ],
)
def test_the_words_before_choices_fit_their_count(language, offers, line):
    (text,) = parts(said("?", offers=offers), language=language)
    assert line in text.splitlines()


def test_at_most_five_choices_are_numbered():
    (text,) = parts(said("?", offers=list("ABCDEFG")))
    assert text.endswith("Reply 1, 2, 3, 4 or 5:\n1 A\n2 B\n3 C\n4 D\n5 E")


def test_only_the_last_message_with_choices_has_them_numbered():
    rendered = RENDERER.render(
        [
            said("Old.", offers=["X"]),
            said("New?", id="m2", offers=["Y", "Z"]),
            said("So.", id="m3"),
        ],
        "en",
    )
    assert rendered.parts == ("Old.\n\nNew?\n\nSo.\n\nReply 1 or 2:\n1 Y\n2 Z",)
    assert rendered.asked == "m2"


def test_without_choices_nothing_was_asked():
    assert RENDERER.render([said("Fine.")], "en").asked is None


def test_a_language_without_words_of_ours_gets_the_english_ones():
    assert "Reply 1 or 2:" in parts(said("?", offers=["A", "B"]), language="fr")[0]


# --- MORE -------------------------------------------------------------------------------------


def test_a_long_message_is_cut_after_a_sentence_and_goes_on_with_more():
    first, *others = parts(said(SENTENCE * 12, offers=["Yes indeed", "Not now"]))
    assert segments(first) == FIRST
    assert first.endswith(f"on a phone.\n{MORE}")
    assert others[-1].endswith("1 Yes indeed\n2 Not now")
    assert all(part.endswith(MORE) for part in others[:-1])
    assert "Reply 1" not in first


def test_a_paragraph_is_a_better_end_than_a_sentence():
    text = f"{SENTENCE * 3}\n\n{SENTENCE * 6}"
    first = parts(said(text))[0]
    assert first == f"{(SENTENCE * 3).strip()}\n{MORE}"


def test_choices_stay_with_a_message_that_is_whole_in_the_first_text():
    rendered = RENDERER.render([said(SENTENCE * 4, offers=["A choice that is long"] * 5)], "en")
    assert len(rendered.parts) == 1
    assert rendered.parts[0].endswith("5 A choice that is long")


@pytest.mark.parametrize("kind", ["question", "safety"])
def test_a_question_and_words_of_danger_are_whole_in_the_first_text(kind):
    asked = said("Where should I look? " + SENTENCE * 6, kind, id="m2", offers=["Online", "Skip"])
    first, *others = parts(said("A" + SENTENCE * 9), asked)
    assert asked.text.strip() in first
    assert first.endswith("1 Online\n2 Skip")
    assert f"\n{MORE}\n\nWhere should I look?" in first
    assert "Online" not in "".join(others)


def test_the_end_of_a_long_answer_before_a_question_is_for_more():
    answer = said("A copay is a set sum. " + SENTENCE * 9 + "That is all.")
    first, *others = parts(answer, said("Which state?", "question", id="m2"))
    assert first.startswith("A copay is")
    assert first.endswith("Which state?")
    assert others[-1].endswith("That is all.")


def test_what_staff_write_says_who_writes_and_goes_whole():
    text = SENTENCE * 12
    wrote = said(text, "staff", sender="staff", author="Sample Staff, nurse")
    assert parts(wrote) == (f"Sample Staff, nurse: {text.strip()}",)


def test_no_choices_follow_what_staff_write():
    rendered = RENDERER.render(
        [
            said("Sample Staff is here now.", offers=["Back to the software"]),
            said("How many?", "staff", id="m2", sender="staff", author="Sample Staff, nurse"),
        ],
        "en",
    )
    assert rendered.parts == ("Sample Staff is here now.\n\nSample Staff, nurse: How many?",)
    assert rendered.asked is None


def test_what_staff_write_is_cut_only_where_twilio_would_refuse_it():
    wrote = said(SENTENCE * 60, "staff", sender="staff", author="Sample Staff, nurse")
    first, *others = parts(wrote)
    assert LONGEST - 200 < len(first) <= LONGEST
    assert first.endswith(MORE)
    assert " ".join([first.removesuffix(MORE), *others]).count("plain") == 60


# --- listings ---------------------------------------------------------------------------------


def test_a_listing_is_a_few_lines_with_a_number_to_tap_and_says_where_it_comes_from():
    (text,) = parts(replace(listings(1), offers=()))
    assert text.split("\n\n")[-1].splitlines() == [
        "Sample Maple 0, LCSW",
        "clinical social worker",
        "Austin, TX, 2.4 miles",
        "Fits: Aetna",
        "Not known: Spanish",
        "(512) 555-0100",
        "Checked November 1, 2026. From: the national NPI list. Call to confirm.",
    ]
    assert "We do not rate or recommend anyone." in text


def test_a_number_on_a_card_is_one_that_a_phone_can_call():
    (text,) = parts(listings(1))
    (found,) = phonenumbers.PhoneNumberMatcher(text, "US", phonenumbers.Leniency.POSSIBLE)
    assert phonenumbers.format_number(found.number, 0) == "+15125550100"


def test_doubts_and_no_room_for_new_people_are_told_on_the_short_card_too():
    facts = {"doubts": ["number", "payer.aetna"], "new_patients": False, "role": "other"}
    text = parts(listings(1, **facts))[0]
    assert "Some say this number did not work" in text
    assert "Some say it does not take Aetna" in text
    assert "Says it takes no new people now" in text
    assert "Not mental health care" in text


def test_a_page_of_listings_comes_at_once_and_none_is_cut():
    texts = parts(listings(3))
    assert segments(texts[0].split("\n\nReply 1")[0]) <= FIRST_WITH_LISTINGS
    for n in range(3):
        (holder,) = [text for text in texts if f"Sample Maple {n}," in text]
        assert holder.split(f"Sample Maple {n},")[1].count("Call to confirm.") >= 1


def test_listings_bear_no_number_that_could_be_taken_for_a_choice():
    lines = "\n".join(parts(listings(3))).splitlines()
    assert [line[0] for line in lines if re.match(r"\w[ .)]", line)] == ["1", "2"]


def test_a_card_made_for_the_web_can_be_texted_too():
    web = bot_message(
        RELEASER.release(
            {
                "message": "find.more",
                "slots": {"shown": 3, "total": ["role.coach"]},
                "cards": [CARD],
            }
        ),
        "m1",
        0.0,
    )
    text = "\n".join(parts(web))
    assert "Sample Maple, LCSW" in text
    assert "Call (512) 555-0100" in text
    assert "tel:" not in text


# --- danger -----------------------------------------------------------------------------------


def with_short(message, words):
    known = replace(CATALOGUE.messages[message], short={"en": words, "es": words})
    return Renderer(WORDS, replace(CATALOGUE, messages={**CATALOGUE.messages, message: known}))


def crisis(message, text):
    """With all that the web offers beside it."""
    return replace(released({"message": message}, short=False), text=text)


def test_a_crisis_text_with_words_of_its_own_is_those_words_alone():
    words = "If you may act on it, call 911. To talk, call or text 988, day and night. " * 2
    said = crisis("safety.suicide_self_harm", words.strip())
    rendered = with_short("safety.suicide_self_harm", words).render([said], "en")
    assert said.cards
    assert said.offers
    assert rendered.parts == (words.strip(),)
    assert segments(rendered.parts[0]) == 1
    assert rendered.asked is None


def test_a_crisis_text_offers_a_person_where_there_is_room():
    said = crisis("safety.suicide_self_harm", "Call or text 988.")
    rendered = with_short("safety.suicide_self_harm", "x").render([said], "en")
    assert rendered.parts == ("Call or text 988.\n\nReply 1: Talk to a person",)
    assert rendered.asked == said.id


def test_a_check_in_with_answers_has_them_all():
    said = crisis("check_in.ask", SENTENCE * 3)
    rendered = with_short("check_in.ask", "x").render([said], "en")
    assert "1 Yes, or I am not sure\n2 No, I am safe" in rendered.parts[0]
    assert rendered.asked == said.id


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_crisis_text_of_ours_is_one_text_of_one_segment(language):
    for message in CATALOGUE.messages.values():
        if message.kind == "safety":
            (text,) = RENDERER.render([released({"message": message.id}, language)], language).parts
            assert segments(text) == 1, message.id
            assert "988" in text or "911" in text


def test_without_words_of_its_own_a_crisis_text_names_its_help_lines():
    message = replace(CATALOGUE.messages["safety.repeat"], short={})
    bare = replace(CATALOGUE, messages={**CATALOGUE.messages, "safety.repeat": message})
    text = Renderer(WORDS, bare).render([released({"message": "safety.repeat"})], "en").parts[0]
    assert "988 Suicide & Crisis Lifeline: Call 988, Text 988" in text
    assert "tel:" not in text


# --- lists and sources ------------------------------------------------------------------------

LINK = f"https://care.example/l/{'Aa0-_' * 14}"


def prep_list(items):
    lines = [{"message": "visit.own_item", "slots": {"words": words}} for words in items]
    return released({"message": "visit.sheet", "slots": {"lines": lines}})


def test_a_list_can_be_opened_from_the_first_text_and_read_on_by_more():
    texts = parts(prep_list([SENTENCE] * 12), link=lambda _message: LINK)
    assert LINK in texts[0]
    assert MORE in texts[0]
    assert len(texts) > 1
    assert segments(texts[0]) <= FIRST
    assert LINK not in "".join(texts[1:])
    assert not any(re.search(r"^\d+\.$", text, re.MULTILINE) for text in texts)


def test_a_list_with_numbers_comes_without_numbered_choices():
    asked = prep_list([SENTENCE] * 3)
    assert asked.offers
    rendered = RENDERER.render([asked], "en")
    assert "Reply 1" not in "".join(rendered.parts)
    assert rendered.asked is None


def test_without_a_way_to_open_it_a_list_is_text_alone():
    assert "http" not in "".join(parts(prep_list([SENTENCE] * 3)))


def test_only_a_list_is_given_a_link():
    def never(_message):
        raise AssertionError("asked for a link")

    assert parts(said("No list."), link=never) == ("No list.",)


def test_an_answer_says_where_it_comes_from_and_that_line_alone_never_cuts_it():
    source = (
        {"name": "NIMH, Care", "url": "https://www.nimh.nih.gov"},
        {"name": "NIMH, Visits", "url": "https://www.nimh.nih.gov"},
        {"name": "NAMI", "url": "https://www.nami.org"},
    )
    line = "From: NIMH; NAMI. Reviewed 2026-11-20."
    short = said("Yes.", "answer", sources=source, reviewed_on="2026-11-20")
    assert parts(short) == (f"Yes.\n\n{line}",)
    full = replace(short, text="A" * 300)
    assert parts(full) == (f"{full.text}\n\n{line}",)
    assert parts(replace(short, text=SENTENCE * 9))[-1].endswith(line)


# --- all that can be written ------------------------------------------------------------------

letters = st.text(
    st.characters(blacklist_categories=["Cs", "Cc", "Cf", "Zs", "Zl", "Zp"]),
    min_size=1,
    max_size=30,
)
words_of = st.lists(
    st.one_of(
        letters,
        st.sampled_from(["care", "visits.", "What?", "(512) 555-0100", "https://nimh.gov/a?b=1"]),
    ),
    min_size=1,
    max_size=120,
)
gaps = st.sampled_from([" ", " ", " ", "\n", "\n\n", "\n- "])


@st.composite
def texts(draw):
    written = draw(words_of)
    return "".join(word + draw(gaps) for word in written)


@settings(max_examples=60, deadline=None)
@given(st.lists(texts(), min_size=1, max_size=3), st.integers(0, 6))
def test_nothing_is_lost_no_part_is_empty_and_none_is_too_long(written, offered):
    messages = [said(text, id=f"m{n}") for n, text in enumerate(written)]
    offers = tuple(Offer(f"Choice {n}", intent="inform") for n in range(offered))
    messages[-1] = replace(messages[-1], offers=offers)
    rendered = RENDERER.render(messages, "en")
    choices = re.compile(r"\n*Reply 1[^M]*$") if offered else re.compile(r"(?!)")
    read = [choices.sub("", part) for part in rendered.parts]
    read = [part.removesuffix(MORE) if part is not read[-1] else part for part in read]
    assert " ".join(read).split() == plain(" ".join(written)).split()
    for at, part in enumerate(rendered.parts):
        assert part.strip() == part != ""
        assert len(part.encode("utf-16-le")) // 2 <= LONGEST
        part.encode("utf-8")  # no half of a pair
        if at < len(rendered.parts) - 1:
            assert part.endswith(MORE)
            assert segments(part) <= (LATER if at else FIRST)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(texts(), st.sampled_from(["notice", "answer", "question", "safety"])),
        min_size=1,
        max_size=4,
    )
)
def test_every_message_is_read_in_its_order_and_what_must_be_seen_is_seen_first(drafted):
    messages = [said(text, kind, id=f"m{n}") for n, (text, kind) in enumerate(drafted)]
    rendered = RENDERER.render(messages, "en")
    everything = iter(" ".join(rendered.parts).split())
    seen = list(everything)
    for message in messages:
        left = iter(seen)
        assert all(word in left for word in plain(message.text).split())
    firm = [m.text for m in messages if m.kind in ("question", "safety")]
    if len(" ".join(firm)) < 1000:
        first = iter(" ".join(rendered.parts[:1]).split())
        assert all(word in first for text in firm for word in plain(text).split())


THINGS = ("(512) 555-0100", "+1 512-555-0100", "$1,250.50", "2026-11-20", "https://nimh.gov/a?b=1")
ONE_THING = re.compile("|".join(map(re.escape, THINGS)))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([*THINGS, "call", "them."]), min_size=40, max_size=90))
def test_no_number_and_no_link_is_cut(written):
    found = [thing for part in parts(said(" ".join(written))) for thing in ONE_THING.findall(part)]
    assert found == [one for one in written if one in THINGS]


def test_a_letter_of_two_units_is_never_split():
    for text in ("😀" * 900, "a" * 400, "https://nimh.gov/" + "b" * 700):
        texts = parts(said(text))
        assert "".join(part.removesuffix(MORE).strip() for part in texts) == text


# --- every message that we have ---------------------------------------------------------------


def every_message(language, size):
    for message in CATALOGUE.messages.values():
        if message.kind != "fragment":
            slots = slots_of(CATALOGUE, message, size, language)
            yield released({"message": message.id, "slots": slots}, language)


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("size", SIZES)
def test_every_message_of_ours_can_be_texted_and_answered(language, size):
    words = load_answer_words(CONTENT / "sms" / "answers.yml")
    for message in every_message(language, size):
        rendered = RENDERER.render([message], language)
        text = "\n".join(rendered.parts)
        shown = message.offers[:5] if rendered.asked else ()
        assert is_gsm(text), message.message
        assert not re.search(r"\*\*|(?<!_)__(?!_)|\]\(|<\w|/\w+\{|\{\w+\}", text), message.message
        assert len(rendered.parts) <= 4, message.message
        for n, offer in enumerate(shown, 1):
            gap = ": " if len(shown) == 1 else " "
            assert f"{n}{gap}{plain(offer.label)}" in text, message.message
            assert read_answer(str(n), message.offers, language, words) == n - 1


def test_the_words_around_a_text_have_the_same_places_to_fill_in_both_languages():
    places = {"choose": ["numbers"], "choose_one": ["label"], "link": ["link"]}
    places["source"] = ["sources", "reviewed_on"]
    for by_language in WORDS.values():
        for key, words in by_language.items():
            assert re.findall(r"\{(\w+)\}", words) == places.get(key, []), key
            assert is_gsm(plain(words)), key


# --- roles side by side -----------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_table_is_read_row_by_row_with_the_name_of_the_column_before_each_cell(language):
    draft = {
        "message": "compare.roles",
        "slots": {"roles": ["role.coach", "role.psychiatrist"]},
        "cards": [
            {
                "table": "compare.caption",
                "columns": ["role.coach", "role.psychiatrist"],
                "rows": [
                    {
                        "head": f"compare.aspect.{aspect}",
                        "cells": [f"role.coach.{aspect}", f"role.psychiatrist.{aspect}"],
                    }
                    for aspect in ("prescribe", "visit")
                ],
            }
        ],
    }
    said = released(draft, language)
    texts = "\n".join(RENDERER.render([said], language).parts)
    first, second = said.cards[0]["rows"]
    columns = said.cards[0]["columns"]
    for row in (first, second):
        for name, cell in zip(columns, row["cells"], strict=True):
            assert plain(f"- {name}: {cell}") in texts
    assert texts.index(plain(first["head"])) < texts.index(plain(second["head"]))
    assert plain(f"{first['head']}\n") in texts
