import gzip
import json
import random
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from directory.feed import Gone, ImportFault, Rejected
from directory.importers.find_treatment import open_find_treatment
from directory.records import FACTS, ProviderRecord, from_json
from tests.directory.importers.facilities import a_facility, a_reply, services, write

DAY = date(2026, 11, 1)


@pytest.fixture
def read(tmp_path):
    """Every item of a file, given as the value that it holds."""

    def read(value, **options):
        path = write(tmp_path / "export.json", value)
        feed = open_find_treatment(str(path), day=DAY, **options)
        return list(feed.items(()))

    return read


@pytest.fixture
def one(read):
    """The one record of the rows given."""

    def one(*rows):
        (record,) = read(a_reply(list(rows)))
        assert isinstance(record, ProviderRecord)
        return record

    return one


def told(one, **categories):
    return one(a_facility(services=services(**categories)))


def test_a_facility_becomes_a_clinic_at_its_address(one):
    record = one(a_facility())
    (place,) = record.locations
    assert record.name == "Sample Clinic 1"
    assert record.kind == "organization"
    assert [role.role for role in record.roles] == ["clinic"]
    assert (place.address, place.city, place.state, place.zip) == (
        "1 Sample Street, Suite 2",
        "San Francisco",
        "CA",
        "94110",
    )
    assert (place.phone, place.lat, place.lon) == ("4155550100", 37.7501, -122.415)
    assert place.in_person is True
    assert record.website == "https://clinic.example.org"
    assert record.verified_on == DAY


def test_what_the_export_does_not_say_is_not_known(one):
    record = told(one, SET=None)
    assert all(getattr(record, fact) is None for fact in FACTS)
    assert record.partial == ()
    assert record.locations[0].online is None
    assert record.locations[0].in_person is None
    assert record.new_patients is None


def test_of_private_insurance_the_plan_is_not_known_so_payment_is_not_listed_in_full(one):
    record = told(
        one,
        PAY="Medicaid; Private health insurance; Cash or self-payment",
        PYAS="Sliding fee scale (fee is based on income and other factors)",
    )
    assert {"medicaid", "self_pay", "sliding_scale"} <= set(record.payers)
    assert "payers" in record.partial


def test_payment_without_private_insurance_is_listed_in_full(one):
    record = told(
        one,
        PAY="Medicare; Federal military insurance (e.g., TRICARE)",
        PYAS="Payment assistance (check with facility for details)",
    )
    assert record.payers == ("medicare", "tricare")
    assert "payers" not in record.partial


def test_a_state_plan_other_than_medicaid_is_not_medicaid(one):
    record = told(one, PAY="State-financed health insurance plan other than Medicaid; Medicare")
    assert record.payers == ("medicare",)
    assert "payers" in record.partial


def test_no_payment_accepted_is_free_care(one):
    assert told(one, PAY="No payment accepted").payers == ("free",)


def test_ages_are_listed_in_full_and_languages_are_not(one):
    record = told(
        one,
        AGE="Children/Adolescents; Young Adults",
        SL="Spanish; Sign language services for the deaf and hard of hearing",
        OL="Tagalog; Any Chinese Language",
        SG="Veterans; Adult women",
    )
    assert record.age_groups == ("child", "teen", "adult")
    assert record.languages == ("spanish", "asl", "tagalog")
    assert record.access == ("hearing",)
    assert record.identities == ("veteran",)
    assert record.partial == ("languages", "identities", "access")


def test_telehealth_is_online_in_the_state_of_the_facility(one):
    record = told(one, TAP="Group therapy; Telemedicine/telehealth therapy")
    assert record.locations[0].online is True
    assert record.telehealth_states == ("CA",)


def test_the_two_rows_of_a_facility_are_one_provider_whatever_their_order(one):
    mental = a_facility(
        services=services(AGE="Adults", PAY="Medicaid", PYAS="Payment assistance"), phone=None
    )
    substance = a_facility(
        typeFacility="SA",
        services=services(AGE="Seniors", SG="Veterans", TC="Substance use treatment"),
        website=None,
    )
    record = one(mental, substance)
    assert set(record.age_groups) == {"adult", "older_adult"}
    assert record.payers == ("medicaid",)
    assert set(record.partial) == {"payers", "identities"}  # one row does not mention payment
    assert record.locations[0].phone == "4155550100"
    assert record.website == "https://clinic.example.org"
    assert one(substance, mental) == record


