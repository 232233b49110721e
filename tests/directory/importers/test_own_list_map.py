"""The map of a clinic's own list: what it may say, and the one line that says what is wrong."""

import json
import re
from pathlib import Path

import pytest

import directory
from directory.feed import ImportFault
from directory.importers.own_list_map import TEMPLATE_LIST, TEMPLATE_MAP, load_map
from directory.records import FACTS
from tests.directory.importers.lists import a_map

COLUMNS = "columns: {name: Name}\n"


def test_the_template_is_a_map_whose_columns_the_template_list_has():
    layout = load_map(TEMPLATE_MAP)
    header = TEMPLATE_LIST.read_text("utf-8").strip().split(",")
    assert [name for names in layout.columns.values() for name in names] == header
    assert layout.whole
    assert set(FACTS) <= set(layout.columns)


def test_the_template_tells_of_every_field_there_is():
    schema = json.loads((Path(directory.__file__).parent / "schemas/own_list.json").read_text())
    told = TEMPLATE_MAP.read_text("utf-8")
    for name in (*schema["properties"], *schema["properties"]["columns"]["properties"]):
        assert re.search(rf"\b{name}\b", told), name


def test_only_columns_are_needed(tmp_path):
    layout = a_map(tmp_path, COLUMNS)
    assert layout.columns == {"name": ("Name",)}
    assert (layout.encoding, layout.delimiter, layout.whole) == ("utf-8", None, True)
    assert {"yes", "x"} <= layout.yes
    assert {"no", "0"} <= layout.no


def test_words_stay_words_whatever_yaml_makes_of_them_elsewhere(tmp_path):
    layout = a_map(
        tmp_path,
        COLUMNS + "words: {yes: [yes, on, 1], no: [no, off]}\nconstants: {verified_on: 2026-11-01}",
    )
    assert layout.yes == {"yes", "on", "1"}
    assert layout.no == {"no", "off"}
    assert layout.constants == {"verified_on": "2026-11-01"}


def test_a_field_left_empty_has_no_column(tmp_path):
    layout = a_map(tmp_path, "columns:\n  name: Name\n  phone:\n  payers: ['', Insurance]\n")
    assert layout.columns == {"name": ("Name",), "payers": ("Insurance",)}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "the file"),
        ("- a\n- b", "the file"),
        ("encoding: utf-8", "columns is missing"),
        ("columns: {nmae: Name}", "columns > nmae: no such key; did you mean name?"),
        ("colums: {name: Name}", "colums: no such key; did you mean columns?"),
        (COLUMNS + "hole: true", "hole: no such key; did you mean whole?"),
        (COLUMNS + "whole: maybe", "whole: 'maybe' is not one of 'true', 'false'."),
        (COLUMNS + "encoding: latin", "encoding: 'latin' is not one of 'utf-8', 'cp1252'."),
        (COLUMNS + "delimiter: ab", "delimiter: 'ab' is not one of"),
        (COLUMNS + "partial: [payer]", "partial > 0: 'payer' is not one of"),
        (COLUMNS + "words: {perhaps: [x]}", "words > perhaps: no such key"),
        (COLUMNS + "constants: {nickname: x}", "constants: 'nickname' is not one of"),
        (COLUMNS + "constants: {state: [CA]}", "constants > state"),
        ("columns: {name: [First, Last]}", "columns > name"),
        ("columns: {phone: Phone}", "columns: no column holds the name; add name"),
        ("columns: {name: '  '}", "columns: no column holds the name"),
        ("columns: {name: Name, address: A, zip: Z}", "columns > address: is the whole address"),
        (
            COLUMNS + "meanings: {languages: {SPAN: spanis}}",
            "meanings > languages > SPAN: 'spanis' is none of english, spanish",
        ),
        (COLUMNS + "meanings: {roles: {NP: [nurse]}}", "meanings > roles > NP: 'nurse' is none of"),
        ("columns: {name: Name", "is not YAML we can read"),
        ("columns: {name: Name}\ncolumns\n", "is not YAML we can read"),
        ("a: &a [*a]\ncolumns: {name: Name}", "is not YAML we can read"),
        ("[" * 5000, "is not YAML we can read"),
        ("columns: {name: \x00}", "is not YAML we can read"),
    ],
)
def test_a_wrong_map_is_one_line_that_names_the_key(tmp_path, text, says):
    with pytest.raises(ImportFault) as fault:
        a_map(tmp_path, text)
    line = str(fault.value)
    assert line.startswith("map.yml")
    assert says in line
    assert len(line.splitlines()) == 1
    assert len(line) < 500


def test_a_map_that_is_not_there_or_not_text_is_one_line(tmp_path):
    with pytest.raises(ImportFault, match=r"nowhere\.yml can't be read: No such file"):
        load_map(tmp_path / "nowhere.yml")
    (tmp_path / "map.yml").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(ImportFault, match="is not YAML we can read"):
        load_map(tmp_path / "map.yml")
