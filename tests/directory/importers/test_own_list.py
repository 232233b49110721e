"""A clinic's own list: what becomes of its rows, good and bad."""

from datetime import date

import pytest

from directory.feed import Gone, ImportFault, Rejected
from directory.importers.own_list import write_template
from directory.importers.own_list_map import load_map
from tests.directory.importers.lists import (
    ROW,
    TODAY,
    a_map,
    plain_map,
    quoted,
    read,
    read_one,
    written,
)
from tests.directory.making import an_npi


def reasons(items):
    return [item.reason for item in items if isinstance(item, Rejected)]


def test_a_row_of_the_template_becomes_a_provider(tmp_path):
    _, map_path = write_template(tmp_path)
    list_path = tmp_path / "own_list.csv"
    header = list_path.read_text().strip().split(",")
    row = {
        "ID": "a-1",
        "Name": "Sample Alder",
        "Credential": "LCSW",
        "Roles": "clinical social worker; LMFT",
        "NPI": an_npi(1),
        "License number": "S-1",
        "License state": "CA",
        "Organization": "Sample Clinic",
        "Street": "1 Sample Street",
        "City": "San Francisco",
        "State": "California",
        "ZIP": "94110-1234",
        "Phone": "(415) 555-0100",
        "Website": "example.org/alder",
        "Verified on": "2026-11-01",
        "New patients": "Yes",
        "In person": "Y",
        "Online": "no",
        "Telehealth states": "CA; Nevada",
        "Insurance": "Aetna; Medi-Cal",
        "Plans": "Sample Gold",
        "Languages": "Spanish, English",
        "Ages": "teens; adults",
        "Identities": "LGBTQ+",
        "Times": "evenings",
        "Access": "",
    }
    list_path.write_text(quoted(header) + quoted(row[name] for name in header), encoding="utf-8")
    [provider], left_out = read(list_path, load_map(map_path))
    assert left_out == {}
    assert (provider.source, provider.source_id, provider.npi) == ("own-list", "a-1", an_npi(1))
    assert (provider.name, provider.credential) == ("Sample Alder", "LCSW")
    assert (provider.kind, provider.organization) == ("individual", "Sample Clinic")
    assert [(role.role, role.license_number, role.license_state) for role in provider.roles] == [
        ("social_worker", "S-1", "CA"),
        ("marriage_family_therapist", "S-1", "CA"),
    ]
    [place] = provider.locations
    assert (place.address, place.city, place.state) == ("1 Sample Street", "San Francisco", "CA")
    assert (place.zip, place.phone) == ("94110", "4155550100")
    assert place.lat == pytest.approx(37.75, abs=0.01)
    assert (place.in_person, place.online) == (True, False)
    assert provider.website == "https://example.org/alder"
    assert provider.verified_on == date(2026, 11, 1)
    assert provider.new_patients is True
    assert provider.payers == ("aetna", "medicaid")
    assert provider.plans == ("Sample Gold",)
    assert provider.languages == ("spanish", "english")
    assert provider.age_groups == ("teen", "adult")
    assert provider.identities == ("lgbtq",)
    assert provider.times == ("evening",)
    assert provider.access is None
    assert provider.partial == ("identities",)
    assert provider.telehealth_states == ("CA", "NV")


def test_the_template_without_rows_is_a_list_of_nobody(tmp_path):
    list_path, map_path = write_template(tmp_path)
    assert read(list_path, load_map(map_path)) == ([], {})


def test_the_template_names_what_is_there_already(tmp_path):
    write_template(tmp_path)
    with pytest.raises(ImportFault, match=r"own_list\.csv is there already"):
        write_template(tmp_path)


