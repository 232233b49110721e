"""The book of clinics follows its files, and what admins changed."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.clinics import ClinicBook, ClinicError
from bot.handoff.hours import save_hours
from bot.store.database import open_engine
from bot.store.migrate import upgrade

PLAIN: dict[str, Any] = {"name": "Elm Clinic", "country": "US", "languages": ["en"], "origins": []}
HOURS = {"timezone": "America/Chicago", "weekly": {"monday": ["09:00-12:00"]}}


def write(folder: Path, key: str, **change: Any) -> Path:
    path = folder / f"{key}.yml"
    path.write_text(yaml.safe_dump({**PLAIN, **change}), "utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "clinics"
    folder.mkdir()
    write(folder, "elm")
    return folder


def test_a_changed_file_and_a_new_one_are_taken_without_a_restart(folder: Path) -> None:
    book = ClinicBook(folder)
    write(folder, "elm", name="Elm Street Clinic")
    write(folder, "oak", name="Oak Clinic")
    assert list(book) == ["elm"]
    book.refresh()
    assert {key: book[key].name for key in book} == {
        "elm": "Elm Street Clinic",
        "oak": "Oak Clinic",
    }


def test_a_file_that_turned_faulty_keeps_its_last_good_clinic_and_is_told_once(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    book = ClinicBook(folder)
    write(folder, "elm", origins=["https://*.example"], name="Wrong")
    for _ in range(3):
        book.refresh()
    assert book["elm"].name == "Elm Clinic"
    assert book["elm"].origins == ()
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert "elm.yml: origins" in caplog.text
    write(folder, "elm", name="Right")
    book.refresh()
    assert book["elm"].name == "Right"


def test_a_clinic_whose_file_is_gone_stays_until_the_next_start(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(folder, "oak")
    book = ClinicBook(folder)
    (folder / "elm.yml").unlink()
    for _ in range(3):
        book.refresh()
    assert set(book) == {"elm", "oak"}
    assert caplog.text.count("is gone") == 1
    assert set(ClinicBook(folder)) == {"oak"}


def test_a_start_is_refused_with_the_faults_of_every_file(folder: Path) -> None:
    write(folder, "elm", country="usa")
    write(folder, "oak", phone="1")
    with pytest.raises(ClinicError) as caught:
        ClinicBook(folder)
    assert [fault.split(":")[0] for fault in caught.value.faults] == ["elm.yml", "oak.yml"]


def test_a_start_without_any_clinic_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ClinicError, match=r"no clinic's file .*copy data/clinics/demo\.yml"):
        ClinicBook(tmp_path)


def test_hours_that_an_admin_saved_win_over_the_files(folder: Path, tmp_path: Path) -> None:
    upgrade(url := f"sqlite:///{tmp_path / 'edge.db'}")
    engine = open_engine(url)
    book = ClinicBook(folder, engine)
    save_hours(engine, "elm", HOURS, by="a", now=1)
    book.refresh()
    hours = book["elm"].hours
    assert hours is not None
    assert hours.weekly == {"monday": (("09:00", "12:00"),)}
    write(folder, "elm", name="Elm again")
    book.refresh()
    assert (book["elm"].name, book["elm"].hours) == ("Elm again", hours)


def test_without_the_database_the_book_goes_on_with_what_it_knows(
    folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    book = ClinicBook(folder, open_engine(f"sqlite:///{tmp_path / 'no' / 'edge.db'}"))
    write(folder, "elm", name="Elm again")
    for _ in range(3):
        book.refresh()
    assert book["elm"].name == "Elm again"
    assert len(caplog.records) == 1
