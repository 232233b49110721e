"""`carenav search`: what it prints, and how it exits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.settings import NAMES
from tests.channels.directory import check, fill


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    made = f"sqlite:///{tmp_path_factory.mktemp('directory') / 'directory.db'}"
    fill(made)
    return made


@pytest.fixture(autouse=True)
def state(tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CARENAV_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("CARENAV_DIRECTORY_URL", url)


def search(*words: str) -> Result:
    return CliRunner().invoke(app, ("search", *words), env={"COLUMNS": "200"})


def test_providers_are_told_in_plain_words_with_what_is_not_known() -> None:
    result = search("--near", "San Francisco, CA", "--role", "psychiatrist", "--payer", "etna")
    assert result.exit_code == 0
    lines = [line.strip() for line in result.stdout.splitlines()]
    assert lines[0] == "1 found within 25 miles."
    assert "1. Sample 101, MD" in lines
    for line in (
        "psychiatrist, Sample Clinic",
        "accepts: aetna, medicaid",
        "visits: in person",
        "is or welcomes: none",
        "not known: phone, access",
        "takes new people: yes",
        "from National Provider Identifier registry (NPPES)",
    ):
        assert line in lines


def test_an_old_or_made_up_listing_says_so() -> None:
    printed = search("--zip", "94110", "--role", "psychiatrist", "--payer", "cigna").stdout
    assert "last verified 2020-01-01, over 90 days ago; it may be out of date" in printed
    assert "sample data: this listing is made up" in printed


def test_what_was_given_up_is_told() -> None:
    printed = search("--near", "Round Rock, TX", "--radius", "5", "--role", "clinic").stdout
    assert "1 found within 25 miles." in printed
    assert "Not kept to, to find any: radius." in printed


def test_the_next_page_goes_on() -> None:
    def numbered(*words: str) -> list[str]:
        lines = search("--zip", "94110", "--role", "psychologist", *words).stdout.splitlines()
        return [line for line in lines if ". Sample" in line]

    first, second = numbered("--limit", "3"), numbered("--limit", "3", "--page", "2")
    assert first + second == numbered("--limit", "6")
    assert second[0].startswith("4. ")
    whole = search("--zip", "94110", "--limit", "3")
    assert "More: --page 2" in whole.stdout
    beyond = search("--zip", "94110", "--page", "900")
    assert (beyond.exit_code, "There are fewer pages." in beyond.stdout) == (1, True)


def test_json_is_what_the_api_gives() -> None:
    result = search("--zip", "94110", "--new-patients", "--time", "evening", "--json")
    page = json.loads(result.stdout)
    check(page, "Page")
    assert page["total"] == 52


def test_nobody_found_is_exit_code_1() -> None:
    result = search("--zip", "99723", "--role", "psychiatrist")
    assert result.exit_code == 1
    assert result.stdout.startswith("Nobody found within 100 miles.")
    none = search("--zip", "99723", "--role", "psychiatrist", "--json")
    assert (none.exit_code, json.loads(none.stdout)["providers"]) == (1, [])


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "--near: give zip, near,"),
        (("--zip", "00000"), "--zip: no place in the United States has this ZIP"),
        (("--near", "Springfield"), "Springfield, IL; Springfield, MA"),
        (("--zip", "94110", "--age-group", "zebra"), "--age-group: not one that we know (child"),
        (("--zip", "94110", "--radius", "wide"), "--radius: a number from 1 to 100"),
        (("--name", "\udcff\x1b"), "--near: give zip, near,"),
    ],
)
def test_a_search_that_cannot_be_understood_is_one_line(words: tuple[str, ...], says: str) -> None:
    result = search(*words)
    assert (result.exit_code, result.stdout) == (1, "")
    [line] = result.stderr.splitlines()
    assert line.startswith("carenav: --")
    assert says in line


def test_a_directory_that_is_away_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARENAV_DIRECTORY_URL", "sqlite:////no/such/folder/file.db")
    result = search("--zip", "94110")
    assert result.exit_code == 1
    [line] = result.stderr.splitlines()
    assert line.startswith("carenav: CARENAV_DIRECTORY_URL: the directory did not answer")


def test_what_a_source_wrote_is_never_markup(url: str, tmp_path: Path) -> None:
    from directory.database import open_engine
    from tests.directory.making import a_provider, keep

    engine = open_engine(url)
    keep(engine, a_provider(700, role="coach", name="Sample [red]Coach[/] [/]"))
    assert "Sample [red]Coach[/] [/]" in search("--zip", "94110", "--role", "coach").stdout
