"""Nothing goes out that is not in the catalogue, or does not fit its slot."""

from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from guardrails.catalogue import CatalogueError, load_catalogue
from guardrails.release import Releaser, Withheld

DATA = Path(__file__).resolve().parents[2] / "data" / "content"


class NoLines:
    """Help lines of a country with none: the release tests need only their shape."""

    def emergency(self, country, language, *, short=False):
        return "911"

    def crisis_line(self, country, language, *, short=False):
        return "call or text 988"

    def cards(self, outcome, country, language):
        return [{"type": "line", "title": "988", "lines": [], "actions": [], "note": ""}]


MESSAGES = {
    "hello": {
        "kind": "notice",
        "en": "Hello {who}.",
        "es": "Hola {who}.",
        "slots": {"who": "label"},
    },
    "list": {"kind": "question", "en": "Your list:\n{items}", "slots": {"items": "lines"}},
    "own": {"kind": "fragment", "en": "{words}", "slots": {"words": "own_words"}},
    "fact": {"kind": "answer", "en": "A fact.", "choices": ["go"]},
    "number": {"kind": "notice", "en": "{n} near {zip}", "slots": {"n": "count", "zip": "zip"}},
    "safety.x": {
        "kind": "safety",
        "en": "Call {e}.",
        "es": "Llame al {e}.",
        "slots": {"e": "emergency"},
    },
    "about": {"kind": "notice", "en": "About a {who}.", "slots": {"who": "label"}},
    "call": {"kind": "notice", "en": "Call {p}", "slots": {"p": "phone"}},
}


def write(folder: Path, messages=MESSAGES, choices=None, terms=None) -> Path:
    for name in ("messages", "choices", "terms"):
        (folder / name).mkdir(exist_ok=True)
    head = {"reviewed_on": "2026-11-20"}
    source = [{"name": "S", "url": "https://example.org"}]
    (folder / "messages/m.yml").write_text(
        yaml.safe_dump({**head, "sources": source, "messages": messages})
    )
    choices = choices or {"go": {"label": {"en": "Go", "es": "Ir"}, "intent": "find_provider"}}
    (folder / "choices.yml").write_text(yaml.safe_dump({"choices": choices}))
    terms = terms or {"role.coach": {"label": {"en": "coach", "es": "entrenador"}}}
    (folder / "terms/t.yml").write_text(yaml.safe_dump({**head, "terms": terms}))
    return folder


@pytest.fixture
def releaser(tmp_path):
    return Releaser(load_catalogue(write(tmp_path)), NoLines(), lambda: date(2026, 11, 20))


def test_a_draft_is_filled_in_the_persons_language(releaser):
    draft = {"message": "hello", "slots": {"who": "role.coach"}}
    assert releaser.release(draft, "en").text == "Hello coach."
    assert releaser.release(draft, "es").text == "Hola entrenador."


def test_a_message_without_spanish_is_said_in_english(releaser):
    assert releaser.release({"message": "fact"}, "es").text == "A fact."


def test_a_message_in_english_keeps_its_names_in_english(releaser):
    draft = {"message": "about", "slots": {"who": "role.coach"}}
    assert releaser.release(draft, "es").text == "About a coach."


@pytest.mark.parametrize(
    "draft",
    [
        {},
        {"message": "nobody.wrote.this"},
        {"message": "hello"},
        {"message": "hello", "slots": {"who": "role.wizard"}},
        {"message": "number", "slots": {"n": -1, "zip": "78701"}},
        {"message": "number", "slots": {"n": 3, "zip": "7870"}},
        {"message": "number", "slots": {"n": "3; DROP", "zip": "78701"}},
        {"message": "number", "slots": {"n": True, "zip": "78701"}},
        {"message": "call", "slots": {"p": "call me maybe"}},
        {"message": "list", "slots": {"items": [{"message": "no.such"}]}},
        {"message": "list", "slots": {"items": "text"}},
        {"message": "fact", "choices": ["no.such"]},
        {"message": "fact", "choices": "go"},
        {"message": "fact", "slots": ["x"]},
        {"message": "fact", "cards": [{"type": "provider", "name": "<b>x</b>"}]},
        "text",
    ],
)
def test_what_the_catalogue_does_not_know_is_withheld(releaser, draft):
    with pytest.raises(Withheld):
        releaser.release(draft)