def test_the_same_name_at_another_door_is_another_facility(read):
    found = read(a_reply([a_facility(), a_facility(street1="9 Other Street")]))
    assert len({record.source_id for record in found}) == 2


def test_the_key_of_a_facility_does_not_change_with_spelling(one):
    record = one(a_facility())
    again = one(a_facility(name1="SAMPLE  CLINIC 1", zip="94110-1234", phone="415-555-0199"))
    assert again.source_id == record.source_id


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (a_facility(typeFacility="BUPREN"), "practitioner"),
        (a_facility(typeFacility="HRSA", services=None), "not_behavioral_health"),
        (a_facility(services=services(SET="Residential/24-hour residential")),
         "inpatient_or_residential"),
        (a_facility(services=services(EXCL="Serves only DUI/DWI clients")), "court_clients_only"),
    ],
)  # fmt: skip
def test_what_is_no_clinic_for_everybody_is_left_out_and_counted(tmp_path, row, reason):
    feed = open_find_treatment(str(write(tmp_path / "export.json", a_reply([row]))), day=DAY)
    assert list(feed.items(())) == []
    assert +feed.left_out == {reason: 1}


def test_with_every_role_health_centers_and_inpatient_programs_are_kept(read):
    found = read(
        a_reply(
            [
                a_facility(1, typeFacility="HRSA", services=None),
                a_facility(2, services=services(SET="Residential/24-hour residential")),
                a_facility(3, typeFacility="BUPREN"),
            ]
        ),
        every_role=True,
    )
    assert {record.name: record.roles[0].role for record in found} == {
        "Sample Clinic 1": "primary_care",
        "Sample Clinic 2": "clinic",
    }


def test_a_facility_of_no_known_type_is_ours_by_its_care(one):
    assert one(a_facility(typeFacility=None)).name == "Sample Clinic 1"


def test_the_older_name_of_the_type_is_read_too(one):
    row = a_facility(type_facility="SA", services=None)
    del row["typeFacility"]
    assert one(row).name == "Sample Clinic 1"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (a_facility(name1=" "), "no_name"),
        (a_facility(name1=7), "no_name"),
        (a_facility(state="Ontario"), "no_us_state"),
        (a_facility(state=["CA"]), "no_us_state"),
        (["no", "row"], "not_an_object"),
        (None, "not_an_object"),
    ],
)
def test_a_row_that_can_not_be_used_is_rejected_and_the_others_are_not(read, row, reason):
    rejected, record = read(a_reply([a_facility(2), row]))
    assert isinstance(rejected, Rejected)
    assert (rejected.row, rejected.reason) == (2, reason)
    assert record.name == "Sample Clinic 2"


def test_places_that_can_not_be_true_are_those_of_the_zip(one):
    record = one(a_facility(latitude="100", longitude="101"))
    assert record.locations[0].lat == pytest.approx(37.75, abs=0.05)
    assert one(a_facility(latitude=None, longitude="x", zip="00000")).locations[0].lat is None


def test_silly_values_are_taken_as_not_known(one):
    record = one(
        a_facility(phone="+44 1234 234567", website="javascript:alert(1)", zip="ABC", street1=None)
    )
    (place,) = record.locations
    assert (place.phone, place.zip, record.website) == (None, None, None)
    assert place.in_person is None


WRAPPED = {
    "a reply": lambda rows: json.dumps(a_reply(rows)),
    "a reply on many lines": lambda rows: json.dumps(a_reply(rows), indent=1),
    "rows": json.dumps,
    "replies": lambda rows: json.dumps([a_reply(rows[:1], 1, 2), a_reply(rows[1:], 2, 2)]),
    "a row a line": lambda rows: "\n".join(json.dumps(row) for row in rows),
    "a reply a line": lambda rows: "\n".join(json.dumps(a_reply([row])) for row in rows) + "\n",
    "with a mark": lambda rows: "\ufeff" + json.dumps(a_reply(rows)),
}