def test_what_the_row_does_not_say_is_not_known(tmp_path):
    provider, left_out = read_one(tmp_path, {}, plain_map(tmp_path))
    assert left_out == {}
    assert provider.new_patients is None
    assert provider.payers is None
    assert provider.languages is None
    assert provider.partial == ()
    assert provider.locations[0].in_person is None
    assert provider.locations[0].online is None


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"Name": " "}, "no_name"),
        ({"Role": ""}, "no_role"),
        ({"Role": "astrologer"}, "role_not_known"),
        ({"Role": "student therapist"}, "role_not_known"),
        ({"State": "", "ZIP": ""}, "no_place"),
        ({"Checked": ""}, "no_date"),
        ({"Checked": "last spring"}, "no_date"),
        ({"Checked": "11/22/2026"}, "date_in_future"),
        ({"NPI": "1.23457E+09"}, "bad_npi"),
        ({"NPI": "1234567890"}, "bad_npi"),
        ({"NPI": "299000001"}, "bad_npi"),
    ],
)
def test_a_row_that_cant_be_used_is_rejected_with_its_reason(tmp_path, more, reason):
    row, left_out = read_one(tmp_path, {"NPI": "", **more}, plain_map(tmp_path, npi="NPI"))
    assert isinstance(row, Rejected)
    assert (row.row, row.reason, left_out) == (1, reason, {})


def test_bad_rows_do_not_stop_the_good_ones_and_keep_their_text(tmp_path):
    path = written(tmp_path, {"Name": ""}, {"Name": "Sample Two"}, {"Checked": ""})
    first, second, third = read(path, plain_map(tmp_path))[0]
    assert (first.row, first.reason) == (1, "no_name")
    assert first.text == '"","psychologist","CA","94110","415-555-0100","11/01/2026"'
    assert second.name == "Sample Two"
    assert (third.row, third.reason) == (3, "no_date")


def test_a_number_that_a_spreadsheet_wrote_as_a_decimal_is_still_the_number(tmp_path):
    row = {"NPI": f"{an_npi(1)}.0", "ZIP": "94110.0", "Phone": "4155550100.0"}
    provider, left_out = read_one(tmp_path, row, plain_map(tmp_path, npi="NPI"))
    assert provider.npi == an_npi(1)
    assert (provider.locations[0].zip, provider.locations[0].phone) == ("94110", "4155550100")
    assert left_out == {}


def test_a_zip_that_lost_its_leading_zero_has_it_back(tmp_path):
    provider, _ = read_one(tmp_path, {"State": "MA", "ZIP": "2118"}, plain_map(tmp_path))
    assert (provider.locations[0].zip, provider.locations[0].city) == ("02118", "Boston")


def test_a_zip_of_another_state_is_left_out_and_the_state_stays(tmp_path):
    provider, left_out = read_one(tmp_path, {"State": "NY"}, plain_map(tmp_path))
    [place] = provider.locations
    assert (place.state, place.zip, place.lat) == ("NY", None, None)
    assert left_out == {"zip_not_in_state": 1}


def test_without_a_zip_the_city_is_the_place(tmp_path):
    layout = plain_map(tmp_path, city="City")
    row = {"State": "TX", "ZIP": "", "City": "austin"}
    [place] = read_one(tmp_path, row, layout)[0].locations
    assert (place.city, place.zip) == ("austin", None)
    assert place.lat == pytest.approx(30.3, abs=0.2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "12 Sample Street, Suite 4, Austin, TX 78701",
            ("12 Sample Street, Suite 4", "Austin", "TX", "78701"),
        ),
        ("12 Sample Street\nAustin, TX 78701-1234", ("12 Sample Street", "Austin", "TX", "78701")),
        (
            "12 Sample St, San Francisco California 94110, USA",
            ("12 Sample St", "San Francisco", "CA", "94110"),
        ),
        ("12 Sample Street, Austin 78701", ("12 Sample Street", "Austin", "TX", "78701")),
        ("12 Sample Street, Austin, Texas", ("12 Sample Street", "Austin", "TX", None)),
        ("Austin, TX", (None, "Austin", "TX", None)),
        ("TX 78701", (None, "Austin", "TX", "78701")),
    ],
)
def test_an_address_in_one_column_is_taken_apart(tmp_path, text, expected):
    layout = a_map(
        tmp_path,
        "columns: {name: Name, roles: Role, phone: Phone, verified_on: Checked, address: Address}",
    )
    [place] = read_one(tmp_path, {"Address": text}, layout)[0].locations
    assert (place.address, place.city, place.state, place.zip) == expected


