import gzip
import json
import random
from datetime import date

import pytest

from directory.feed import ImportFault
from directory.importers.plan_net import open_plan_net
from tests.directory.importers.plan_net.resources import (
    VHDIR,
    a_location,
    a_network,
    a_practitioner,
    a_role,
    an_npi,
    as_bundle,
    as_ndjson,
    concept,
    everything,
    in_network,
    phone,
    resource,
    to,
)


@pytest.fixture
def written(tmp_path):
    """A file with a content."""

    def written(content, name="directory.json"):
        path = tmp_path / name
        data = content if isinstance(content, bytes | str) else json.dumps(content)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    return written


FORMS = {
    "ndjson": ("d.ndjson", lambda: as_ndjson(everything())),
    "ndjson by another name": ("export.txt", lambda: as_ndjson(everything())),
    "bundle on one line": ("d.json", lambda: json.dumps(as_bundle(everything()))),
    "bundle for the eye": ("d.json", lambda: json.dumps(as_bundle(everything()), indent=2)),
    "bundles, one a line": (
        "d.ndjson",
        lambda: "\n".join(json.dumps(as_bundle([one])) for one in everything()),
    ),
    "with a byte order mark": ("d.ndjson", lambda: "\ufeff" + as_ndjson(everything())),
    "bundle with a byte order mark": (
        "d.json",
        lambda: "\ufeff" + json.dumps(as_bundle(everything()), indent=1),
    ),
    "with windows line ends": (
        "d.ndjson",
        lambda: as_ndjson(everything()).replace("\n", "\r\n\r\n"),
    ),
    "ndjson, gzipped": ("d.ndjson.gz", lambda: gzip.compress(as_ndjson(everything()).encode())),
    "bundle, gzipped": (
        "d.json.gz",
        lambda: gzip.compress(json.dumps(as_bundle(everything()), indent=2).encode()),
    ),
}


@pytest.mark.parametrize(("name", "content"), FORMS.values(), ids=FORMS.keys())
def test_every_form_of_a_file_gives_the_same_providers(bring, read, written, name, content):
    expected = bring(*everything()).items

    found = read(written(content(), name))

    assert found.items == expected
    assert (found.rows, found.done) == (8, found.total)


def test_a_folder_gives_the_same_providers_whatever_is_in_which_file(bring, read, tmp_path):
    expected = bring(*everything()).items
    folder = tmp_path / "export"
    folder.mkdir()
    kinds = {one["resourceType"] for one in everything()}
    for kind in kinds - {"Location"}:
        of_kind = [one for one in everything() if one["resourceType"] == kind]
        (folder / f"{kind}.ndjson").write_text(as_ndjson(of_kind))
    (folder / "Location.json").write_text(json.dumps(a_location_of_everything(), indent=2))
    (folder / "notes.txt").write_text("not read")

    found = read(folder)

    assert found.items == expected
    assert found.done == found.total


def a_location_of_everything():
    return next(one for one in everything() if one["resourceType"] == "Location")


@pytest.mark.parametrize("seed", range(10))
def test_the_order_of_the_resources_changes_nothing(bring, seed):
    rows = [*everything(), a_role("second"), a_practitioner("other", 2)]
    shuffled = random.Random(seed).sample(rows, len(rows))

    assert bring(*shuffled).records == bring(*rows).records


def test_of_a_resource_that_comes_twice_the_newer_counts(bring):
    old = a_location(meta={"lastUpdated": "2024-01-01T00:00:00Z"}, address={"state": "MA"})

    for places in ([old, a_location()], [a_location(), old]):
        assert bring(a_practitioner(), a_role(), *places).only.locations[0].state == "CT"


REFERENCES = {
    "relative": "Practitioner/tree",
    "absolute": "https://plan.example.org/fhir/Practitioner/tree",
    "in a version": "Practitioner/tree/_history/2",
    "absolute in a version": "https://plan.example.org/fhir/Practitioner/tree/_history/2",
}


@pytest.mark.parametrize("address", REFERENCES.values(), ids=REFERENCES.keys())
def test_references_lead_to_the_resource(bring, address):
    assert bring(a_practitioner(), a_role(practitioner=to(address)), a_location()).only.npi


