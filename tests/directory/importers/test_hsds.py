import json
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from directory.feed import Gone, ImportFault, Rejected
from directory.importers.hsds import open_hsds
from directory.records import FACTS, ProviderRecord, from_json
from tests.directory.importers.services import (
    a_location,
    a_service,
    a_term,
    an_address,
    as_tables,
    at,
    write,
    write_folder,
    write_zip,
)

DAY = date(2026, 11, 1)


@pytest.fixture
def read(tmp_path):
    """Every item of a file, given as the value that it holds."""

    def read(value, known=(), **options):
        feed = open_hsds(write(tmp_path / "list.json", value), day=DAY, **options)
        return list(feed.items(known))

    return read


@pytest.fixture
def one(read):
    """The record of a service with these facts."""

    def one(**facts):
        (record,) = read([a_service(**facts)])
        assert isinstance(record, ProviderRecord), record
        return record

    return one


@pytest.fixture
def left_out(tmp_path):
    """Why a service with these facts is left out."""

    def left_out(**facts):
        feed = open_hsds(write(tmp_path / "list.json", [a_service(**facts)]), day=DAY)
        assert list(feed.items(())) == []
        (reason,) = feed.left_out
        return reason

    return left_out


def test_a_service_becomes_a_clinic_of_its_organization(one):
    record = one()
    (place,) = record.locations
    assert (record.source, record.source_id) == ("hsds", "service-1")
    assert record.name == "Sample Counseling 1"
    assert record.organization == "Sample Family Services"
    assert record.other_names == ("Sample Talks", "Sample Family Services")
    assert [role.role for role in record.roles] == ["clinic"]
    assert (place.address, place.city, place.state) == ("1 Sample Street", "San Francisco", "CA")
    assert (place.lat, place.lon, place.in_person) == (37.7501, -122.415, True)
    assert place.phone == "4155550100"
    assert record.website == "https://service.example.org"
    assert (record.verified_on, record.source_updated) == (date(2026, 10, 1), date(2026, 10, 2))


def test_what_the_list_does_not_say_is_not_known(one):
    record = one(assured_date=None, last_modified=None)
    assert all(getattr(record, fact) is None for fact in FACTS)
    assert record.partial == ()
    assert (record.locations[0].online, record.new_patients) == (None, None)
    assert (record.verified_on, record.source_updated) == (DAY, None)


def test_a_day_to_come_is_no_day_on_which_anything_was_verified(one):
    record = one(assured_date="2031-01-01", last_modified="2031-01-01")
    assert (record.verified_on, record.source_updated) == (DAY, None)


def test_the_nearest_number_that_a_person_can_call_is_taken(one):
    fax = {"number": "415-555-0111", "type": "fax"}
    own = {"number": "415-555-0122", "type": "voice"}
    assert one(service_at_locations=[at(phones=[fax, own])]).locations[0].phone == "4155550122"
    nowhere = at(phones=[])
    nowhere["location"]["phones"] = []
    assert one(service_at_locations=[nowhere]).locations[0].phone == "4155550199"


# What is ours


@pytest.mark.parametrize(
    "facts",
    [
        {"name": "Outpatient Mental Health"},
        {"name": "Grief Group"},
        {"name": "Community Counselling"},
        {"name": "Drug and Alcohol Program"},
        {"name": "Open Door", "attributes": [a_term("RP-1400.8000-750", "Youth")]},
        {"name": "Open Door", "attributes": [a_term("", "Psychiatric Medication Services")]},
        {"name": "Open Door", "description": "We offer individual counseling and more."},
        {"name": "Credit Counseling and Mental Health Center"},
    ],
)
def test_behavioral_health_is_ours_by_its_term_or_its_words(one, facts):
    assert one(**facts).roles


