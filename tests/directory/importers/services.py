"""Fictional HSDS services, as nested JSON and as the CSV tables of the same."""

import csv
import json
import zipfile

# Where the parts of a thing stand as tables, and the column that ties them to it.
_PARTS = {
    "phones": "phone",
    "schedules": "schedule",
    "languages": "language",
    "cost_options": "cost_option",
    "service_areas": "service_area",
    "addresses": "address",
    "accessibility": "accessibility",
}


def a_service(number=1, **facts):
    """A counseling service of an organization, at one place in San Francisco."""
    return {
        "id": f"service-{number}",
        "name": f"Sample Counseling {number}",
        "alternate_name": "Sample Talks",
        "description": "Talking with someone.",
        "url": "https://service.example.org",
        "status": "active",
        "assured_date": "2026-10-01",
        "last_modified": "2026-10-02T10:30:45.123Z",
        "organization": {
            "id": "organization-1",
            "name": "Sample Family Services",
            "website": "https://organization.example.org",
            "phones": [{"number": "415-555-0199", "type": "voice"}],
        },
        "service_at_locations": [at(number)],
    } | facts


def at(number=1, phones=(), schedules=(), **facts):
    """A service at a location; `facts` are those of the location."""
    return {
        "id": f"at-{number}",
        "phones": list(phones),
        "schedules": list(schedules),
        "location": a_location(number, **facts),
    }


def a_location(number=1, **facts):
    return {
        "id": f"location-{number}",
        "location_type": "physical",
        "latitude": 37.7501,
        "longitude": -122.415,
        "addresses": [an_address(number)],
        "phones": [{"number": "(415) 555-0100", "type": "voice"}],
    } | facts


def an_address(number=1, **facts):
    return {
        "address_1": f"{number} Sample Street",
        "city": "San Francisco",
        "state_province": "CA",
        "postal_code": "94110",
        "country": "US",
        "address_type": "physical",
    } | facts


def a_term(code="", name=""):
    return {"taxonomy_term": {"id": f"{code}{name}", "code": code, "name": name}}


def write(path, value):
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def as_tables(services):
    """The services as tables: rows by the name of the table."""
    tables = {name: [] for name in (*_PARTS.values(), "service", "organization", "location")}
    tables |= {name: [] for name in ("service_at_location", "attribute", "taxonomy_term")}
    for service in services:
        organization = service.get("organization", {})
        row = _row(tables, service, "service_id")
        tables["service"].append(row | {"organization_id": organization.get("id")})
        if organization and organization["id"] not in _ids(tables, "organization"):
            tables["organization"].append(_row(tables, organization, "organization_id"))
        for attribute in service.get("attributes", ()):
            term = attribute["taxonomy_term"]
            tables["attribute"].append({"link_id": service["id"], "taxonomy_term_id": term["id"]})
            if term["id"] not in _ids(tables, "taxonomy_term"):
                tables["taxonomy_term"].append(term)
        for one in service.get("service_at_locations", ()):
            location = one["location"]
            row = _row(tables, one, "service_at_location_id")
            tables["service_at_location"].append(
                row | {"service_id": service["id"], "location_id": location["id"]}
            )
            if location["id"] not in _ids(tables, "location"):
                tables["location"].append(_row(tables, location, "location_id"))
    return tables


def write_folder(folder, tables):
    folder.mkdir(exist_ok=True)
    for name, rows in tables.items():
        columns = dict.fromkeys(column for row in rows for column in row)
        if columns:
            with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, columns)
                writer.writeheader()
                writer.writerows(rows)
    return folder


def write_zip(path, folder):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in sorted(folder.iterdir()):
            packed.write(file, f"data/{file.name}")
    return path


def _row(tables, told, key):
    """The values of a thing; its parts go to their own tables."""
    for name, table in _PARTS.items():
        for part in told.get(name, ()):
            tables[table].append(part | {key: told["id"]})
    return {
        name: value for name, value in told.items() if not isinstance(value, list | dict | tuple)
    }


def _ids(tables, name):
    return {row["id"] for row in tables[name]}