def test_references_may_be_uuids_of_the_bundle(read, written):
    def entry(number, one):
        return {"fullUrl": f"urn:uuid:00000000-0000-0000-0000-00000000000{number}", "resource": one}

    nameless = {key: value for key, value in a_location().items() if key != "id"}
    role = a_role(
        practitioner=to("urn:uuid:00000000-0000-0000-0000-000000000001"),
        location=[to("urn:uuid:00000000-0000-0000-0000-000000000002")],
    )
    bundle = as_bundle([]) | {
        "entry": [entry(3, role), entry(1, a_practitioner()), entry(2, nameless)]
    }

    person = read(written(bundle)).only

    assert (person.source_id, person.locations[0].zip) == (an_npi(1), "06105")


def test_contained_resources_belong_to_the_one_that_contains_them(bring):
    def whole(name, number, city):
        return a_role(
            name,
            contained=[
                a_practitioner("p", number),
                a_location("l", address={"city": city, "state": "CT"}),
                a_network("n"),
            ],
            practitioner=to("#p"),
            location=[to("#l")],
            extension=[in_network("#n")],
        )

    people = bring(whole("r1", 1, "Hartford"), whole("r2", 2, "Norwalk")).records

    assert [(one.npi, one.locations[0].city) for one in people] == [
        (an_npi(1), "Hartford"),
        (an_npi(2), "Norwalk"),
    ]
    assert people[0].plans == ("Sample Preferred Network",)


def test_a_conditional_reference_leads_nowhere(bring):
    asked = to("Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|1")

    read = bring(a_practitioner(), a_role(practitioner=asked), a_location())

    assert (read.records, read.left_out) == ([], {"no_practitioner": 1, "no_role": 1})


@pytest.mark.parametrize(
    "told", [{"timestamp": "2026-09-09T00:00:00Z"}, {"meta": {"lastUpdated": "2026-09-09"}}]
)
@pytest.mark.parametrize("indent", [None, 1])
def test_the_day_of_the_bundle_stands_in_for_a_missing_one(read, written, told, indent):
    rows = [a_practitioner(meta={}), a_role(meta={}), a_location()]

    person = read(written(json.dumps(as_bundle(rows, **told), indent=indent))).only

    assert (person.verified_on, person.source_updated) == (date(2026, 9, 9), date(2026, 9, 9))


def test_a_bad_line_is_rejected_and_the_rest_taken(read, written):
    good = [json.dumps(one) for one in (a_practitioner(), a_role(), a_location())]
    lines = [
        good[0],
        '{"resourceType": "PractitionerRole", ',
        '"a text"',
        "[" * 100_000,
        '{"resourceType": "Practitioner", "id": "no id\u00e9"}',
        json.dumps(resource("Endpoint", "e")),
        '{"name": "no resource"}',
        *good[1:],
    ]

    found = read(written("\n".join(lines), "d.ndjson"))

    assert len(found.records) == 1
    assert found.rejected == [(2, "not_json"), (3, "not_json"), (4, "not_json"), (5, "no_id")]
    assert found.left_out == {"not_used": 1, "no_resource": 1}
    assert found.rows == 9


def test_a_rejected_line_is_shown_as_it_stood_in_the_file(read, written):
    found = read(written(as_ndjson(everything()) + '{"half": "a li\n', "d.ndjson"))

    assert found.items[0].text == '{"half": "a li'


def test_bytes_that_are_no_text_spoil_their_line_only(read, written):
    found = read(written(b'{"id": "\xff\xfe"}\n' + as_ndjson(everything()).encode(), "d.ndjson"))

    assert (len(found.records), found.rejected) == (2, [(1, "not_json")])


def test_a_line_that_is_too_long_is_rejected_and_not_kept_whole(read, written):
    long = json.dumps(a_location("long", description="x" * 5_000_000))

    found = read(written(as_ndjson(everything()) + long + "\n", "d.ndjson"))

    assert (len(found.records), found.rejected) == (2, [(9, "too_large")])
    assert len(found.items[0].text) == 2000


def test_the_entries_of_a_bundle_that_are_no_resource_are_rejected(read, written):
    bundle = as_bundle(everything())
    deleted = {"request": {"method": "DELETE", "url": "Practitioner/9"}}
    bundle["entry"] = [None, {"fullUrl": "x"}, deleted, *bundle["entry"]]

    found = read(written(json.dumps(bundle, indent=1)))

    assert found.rejected == [(1, "no_resource"), (2, "no_resource")]
    assert len(found.records) == 2