@pytest.mark.parametrize(
    "facts",
    [
        {"name": "Food Pantry"},
        {"name": "Credit Counseling"},
        {"name": "Physical Therapy"},
        {"name": "Occupational Therapies and Speech Therapy"},
        {"name": "Disaster Recovery Fund"},
        {"name": "Pantry", "description": "Also refers to counseling elsewhere."},
        {"name": "Legal Aid", "attributes": [a_term("FT-3200", "General Legal Aid")]},
        {"name": "Open Door", "attributes": [a_term("R2D2-long", "Robots")]},
    ],
)
def test_what_only_sounds_like_it_is_left_out(left_out, facts):
    assert left_out(**facts) == "not_behavioral_health"


def test_programs_that_house_people_are_left_out_unless_asked_for(left_out, read):
    facts = {"name": "Residential Treatment for Addiction"}
    assert left_out(**facts) == "inpatient_or_residential"
    assert left_out(attributes=[a_term("RM-3300.6500", "")]) == "inpatient_or_residential"
    assert len(read([a_service(**facts)], every_role=True)) == 1
    assert len(read([a_service(name="Outpatient and Residential Treatment of Addiction")])) == 1


def test_primary_care_is_kept_only_when_every_role_is_asked_for(left_out, read):
    facts = {"name": "Sample Family Medicine"}
    assert left_out(**facts) == "not_behavioral_health"
    (record,) = read([a_service(**facts)], every_role=True)
    assert record.roles[0].role == "primary_care"


@pytest.mark.parametrize("status", ["inactive", "defunct", "temporarily closed", "gone fishing"])
def test_a_service_that_is_not_active_is_left_out_and_leaves_the_search(left_out, read, status):
    assert left_out(status=status) == "not_active"
    assert read([a_service(status=status)], known={"service-1"}) == [Gone("service-1")]


def test_a_known_service_that_is_not_ours_any_more_is_gone(read):
    assert read([a_service(name="Food Pantry")], known={"service-1"}) == [Gone("service-1")]


# Facts


@pytest.mark.parametrize(
    ("facts", "payers"),
    [
        ({"fees_description": "Sliding scale from $10."}, ("sliding_scale",)),
        ({"fees_description": "There is no sliding fee scale."}, None),
        ({"fees_description": "We do not offer a sliding scale"}, None),
        ({"fees_description": "Free"}, ("free",)),
        ({"fees_description": "No cost. Donations are welcome."}, ("free",)),
        ({"fees_description": "Free first visit, then $90"}, None),
        ({"fees_description": "$50 per hour"}, None),
        ({"cost_options": [{"amount": 0}]}, ("free",)),
        ({"cost_options": [{"amount": 0, "option": "Children"}, {"amount": 35}]}, None),
        ({"cost_options": [{"amount": "0.00", "valid_to": "2020-01-01"}]}, None),
        ({"cost_options": [{"amount": 20, "option": "Sliding scale"}]}, ("sliding_scale",)),
    ],
)
def test_fees_tell_of_a_sliding_scale_and_of_free_care_and_of_nothing_else(one, facts, payers):
    record = one(**facts)
    assert record.payers == payers
    assert ("payers" in record.partial) == (payers is not None)


@pytest.mark.parametrize(
    ("least", "most", "groups"),
    [
        (18, None, ("adult", "older_adult")),
        (12, 100, ("teen", "adult", "older_adult")),
        (None, 17, ("child", "teen")),
        ("13", "18", ("teen",)),
        (0, 0, ("child", "teen", "adult", "older_adult")),
        (0, 5, ("child",)),
        (60, 120, ("adult", "older_adult")),
        (None, None, None),
        (40, 12, None),
        (-3, 900, None),
        ("twelve", None, None),
        (True, [], None),
    ],
)
def test_ages_become_age_groups_and_are_listed_in_full(one, least, most, groups):
    record = one(minimum_age=least, maximum_age=most)
    assert record.age_groups == groups
    assert "age_groups" not in record.partial


def weekly(days, opens, closes, **facts):
    hours = {"opens_at": opens, "closes_at": closes}
    return {"freq": "WEEKLY", "byday": days} | hours | facts


