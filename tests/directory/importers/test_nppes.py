import io
import random
import zipfile

import pytest
import sqlalchemy as sa

from directory import tables
from directory.importers.nppes import ImportFault, Summary, import_nppes
from directory.places import find_place
from directory.sample import load_sample
from directory.search import Query, search
from tests.directory.importers.layouts import OLD, V2, a_row, as_text
from tests.directory.making import an_npi


@pytest.fixture
def bring(engine, tmp_path):
    """Import rows as a file; gives the summary."""

    def bring(*rows, header=V2):
        path = tmp_path / "npidata_pfile_20261101-20261108.csv"
        path.write_text(as_text(rows, header))
        return import_nppes(path, engine)

    return bring


def everything(engine):
    with engine.connect() as connection:
        return {
            table.name: connection.execute(sa.select(table)).all()
            for table in tables.metadata.sorted_tables
        }


def only(engine, table):
    [row] = everything(engine)[table]
    return row


def test_the_layouts_have_the_columns_of_the_real_files():
    assert (len(OLD), len(V2)) == (329, 330)


@pytest.mark.parametrize("header", [OLD, V2], ids=["2018", "V.2"])
def test_both_layouts_give_the_same_provider(engine, bring, header):
    assert bring(a_row(an_npi(1)), header=header).taken == 1

    [card] = search(engine, Query(place=find_place("06105"), identities=("woman",))).cards
    assert card == {
        "type": "provider",
        "npi": an_npi(1),
        "name": "Tree O'Sample-McTest",
        "credential": "PSY.D.",
        "role": "psychologist",
        "city": "Hartford",
        "state": "CT",
        "miles": 0.0,
        "phone": "8605550123",
        "accepts": None,
        "languages": None,
        "formats": None,
        "new_patients": None,
        "verified_on": "2016-09-27",
        "source": "nppes",
        "sample": False,
    }


def test_the_place_is_where_people_are_seen_and_not_the_mailing_address(engine, bring):
    bring(a_row(an_npi(1)))

    location = only(engine, "locations")
    assert (location.address, location.zip) == ("2 Work Street, Ste 3", "06105")
    assert search(engine, Query(place=find_place("Bangor, ME"))).total == 0


def test_a_certified_record_was_verified_on_that_day(engine, bring):
    bring(a_row(an_npi(1), columns={"Certification Date": "03/04/2026"}))

    assert str(only(engine, "providers").verified_on) == "2026-03-04"


def test_the_columns_may_come_in_any_order(engine, bring):
    shuffled = random.Random(3).sample(V2, len(V2))

    assert bring(a_row(an_npi(1)), header=shuffled).taken == 1


def test_neurologists_and_other_doctors_are_left_out(bring):
    codes = ("2084N0400X", "2084N0402X", "2084V0102X", "207Q00000X", "1041S0200X", "")
    rows = [a_row(an_npi(at), code=code) for at, code in enumerate(codes)]

    summary = bring(*rows)

    assert (summary.taken, summary.skipped) == (0, {"not_behavioral_health": len(codes)})


def test_all_fifteen_slots_count_and_the_primary_comes_first(engine, bring):
    slots = {
        "Healthcare Provider Taxonomy Code_1": "103TC0700X",
        "Healthcare Provider Primary Taxonomy Switch_1": "N",
        "Healthcare Provider Taxonomy Code_2": "2084N0400X",
        "Healthcare Provider Taxonomy Code_15": "103G00000X",
        "Provider License Number State Code_15": "MA",
        "Healthcare Provider Primary Taxonomy Switch_15": "Y",
    }
    bring(a_row(an_npi(1), columns=slots))

    roles = sorted(everything(engine)["provider_roles"], key=lambda role: role.position)
    assert [role.role for role in roles] == ["neuropsychologist", "psychologist"]
    assert [role.license_state for role in roles] == ["MA", "CT"]


