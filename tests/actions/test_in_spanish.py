"""A whole search, a report and a reminder, said in Spanish with the real rules and actions."""

from datetime import date, datetime, time

import pytest

from actions.ages import age_group
from actions.heard import Heard
from actions.speech import SpeechError, spoken, unaccented, words
from actions.when import read_when
from tests.actions.conversation import RELEASER, Conversation, ids

NOW = datetime(2026, 11, 20, 10)  # a Friday


async def test_a_whole_search_is_answered_in_spanish(talk: Conversation) -> None:
    said = "busco terapeuta cerca de Houston, acepto Medicaid, que hable español, por la tarde"
    assert ids(await talk.says(said, "find_provider")) == ["find.ask_format"]
    await talk.says("no, mejor en línea", "inform")
    assert (await talk.slot("format"), await talk.slot("payment")) == ("online", ["medicaid"])
    wishes = await talk.slot("wishes")
    assert wishes == {"languages": ["spanish"], "times": ["evening"]}
    await talk.says("a 10 millas", "inform")
    await talk.says("para mi hijo de 8 años", "inform")
    assert await talk.slot("radius") == 10
    assert (await talk.slot("wishes"))["age_groups"] == ["child"]
    await talk.says("ya no necesito por la tarde", "change_answer")
    assert "times" not in await talk.slot("wishes")


async def test_what_is_wrong_with_the_second_one_is_noted_in_spanish(talk: Conversation) -> None:
    await talk.says("terapeuta cerca de 94110", "find_provider")
    for _ in ("payment", "format", "wishes"):
        await talk.says("me da igual", "skip")
    said = await talk.says("el segundo no contesta, puro buzón", "report_listing")
    assert ids(said) == ["report.noted.number"]


async def test_a_language_no_list_has_is_said_and_the_rest_is_kept(talk: Conversation) -> None:
    said = await talk.says("terapeuta cerca de 94110 que hable mixteco", "find_provider")
    assert ids(said) == ["find.language_not_listed", "find.ask_payment"]
    assert "mixteco" in RELEASER.release(said[0], "es").text
    assert await talk.slot("place") == {"zip": "94110"}


@pytest.mark.parametrize(
    ("text", "day", "at"),
    [
        ("mañana a las 3 y media", date(2026, 11, 21), time(15, 30)),
        ("el martes que viene a las cuatro y cuarto", date(2026, 11, 24), time(16, 15)),
        ("de hoy en ocho días a las diez de la mañana", date(2026, 11, 28), time(10)),
        ("el 5 de enero a la una", date(2027, 1, 5), time(13)),
        ("el próximo jueves al mediodía", date(2026, 11, 26), time(12)),
    ],
)
def test_a_visit_is_read_as_people_say_it(text: str, day: date, at: time) -> None:
    assert (read_when(text, NOW).day, read_when(text, NOW).time) == (day, at)


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("mi niño de once años", "child"),
        ("mi bebé de 10 meses", "child"),
        ("tengo 16 años", "teen"),
        ("mi mamá de setenta y dos años", "older_adult"),
        ("tiene 3 hijos", None),
    ],
)
def test_an_age_in_spanish_words_is_read(text: str, group: str | None) -> None:
    assert age_group(text) == group


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("que hable español", False),
        ("que acepte pacientes nuevos", False),
        ("qué es un copago", True),
        ("tengo aetna, y cuánto cuesta", True),
        ("es para mi hijo", False),
    ],
)
def test_a_wish_that_begins_with_que_is_no_question(text: str, asks: bool) -> None:
    assert Heard("inform", text).asks is asks


def test_every_language_has_its_small_words_and_a_slip_is_told(tmp_path) -> None:
    assert {"en", "es"} <= set(spoken())
    assert {"please", "porfa"} <= words("fillers")
    assert unaccented("Mañana, ¿Sí?") == "manana, ¿si?"
    (tmp_path / "en.yml").write_text("speech: {fillers: [a]}\n", encoding="utf-8")
    (tmp_path / "xx.yml").write_text("speech: {fillers: ['(']}\n", encoding="utf-8")
    with pytest.raises(SpeechError, match=r"xx.yml: fillers: '\('"):
        spoken(tmp_path)
