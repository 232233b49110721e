"""Hard words are explained where they first stand, in our own words only."""

from datetime import date
from pathlib import Path

import pytest
import textstat

from guardrails.catalogue import Catalogue, CatalogueError, Message, Source, load_catalogue
from guardrails.glossary import Entry, glossary_of, load_glossary
from guardrails.helplines import load_helplines
from guardrails.release import Releaser

CONTENT = Path(__file__).resolve().parents[2] / "data" / "content"
GLOSSARY = load_glossary(CONTENT / "glossary.yml")
OURS = load_catalogue(CONTENT)
LINES = load_helplines(CONTENT / "helplines.yml", date(2026, 11, 21))


def entry(id: str, en: str, es: str) -> Entry:
    words = {"en": tuple(en.split(", ")), "es": tuple(es.split(", "))}
    return Entry(id, words, {"en": f"{id} in English.", "es": f"{id} en español."})


WORDS = glossary_of(
    (
        entry("copay", "copay, copays", "copago, copagos"),
        entry("network", "network", "red"),
        entry("out_of_network", "out of network", "fuera de la red"),
        entry("medicaid", "Medicaid", "Medicaid"),
    )
)


def message(en: str, kind: str = "answer", id: str = "x.x", **slots: str) -> Message:
    words = {"en": en, "es": "El copago, fuera de la red."}
    return Message(id, kind, words, slots, (), (Source("S", "https://x.test"),), "2026-11-20")


def said(m: Message, language: str = "en", short: bool = False, **slots: str) -> list[str]:
    releaser = Releaser(Catalogue({m.id: m}, {}, {}), LINES, glossary=WORDS)
    draft = {"message": m.id, "slots": slots}
    return [one.word for one in releaser.release(draft, language, short=short).glossary]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A copay. A copay again, and copays.", ["copay"]),
        ("Copays first, then a network.", ["Copays", "network"]),
        ("It is out of network.", ["out of network"]),
        ("Out of network, or in the network.", ["Out of network", "network"]),
        ("Copayment and networked name nothing.", []),
        ("See medicaid.gov, www.copay.test or me@network.test.", []),
        ("Medicaid.", ["Medicaid"]),
        ("Plain words.", []),
    ],
)
def test_the_first_of_each_word_is_explained_whole_and_outside_of_links(text, words) -> None:
    assert said(message(text)) == words


def test_it_is_explained_in_the_language_of_the_words() -> None:
    assert said(message("A copay."), "es") == ["copago", "fuera de la red"]
    released = Releaser(Catalogue({"x.x": message("A copay.")}, {}, {}), LINES, glossary=WORDS)
    (copay, _) = released.release({"message": "x.x"}, "es").glossary
    assert copay.meaning == "copay en español."


@pytest.mark.parametrize(("kind", "words"), [("question", ["copay"]), ("notice", [])])
def test_only_answers_and_questions_have_words_to_tap(kind: str, words: list[str]) -> None:
    assert said(message("A copay.", kind)) == words


def test_nothing_is_explained_in_a_message_of_danger_or_by_text() -> None:
    assert said(message("A copay.", "safety")) == []
    assert said(message("A copay."), short=True) == []


def test_a_message_does_not_explain_the_word_it_is_about() -> None:
    assert said(message("A copay, in the network.", id="cost.copay")) == ["network"]


def test_what_a_person_wrote_is_left_as_it_is() -> None:
    told = message("You wrote: {own}. Ask for the network.", own="own_words")
    assert said(told, own="what is a copay") == ["network"]
    assert said(told, own="which network") == []


def test_a_glossary_that_is_not_whole_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "glossary.yml"
    path.write_text("reviewed_on: 2026-11-21\nglossary: {copay: {words: {en: [copay]}}}\n")
    with pytest.raises(CatalogueError):
        load_glossary(path)


def test_the_hard_words_are_forty_or_more_and_no_form_is_written_twice() -> None:
    assert len(GLOSSARY.entries) >= 40
    for language in ("en", "es"):
        forms = [form.lower() for one in GLOSSARY.entries for form in one.words[language]]
        assert len(set(forms)) == len(forms)


def test_a_meaning_is_short_plain_and_does_not_use_its_own_word() -> None:
    for one in GLOSSARY.entries:
        for language, meaning in one.meaning.items():
            assert len(meaning.split()) <= 25, one.id
            assert not {form.lower() for form in one.words[language]} & set(meaning.lower().split())
        assert textstat.flesch_kincaid_grade(one.meaning["en"]) <= 8, one.id


@pytest.mark.parametrize("language", ["en", "es"])
def test_most_answers_on_costs_have_a_word_to_tap(language: str) -> None:
    costs = [one for one in OURS.messages.values() if one.id.startswith("cost.")]
    tapped = [one for one in costs if GLOSSARY.explain(one, one.words[language], language)]
    assert len(tapped) > len(costs) / 2
