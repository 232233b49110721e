"""`carenav clinic`: a file that can be used at once, and every fault of one that can't."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.clinic_file import clinic_of, read_clinic
from bot.clinic_template import clinic_yaml
from bot.settings import NAMES


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The clinics' folder of the settings, empty."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CARENAV_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("CARENAV_PUBLIC_URL", "https://chat.example.org")
    monkeypatch.setenv("COLUMNS", "200")
    folder = tmp_path / "clinics"
    folder.mkdir()
    monkeypatch.setenv("CARENAV_CLINICS", str(folder))
    return folder


def carenav(*words: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(app, ["clinic", *words], input=typed)


def add_elm() -> Result:
    return carenav(
        *("add", "elm", "--name", "Elm: the “Clinic” & more", "--state", "tx"),
        *("--languages", "es,en", "--phone", "5125550100"),
        *("--origin", "https://Elm.example, http://localhost:3000"),
    )


def test_a_clinic_is_added_from_options_and_told_what_to_paste(folder: Path) -> None:
    result = add_elm()
    assert result.exit_code == 0, result.output
    clinic = read_clinic(folder / "elm.yml")
    assert clinic.name == "Elm: the “Clinic” & more"
    assert (clinic.country, clinic.state, clinic.languages) == ("US", "TX", ("es", "en"))
    assert clinic.origins == ("https://elm.example", "http://localhost:3000")
    assert clinic.phone == "5125550100"
    tag = '<script src="https://chat.example.org/widget.js" data-clinic="elm" async></script>'
    assert tag in result.output
    assert "  https://chat.example.org/chat/elm\n" in result.output
    assert '<iframe src="https://chat.example.org/chat/elm"' in result.output
    assert 'title="Elm: the “Clinic” &amp; more"' in result.output


def test_without_a_name_it_asks(folder: Path) -> None:
    typed = "Oak Clinic\n\nNV\nen\n\nhttps://oak.example\n"
    result = carenav("add", "oak", typed=typed)
    assert result.exit_code == 0, result.output
    clinic = read_clinic(folder / "oak.yml")
    assert (clinic.name, clinic.country, clinic.state) == ("Oak Clinic", "US", "NV")
    assert (clinic.languages, clinic.phone) == (("en",), None)
    assert clinic.origins == ("https://oak.example",)


def test_a_clinic_that_is_there_is_never_overwritten(folder: Path) -> None:
    add_elm()
    before = (folder / "elm.yml").read_bytes()
    result = carenav("add", "elm", "--name", "Another")
    assert result.exit_code == 1
    assert "is there already" in result.stderr
    assert (folder / "elm.yml").read_bytes() == before


def test_what_cannot_be_used_is_told_and_nothing_is_written(folder: Path) -> None:
    result = carenav("add", "elm", "--name", "Elm", "--origin", "elm.example", "--phone", "1")
    assert result.exit_code == 1
    assert result.stderr.count("carenav: elm.yml: ") == 2
    assert list(folder.iterdir()) == []


def test_a_key_that_is_no_key_writes_nothing_anywhere(folder: Path) -> None:
    result = carenav("add", "../elm", "--name", "Elm")
    assert result.exit_code == 1
    assert "the clinic's key" in result.stderr
    assert list(folder.parent.glob("*.yml")) == []


def test_check_tells_every_fault_of_every_file(folder: Path) -> None:
    add_elm()
    (folder / "oak.yml").write_text("name: Oak\ncountry: usa\ncolors: {}\n", "utf-8")
    (folder / "ash.yml").write_text(
        'name: Ash\ncountry: US\nlanguages: [en]\norigins: ["https://ash.example"]\n'
        'colours: {accent: "#fff"}\npages: {"/x": {topic: nothing_we_know}}\n',
        "utf-8",
    )
    result = carenav("check")
    assert result.exit_code == 1
    told = result.stderr
    assert "oak.yml: country: 'usa'" in told
    assert "oak.yml: colors: not a setting; did you mean colours?" in told
    assert "ash.yml: colours: accent: #ffffff has a contrast of 1.0" in told
    assert "elm.yml" not in told
    assert "Traceback" not in result.output
    assert carenav("check", "elm").exit_code == 0


def test_check_knows_the_topics_that_there_are_answers_for(folder: Path) -> None:
    add_elm()
    with (folder / "elm.yml").open("a", encoding="utf-8") as file:
        file.write('pages: {"/a": {topic: cost}, "/b": {topic: nothing_we_know}}\n')
    result = carenav("check")
    assert result.exit_code == 1
    assert result.stderr == (
        "carenav: elm.yml: pages: /b: 'nothing_we_know' is not a topic that we have an answer for\n"
    )


def test_check_says_what_is_worth_a_thought(folder: Path) -> None:
    (folder / "oak.yml").write_text(
        "name: Oak\ncountry: US\nlanguages: [en, es]\norigins: []\n"
        'greeting: {en: "Our multidisciplinary team is glad to be of help."}\n'
        "handoff: {to: webhook, webhook: {url: 'https://oak.example', secret_env: OAK_SECRET}}\n",
        "utf-8",
    )
    result = carenav("check")
    assert result.exit_code == 0, result.stderr
    for hint in (
        "origins is empty",
        "phone is missing",
        "hours is missing",
        "OAK_SECRET is not set here",
        "long words are hard to read: multidisciplinary",
        "greeting is not in every language",
    ):
        assert hint in result.output


def test_list_and_show_tell_of_the_clinics(folder: Path) -> None:
    add_elm()
    (folder / "oak.yml").write_text("name: Oak", "utf-8")
    listed = carenav("list").output
    assert "https://elm.example http://localhost:3000" in listed
    assert "faulty; see: carenav clinic check" in listed
    shown = carenav("show", "elm").output
    assert "Hand-off: none; phone numbers only" in shown
    assert 'data-clinic="elm"' in shown
    assert carenav("show", "nobody").exit_code == 1


def test_an_empty_folder_says_how_to_begin() -> None:
    result = carenav("list")
    assert result.exit_code == 1
    assert "carenav clinic add" in result.stderr


@pytest.mark.parametrize("name", ['a"b', "yes", "1", "# no", "{x}", "a: b", "ñ\\n", "[", "- a"])
def test_any_name_is_written_so_that_it_reads_back(name: str) -> None:
    text = clinic_yaml(
        name=name, country="NO", state="", languages=["en"], phone="", origins=["https://a.b"]
    )
    read = yaml.safe_load(text)
    assert (read["name"], read["country"]) == (name, "NO")


def test_what_the_file_has_ready_in_comments_can_be_used() -> None:
    text = clinic_yaml(
        name="Elm", country="US", state="", languages=["en", "es"], phone="", origins=[]
    )
    settings = [
        line.removeprefix("# ")
        for line in text.splitlines()
        if line.startswith(("# colours:", "# greeting:", "# provider_source:", "# hours:", "#   "))
        or line.startswith(("# handoff:", "# pages:", "# state:", "# phone:"))
    ]
    clinic = clinic_of("elm", text + "\n".join(settings))
    assert clinic.hours is not None
    assert clinic.colours is not None
    assert clinic.handoff is not None
    assert (clinic.state, clinic.phone) == ("TX", "5125550100")
    assert clinic.pages == {"/teens": "child_psychiatrist"}
