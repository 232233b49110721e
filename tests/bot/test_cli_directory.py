"""`carenav directory`: what staff see of it, and settling what people reported."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.settings import NAMES
from directory import reports
from directory.database import open_engine
from directory.migrate import upgrade
from tests.directory.making import a_provider, keep

TODAY = date.today()
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture(autouse=True)
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """The directory of the settings, with three providers."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    url = f"sqlite:///{tmp_path / 'directory.db'}"
    monkeypatch.setenv("CARENAV_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("CARENAV_DIRECTORY_URL", url)
    monkeypatch.setenv("COLUMNS", "200")
    upgrade(url)
    engine = open_engine(url)
    old = TODAY - timedelta(days=100)
    providers = [a_provider(number, verified_on=YESTERDAY) for number in (1, 2)]
    keep(engine, *providers, a_provider(3, verified_on=old, state="NV"), today=TODAY)
    yield engine
    engine.dispose()


def carenav(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def several_say(engine: Engine, provider: int, what: str, payer: str | None = None) -> None:
    for day in (YESTERDAY, TODAY, TODAY):
        reports.report(engine, provider, what, payer, on=day)


def cells(result: Result) -> list[list[str]]:
    return [
        [cell.strip() for cell in line.split("│")]
        for line in result.stdout.splitlines()
        if "│" in line
    ]


def test_the_status_tells_who_is_in_it_and_how_fresh() -> None:
    result = carenav("directory", "status")
    assert result.exit_code == 0
    assert "Providers in the search: 3\n" in result.stdout
    assert "made up" not in result.stdout
    old = TODAY - timedelta(days=100)
    assert f"Verified in the last 90 days: 67% (the oldest on {old})" in result.stdout
    assert "Reported wrong by several people: 0" in result.stdout
    for row in (["test", "3"], ["psychologist", "3"], ["CA", "2"], ["NV", "1"]):
        assert row in cells(result)


def test_the_status_of_an_empty_directory_is_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARENAV_DIRECTORY_URL", f"sqlite:///{tmp_path / 'new.db'}")
    result = carenav("directory", "status")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == "Providers in the search: 0"


def test_the_status_tells_of_the_last_imports(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Name,Roles,ZIP,Day\nSample,psychologist,94110,2026-11-01\n,,,\n,x,94110,\n")
    (tmp_path / "map.yml").write_text(
        "columns: {name: Name, roles: Roles, zip: ZIP, verified_on: Day}"
    )
    words = ("import", "csv", str(path), "--map", str(tmp_path / "map.yml"))
    assert carenav(*words).exit_code == 0
    [row] = [row for row in cells(carenav("directory", "status")) if row[1:2] == ["own-list"]]
    assert row[2:] == ["1", "0", "0", "0", "1"]


def test_reports_are_shown_once_several_agree(engine: Engine) -> None:
    assert (
        "No listing is reported wrong by several people." in carenav("directory", "reports").stdout
    )
    several_say(engine, 1, "payer", "aetna")
    several_say(engine, 2, "number")
    reports.report(engine, 3, "new_patients", on=TODAY)
    result = carenav("directory", "reports")
    yesterday = str(TODAY - timedelta(days=1))
    assert ["1", "Sample 1", "does not take aetna", "3", yesterday, str(TODAY)] in cells(result)
    assert ["2", "Sample 2", "the number does not work", "3", yesterday, str(TODAY)] in cells(
        result
    )
    assert "Sample 3" not in result.stdout
    assert "Reported by too few to count: 1" in result.stdout


@pytest.mark.parametrize("how", ["--fixed", "--dismissed"])
def test_settling_closes_everything_that_is_reported_of_a_provider(
    engine: Engine, how: str
) -> None:
    several_say(engine, 1, "number")
    several_say(engine, 1, "payer", "aetna")
    several_say(engine, 2, "number")
    result = carenav("directory", "settle", "1", how)
    assert result.stdout == "Settled: Sample 1, 6 reports.\n"
    assert [one.provider_id for one in reports.open_reports(engine, TODAY)] == [2]
    again = carenav("directory", "settle", "1", how)
    assert again.exit_code == 1
    assert again.stderr.startswith("carenav: nothing is reported of a provider 1")


def test_settling_needs_to_know_how(engine: Engine) -> None:
    several_say(engine, 1, "number")
    result = carenav("directory", "settle", "1")
    assert (result.exit_code, len(reports.open_reports(engine, TODAY))) == (1, 1)
    assert result.stderr == "carenav: say how it was settled: --fixed or --dismissed.\n"


@pytest.mark.parametrize("command", [("status",), ("reports",), ("settle", "1", "--fixed")])
def test_a_directory_that_does_not_answer_is_one_line(
    monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("CARENAV_DIRECTORY_URL", "sqlite:////no/such/folder/file.db")
    result = carenav("directory", *command)
    assert result.exit_code == 1
    [line] = result.stderr.splitlines()
    assert line.startswith("carenav: CARENAV_DIRECTORY_URL: the directory did not answer")
