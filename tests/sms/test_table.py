"""Every message fits a text, and the table says so when one does not."""

from __future__ import annotations

import csv
import io
import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import typer
import yaml
from typer.testing import CliRunner

from bot import checks
from bot.cli_sms_segments import segments_table
from bot.conversation import bot_message
from bot.settings import PROJECT
from bot.sms.segments import is_gsm, plain, segments
from bot.sms.table import Row, Table, open_table
from guardrails.catalogue import Choice, Message, load_catalogue
from guardrails.release import Releaser

DATA = PROJECT / "data"
TABLE = open_table(DATA, date.today())
ROWS = {(row.message, row.language): row for row in TABLE.rows()}
RELEASER = Releaser(TABLE.catalogue, TABLE.helplines)
COUNTRIES = [*TABLE.helplines.countries, "ZZ"]
CRISIS = [one.id for one in TABLE.catalogue.messages.values() if one.kind == "safety"]
SENTENCE = "This is one plain sentence that is said here. "
SPANISH = "Esto es una frase sencilla que se dice aquí. "


def message(
    en: str, es: str | None = SPANISH, *, kind: str = "notice", slots: dict[str, str] | None = None
) -> Message:
    words = {"en": en} if es is None else {"en": en, "es": es}
    return Message("test.words", kind, words, slots or {}, (), (), "2026-11-21")


def faults(one: Message) -> list[str]:
    """What the table says of it, in a catalogue that holds nothing else."""
    catalogue = replace(TABLE.catalogue, messages={one.id: one}, choices={})
    renderer = replace(TABLE.renderer, catalogue=catalogue)
    return [*replace(TABLE, catalogue=catalogue, renderer=renderer).faults()]


def labelled(en: str, es: str = "Otra cosa") -> list[str]:
    choice = Choice("test.choice", {"en": en, "es": es}, {}, "inform", {}, None)
    catalogue = replace(TABLE.catalogue, messages={}, choices={choice.id: choice})
    return [*replace(TABLE, catalogue=catalogue).faults()]


def text(name: str, language: str, country: str, **draft: object) -> str:
    given = {"message": name, **draft}
    return plain(RELEASER.release(given, language, country, short=True).text)


# --- the words as they are --------------------------------------------------------------------


def test_no_message_is_unfit_for_a_text():
    assert [*TABLE.faults()] == []


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("name", CRISIS)
def test_a_crisis_text_is_one_segment_with_the_emergency_number_before_any_other(
    name: str, language: str, country: str
) -> None:
    said = text(name, language, country)
    assert len(said) <= 160
    assert is_gsm(said)
    emergency = plain(TABLE.helplines.emergency(country, language, short=True))
    first_number = re.search(r"\d", said)
    assert emergency in said
    assert first_number is None or said.index(emergency) <= first_number.start()


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("name", [one for one in CRISIS if one.startswith("safety.")])
def test_a_crisis_text_names_a_line_and_says_that_it_is_software(name: str, language: str) -> None:
    said = text(name, language, "US")
    assert "988" in said or "1-800-799-7233" in said
    assert "software" in said or "programa" in said


def test_in_the_united_states_the_line_is_reached_by_text_first():
    said = text("safety.suicide_self_harm", "en", "US")
    assert "text or call 988" in said
    said = text("safety.suicide_self_harm", "es", "US")
    assert said.index("AYUDA al 988") < said.index("oprima 2")


def test_abuse_names_its_own_line_and_who_may_see_the_texts():
    said = text("safety.abuse_danger", "en", "US")
    assert "1-800-799-7233" in said
    assert "Others may see these texts; delete them." in said


def test_abuse_told_again_names_the_same_line():
    said = text("safety.repeat", "en", "US", lines="safety.abuse_danger")
    assert "1-800-799-7233" in said
    assert "988" not in said


def test_where_there_is_no_line_for_abuse_the_crisis_line_stands_in_its_place():
    assert "116 123" in text("safety.abuse_danger", "en", "GB")


def test_the_web_keeps_its_own_words():
    said = RELEASER.release({"message": "safety.suicide_self_harm"}, "en", "US").text
    assert "call or text 988" in said
    assert "emergency room" in said


@pytest.mark.parametrize("country", TABLE.helplines.countries)
def test_every_number_in_the_words_of_a_text_is_of_a_line_of_that_country(country: str) -> None:
    named = TABLE.helplines.countries[country].get("text", {})
    lines = [one for one in TABLE.helplines.lines.values() if one["country"] == country]
    known = {
        re.sub(r"\D", "", str(channel.get(key, "")))
        for line in lines
        for channel in line["channels"]
        for key in ("dial", "show")
    }
    for words in named.values():
        for spoken in words.values():
            for number in re.findall(r"\d[\d ]*\d{2,}", spoken):
                assert re.sub(r"\D", "", number) in known