def test_a_clinic_goes_by_the_name_on_its_door(engine, bring):
    names = {
        "Provider Other Organization Name": "SAMPLE WOMEN'S CLINIC",
        "Provider Other Organization Name Type Code": "3",
        "Parent Organization LBN": "<UNAVAIL>",
    }
    bring(
        a_row(an_npi(1), kind="2", code="261QM0801X", organization="SAMPLE LLC", columns=names),
        a_row(an_npi(2), kind="2", code="261QM0801X", organization="SAMPLE HEALTH LLC"),
    )

    clinics = everything(engine)["providers"]
    assert {clinic.name for clinic in clinics} == {"Sample Women's Clinic", "Sample Health LLC"}
    assert {(clinic.kind, clinic.organization) for clinic in clinics} == {("organization", None)}


@pytest.mark.parametrize(
    ("reason", "row"),
    [
        ("bad_npi", a_row("1234567890")),
        ("bad_npi", a_row("")),
        ("deactivated", a_row(an_npi(1), deactivated="01/02/2020")),
        ("not_behavioral_health", a_row(an_npi(1), kind="")),
        ("not_behavioral_health", a_row(an_npi(1), code="261QM0801X")),
        ("no_name", a_row(an_npi(1), last_name="")),
        ("no_us_practice_location", a_row(an_npi(1), state="ONTARIO", country="CA")),
        ("no_us_practice_location", a_row(an_npi(1), state="")),
        ("no_date", a_row(an_npi(1), updated="2016-09-27")),
        ("wrong_number_of_cells", ["1", "2"]),
    ],
)
def test_what_is_not_taken_says_why(bring, reason, row):
    summary = bring(row, a_row(an_npi(9)))

    assert (summary.taken, summary.skipped) == (1, {reason: 1})


def test_a_reactivated_provider_is_taken(bring):
    row = a_row(an_npi(1), deactivated="01/02/2020", reactivated="02/03/2020")

    assert bring(row).taken == 1


def test_the_second_row_of_an_npi_is_skipped(bring):
    assert bring(a_row(an_npi(1)), a_row(an_npi(1))).skipped == {"npi_repeated": 1}


@pytest.mark.parametrize(
    ("written", "kept"),
    [("061051208", "06105"), ("06105", "06105"), ("6105", "06105"), ("61051208", "06105")],
)
def test_zips_are_cut_to_five_digits(engine, bring, written, kept):
    bring(a_row(an_npi(1), zip=written))

    location = only(engine, "locations")
    assert location.zip == kept
    assert location.lat == pytest.approx(41.77, abs=0.1)


@pytest.mark.parametrize("written", ["", "061", "00000", "X1A 1A1"])
def test_a_provider_without_a_usable_zip_is_kept_without_a_position(engine, bring, written):
    bring(a_row(an_npi(1), zip=written))

    assert only(engine, "locations").lat is None
    assert search(engine, Query(state="CT")).total == 1


@pytest.mark.parametrize("written", ["", "0000000000", "911", "not a phone"])
def test_a_phone_that_cannot_be_dialled_is_not_known(engine, bring, written):
    bring(a_row(an_npi(1), phone=written))

    assert only(engine, "locations").phone is None


def test_the_same_file_again_changes_nothing(engine, bring):
    rows = [a_row(an_npi(at)) for at in range(3)]
    bring(*rows)
    before = everything(engine)

    again = bring(*rows)

    assert again == Summary(taken=0, updated=0, unchanged=3, skipped={}, retired=0)
    assert everything(engine) == before


def test_an_updated_row_replaces_the_provider(engine, bring):
    bring(a_row(an_npi(1)))

    summary = bring(a_row(an_npi(1), code="2084P0800X", updated="01/01/2026", sex="M"))

    assert (summary.taken, summary.updated) == (0, 1)
    assert only(engine, "provider_roles").role == "psychiatrist"
    assert only(engine, "provider_identities").identity == "man"


