"""Fictional rows of a FindTreatment.gov export."""

import json


def a_facility(number=1, **facts):
    """A row as the export has it, for a mental-health clinic in San Francisco."""
    return {
        "_irow": number,
        "name1": f"Sample Clinic {number}",
        "name2": None,
        "street1": f"{number} Sample Street",
        "street2": "Suite 2",
        "city": "San Francisco",
        "state": "CA",
        "zip": "94110",
        "phone": "415-555-0100",
        "intake1": None,
        "hotline1": None,
        "website": "https://clinic.example.org/",
        "latitude": "37.7501",
        "longitude": "-122.4150",
        "miles": 1.5,
        "typeFacility": "MH",
        "services": services(),
    } | facts


def services(**categories):
    """The services of a facility: those of an outpatient clinic, and those given by their code.

    A category given as None is taken away.
    """
    told = {"TC": "Mental health treatment", "SET": "Outpatient"} | categories
    return [
        {"f1": f"Label of {code}", "f2": code, "f3": values}
        for code, values in told.items()
        if values is not None
    ]


def a_reply(rows, page=1, pages=1):
    return {"page": page, "totalPages": pages, "recordCount": len(rows) * pages, "rows": rows}


def write(path, value):
    path.write_text(json.dumps(value), encoding="utf-8")
    return path