@pytest.mark.parametrize("name", ["us_dv"])
def test_the_words_of_a_line_hold_its_own_number(name: str) -> None:
    line = TABLE.helplines.lines[name]
    for words in line["text"].values():
        assert any(channel.get("show", "-") in words for channel in line["channels"])
        assert "START" not in words


def test_after_an_opt_out_in_plain_words_nothing_is_offered():
    released = RELEASER.release({"message": "opt_out.done"}, "en", "US", short=True)
    assert released.choices == ()
    assert "no more texts" in released.text
    assert "START" in released.text
    assert "911" in released.text


def test_a_handoff_is_asked_for_with_what_staff_will_see_of_the_texts():
    draft = {"message": "handoff.ask", "slots": {"clinic": "Demo Community Clinic"}}
    released = RELEASER.release(draft, "en", "US", short=True)
    assert "these texts, or only a note" in released.text
    assert [one.label for one in released.choices][:2] == ["Show these texts", "Only a short note"]
    assert RELEASER.release(draft).choices[0].label == "Show this chat"


def test_no_label_of_a_text_begins_with_a_word_that_is_an_order():
    written = yaml.safe_load((DATA / "content" / "sms" / "keywords.yml").read_text("utf-8"))
    alone = {
        one.casefold()
        for kind in ("stop", "start", "help")
        for one in written["keywords"][kind]
        if " " not in one
    }
    assert {"stop", "end", "help", "start", "ayuda"} <= alone
    for choice in TABLE.catalogue.choices.values():
        for label in (choice.short or choice.label).values():
            first = re.split(r"\W+", label.casefold(), maxsplit=1)[0]
            assert first not in alone or choice.id.startswith("page.")


# Drafts that go out together (bot/turn.py, bot/handoff): the first text must not run on and on.
TOGETHER = [
    ("safety.repeat", "human.numbers"),
    ("handoff.still_waiting", "human.numbers"),
    ("handoff.unanswered", "human.numbers"),
    ("handoff.withdrawn", "human.numbers"),
    ("resume.after_danger", "find.ask_place"),
    ("check_in.denied", "find.ask_place"),
    ("refusal.diagnosis", "find.ask_payment"),
    ("find.bad_zip", "find.ask_place"),
    ("disclosure.again", "find.ask_payment"),
]


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("pair", TOGETHER)
def test_what_goes_out_together_is_at_most_three_segments(
    pair: tuple[str, str], language: str
) -> None:
    slots = {"clinic": "Demo Community Clinic", "phone": "5125550100", "minutes": 15}
    sent = [
        bot_message(
            RELEASER.release({"message": name, "slots": slots}, language, short=True), str(n), 0.0
        )
        for n, name in enumerate(pair)
    ]
    first = TABLE.renderer.render(sent, language).parts[0]
    assert segments(first) <= 3


# --- what the table can find --------------------------------------------------------------------


@pytest.mark.parametrize(("places", "fault"), [(160, False), (161, True)])
def test_a_crisis_text_of_161_places_is_named(places: int, fault: bool) -> None:
    crisis = message("a" * places, "a" * 160, kind="safety")
    said = faults(replace(crisis, short=crisis.words))
    assert bool(said) is fault
    assert all("test.words (en): a crisis text of 161 places, 2 segments" in one for one in said)


def test_an_emoji_is_named():
    assert any("GSM-7" in one for one in faults(message("Take care \N{SPARKLES}")))


@pytest.mark.parametrize("word", ["don’t", "“so”", "a – b", "aquí, allá, acción, tú"])
def test_quotes_dashes_and_accents_cost_nothing(word: str) -> None:
    assert faults(message(word * 10, word * 10)) == []
    crisis = message(word, word, kind="safety")
    assert faults(replace(crisis, short=crisis.words)) == []


def test_a_message_in_english_alone_is_named():
    assert faults(message(SENTENCE, es=None)) == [
        "test.words: as a text it is not in es; write it too"
    ]


def test_an_answer_may_be_in_english_alone():
    assert faults(message(SENTENCE, es=None, kind="answer")) == []


@pytest.mark.parametrize(("places", "fault"), [(306, False), (307, True)])
def test_a_third_segment_is_named(places: int, fault: bool) -> None:
    assert bool(faults(message("a" * places))) is fault


def test_long_content_may_go_on_in_parts():
    assert faults(message(SENTENCE * 20, SPANISH * 20, kind="answer")) == []


def test_the_longest_values_count_too():
    said = message("{clinic} " * 6, "{clinic}", slots={"clinic": "provider_name"})
    usual = plain("Demo Community Clinic " * 6)
    assert segments(usual) == 1
    assert len(faults(said)) == 1


def test_a_crisis_text_without_short_words_is_named():
    assert faults(message(SENTENCE, SPANISH, kind="safety"))  # its help lines come with it