@pytest.mark.parametrize(
    ("schedules", "times", "whole"),
    [
        ([weekly("MO,TU", "09:00", "17:00")], (), True),
        ([weekly("MO", "09:00:00", "18:30:00")], ("evening",), True),
        ([weekly("MO", "9:00", "18:29")], (), True),
        ([weekly("SA", "09:00Z", "12:00Z")], ("weekend",), True),
        ([weekly("FR", "20:00", "02:00")], ("evening",), True),
        ([weekly("THU", "1:00 PM", "8:00 pm")], ("evening",), True),
        ([weekly("", "09:00", "22:00", freq="DAILY")], ("evening", "weekend"), True),
        ([weekly("MO", "09:00", "17:00"), {"description": "Call us"}], (), False),
        ([weekly("1SA", "09:00", "22:00", freq="MONTHLY")], None, True),
        ([weekly("MO", "00:00", "00:00")], None, True),
        ([weekly("MO", "09:00", "22:00", valid_to="2005-01-01")], None, True),
        ([weekly("XX", "late", "25:99")], None, True),
        ([], None, True),
    ],
)
def test_schedules_tell_of_evenings_and_weekends(one, schedules, times, whole):
    record = one(service_at_locations=[at(schedules=schedules)])
    assert record.times == times
    assert ("times" in record.partial) == (not whole)


def test_the_hours_of_a_building_are_not_all_that_is_known_of_a_service(one):
    late = weekly("MO", "09:00", "22:00")
    record = one(service_at_locations=[at(**{"location_type": "physical"})])
    record = one(service_at_locations=[at() | {"location": a_location(schedules=[late])}])
    assert (record.times, record.partial) == (("evening",), ("times",))


def test_languages_are_read_by_name_or_code(one):
    record = one(
        languages=[{"name": "Spanish"}, {"code": "vi"}, {"code": "ko-KR"}, {"name": "Klingon"}]
    )
    assert record.languages == ("spanish", "vietnamese", "korean")
    assert "languages" in record.partial


def test_access_is_what_is_there_and_not_what_is_missing(one):
    there = {"description": "Wheelchair access on all levels. Loops for hearing aids."}
    record = one(service_at_locations=[at(accessibility=[there], transportation="By bus 12")])
    assert set(record.access) == {"wheelchair", "hearing", "public_transport"}
    assert "access" in record.partial
    missing = {"description": "No wheelchair access. Not accessible by elevator."}
    assert one(service_at_locations=[at(accessibility=[missing])]).access is None


def test_a_virtual_location_is_online_where_the_service_serves(one):
    virtual = at(2, location_type="virtual", addresses=[])
    areas = [{"name": "California"}, {"name": "Everybody in the county"}]
    record = one(service_at_locations=[virtual], service_areas=areas)
    (place,) = record.locations
    assert (place.state, place.online, place.in_person) == ("CA", True, False)
    assert record.telehealth_states == ("CA",)


def test_a_virtual_location_beside_an_office_is_in_the_state_of_the_office(one):
    virtual = at(2, location_type="virtual", addresses=[])
    office, online = one(service_at_locations=[at(), virtual]).locations
    assert (office.online, online.state, online.online) == (None, "CA", True)


def test_a_service_without_a_place_of_ours_is_left_out(left_out):
    abroad = at(addresses=[an_address(country="GB", state_province="", postal_code="AB1 2CD")])
    postal = at(addresses=[an_address(address_type="postal")])
    virtual = at(location_type="virtual", addresses=[])
    for places in ([abroad], [postal], [virtual], [], None):
        assert left_out(service_at_locations=places) == "no_us_location"


