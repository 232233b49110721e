"""Help lines: current, ordered, and usable on the channel at hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from guardrails.catalogue import Catalogue, load_catalogue
from guardrails.helplines import HelplineError, Helplines, load_helplines
from guardrails.release import Releaser
from guardrails.types import DANGER, Outcome

LINES = Path(__file__).parents[2] / "data" / "content" / "helplines.yml"
TODAY = date(2026, 11, 20)
COUNTRIES = ["US", "CA", "GB", "IE", "AU", "NZ", "IN", "ES", "MX", "ZZ"]

Data = dict[str, Any]


@pytest.fixture(scope="module")
def helplines() -> Helplines:
    return load_helplines(LINES, TODAY)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(LINES.parent)


def changed(tmp_path: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    data = yaml.load(LINES.read_text("utf-8"), Loader=yaml.BaseLoader)
    for line in data["lines"].values():
        line["all_day"] = line["all_day"] == "true"
    change(data)
    path = tmp_path / "helplines.yml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
    return path


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("outcome", [*sorted(DANGER), Outcome.CHECK_IN])
def test_danger_shows_the_emergency_number_first_then_another_line(
    helplines: Helplines, country: str, language: str, outcome: Outcome
) -> None:
    cards = helplines.cards(f"safety.{outcome}", country, language)
    assert len(cards) >= 2
    assert cards[0]["actions"][0]["href"].startswith("tel:")
    assert "merg" in cards[0]["title"]
    assert all(card["actions"] for card in cards)
    assert any(card["note"] for card in cards[1:])


def test_short_codes_and_keywords_stay_as_they_are(helplines: Helplines) -> None:
    links = [a["href"] for c in helplines.cards("check_in.ask", "US", "en") for a in c["actions"]]
    assert "tel:988" in links
    assert "sms:988" in links
    assert "sms:741741?&body=HOME" in links


def test_spanish_gets_the_spanish_keywords(helplines: Helplines) -> None:
    links = [a["href"] for c in helplines.cards("check_in.ask", "US", "es") for a in c["actions"]]
    assert "sms:988?&body=AYUDA" in links
    assert "sms:741741?&body=HOLA" in links
    assert "sms:988" not in links


def test_abuse_and_overdose_have_their_own_lines(helplines: Helplines) -> None:
    abuse = helplines.cards("safety.abuse_danger", "US", "en")
    assert "tel:+18007997233" in [a["href"] for c in abuse for a in c["actions"]]
    poison = helplines.cards("safety.medical_emergency", "US", "en")
    assert "tel:+18002221222" in [a["href"] for c in poison for a in c["actions"]]


def test_words_for_a_sentence_follow_the_country(helplines: Helplines) -> None:
    assert helplines.emergency("GB", "en") == "999"
    assert helplines.crisis_line("US", "en") == "call or text 988"
    assert "findahelpline.com" in helplines.crisis_line("ZZ", "es")


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("language", ["en", "es"])
def test_what_stays_in_view_is_of_the_country_with_the_emergency_number_first(
    helplines: Helplines, country: str, language: str
) -> None:
    strip = helplines.strip(country, language)
    cards = helplines.cards("safety.suicide_self_harm", country, language)
    assert 2 <= len(strip) <= 3
    assert strip[0] == cards[0]["actions"][0]
    assert strip[1] == cards[1]["actions"][0]


def test_what_stays_in_view_has_a_text_beside_the_call_where_there_is_one(
    helplines: Helplines,
) -> None:
    def links(country: str, language: str) -> list[str]:
        return [way["href"] for way in helplines.strip(country, language)]

    assert links("US", "en") == ["tel:911", "tel:988", "sms:988"]
    assert links("US", "es") == ["tel:911", "tel:988", "sms:988?&body=AYUDA"]
    assert links("GB", "en") == ["tel:999", "tel:116123", "sms:85258?&body=SHOUT"]


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("language", ["en", "es"])
def test_words_of_danger_give_the_emergency_number_before_the_crisis_line(
    helplines: Helplines, catalogue: Catalogue, country: str, language: str
) -> None:
    releaser = Releaser(catalogue, helplines)
    emergency = helplines.emergency(country, language)
    line = helplines.crisis_line(country, language)
    about_danger = [m for m in catalogue.messages.values() if m.kind == "safety"]
    assert {f"safety.{outcome}" for outcome in DANGER} < {m.id for m in about_danger}
    for message in [*about_danger, catalogue.messages["bereaved.suicide"]]:
        text = releaser.release({"message": message.id}, language, country).text
        assert 0 <= text.find(emergency) < text.find(line), message.id


@pytest.mark.parametrize("message", ["human.now", "human.no_phone"])
def test_who_can_be_reached_names_the_emergency_number_before_the_line(
    catalogue: Catalogue, message: str
) -> None:
    for words in catalogue.messages[message].words.values():
        assert 0 <= words.find("{emergency}") < words.find("{crisis_line}")


@pytest.mark.parametrize("message", ["safety.suicide_self_harm", "safety.repeat"])
def test_who_fears_a_hotline_is_named_another_way(catalogue: Catalogue, message: str) -> None:
    words = catalogue.messages[message].words
    assert "emergency room" in words["en"]
    assert "a emergencias" in words["es"]


def test_a_line_that_closes_says_its_hours_and_comes_last(tmp_path: Path) -> None:
    def with_a_line_that_closes(data: Data) -> None:
        data["routes"]["US"]["default"] = ["us_911", "us_988", "us_trans_lifeline"]

    helplines = load_helplines(changed(tmp_path, with_a_line_that_closes), TODAY)
    *open_always, closes = helplines.cards("safety.suicide_self_harm", "US", "en")
    assert all(card["note"] for card in open_always)
    assert "Monday to Friday" in closes["lines"][-1]
    assert closes["note"] == ""


def test_closed_lines_are_nowhere(helplines: Helplines) -> None:
    shown = LINES.read_text("utf-8")
    for closed in ("9312237", "931-2237", "PRIDE", "press 3"):
        assert closed not in shown


def test_every_line_is_expired_after_its_date() -> None:
    last = date(2027, 11, 20)
    with pytest.raises(HelplineError, match="expired on"):
        load_helplines(LINES, last + timedelta(days=1))


def longer_than_a_year(data: Data) -> None:
    data["lines"]["us_988"]["expires_on"] = "2028-01-01"


def not_a_date(data: Data) -> None:
    data["lines"]["us_988"]["verified_on"] = "2026-13-01"


def unknown_line(data: Data) -> None:
    data["routes"]["US"]["default"] = ["us_911", "us_989"]


def no_emergency_first(data: Data) -> None:
    data["routes"]["US"]["default"] = ["us_988", "us_911"]


def only_a_line_that_closes(data: Data) -> None:
    data["routes"]["US"]["default"] = ["us_911", "us_trans_lifeline"]


def a_line_that_closes_before_one_that_does_not(data: Data) -> None:
    data["routes"]["US"]["default"] = ["us_911", "us_trans_lifeline", "us_988"]


def closed_at_hours_it_does_not_say(data: Data) -> None:
    del data["lines"]["us_trans_lifeline"]["hours"]


def general_knowledge(data: Data) -> None:
    data["lines"]["us_988"]["confidence"] = "general"


def no_channel_in_english(data: Data) -> None:
    data["lines"]["us_trevor"]["channels"] = [{"way": "call", "dial": "988", "language": "es"}]


def unlisted_country(data: Data) -> None:
    data["routes"]["FR"] = {"default": ["any_emergency", "any_find"]}


def a_number_with_spaces(data: Data) -> None:
    data["lines"]["us_988"]["channels"][0]["dial"] = "98 8"


def no_source(data: Data) -> None:
    del data["lines"]["us_988"]["source_url"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (longer_than_a_year, "within 12 months"),
        (not_a_date, "us_988: .*write dates"),
        (unknown_line, "no line us_989"),
        (no_emergency_first, "must begin with an emergency line"),
        (only_a_line_that_closes, "open day and night"),
        (a_line_that_closes_before_one_that_does_not, "US: default: put lines that close after"),
        (closed_at_hours_it_does_not_say, "us_trans_lifeline: .*say its hours"),
        (general_knowledge, "general confidence"),
        (no_channel_in_english, "no channel to show in en"),
        (unlisted_country, "FR is not among the countries"),
        (a_number_with_spaces, "us_988 > channels"),
        (no_source, "source_url"),
    ],
)
def test_a_broken_file_is_refused_with_its_place(
    tmp_path: Path, change: Callable[[Data], None], says: str
) -> None:
    with pytest.raises(HelplineError, match=says):
        load_helplines(changed(tmp_path, change), TODAY)