GOOD = as_ndjson([*everything(), *(a_location(f"l{at}") for at in range(2000))]).encode()
FAULTY = {
    "empty": ("d.json", b""),
    "blank": ("d.json", b" \n \n"),
    "a web page": ("d.json", b"<!DOCTYPE html><html><body>Sign in</body></html>"),
    "xml": ("d.json", b'<?xml version="1.0"?><Bundle xmlns="http://hl7.org/fhir"/>'),
    "a table": ("d.csv", b"npi,name\n1,Sample\n"),
    "a picture": ("d.json", b"\x89PNG\r\n\x1a\n" + bytes(2000)),
    "utf-16": ("d.json", json.dumps(as_bundle(everything())).encode("utf-16")),
    "other json": ("d.json", b'{"providers": []}'),
    "other json for the eye": ("d.json", b'{\n "providers": []\n}'),
    "a list": ("d.json", b'[\n {"resourceType": "Location"}\n]'),
    "a number": ("d.json", b"42"),
    "other fhir": ("d.json", json.dumps(as_bundle([resource("Patient", "p")])).encode()),
    "an outcome": ("d.json", json.dumps(resource("OperationOutcome", "o")).encode()),
    "an empty bundle": ("d.json", json.dumps(as_bundle([]), indent=1).encode()),
    "a bundle cut short": ("d.json", json.dumps(as_bundle(everything()), indent=1)[:-900].encode()),
    "a bundle gone bad": (
        "d.json",
        json.dumps(as_bundle(everything()), indent=1)
        .replace('"resource"', '"resource', 1)
        .encode(),
    ),
    "gzip cut short": ("d.ndjson.gz", gzip.compress(GOOD)[:-2000]),
    "gzip gone bad": ("d.ndjson.gz", gzip.compress(GOOD)[:500] + b"\0" * 500),
    "gzip of nothing": ("d.ndjson.gz", gzip.compress(b"")),
    "gzip of a page": ("d.ndjson.gz", gzip.compress(b"<html>")),
    "only garbage lines": ("d.ndjson", b"{half\n{half\n"),
}


@pytest.mark.parametrize(("name", "content"), FAULTY.values(), ids=FAULTY.keys())
def test_a_file_that_is_no_plan_net_is_one_clear_fault(read, written, name, content):
    path = written(content, name)

    with pytest.raises(ImportFault) as fault:
        read(path)

    assert name in str(fault.value)
    assert "\n" not in str(fault.value)
    assert len(str(fault.value)) < 400 + len(str(path))


def test_a_place_that_is_not_there_or_empty_is_one_clear_fault(tmp_path):
    (tmp_path / "notes.txt").write_text("{}")

    for place, why in ((tmp_path / "missing", "no such file"), (tmp_path, "no .json or .ndjson")):
        with pytest.raises(ImportFault, match=why), open_plan_net(str(place)):
            pass


def test_the_source_has_the_name_it_is_given(bring):
    assert bring(*everything(), name="plan-net:sample").records[0].source == "plan-net:sample"


def test_nothing_is_left_in_the_temporary_folder(bring, tmp_path, monkeypatch):
    spare = tmp_path / "spare"
    spare.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(spare))

    bring(*everything())
    with open_plan_net(str(tmp_path / "directory.ndjson")) as feed:
        items = feed.items(set())
        next(items)
        assert list(spare.iterdir())
        items.close()

    assert list(spare.iterdir()) == []


def test_a_temporary_folder_that_cannot_be_used_is_one_clear_fault(bring, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))

    with pytest.raises(ImportFault, match="temporary folder"):
        bring(*everything())


def test_a_resource_that_is_too_large_is_rejected(read, written):
    rows = [*everything(), a_location("huge", description="x" * 2_100_000)]

    found = read(written(json.dumps(as_bundle(rows), indent=1)))

    assert (len(found.records), found.rejected) == (2, [(9, "too_large")])


def test_a_resource_that_is_not_for_everybody_is_left_out(bring):
    kept = {"url": f"{VHDIR}/usage-restriction", "valueReference": {"reference": "#r"}}

    found = bring(a_practitioner(), a_role(), a_location(extension=[kept]))

    assert found.rejected == [(1, "no_us_location")]
    assert found.left_out == {"not_used": 1}


def test_what_a_role_says_in_html_or_control_characters_is_plain_text(bring):
    person = bring(
        a_practitioner(name=[{"family": "Sam\u0000ple\n", "given": ["\ud800Tree"]}]),
        a_role(telecom=[phone(["860"])], code=concept("\u0000", None)),
        a_location(address={"state": "ct", "line": ["1\tWay", None, 7], "city": {"a": 1}}),
    ).only

    assert person.name == "Tree Sam ple"
    assert (person.locations[0].address, person.locations[0].city) == ("1 Way", None)