def test_the_silly_values_of_the_specification_s_sample_are_not_known(one):
    silly = {"byday": "TH,FR", "timezone": 3, "opens_at": "10:00:00", "closes_at": "18:00:00"}
    record = one(
        assured_date="2005-01-01",
        minimum_age=12,
        maximum_age=100,
        phones=[{"number": '"+44 1234 234567"'}],
        organization={"id": "organization-1", "name": "Sample Org"},
        schedules=[silly | {"freq": "WEEKLY", "valid_to": "2005-01-01"}],
        languages=[{"name": "name", "code": "code"}],
        service_at_locations=[
            at(latitude=100, longitude=101, phones=[{"number": '"+44 1234 234567"'}])
            | {"location": a_location(latitude=100, longitude=101, phones=[])}
        ],
    )
    (place,) = record.locations
    assert place.phone is None
    assert place.lat == pytest.approx(37.75, abs=0.05)  # of the ZIP
    assert (record.times, record.languages) == (None, None)
    assert record.verified_on == date(2005, 1, 1)


# How it comes

MANY = [
    a_service(1, fees_description="Sliding scale", minimum_age=18, languages=[{"name": "Spanish"}]),
    a_service(
        2,
        organization={"id": "organization-2", "name": "Sample, with a comma"},
        service_at_locations=[
            at(2, schedules=[weekly("SA", "09:00", "20:00")], transportation="Near the bus"),
            at(3, accessibility=[{"description": "Wheelchair ramps"}]),
        ],
        cost_options=[{"amount": "0"}],
        attributes=[a_term("RP-1400", "Counseling")],
    ),
    a_service(3, status="inactive"),
    a_service(4, name="Food Pantry"),
    a_service(5, phones=[{"number": "415-555-0133"}], service_areas=[{"name": "Nevada"}]),
]


def test_both_encodings_give_the_same_records(tmp_path):
    listed = write(tmp_path / "list.json", MANY)
    folder = write_folder(tmp_path / "tables", as_tables(MANY))
    packed = write_zip(tmp_path / "tables.zip", folder)
    feeds = [open_hsds(place, day=DAY) for place in (listed, folder, packed)]
    nested, tables, zipped = (list(feed.items(())) for feed in feeds)
    assert len(nested) == 3
    assert nested == tables == zipped
    assert [feed.rows for feed in feeds] == [5, 5, 5]
    assert all(feed.done() == feed.total for feed in feeds)
    assert len({tuple(sorted(feed.left_out.items())) for feed in feeds}) == 1


def _by_organization(services):
    return [
        service["organization"] | {"services": [service | {"organization": None}]}
        for service in services
    ]


@pytest.mark.parametrize(
    "wrapped",
    [
        json.dumps(MANY),
        json.dumps({"total_items": 5, "contents": MANY}),
        json.dumps([{"contents": MANY[:2]}, {"contents": MANY[2:]}]),
        "\n".join(json.dumps(service) for service in MANY),
        json.dumps(_by_organization(MANY)),
        "\n".join(json.dumps(one) for one in _by_organization(MANY)),
    ],
    ids=["list", "page", "pages", "lines", "organizations", "organization lines"],
)
def test_services_are_read_however_they_are_wrapped(read, tmp_path, wrapped):
    path = tmp_path / "wrapped.json"
    path.write_text(wrapped)
    assert list(open_hsds(path, day=DAY).items(())) == read(MANY)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"id": ""}, "no_id"),
        ({"id": "x" * 121}, "no_id"),
        ({"id": {}}, "no_id"),
        ({"name": None, "organization": None, "attributes": [a_term("RP")]}, "no_name"),
    ],
)
def test_a_service_that_can_not_be_used_is_rejected_and_the_others_are_not(read, facts, reason):
    first, second, record = read([a_service(1), a_service(2) | facts, a_service(3)])
    assert isinstance(first, ProviderRecord)
    assert isinstance(record, ProviderRecord)
    assert (second.row, second.reason) == (2, reason)


def test_an_id_that_comes_again_is_rejected(read):
    first, second = read([a_service(1), a_service(1)])
    assert isinstance(first, ProviderRecord)
    assert second.reason == "id_repeated"


