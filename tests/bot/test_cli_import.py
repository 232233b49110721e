"""`carenav import`: each kind of source, what is printed, and every way to stop."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from rich.console import Console
from typer.testing import CliRunner, Result

from bot import cli_import, import_progress
from bot.cli import app
from bot.settings import NAMES, PROJECT
from directory import tables
from directory.importers.own_list import OwnList
from tests.directory.importers import facilities
from tests.directory.importers.lists import ROW, quoted
from tests.directory.importers.nppes import layouts
from tests.directory.importers.plan_net import resources
from tests.directory.making import an_npi


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CARENAV_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path / "state"


def carenav(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def one_line(result: Result) -> str:
    """The only line of a command that failed, after the command's name."""
    assert result.exit_code != 0
    assert result.exception is None or isinstance(result.exception, SystemExit)
    [line] = result.stderr.splitlines()
    assert line.startswith("carenav: ")
    return line.removeprefix("carenav: ")


def counts(result: Result) -> dict[str, int]:
    """The table of what became of the rows."""
    assert result.exit_code == 0, result.stderr
    rows = [line.split("│") for line in result.stdout.splitlines() if "│" in line]
    return {what.strip(): int(count.replace(",", "")) for count, what in rows}


def stored(state: Path) -> list[tuple[str, str]]:
    """The source and the key of every record in the directory."""
    engine = sa.create_engine(f"sqlite:///{state / 'directory.db'}", future=True)
    columns = tables.source_records.c
    query = sa.select(columns.source, columns.source_id).where(columns.gone_on.is_(None))
    with engine.connect() as connection:
        return sorted((source, key) for source, key in connection.execute(query))


@pytest.fixture
def a_list(tmp_path: Path) -> Callable[..., tuple[Path, Path]]:
    """Writes a clinic's list with these names, and its map."""

    def write(*names: str) -> tuple[Path, Path]:
        path, layout = tmp_path / "list.csv", tmp_path / "map.yml"
        rows = [{**ROW, "Name": name, "Key": name.removeprefix("Sample ")} for name in names]
        path.write_text(quoted([*ROW, "Key"]) + "".join(quoted(row.values()) for row in rows))
        layout.write_text(
            "columns: {id: Key, name: Name, roles: Role, state: State, zip: ZIP, phone: Phone,\n"
            "  verified_on: Checked}\n"
        )
        return path, layout

    return write


def test_a_clinics_own_list_comes_in_and_the_same_again_changes_nothing(
    a_list: Callable[..., tuple[Path, Path]], state: Path
) -> None:
    path, layout = a_list("Sample One", "Sample Two", "")
    first = counts(carenav("import", "csv", path, "--map", layout))
    assert (first["taken"], first["rejected: no name"]) == (2, 1)
    assert stored(state) == [("own-list", "One"), ("own-list", "Two")]
    again = counts(carenav("import", "csv", path, "--map", layout))
    assert (again["taken"], again["updated"], again["unchanged"]) == (0, 0, 2)


def test_a_clinics_own_list_is_whole_unless_told_otherwise(
    a_list: Callable[..., tuple[Path, Path]], state: Path
) -> None:
    carenav("import", "csv", *spread(*a_list("Sample One", "Sample Two")))
    path, layout = a_list("Sample Two")
    part = counts(carenav("import", "csv", path, "--map", layout, "--part"))
    assert part["no longer in the search"] == 0
    layout.write_text(layout.read_text() + "whole: false\n")
    assert counts(carenav("import", "csv", path, "--map", layout))["no longer in the search"] == 0
    whole = counts(carenav("import", "csv", path, "--map", layout, "--whole"))
    assert whole["no longer in the search"] == 1
    assert stored(state) == [("own-list", "Two")]


def spread(path: Path, layout: Path) -> tuple[Path, str, Path]:
    return path, "--map", layout


def test_lists_of_different_names_stand_side_by_side(
    a_list: Callable[..., tuple[Path, Path]], state: Path
) -> None:
    for name in ("north", "own-list:south"):
        result = carenav("import", "csv", *spread(*a_list("Sample One")), "--source", name)
        assert result.exit_code == 0
    assert stored(state) == [("own-list:north", "One"), ("own-list:south", "One")]


@pytest.mark.parametrize("name", ["", "Big Plan", "a" * 41, "plan-net:aetna", "-x"])
def test_a_source_has_a_plain_name(tmp_path: Path, name: str) -> None:
    line = one_line(carenav("import", "csv", tmp_path / "list.csv", f"--source={name}"))
    assert line.startswith("--source is")