def test_a_slot_that_nobody_has_a_sample_for_is_named():
    said = faults(message("{x}", "{x}", slots={"x": "fragment"}))
    assert said[0] == "test.words (en): no sample for x (fragment); add one to bot/sms/samples.py"


@pytest.mark.parametrize(
    "words",
    [
        "Reply HELP for help.",
        'You can say "stop" at any time.',
        "Text yes to go on.",
        "The lines below are open.",
        "You can leave this page.",
        "Tap a number.",
        "Pick one of these.",
        "You can delete this chat.",
        "Puede borrar este chat.",
        "Elija una opción.",
    ],
)
def test_words_of_a_page_and_invited_orders_are_named(words: str) -> None:
    assert len(faults(message(words))) == 1
    assert len(faults(message(SENTENCE, words))) == 1


@pytest.mark.parametrize("label", ["Stop waiting", "End the talk", "Yes, please", "Help", "Start"])
def test_a_label_that_begins_with_an_order_is_named(label: str) -> None:
    assert len(labelled(label)) == 1


def test_a_label_that_does_not_is_fine():
    assert labelled("Leave the line") == []


def test_a_ban_that_does_not_do_what_its_examples_say_is_named():
    broken = replace(TABLE.bans[0], catches=("fine words",), passes=())
    said = [*replace(TABLE, bans=[broken], catalogue=replace(TABLE.catalogue, choices={})).faults()]
    assert f"{broken.id}: lets through 'fine words'" in said


# --- where it is shown ----------------------------------------------------------------------------


@pytest.fixture
def data(tmp_path: Path) -> Path:
    shutil.copytree(DATA / "content", tmp_path / "data" / "content")
    (tmp_path / "data" / "guardrails").mkdir()
    shutil.copy(DATA / "guardrails" / "texts.yml", tmp_path / "data" / "guardrails")
    return tmp_path / "data"


def lengthen(data: Path) -> None:
    path = data / "content" / "short" / "safety.yml"
    path.write_text(path.read_text("utf-8").replace("I am software", "I am only software here"))


def test_make_check_fails_with_a_line_for_each(data: Path) -> None:
    assert [*checks.texts(data, date.today())] == []
    lengthen(data)
    said = [*checks.texts(data, date.today())]
    assert any(one.startswith("safety.suicide_self_harm (en): a crisis text of") for one in said)
    assert checks.texts in checks.CHECKS


def shown(*words: str) -> tuple[int, str, str]:
    app = typer.Typer()
    app.command()(segments_table)
    result = CliRunner().invoke(app, words)
    return result.exit_code, result.stdout, result.stderr


def test_the_table_as_csv_has_a_row_for_each_message_and_language():
    code, out, _ = shown("--csv")
    rows = [*csv.DictReader(io.StringIO(out))]
    assert code == 0
    assert len(rows) == len(ROWS)
    one = next(r for r in rows if r["message"] == "safety.repeat" and r["language"] == "es")
    assert (one["kind"], one["encoding"], one["segments"]) == ("safety", "GSM-7", "1")


def test_the_command_fails_when_a_text_is_unfit(data: Path, monkeypatch) -> None:
    lengthen(data)
    monkeypatch.setattr("bot.settings.PROJECT", data.parent)
    code, _, errors = shown()
    assert code == 1
    assert "safety.suicide_self_harm (en)" in errors


def test_an_answer_comes_in_parts():
    row: Row = ROWS["role.titles", "en"]
    assert row.parts > 1
    assert row.segments <= 3


# --- how short words are read -----------------------------------------------------------------


def short(data: Path, words: str) -> list[str]:
    (data / "content" / "short" / "test.yml").write_text(
        f"reviewed_on: '2026-11-21'\nshort:\n  find.let_go: {words}\n"
    )
    return [*checks.content(data, date.today())]


def test_choices_alone_may_differ_in_a_text(data: Path) -> None:
    assert short(data, "{choices: [find.start]}") == []
    assert load_catalogue(data / "content").messages["find.let_go"].short_choices == ("find.start",)


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("{en: Only English.}", "dependency"),
        ("{choices: [no.such]}", "no choice 'no.such'"),
        ("{en: 'Hi {nobody}.', es: Hola.}", "no slot type"),
        ("{}", "find.let_go"),
    ],
)
def test_faulty_short_words_are_named(data: Path, words: str, fault: str) -> None:
    assert any(fault in one for one in short(data, words))


def test_hard_short_words_are_named(data: Path) -> None:
    hard = "Multidisciplinary psychopharmacological interventions necessitate administration."
    short(data, f"{{en: {hard}, es: Difícil.}}")
    faults = [*checks.reading(data, date.today())]
    assert any("find.let_go (en): reading grade" in fault for fault in faults)


def test_the_table_is_of_one_catalogue():
    assert isinstance(TABLE, Table)
    assert {row.language for row in ROWS.values()} == {"en", "es"}