def test_a_bad_row_of_a_table_is_rejected_and_the_others_are_not(tmp_path):
    folder = write_folder(tmp_path / "tables", as_tables(MANY))
    with (folder / "service.csv").open("a") as file:
        file.write("one,two\n" + '"never closed' + "x" * 200_000)
    items = list(open_hsds(folder, day=DAY).items(()))
    rejected = [item.reason for item in items if isinstance(item, Rejected)]
    assert rejected == ["wrong_number_of_cells", "not_csv"]
    assert len(items) == 5


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"id,name\n1,Sample\n", "is not JSON"),
        (b'{"rows": [{"name1": "Sample"}]}', "no HSDS list"),
        (json.dumps(MANY).encode()[:-30], "cut short"),
        (json.dumps(MANY).encode("utf-16"), "is not JSON"),
        (b"PK\x03\x04 and no more", "can't be read"),
    ],
)
def test_a_file_that_is_no_list_ends_with_one_clear_line(tmp_path, content, words):
    path = tmp_path / "list.json"
    path.write_bytes(content)
    with pytest.raises(ImportFault, match=words) as raised:
        list(open_hsds(path).items(()))
    assert "\n" not in str(raised.value)
    assert "list.json" in str(raised.value)


def test_tables_that_are_not_those_of_hsds_end_with_one_clear_line(tmp_path):
    folder = write_folder(tmp_path / "tables", as_tables(MANY))
    with pytest.raises(ImportFault, match="can't be opened"):
        open_hsds(tmp_path / "none")
    (folder / "location.csv").write_text("number,street\n1,Sample\n")
    with pytest.raises(ImportFault, match=r"location\.csv has no column 'id'"):
        list(open_hsds(folder).items(()))
    (folder / "location.csv").unlink()
    (folder / "service.csv").write_bytes("id,name\n1,Consejería\n".encode("latin-1"))
    with pytest.raises(ImportFault, match="not text in UTF-8"):
        list(open_hsds(folder).items(()))
    (folder / "service.csv").write_text("id,name\n")
    with pytest.raises(ImportFault, match="holds no services"):
        list(open_hsds(folder).items(()))
    (folder / "service.csv").unlink()
    with pytest.raises(ImportFault, match=r"holds no service\.csv"):
        open_hsds(folder)


def test_a_broken_zip_ends_with_one_clear_line(tmp_path):
    packed = write_zip(tmp_path / "t.zip", write_folder(tmp_path / "tables", as_tables(MANY)))
    whole = packed.read_bytes()
    packed.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ImportFault, match=r"t\.zip can't be read"):
        list(open_hsds(packed).items(()))
    spoiled = bytearray(whole)
    start = whole.index(b"service.csv") + 200
    spoiled[start : start + 40] = b"\0" * 40
    packed.write_bytes(spoiled)
    with pytest.raises(ImportFault):
        list(open_hsds(packed).items(()))


ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
NAMES = [
    *("id", "name", "status", "fees_description", "minimum_age", "maximum_age", "assured_date"),
    *("phones", "schedules", "languages", "cost_options", "attributes", "organization"),
    *("service_at_locations", "service_areas", "url", "description", "last_modified", "services"),
]


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.dictionaries(
        st.sampled_from(NAMES), ODD | st.lists(st.dictionaries(st.sampled_from(NAMES), ODD))
    )
)
def test_no_value_whatever_stops_an_import(read, facts):
    for item in read([a_service(2), a_service() | facts, facts]):
        assert isinstance(item, ProviderRecord | Rejected | Gone)
        if isinstance(item, ProviderRecord):
            assert from_json(item.as_json()) == item
            assert item.fingerprint()


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_cut_or_scribbled_tables_give_records_or_one_clear_line(tmp_path, data):
    folder = write_folder(tmp_path / "tables", as_tables(MANY))
    path = data.draw(st.sampled_from(sorted(folder.iterdir())))
    text = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(0, 3))):
        text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(text[: data.draw(st.integers(0, len(text)))])
    with suppress(ImportFault):
        assert len(list(open_hsds(folder, day=DAY).items(()))) <= 10