def test_the_template_goes_round(tmp_path: Path, state: Path) -> None:
    folder = tmp_path / "new" / "clinic"
    result = carenav("import", "csv", "--template", folder)
    assert [line.split("/")[-1] for line in result.stdout.splitlines()] == [
        "own_list.csv",
        "own_list.yml",
    ]
    path = folder / "own_list.csv"
    header = path.read_text().strip().split(",")
    row = {
        "Name": "Sample Alder",
        "Roles": "psychologist",
        "NPI": an_npi(1),
        "ZIP": "94110",
        "Verified on": "2026-11-01",
        "Languages": "Spanish; Klingon",
    }
    path.write_text(path.read_text() + quoted(row.get(name, "") for name in header))
    for words in ((path,), (path, "--map", folder / "own_list.yml")):
        assert counts(carenav("import", "csv", *words))["left out: language not known"] == 1
    assert stored(state) == [("own-list", an_npi(1))]
    assert "own_list.csv is there already" in one_line(
        carenav("import", "csv", "--template", folder)
    )


def test_the_rows_that_could_not_be_used_are_written_down(
    a_list: Callable[..., tuple[Path, Path]], tmp_path: Path
) -> None:
    rejects = tmp_path / "rejects.csv"
    path, layout = a_list("Sample One", "", "Sample One")
    result = carenav("import", "csv", path, "--map", layout, "--rejects", rejects)
    assert f"The rejected rows are in {rejects}" in result.stdout.replace("\n", "")
    with rejects.open(newline="") as file:
        found = list(csv.DictReader(file))
    assert [(row["row"], row["reason"]) for row in found] == [
        ("2", "no_name"),
        ("3", "row_repeated"),
    ]
    assert found[1]["text"].startswith('"Sample One","psychologist"')


def test_rejects_overwrite_nothing_that_matters(
    a_list: Callable[..., tuple[Path, Path]], tmp_path: Path
) -> None:
    path, layout = a_list("Sample One")
    before = path.read_bytes()
    command = ("import", "csv", path, "--map", layout, "--rejects")
    assert "is what is to be imported" in one_line(carenav(*command, path))
    assert path.read_bytes() == before
    assert "can't be written there" in one_line(carenav(*command, tmp_path))
    assert "can't be written there" in one_line(carenav(*command, tmp_path / "no" / "such.csv"))


def test_nppes_comes_in(tmp_path: Path, state: Path) -> None:
    path = tmp_path / "npidata_pfile.csv"
    rows = [
        layouts.a_row(an_npi(1)),
        layouts.a_row(an_npi(2), code="2084N0400X"),
        layouts.a_row("123"),
    ]
    path.write_text(layouts.as_text(rows))
    found = counts(carenav("import", "nppes", path))
    assert (found["taken"], found["left out: not behavioral health"]) == (1, 1)
    assert found["rejected: bad npi"] == 1
    assert stored(state) == [("nppes", an_npi(1))]
    assert counts(carenav("import", "nppes", path, "--every-role"))["taken"] == 1