def test_an_older_file_takes_nothing_back(engine, bring):
    bring(a_row(an_npi(1), updated="01/01/2026"))

    assert bring(a_row(an_npi(1), updated="01/01/2025")).skipped == {"older_than_stored": 1}


def test_a_provider_that_was_deactivated_leaves_the_search(engine, bring):
    bring(a_row(an_npi(1)), a_row(an_npi(2)))
    gone = {"NPI": an_npi(1), "NPI Deactivation Date": "10/10/2026"}

    assert bring(gone).retired == 1
    assert search(engine, Query(state="CT")).total == 1


def test_the_sample_leaves_the_search_once_real_providers_are_in(engine, bring):
    load_sample(engine)

    bring(a_row("1234567890"))
    assert search(engine, Query(state="NY")).total > 0, "nothing real came in"

    bring(a_row(an_npi(1)))
    assert search(engine, Query(state="NY")).total == 0


def test_a_file_longer_than_a_batch_is_taken_whole_and_reports_progress(engine, tmp_path):
    path = tmp_path / "file.csv"
    path.write_text(as_text(a_row(an_npi(at)) for at in range(1200)))
    seen = []

    summary = import_nppes(path, engine, lambda done, total: seen.append((done, total)))

    assert summary.taken == 1200
    assert seen == sorted(seen)
    assert seen[-1] == (path.stat().st_size, path.stat().st_size)


def test_a_zip_as_cms_publishes_it_is_read_from_its_main_file(engine, tmp_path):
    path = tmp_path / "NPPES_Data_Dissemination.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("npidata_pfile_20261101_FileHeader.csv", as_text([]))
        packed.writestr("othername_pfile_20261101.csv", '"NPI"\n')
        packed.writestr("npidata_pfile_20261101.csv", as_text([a_row(an_npi(1))]))
        packed.writestr("readme.pdf", b"%PDF")
    seen = []

    assert import_nppes(path, engine, lambda done, total: seen.append(done == total)).taken == 1
    assert seen == [True]


def test_a_byte_order_mark_is_no_part_of_the_header(engine, tmp_path):
    path = tmp_path / "file.csv"
    path.write_text(as_text([a_row(an_npi(1))]), encoding="utf-8-sig")

    assert import_nppes(path, engine).taken == 1


def zipped(name, content):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return packed.getvalue()


def corrupted(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :]


GOOD = as_text([a_row(an_npi(at)) for at in range(1200)])
FAULTY = {
    "empty": b"",
    "another table": b"name,city\nSample,Hartford\n",
    "no text": bytes(range(256)) * 50,
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(2000),
    "bytes that are no text after many rows": GOOD.encode() + b'"\xff\xfe"\n',
    "a cell without an end": GOOD.encode() + b'"' + b"x" * 200_000,
    "a header with a name twice": as_text([], [*V2, "NPI"]).encode(),
    "zip without a table": zipped("readme.txt", "hello"),
    "zip cut short": zipped("npidata_pfile.csv", GOOD)[:9000],
    "zip gone bad": corrupted(zipped("npidata_pfile.csv", GOOD)),
}


@pytest.mark.parametrize("content", FAULTY.values(), ids=FAULTY.keys())
def test_a_file_that_is_not_nppes_is_one_clear_fault_and_changes_nothing(engine, tmp_path, content):
    path = tmp_path / "given"
    path.write_bytes(content)
    before = everything(engine)

    with pytest.raises(ImportFault) as fault:
        import_nppes(path, engine)

    assert "given" in str(fault.value)
    assert "\n" not in str(fault.value)
    assert everything(engine) == before


@pytest.mark.parametrize("path", ["missing.csv", "."])
def test_a_path_that_is_no_file_is_one_clear_fault(engine, tmp_path, path):
    with pytest.raises(ImportFault, match="can't be opened"):
        import_nppes(tmp_path / path, engine)