@pytest.mark.parametrize("wrapped", WRAPPED.values(), ids=WRAPPED)
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_rows_are_read_however_they_are_wrapped(tmp_path, wrapped, packed):
    rows = [a_facility(number) for number in range(1, 4)]
    text = wrapped(rows).encode()
    path = tmp_path / "export"
    path.write_bytes(gzip.compress(text) if packed else text)
    feed = open_find_treatment(str(path), day=DAY)
    names = {record.name for record in feed.items(())}
    assert names == {"Sample Clinic 1", "Sample Clinic 2", "Sample Clinic 3"}
    assert feed.rows == 3
    assert feed.done() == feed.total == path.stat().st_size


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"name1,street1\nSample,1 Street\n", "is not JSON"),
        (b"\x00\x01\x02", "is not JSON"),
        (json.dumps(a_reply([a_facility()])).encode("utf-16"), "is not JSON"),
        (json.dumps(a_reply([a_facility()])).encode()[:-40], "cut short"),
        (gzip.compress(json.dumps(a_reply([a_facility()])).encode(), mtime=0)[:-20], "can't be"),
        (b'{"rows": []}', "holds no facilities"),
        (b"[]", "holds no facilities"),
        (b'[{"npi": 1}]', "no FindTreatment.gov export"),
        (b'{"a": nonsense}', "is not JSON"),
        (b"[" * 100_000, "cut short"),
    ],
)
def test_a_file_that_is_no_export_ends_with_one_clear_line(tmp_path, content, words):
    path = tmp_path / "export.json"
    path.write_bytes(content)
    with pytest.raises(ImportFault, match=words) as raised:
        list(open_find_treatment(str(path)).items(()))
    assert "\n" not in str(raised.value)
    assert "export.json" in str(raised.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ImportFault, match=r"none\.json can't be opened"):
        open_find_treatment(str(tmp_path / "none.json"))


def test_a_broken_line_is_rejected_and_a_cut_last_one_ends_the_import(tmp_path):
    path = tmp_path / "export.ndjson"
    lines = [json.dumps(a_facility(number)) for number in (1, 2)]
    path.write_text("\n".join([lines[0], '{"name1": nonsense}', lines[1], ""]))
    rejected, *records = open_find_treatment(str(path)).items(())
    assert (rejected.reason, rejected.row) == ("not_json", 2)
    assert len(records) == 2
    path.write_text("\n".join(lines)[:-20])
    with pytest.raises(ImportFault, match="cut short"):
        list(open_find_treatment(str(path)).items(()))


def test_without_a_day_it_is_the_one_on_which_the_file_was_changed(tmp_path):
    path = write(tmp_path / "export.json", [a_facility()])
    (record,) = open_find_treatment(str(path)).items(())
    assert record.verified_on == date.fromtimestamp(path.stat().st_mtime)


def test_shuffled_rows_give_the_same_records(read):
    rows = [a_facility(n % 20, typeFacility=("MH", "SA")[n % 2]) for n in range(60)]
    first = read(rows)
    random.Random(4).shuffle(rows)
    assert read(rows) == first


ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.dictionaries(st.sampled_from([*a_facility(), "type_facility"]), ODD))
def test_no_value_whatever_stops_an_import(read, facts):
    for item in read([a_facility(), a_facility(2) | facts]):
        assert isinstance(item, ProviderRecord | Rejected | Gone)
        if isinstance(item, ProviderRecord):
            assert from_json(item.as_json()) == item
            assert item.fingerprint()


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_a_cut_or_scribbled_file_gives_records_or_one_clear_line(tmp_path, data):
    text = bytearray(json.dumps(a_reply([a_facility(n) for n in range(3)])).encode())
    for _ in range(data.draw(st.integers(0, 3))):
        text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "export.json"
    path.write_bytes(text[: data.draw(st.integers(0, len(text)))])
    with suppress(ImportFault):
        assert len(list(open_find_treatment(str(path), day=DAY).items(()))) <= 4
