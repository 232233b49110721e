"""Whatever a file holds, reading it ends: with items, or with one clear fault."""

import random
import zipfile
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from directory.feed import ImportFault
from tests.directory.importers.nppes.layouts import (
    LOCATIONS,
    V2,
    a_place,
    a_row,
    as_text,
    deactivated,
)
from tests.directory.importers.nppes.reading import read
from tests.directory.making import an_npi

KNOWN = {an_npi(3), an_npi(4)}
ROWS = [
    a_row(an_npi(1)),
    a_row(an_npi(2), code="2084N0400X"),
    a_row(an_npi(3), code="207Q00000X"),
    deactivated(an_npi(4)),
    a_row(an_npi(5), kind="2", code="261QM0801X", organization="SAMPLE PEÑA CENTER"),
]
MAIN = as_text(ROWS).encode()
PLACES = as_text([a_place(an_npi(3)), a_place(an_npi(4))], LOCATIONS).encode()
WHOLE = {an_npi(1), an_npi(5)}

fuzzed = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def told(tmp_path, content):
    """What the bytes tell, with every row counted once; None for a fault of the whole file."""
    path = tmp_path / "given"
    path.write_bytes(content)
    fault = ""
    try:
        found = read(path, KNOWN)
    except ImportFault as raised:
        fault = str(raised)
    if fault:
        assert "given" in fault
        assert fault.isprintable()
        return None
    counted = len(found.rejected) + sum(found.left_out.values())
    if all(record.source == "nppes" for record in found.records):
        assert counted + len(found.records) == found.rows
    for one in found.rejected:
        assert one.row > 1
    return found


@fuzzed
@given(cut=st.integers(0, len(MAIN)))
def test_a_cut_file_gives_what_is_whole_in_it(tmp_path, cut):
    found = told(tmp_path, MAIN[:cut])

    lines = MAIN[:cut].count(b"\n")
    if found is None:
        assert lines <= 1
    else:
        assert len(found.rejected) <= 1
        assert found.rows - 1 <= lines - 1 <= found.rows
        assert {record.npi for record in found.records} <= WHOLE


@fuzzed
@given(seed=st.integers(0, 10**6), rows=st.permutations(ROWS))
def test_columns_and_rows_in_any_order_tell_the_same(tmp_path, seed, rows):
    header = random.Random(seed).sample(V2, len(V2))

    found = told(tmp_path, as_text(rows, header).encode())

    assert {record.npi for record in found.records} == WHOLE
    assert {one.source_id for one in found.gone} == KNOWN
    assert found.rejected == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "mac-roman"])
def test_a_file_in_another_encoding_loses_only_what_cannot_be_read(tmp_path, encoding):
    found = told(tmp_path, as_text(ROWS).encode(encoding))

    lost = {an_npi(5)} if "utf" not in encoding else set()
    assert {record.npi for record in found.records} == WHOLE - lost
    assert found.reasons == ({"not_text": 1} if lost else {})


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_file_in_no_such_encoding_is_a_fault(tmp_path, encoding):
    found = told(tmp_path, as_text(ROWS).encode(encoding))

    assert found is None


HOSTILE = st.lists(
    st.tuples(
        st.integers(0, 10**9),
        st.sampled_from([b'"', b",", b"\n", b"\r", b"\0", b"\xff", b"'", b'","', b"\xe2\x80\xa8"])
        | st.binary(min_size=1, max_size=4),
        st.booleans(),
    ),
    min_size=1,
    max_size=8,
)


def spoiled(content, changes, after):
    for at, byte, instead in changes:
        at = after + at % (len(content) - after)
        content = content[:at] + byte + content[at + (len(byte) if instead else 0) :]
    return content


@fuzzed
@given(changes=HOSTILE)
def test_spoiled_bytes_in_the_rows_never_stop_the_reading(tmp_path, changes):
    found = told(tmp_path, spoiled(MAIN, changes, after=MAIN.index(b"\n") + 1))

    assert found is not None


@fuzzed
@given(changes=HOSTILE)
def test_spoiled_bytes_in_the_other_tables_never_stop_the_reading(tmp_path, changes):
    assert told(tmp_path, spoiled(PLACES, changes, after=PLACES.index(b"\n") + 1)) is not None


@fuzzed
@given(changes=HOSTILE)
def test_spoiled_bytes_anywhere_are_a_fault_at_most(tmp_path, changes):
    told(tmp_path, spoiled(MAIN, changes, after=0))


@fuzzed
@given(changes=HOSTILE)
def test_a_spoiled_zip_is_a_fault_at_most(tmp_path, changes):
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("npidata_pfile.csv", MAIN)
        archive.writestr("pl_pfile.csv", PLACES)

    told(tmp_path, spoiled(packed.getvalue(), changes, after=0))


@fuzzed
@given(content=st.binary(max_size=300))
def test_any_bytes_are_a_fault(tmp_path, content):
    assert told(tmp_path, content) is None


@fuzzed
@given(
    cells=st.dictionaries(
        st.sampled_from(V2), st.text(st.characters(codec="utf-8", exclude_characters='"\r\n'))
    )
)
def test_any_text_in_the_cells_gives_sound_records(tmp_path, cells):
    row = a_row(an_npi(1), columns=cells)
    for name in ("Provider Sex Code", "Provider Gender Code"):
        if name in cells:
            row["sex"] = cells[name]

    found = told(tmp_path, as_text([row]).encode())

    for record in found.records:
        assert record.name.isprintable()
        assert 0 < len(record.name) <= 120
        assert record.npi.isdigit()
        assert record.locations[0].state.isalpha()