def test_digits_after_a_street_alone_are_no_zip(tmp_path):
    layout = a_map(
        tmp_path,
        "columns: {name: Name, roles: Role, verified_on: Checked, address: Address}\n"
        "constants: {state: CA}",
    )
    [place] = read_one(tmp_path, {"Address": "12 Sample Street 78701"}, layout)[0].locations
    assert (place.address, place.state, place.zip) == ("12 Sample Street 78701", "CA", None)


def test_words_we_have_no_term_for_are_counted_and_never_guessed(tmp_path):
    row = {"Speaks": "Spanish; Klingon", "Takes": "Starfleet Health", "New": "perhaps"}
    layout = plain_map(tmp_path, languages="Speaks", payers="Takes", new_patients="New")
    provider, left_out = read_one(tmp_path, row, layout)
    assert provider.languages == ("spanish",)
    assert provider.payers is None
    assert provider.new_patients is None
    assert left_out == {
        "language_not_known": 1,
        "payer_not_known": 1,
        "new_patients_not_known": 1,
    }


def test_a_list_with_a_word_we_do_not_know_is_not_taken_for_the_whole_truth(tmp_path):
    layout = plain_map(tmp_path, languages="Speaks")
    provider, _ = read_one(tmp_path, {"Speaks": "Spanish; Klingon"}, layout)
    assert provider.partial == ("languages",)
    provider, _ = read_one(tmp_path, {"Speaks": "Spanish; English"}, layout)
    assert provider.partial == ()


@pytest.mark.parametrize(
    "text",
    [
        "no Medicaid",
        "Medicaid?",
        "not Medicaid",
        "Medicaid (pending)",
        "Medicaid - out of network",
        "Medicaid: OON",
    ],
)
def test_a_name_that_is_taken_back_claims_nothing(tmp_path, text):
    provider, left_out = read_one(tmp_path, {"Takes": text}, plain_map(tmp_path, payers="Takes"))
    assert provider.payers is None
    assert left_out == {"payer_not_known": 1}


def test_the_clinics_own_words_mean_what_the_map_says(tmp_path):
    layout = plain_map(
        tmp_path,
        "meanings: {languages: {SPAN: spanish}, roles: {Prescriber: [psychiatrist]}}",
        languages="Speaks",
    )
    provider, left_out = read_one(tmp_path, {"Speaks": "span", "Role": "prescriber"}, layout)
    assert provider.languages == ("spanish",)
    assert [role.role for role in provider.roles] == ["psychiatrist"]
    assert left_out == {}


def test_known_to_be_none_is_not_the_same_as_not_known(tmp_path):
    layout = plain_map(tmp_path, 'words: {none: ["-"]}', payers="Takes")
    assert read_one(tmp_path, {"Takes": "-"}, layout)[0].payers == ()
    assert read_one(tmp_path, {"Takes": ""}, layout)[0].payers is None
    partial = plain_map(tmp_path, 'words: {none: ["-"]}\npartial: [payers]', payers="Takes")
    assert read_one(tmp_path, {"Takes": "-"}, partial)[0].payers is None


def test_several_columns_hold_one_list(tmp_path):
    layout = plain_map(tmp_path, payers="[First insurance, Second insurance]")
    row = {"First insurance": "Aetna", "Second insurance": "Cigna"}
    assert read_one(tmp_path, row, layout)[0].payers == ("aetna", "cigna")


@pytest.mark.parametrize(
    ("text", "partial", "expected"),
    [
        ("in person; telehealth", "", (True, True)),
        ("telehealth", "", (False, True)),
        ("telehealth", "partial: [formats]", (None, True)),
        ("in the moonlight", "", (None, None)),
        ("either", "", (True, True)),
        ("", "", (None, None)),
    ],
)
def test_a_list_of_formats_says_what_is_offered(tmp_path, text, partial, expected):
    layout = plain_map(tmp_path, partial, formats="How")
    [place] = read_one(tmp_path, {"How": text}, layout)[0].locations
    assert (place.in_person, place.online) == expected