def test_a_withheld_draft_does_not_repeat_a_slots_value(releaser):
    with pytest.raises(Withheld) as caught:
        releaser.release({"message": "call", "slots": {"p": "my secret"}})
    assert "secret" not in str(caught.value)


def test_own_words_are_kept_as_they_are(releaser):
    words = "I can't sleep — {not a slot} <b>"
    items = [{"message": "own", "slots": {"words": words}}]
    text = releaser.release({"message": "list", "slots": {"items": items}}).text
    assert text == f"Your list:\n1. {words}"


def test_an_answer_carries_its_source_and_review_date(releaser):
    fact = releaser.release({"message": "fact"})
    assert [source.url for source in fact.sources] == ["https://example.org"]
    assert fact.reviewed_on == "2026-11-20"
    assert [offer.label for offer in fact.choices] == ["Go"]


def test_a_safety_message_brings_the_lines(releaser):
    said = releaser.release({"message": "safety.x"})
    assert said.text == "Call 911."
    assert said.cards[0]["title"] == "988"


CARD = {
    "type": "provider",
    "name": "Ana Reyes",
    "role": "coach",
    "verified_on": "2026-11-01",
    "sample": False,
}


def test_a_faulty_card_takes_no_other_with_it():
    releaser = Releaser(load_catalogue(DATA), NoLines(), lambda: date(2026, 11, 20))
    faulty = {**CARD, "name": "You have depression"}
    released = releaser.release({"message": "about.can_do", "cards": [faulty, CARD]})
    assert [card["title"] for card in released.cards] == ["Ana Reyes"]
    assert released.withheld == 1
    with pytest.raises(Withheld):
        releaser.release({"message": "about.can_do", "cards": [faulty]})


def test_a_clinics_name_that_is_a_link_is_withheld():
    releaser = Releaser(load_catalogue(DATA), NoLines())
    with pytest.raises(Withheld):
        releaser.release({"message": "disclosure.first", "slots": {"clinic": "www.x.test"}})


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda c: st.lists(c) | st.dictionaries(st.text(), c),
    )
)
def test_no_value_at_all_breaks_it(tmp_path_factory, value):
    releaser = Releaser(
        load_catalogue(write(tmp_path_factory.mktemp("content"))),
        NoLines(),
        lambda: date(2026, 1, 1),
    )
    for draft in (
        value,
        {"message": "hello", "slots": value},
        {"message": "number", "slots": {"n": value, "zip": value}},
    ):
        try:
            releaser.release(draft)
        except Withheld:
            continue


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"bad": {"kind": "notice", "en": "Hi {who}."}}, "no slot type for ['who']"),
        ({"bad": {"kind": "notice", "en": "Hi.", "choices": ["nope"]}}, "no choice 'nope'"),
        ({"bad": {"kind": "safety", "en": "Hi."}}, "must be in Spanish too"),
        ({"bad": {"kind": "shout", "en": "Hi."}}, "'shout' is not one of"),
        ({"bad": {"kind": "notice", "en": "Hi {x}", "slots": {"x": "free_text"}}}, "free_text"),
    ],
)
def test_faulty_content_is_named(tmp_path, change, fault):
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(write(tmp_path, {**MESSAGES, **change}))
    assert any(fault in line for line in caught.value.faults)


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "Tuesday, November 24 at 3:00 pm"), ("es", "martes 24 de noviembre, 3:00 p. m.")],
)
def test_a_moment_is_said_with_the_names_of_its_day_and_month(language, text):
    releaser = Releaser(load_catalogue(DATA), NoLines(), lambda: date(2026, 11, 20))
    draft = {"message": "reminder.too_soon", "slots": {"visit": "2026-11-24T15:00"}}
    assert text in releaser.release(draft, language).text


@pytest.mark.parametrize("value", ["tuesday", "", 3, None, ["2026-11-24T15:00"]])
def test_what_is_no_moment_is_withheld(value):
    releaser = Releaser(load_catalogue(DATA), NoLines(), lambda: date(2026, 11, 20))
    with pytest.raises(Withheld):
        releaser.release({"message": "reminder.too_soon", "slots": {"visit": value}})