def test_a_large_file_is_read_in_a_process_of_its_own_with_the_same_outcome(
    tmp_path: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "npidata_pfile.csv"
    path.write_text(layouts.as_text([layouts.a_row(an_npi(1)), layouts.a_row("123")]))
    monkeypatch.setattr(cli_import, "_LARGE", 0)
    found = counts(carenav("import", "nppes", path))
    assert (found["taken"], found["rejected: bad npi"]) == (1, 1)
    assert stored(state) == [("nppes", an_npi(1))]
    path.write_text("not,the,header\n")
    assert "npidata_pfile.csv" in one_line(carenav("import", "nppes", path))


def test_a_health_plans_directory_comes_in(tmp_path: Path, state: Path) -> None:
    path = tmp_path / "plan.ndjson"
    told = (resources.a_practitioner(), resources.a_role(), resources.a_location())
    path.write_text(resources.as_ndjson(told))
    assert counts(carenav("import", "plan-net", path, "--source", "sample"))["taken"] == 1
    assert [source for source, _ in stored(state)] == ["plan-net:sample"]


def test_findtreatment_comes_in(tmp_path: Path, state: Path) -> None:
    path = facilities.write(tmp_path / "export.json", facilities.a_reply([facilities.a_facility()]))
    assert counts(carenav("import", "findtreatment", path))["taken"] == 1
    assert [source for source, _ in stored(state)] == ["findtreatment"]


def test_a_community_list_comes_in(tmp_path: Path, state: Path) -> None:
    service = {
        "id": "s1",
        "name": "Outpatient mental health counseling",
        "status": "active",
        "organization": {"id": "o1", "name": "Sample Center"},
        "service_at_locations": [
            {
                "id": "a1",
                "location": {
                    "id": "l1",
                    "location_type": "physical",
                    "addresses": [
                        {
                            "address_1": "1 Sample Street",
                            "city": "San Francisco",
                            "state_province": "CA",
                            "postal_code": "94110",
                            "country": "US",
                            "address_type": "physical",
                        }
                    ],
                },
            }
        ],
    }
    path = tmp_path / "service.json"
    path.write_text(json.dumps(service))
    assert counts(carenav("import", "hsds", path, "--source", "211"))["taken"] == 1
    assert [source for source, _ in stored(state)] == ["hsds:211"]


@pytest.mark.parametrize("command", ["nppes", "plan-net", "findtreatment", "hsds", "csv"])
@pytest.mark.parametrize(
    "content", [None, b"", b"not,the,header\n1,2,3\n", b"\xff\xfe\x00", b"{", b"PK\x03\x04"]
)
def test_a_file_that_is_something_else_is_one_line_with_its_name(
    tmp_path: Path, state: Path, command: str, content: bytes | None
) -> None:
    path = tmp_path / "somefile.csv"
    if content is not None:
        path.write_bytes(content)
    assert "somefile.csv" in one_line(carenav("import", command, path))
    assert stored(state) == []


def test_a_map_that_is_wrong_is_one_line_with_the_key(
    a_list: Callable[..., tuple[Path, Path]],
) -> None:
    path, layout = a_list("Sample One")
    layout.write_text("columns: {nmae: Name}")
    line = one_line(carenav("import", "csv", path, "--map", layout))
    assert line == "map.yml: columns > nmae: no such key; did you mean name?"


def test_a_list_or_a_folder_must_be_named() -> None:
    assert "--template FOLDER" in one_line(carenav("import", "csv"))


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////no/such/folder/file.db",
        "sqlite:///{folder}/not_a_database",
        "postgresql://user:hidden@127.0.0.1:1/none",
        "postgresql://user:hidden@[127",
    ],
)
def test_a_database_that_does_not_answer_is_one_line_with_its_setting(
    a_list: Callable[..., tuple[Path, Path]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    url: str,
) -> None:
    (tmp_path / "not_a_database").write_text("a text " * 1000)
    monkeypatch.setenv("CARENAV_DIRECTORY_URL", url.format(folder=tmp_path))
    result = carenav("import", "csv", *spread(*a_list("Sample One")))
    line = one_line(result)
    assert line.startswith("CARENAV_DIRECTORY_URL")
    assert "hidden" not in line
    assert result.exit_code == 1


def test_a_fault_half_way_leaves_everything_as_it_was(
    a_list: Callable[..., tuple[Path, Path]], state: Path
) -> None:
    path, layout = a_list("Sample One")
    assert carenav("import", "csv", path, "--map", layout).exit_code == 0
    many = [f"Sample {number}" for number in range(1200)]
    path, layout = a_list(*many)
    path.write_text(path.read_text() + '"Sample cut')
    line = one_line(carenav("import", "csv", path, "--map", layout))
    assert "a quote in row 1201 is never closed" in line
    assert stored(state) == [("own-list", "One")]


def test_ctrl_c_changes_nothing_and_says_so(
    a_list: Callable[..., tuple[Path, Path]], state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, layout = a_list("Sample One")
    assert carenav("import", "csv", path, "--map", layout).exit_code == 0
    items = OwnList.items

    def interrupted(self: OwnList, known: object) -> object:
        yield from items(self, known)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr(OwnList, "items", interrupted)
    result = carenav("import", "csv", *spread(*a_list("Sample Two")))
    assert one_line(result) == "stopped; nothing was changed"
    assert result.exit_code == 130
    assert stored(state) == [("own-list", "One")]


def heed_ctrl_c() -> None:
    """Where the tests run in the background, they and what they start may be deaf to it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def test_ctrl_c_reaches_a_running_import(tmp_path: Path, state: Path) -> None:
    path, rejects = tmp_path / "npidata_pfile.csv", tmp_path / "rejects.csv"
    bad = [layouts.a_row("123")] * 1_000
    good = [layouts.a_row(an_npi(number)) for number in range(15_000)]
    path.write_text(layouts.as_text(bad + good))
    command = [sys.executable, "-m", "bot.cli", "import", "nppes", str(path)]
    command += ["--rejects", str(rejects)]
    with subprocess.Popen(
        command, cwd=PROJECT, stderr=subprocess.PIPE, text=True, preexec_fn=heed_ctrl_c
    ) as running:
        end = time.monotonic() + 60
        while not (rejects.exists() and rejects.stat().st_size) and time.monotonic() < end:
            time.sleep(0.02)
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=60)
    assert said == "carenav: stopped; nothing was changed\n"
    assert running.returncode == 130
    assert stored(state) == []


def test_on_a_terminal_there_is_a_bar_that_goes_away(tmp_path: Path) -> None:
    class Feed:
        source = "own-list"
        total = 1_000_000
        rows = 12_345
        left_out: dict[str, int] = {}

        def done(self) -> int:
            return 400_000

    with open(os.devnull, "w") as nowhere:
        console = Console(
            file=nowhere, force_terminal=True, width=120, record=True, legacy_windows=False
        )
        with import_progress.shown([Feed()], console) as feeds:  # type: ignore[list-item]
            [feed] = feeds
            time.sleep(0.3)
            assert feed.rows == 12_345
        shown = console.export_text()
    assert "own-list" in shown
    assert "0.4/1.0 MB" in shown
    assert "12,345 rows" in shown


def test_a_bar_is_for_terminals_only(a_list: Callable[..., tuple[Path, Path]]) -> None:
    assert carenav("import", "csv", *spread(*a_list("Sample One"))).stderr == ""