def test_a_column_for_one_format_says_nothing_of_the_other(tmp_path):
    layout = plain_map(tmp_path, online="Telehealth?")
    [place] = read_one(tmp_path, {"Telehealth?": "X"}, layout)[0].locations
    assert (place.in_person, place.online) == (None, True)


def test_what_holds_for_every_row_fills_empty_cells_only(tmp_path):
    layout = plain_map(tmp_path, "constants: {state: CA, languages: English, kind: person}")
    elsewhere = {"Name": "Sample Two", "State": "NV", "ZIP": ""}
    path = written(tmp_path, {"State": "", "ZIP": ""}, elsewhere)
    first, second = read(path, layout)[0]
    assert (first.locations[0].state, second.locations[0].state) == ("CA", "NV")
    assert first.languages == second.languages == ("english",)


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("Psychologist, LPC", ["psychologist", "counselor"]),
        ("2084P0800X", ["psychiatrist"]),
        ("103tc0700x", ["psychologist"]),
        ("Psychiatric Mental Health Nurse Practitioner", ["psychiatric_nurse_practitioner"]),
        ("PMHNP-BC", ["psychiatric_nurse_practitioner"]),
    ],
)
def test_roles_are_read_in_words_and_in_codes(tmp_path, text, roles):
    provider, _ = read_one(tmp_path, {"Role": text}, plain_map(tmp_path))
    assert [role.role for role in provider.roles] == roles


@pytest.mark.parametrize("text", ["nurse practitioner", "psychiatric nurse", "pharmacist"])
def test_a_title_that_says_too_little_makes_nobody_a_psychiatric_clinician(tmp_path, text):
    row, _ = read_one(tmp_path, {"Role": text}, plain_map(tmp_path))
    assert row.reason == "role_not_known"


def test_whoever_is_outside_behavioral_health_is_left_out_and_goes(tmp_path):
    path = written(tmp_path, {"Role": "2084N0400X"}, {"Role": "family doctor", "NPI": an_npi(2)})
    layout = plain_map(tmp_path, npi="NPI")
    assert read(path, layout) == ([], {"not_behavioral_health": 2})
    assert read(path, layout, known={an_npi(2)})[0] == [Gone(an_npi(2))]
    kept, _ = read(path, layout, every_role=True)
    assert [role.role for role in kept[0].roles] == ["primary_care"]


def test_a_clinic_is_an_organization(tmp_path):
    provider, _ = read_one(tmp_path, {"Role": "mental health clinic"}, plain_map(tmp_path))
    assert provider.kind == "organization"
    layout = plain_map(tmp_path, kind="Kind")
    provider, _ = read_one(tmp_path, {"Kind": "Clinic", "Role": "psychologist"}, layout)
    assert provider.kind == "organization"


def test_a_row_without_a_role_only_adds_to_an_npi(tmp_path):
    layout = plain_map(tmp_path, npi="NPI")
    provider, _ = read_one(tmp_path, {"Role": "", "NPI": an_npi(1)}, layout)
    assert (provider.roles, provider.npi) == ((), an_npi(1))


def test_first_and_last_name_are_one_name(tmp_path):
    layout = a_map(
        tmp_path,
        "columns: {first_name: First, last_name: Last, roles: Role, zip: ZIP}\n"
        "constants: {verified_on: 2026-11-01}",
    )
    provider, _ = read_one(tmp_path, {"First": "SAMPLE", "Last": "O'ALDER"}, layout)
    assert provider.name == "Sample O'Alder"


def test_the_key_is_the_lists_own_else_the_npi_else_what_tells_rows_apart(tmp_path):
    layout = plain_map(tmp_path, npi="NPI", id="Key")
    path = written(
        tmp_path,
        {"Key": "a1", "NPI": an_npi(1)},
        {"Key": "", "NPI": an_npi(2)},
        {"Key": "", "NPI": ""},
        {"Key": "", "NPI": "", "Name": "Sample Other"},
    )
    first, second, third, fourth = read(path, layout)[0]
    assert (first.source_id, second.source_id) == ("a1", an_npi(2))
    assert len(third.source_id) == len(fourth.source_id) == 32
    assert third.source_id != fourth.source_id


