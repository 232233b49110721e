import zipfile

import pytest

from directory.feed import ImportFault
from tests.directory.importers.nppes.layouts import (
    ENDPOINTS,
    LOCATIONS,
    NAMES,
    OLD,
    V2,
    a_place,
    a_row,
    as_text,
)
from tests.directory.importers.nppes.reading import pack, read
from tests.directory.making import an_npi

MANY = as_text([a_row(an_npi(at)) for at in range(600)])
PUBLISHED = {
    "endpoint_pfile_20261101-20261108.csv": as_text([[an_npi(1), "DIRECT", "", ""]], ENDPOINTS),
    "endpoint_pfile_20261101-20261108_fileheader.csv": as_text([], ENDPOINTS),
    "npidata_pfile_20261101-20261108_FileHeader.csv": as_text([]),
    "npidata_pfile_20261101-20261108.csv": as_text([a_row(an_npi(1))]),
    "othername_pfile_20261101-20261108.csv": as_text([[an_npi(1), "SAMPLE", "3"]], NAMES),
    "pl_pfile_20261101-20261108.csv": as_text([a_place(an_npi(1))], LOCATIONS),
    "pl_pfile_20261101-20261108_fileheader.csv": as_text([], LOCATIONS),
    "NPPES_Data_Dissemination_Readme_v.2.pdf": b"%PDF-1.7",
}
SOURCES = ["nppes", "nppes-locations", "nppes-names"]


def test_a_zip_as_cms_publishes_it_gives_the_main_table_first(tmp_path):
    given = read(pack(tmp_path / "NPPES_Data_Dissemination.zip", PUBLISHED))

    assert [record.source for record in given.records] == SOURCES
    assert given.rejected == []


def test_the_folder_it_was_unpacked_to_gives_the_same(tmp_path):
    packed = pack(tmp_path / "NPPES.zip", PUBLISHED)
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(tmp_path / "unpacked")

    assert read(tmp_path / "unpacked") == read(packed)


def test_a_single_table_may_be_zipped_alone(tmp_path):
    name = "pl_pfile_20261101-20261108.csv"
    path = pack(tmp_path / "pl.zip", {name: PUBLISHED[name]})

    assert [record.source for record in read(path, {an_npi(1)}).records] == ["nppes-locations"]


def test_a_byte_order_mark_is_no_part_of_the_header(tmp_path):
    path = tmp_path / "file.csv"
    path.write_text(as_text([a_row(an_npi(1))]), encoding="utf-8-sig")

    assert len(read(path).records) == 1


def test_a_file_cut_inside_its_last_row_loses_that_row_only(tmp_path):
    path = tmp_path / "file.csv"
    path.write_text(MANY[:-40])

    given = read(path)

    assert len(given.records) == 599
    assert [(one.row, one.reason) for one in given.rejected] == [(601, "wrong_number_of_cells")]


def test_a_last_line_without_an_end_is_a_row(tmp_path):
    path = tmp_path / "file.csv"
    path.write_text(MANY.rstrip("\n"))

    assert len(read(path).records) == 600


def test_of_a_line_without_an_end_only_the_beginning_is_kept(tmp_path):
    path = tmp_path / "file.csv"
    with path.open("w") as file:
        file.write(as_text([a_row(an_npi(1))]))
        for _ in range(300):
            file.write("103TC0700X" * 1_000)
        file.write("\n" + as_text([a_row(an_npi(2))]).split("\n")[1])

    given = read(path)

    assert [record.npi for record in given.records] == [an_npi(1), an_npi(2)]
    [rejected] = given.rejected
    assert (rejected.row, rejected.reason, len(rejected.text)) == (3, "too_long", 1 << 16)


def zipped(tmp_path, members):
    return pack(tmp_path / "made.zip", members).read_bytes()


def corrupted(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :]


def locked(content):
    """The zip with the mark of a password on all its members."""
    return content.replace(b"PK\1\2\x14\x03\x14\0\0\0", b"PK\1\2\x14\x03\x14\0\1\0").replace(
        b"PK\3\4\x14\0\0\0", b"PK\3\4\x14\0\1\0"
    )


def oddly_packed(content):
    """The zip with a packing (9, of large zips made on Windows) that Python does not know."""
    return content.replace(b"\x14\x03\x14\0\0\0\x08\0", b"\x14\x03\x14\0\0\0\x09\0").replace(
        b"PK\3\4\x14\0\0\0\x08\0", b"PK\3\4\x14\0\0\0\x09\0"
    )


FAULTY = {
    "empty": lambda _: b"",
    "another table": lambda _: b"name,city\nSample,Hartford\n",
    "no text": lambda _: bytes(range(256)) * 50,
    "a picture": lambda _: b"\x89PNG\r\n\x1a\n" + bytes(2000),
    "a PDF": lambda _: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n",
    "UTF-16": lambda _: as_text([a_row(an_npi(1))]).encode("utf-16"),
    "one endless line": lambda _: b"x" * 200_000,
    "a header with a name twice": lambda _: as_text([], [*V2, "NPI"]).encode(),
    "a header cut short": lambda _: as_text([]).encode()[:3000],
    "a header cut after a column": lambda _: as_text([], V2[:14]).encode(),
    "a header without rows": lambda _: as_text([]).encode(),
    "endpoints": lambda _: as_text([], ENDPOINTS).encode(),
    "zip without a table": lambda tmp: zipped(tmp, {"readme.txt": "hello"}),
    "zip without the main table": lambda tmp: zipped(
        tmp, {name: text for name, text in PUBLISHED.items() if not name.startswith("npidata")}
    ),
    "zip of two months": lambda tmp: zipped(tmp, {"npidata_1.csv": MANY, "npidata_2.csv": MANY}),
    "zip cut short": lambda tmp: zipped(tmp, {"npidata_pfile.csv": MANY})[:-100],
    "zip gone bad": lambda tmp: corrupted(zipped(tmp, {"npidata_pfile.csv": MANY})),
    "zip with a password": lambda tmp: locked(zipped(tmp, {"npidata_pfile.csv": MANY})),
    "zip oddly packed": lambda tmp: oddly_packed(zipped(tmp, {"npidata_pfile.csv": MANY})),
}


@pytest.mark.parametrize("content", FAULTY.values(), ids=FAULTY.keys())
def test_what_is_not_of_nppes_is_one_clear_fault(tmp_path, content):
    path = tmp_path / "given"
    path.write_bytes(content(tmp_path))

    with pytest.raises(ImportFault) as fault:
        read(path)

    assert "given" in str(fault.value)
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize("name", ["missing.csv", "missing.zip"])
def test_a_path_of_nothing_is_one_clear_fault(tmp_path, name):
    with pytest.raises(ImportFault, match="can't be opened"):
        read(tmp_path / name)


def test_an_empty_folder_is_one_clear_fault(tmp_path):
    with pytest.raises(ImportFault, match="holds no npidata"):
        read(tmp_path)


@pytest.mark.parametrize("lacking", ["NPI", "Last Update Date", "Provider License Number_15"])
def test_the_fault_names_the_column_that_is_missing(tmp_path, lacking):
    path = tmp_path / "file.csv"
    path.write_text(as_text([], [name for name in OLD if name != lacking]))

    with pytest.raises(ImportFault, match=lacking):
        read(path)
