"""A third language is a folder: no code knows its name."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from guardrails.catalogue import LANGUAGES, WHOLE, CatalogueError, load_catalogue
from guardrails.helplines import load_helplines
from guardrails.languages import LanguagesError, load_languages
from guardrails.release import Releaser

CONTENT = Path(__file__).resolve().parents[2] / "data" / "content"
WORDS = """\
reviewed_on: 2026-11-20
messages: {language.now: Xa xe xi.}
choices: {find.start: Xu}
terms: {role.psychologist: xologo}
"""


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our content with a language "xx" of three words."""
    folder = tmp_path_factory.mktemp("content")
    shutil.copytree(CONTENT, folder, dirs_exist_ok=True)
    with (folder / "languages.yml").open("a", encoding="utf-8") as file:
        file.write("  xx: {name: Xa, english: Exish, asked: ['xa porfa']}\n")
    (folder / "languages" / "xx").mkdir(parents=True)
    (folder / "languages" / "xx" / "words.yml").write_text(WORDS, encoding="utf-8")
    return folder


def test_a_third_language_is_spoken_and_english_stands_in_for_what_is_missing(
    content: Path,
) -> None:
    today = date(2026, 11, 20)
    releaser = Releaser(load_catalogue(content), load_helplines(content / "helplines.yml", today))
    said = releaser.release({"message": "language.now", "choices": ["find.start"]}, "xx")
    assert (said.text, said.choices[0].label) == ("Xa xe xi.", "Xu")
    missing = {"message": "disclosure.again"}
    assert releaser.release(missing, "xx").text == releaser.release(missing, "en").text


def test_what_asks_for_a_third_language_is_data_too(content: Path) -> None:
    language = load_languages(content / "languages.yml")["xx"]
    assert language.asked.fullmatch("hola, xa porfa")
    assert (language.name, language.whole) == ("Xa", False)


def test_words_for_a_message_that_there_is_not_are_a_fault(content: Path) -> None:
    slip = content / "languages" / "xx" / "slip.yml"
    slip.write_text("reviewed_on: 2026-11-20\nmessages: {no.such: X}\n", encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"languages/xx/slip.yml: messages: there is no no"):
        load_catalogue(content)
    slip.unlink()


def test_a_file_of_languages_without_english_says_so(tmp_path: Path) -> None:
    path = tmp_path / "languages.yml"
    path.write_text("reviewed_on: 2026-11-20\npolite: []\nlanguages: {}\n", encoding="utf-8")
    with pytest.raises(LanguagesError, match="'en' is a required property"):
        load_languages(path)


def test_english_and_spanish_are_whole() -> None:
    assert set(WHOLE) == {"en", "es"} <= set(LANGUAGES)