def test_the_same_provider_twice_is_taken_once(tmp_path):
    layout = plain_map(tmp_path, npi="NPI")
    npi = {"NPI": an_npi(1)}
    path = written(tmp_path, npi, {"NPI": ""}, npi, {"NPI": "", "State": "California"})
    assert reasons(read(path, layout)[0]) == ["npi_repeated", "row_repeated"]


def test_formulas_are_left_out_and_text_that_looks_like_one_is_not(tmp_path):
    layout = plain_map(tmp_path, website="Site", languages="Speaks")
    row = {
        "Site": '=HYPERLINK("https://example.org","Site")',
        "Speaks": "@SUM(1)",
        "ZIP": '="94110"',
    }
    provider, left_out = read_one(tmp_path, row, layout)
    assert (provider.website, provider.languages) == (None, None)
    assert provider.locations[0].zip == "94110"
    assert left_out == {"formula": 2}


def test_a_formula_for_a_name_is_no_name(tmp_path):
    row, _ = read_one(tmp_path, {"Name": "=1+1"}, plain_map(tmp_path))
    assert row.reason == "no_name"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("https://example.org/a?b=1", "https://example.org/a?b=1"),
        ("HTTP://Example.org", "HTTP://Example.org"),
        ("www.example.org", "https://www.example.org"),
        ("javascript:alert(1)", None),
        ("see our site", None),
        ("https://[", None),
        ("ftp://example.org", None),
        ("https://user@example.org:pass@evil", None),
    ],
)
def test_a_website_is_one_that_a_browser_opens(tmp_path, text, kept):
    layout = plain_map(tmp_path, website="Site")
    provider, left_out = read_one(tmp_path, {"Site": text}, layout)
    assert provider.website == kept
    assert left_out == ({} if kept else {"bad_website": 1})


def test_a_phone_that_nobody_can_dial_is_left_out(tmp_path):
    provider, left_out = read_one(tmp_path, {"Phone": "4.15556E+09"}, plain_map(tmp_path))
    assert provider.locations[0].phone is None
    assert left_out == {"bad_phone": 1}


def test_quotes_and_new_lines_within_cells_are_text(tmp_path):
    row = {"Name": 'Sample "Al"\nAlder', "Languages spoken": "Spanish\nEnglish"}
    layout = plain_map(tmp_path, languages="Languages spoken")
    provider, _ = read_one(tmp_path, row, layout)
    assert provider.name == 'Sample "Al" Alder'
    assert provider.languages == ("spanish", "english")


def test_blank_rows_are_passed_over_and_still_count_as_rows(tmp_path):
    path = written(tmp_path, {}, {"Name": ""})
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], "", ",,,,,", lines[1], "", lines[2], ""]))
    provider, bad = read(path, plain_map(tmp_path))[0]
    assert provider.name == "Sample Alder"
    assert bad.row == 5


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path, delimiter):
    path = tmp_path / "list.csv"
    path.write_text("\n".join(delimiter.join(row) for row in (ROW, ROW.values())))
    assert read(path, plain_map(tmp_path))[0][0].name == "Sample Alder"


def test_the_delimiter_that_the_map_names_is_used(tmp_path):
    path = tmp_path / "list.csv"
    names = ["Name", "Role", "ZIP", "Checked", "a;b;c;d;e;f"]
    path.write_text(f"{','.join(names)}\nSample,psychologist,94110,11/01/2026,\n")
    columns = "columns: {name: Name, roles: Role, zip: ZIP, verified_on: Checked}\n"
    with pytest.raises(ImportFault, match="has no column 'Name'"):
        read(path, a_map(tmp_path, columns))
    assert read(path, a_map(tmp_path, f'{columns}delimiter: ","'))[0][0].name == "Sample"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_that_marks_its_encoding_needs_no_word_of_it(tmp_path, encoding):
    path = written(tmp_path, {"Name": "Sample Añez"})
    path.write_text(path.read_text("utf-8"), encoding)
    assert read(path, plain_map(tmp_path))[0][0].name == "Sample Añez"


def test_an_old_excel_file_needs_its_encoding_named(tmp_path):
    path = written(tmp_path, {"Name": "Sample Añez"})
    path.write_text(path.read_text("utf-8"), "cp1252")
    with pytest.raises(ImportFault, match=r"is not utf-8 text .* `encoding: cp1252` in map\.yml"):
        read(path, plain_map(tmp_path))
    provider = read(path, plain_map(tmp_path, "encoding: cp1252"))[0][0]
    assert provider.name == "Sample Añez"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "has no header"),
        (b"\n\n", "has no header"),
        (b"PK\x03\x04rest", "is an Excel workbook; save it as CSV UTF-8"),
        (b"\x00\x01\x02\x03", "is not utf-8 text"),
        (b"\xff\xfe\x00", "is not utf-16 text"),
        (b"a" * 200_000, "is not utf-8 text"),
        (b"Name,Phone\n", "has no column 'Role', which map.yml names for roles"),
        (b'Name,"Pho\n', "can't be read|has no column"),
        (b"Name,Role,State,ZIP,Phone,Checked,name\n", "has 2 columns 'Name'; rename one"),
        (b'Name,Role,State,ZIP,Phone,Checked\n"Sample,psych', "a quote in row 1 is never closed"),
    ],
)
def test_a_file_that_is_no_such_list_is_one_clear_line(tmp_path, content, says):
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    with pytest.raises(ImportFault, match=says) as fault:
        read(path, plain_map(tmp_path))
    assert str(fault.value).startswith("list.csv")
    assert len(str(fault.value).splitlines()) == 1


def test_a_quote_that_swallows_the_rest_of_a_long_file_stops_the_import(tmp_path):
    path = written(tmp_path, *({"Name": f"Sample {number}"} for number in range(3000)))
    text = path.read_text().replace('"Sample 7"', '"Sample 7')
    path.write_text(text.replace('""', "").replace('"', "").replace("Sample 7,", '"Sample 7,'))
    with pytest.raises(ImportFault, match="a quote in row 8 is never closed"):
        read(path, plain_map(tmp_path))


def test_rows_with_stray_quotes_or_cells_are_rejected_alone(tmp_path):
    path = written(tmp_path, {}, {"Name": "Sample Two"})
    first, second = path.read_text().splitlines()[1:]
    header = path.read_text().splitlines()[0]
    stray = first.replace('"Sample Alder"', '"Sample" Alder')
    path.write_text("\n".join([header, stray, first + ",", first + ",more", '"Cut",', second]))
    items, _ = read(path, plain_map(tmp_path))
    assert reasons(items) == ["bad_quotes", "wrong_number_of_cells", "wrong_number_of_cells"]
    assert [item.row for item in items if isinstance(item, Rejected)] == [1, 3, 4]
    assert items[0].text == stray
    assert items[-1].name == "Sample Two"


def test_a_list_that_is_not_there_is_one_line(tmp_path):
    with pytest.raises(ImportFault, match=r"nowhere\.csv can't be opened: No such file"):
        read(tmp_path / "nowhere.csv", plain_map(tmp_path))


def test_columns_are_found_whatever_their_case_and_spaces(tmp_path):
    path = written(tmp_path, {})
    path.write_text(path.read_text().replace('"Name"', '"  NAME\n"'))
    assert read(path, plain_map(tmp_path))[0][0].name == "Sample Alder"


def test_the_same_list_reads_the_same_again(tmp_path):
    path = written(tmp_path, {}, {"Name": "Sample Two"})
    prints = [[item.fingerprint() for item in read(path, plain_map(tmp_path))[0]] for _ in "12"]
    assert prints[0] == prints[1]
    assert TODAY.isoformat() not in str(read(path, plain_map(tmp_path))[0])
