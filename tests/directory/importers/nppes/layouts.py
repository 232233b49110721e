"""NPPES files made up for tests, in both layouts, with the whole header of each."""

PRACTICE = "Business Practice Location Address"
MAILING = "Business Mailing Address"


def _person(prefix=""):
    return [
        f"Provider {prefix}Last Name",
        f"Provider {prefix}First Name",
        f"Provider {prefix}Middle Name",
        f"Provider {prefix}Name Prefix Text",
        f"Provider {prefix}Name Suffix Text",
        f"Provider {prefix}Credential Text",
    ]


def _address(block):
    return [
        f"Provider First Line {block}",
        f"Provider Second Line {block}",
        f"Provider {block} City Name",
        f"Provider {block} State Name",
        f"Provider {block} Postal Code",
        f"Provider {block} Country Code (If outside U.S.)",
        f"Provider {block} Telephone Number",
        f"Provider {block} Fax Number",
    ]


def _header(sex, *last):
    names = _person()
    names[0] += " (Legal Name)"
    return [
        *("NPI", "Entity Type Code", "Replacement NPI", "Employer Identification Number (EIN)"),
        "Provider Organization Name (Legal Business Name)",
        *names,
        "Provider Other Organization Name",
        "Provider Other Organization Name Type Code",
        *_person("Other "),
        "Provider Other Last Name Type Code",
        *_address(MAILING),
        *_address(PRACTICE),
        *("Provider Enumeration Date", "Last Update Date", "NPI Deactivation Reason Code"),
        *("NPI Deactivation Date", "NPI Reactivation Date", sex),
        *(f"Authorized Official {of}" for of in ("Last Name", "First Name", "Middle Name")),
        *("Authorized Official Title or Position", "Authorized Official Telephone Number"),
        *(
            name.format(slot)
            for slot in range(1, 16)
            for name in (
                "Healthcare Provider Taxonomy Code_{}",
                "Provider License Number_{}",
                "Provider License Number State Code_{}",
                "Healthcare Provider Primary Taxonomy Switch_{}",
            )
        ),
        *(
            f"Other Provider Identifier{what}_{slot}"
            for slot in range(1, 51)
            for what in ("", " Type Code", " State", " Issuer")
        ),
        *("Is Sole Proprietor", "Is Organization Subpart"),
        *("Parent Organization LBN", "Parent Organization TIN"),
        *(f"Authorized Official {of}" for of in ("Name Prefix Text", "Name Suffix Text")),
        "Authorized Official Credential Text",
        *(f"Healthcare Provider Taxonomy Group_{slot}" for slot in range(1, 16)),
        *last,
    ]


OLD = _header("Provider Gender Code")
V2 = _header("Provider Sex Code", "Certification Date")

# The blanks and hyphens are as irregular as in the real file.
LOCATIONS = [
    "NPI",
    "Provider Secondary Practice Location Address- Address Line 1",
    "Provider Secondary Practice Location Address-  Address Line 2",
    "Provider Secondary Practice Location Address - City Name",
    "Provider Secondary Practice Location Address - State Name",
    "Provider Secondary Practice Location Address - Postal Code",
    "Provider Secondary Practice Location Address - Country Code (If outside U.S.)",
    "Provider Secondary Practice Location Address - Telephone Number",
    "Provider Secondary Practice Location Address - Telephone Extension",
    "Provider Practice Location Address - Fax Number",
]
NAMES = [
    "NPI",
    "Provider Other Organization Name",
    "Provider Other Organization Name Type Code",
]
ENDPOINTS = ["NPI", "Endpoint Type", "Endpoint Type Description", "Endpoint"]
DEACTIVATED = ["NPI", "NPPES Deactivation Date"]

PSYCHOLOGIST = {
    "NPI": "2999900014",
    "Entity Type Code": "1",
    "Provider Last Name (Legal Name)": "O'SAMPLE-MCTEST",
    "Provider First Name": "TREE",
    "Provider Credential Text": "PSY.D.",
    f"Provider First Line {MAILING}": "1 HOME ROAD",
    f"Provider {MAILING} City Name": "BANGOR",
    f"Provider {MAILING} State Name": "ME",
    f"Provider {MAILING} Postal Code": "04401",
    f"Provider {MAILING} Telephone Number": "2075550100",
    f"Provider First Line {PRACTICE}": "2 WORK STREET",
    f"Provider Second Line {PRACTICE}": "STE 3",
    f"Provider {PRACTICE} City Name": "HARTFORD",
    f"Provider {PRACTICE} State Name": "CT",
    f"Provider {PRACTICE} Postal Code": "061051208",
    f"Provider {PRACTICE} Country Code (If outside U.S.)": "US",
    f"Provider {PRACTICE} Telephone Number": "8605550123",
    "Last Update Date": "09/27/2016",
    "sex": "F",
    "Healthcare Provider Taxonomy Code_1": "103TC0700X",
    "Provider License Number_1": "12345",
    "Provider License Number State Code_1": "CT",
    "Healthcare Provider Primary Taxonomy Switch_1": "Y",
}


def a_row(npi, **changes):
    """The psychologist with another NPI. Changes by short names, or by `columns` as they are."""
    short = {
        "kind": "Entity Type Code",
        "code": "Healthcare Provider Taxonomy Code_1",
        "zip": f"Provider {PRACTICE} Postal Code",
        "state": f"Provider {PRACTICE} State Name",
        "country": f"Provider {PRACTICE} Country Code (If outside U.S.)",
        "phone": f"Provider {PRACTICE} Telephone Number",
        "updated": "Last Update Date",
        "deactivated": "NPI Deactivation Date",
        "reactivated": "NPI Reactivation Date",
        "last_name": "Provider Last Name (Legal Name)",
        "organization": "Provider Organization Name (Legal Business Name)",
        "sex": "sex",
    }
    columns = changes.pop("columns", {})
    return PSYCHOLOGIST | {"NPI": npi} | {short[k]: v for k, v in changes.items()} | columns


def a_place(npi, street="5 OTHER STREET", city="BOSTON", state="MA", zip_code="021081234", **more):
    """A row of the table of more practice locations."""
    phone, country = more.get("phone", "6175550100"), more.get("country", "US")
    return [npi, street, "", city, state, zip_code, country, phone, "", ""]


def deactivated(npi, day="10/10/2026"):
    """A row of the main table as it is once an NPI is deactivated."""
    return {"NPI": npi, "NPI Deactivation Date": day}


def as_text(rows, header=V2):
    """The file as NPPES writes it: every value in quotes. A row may also be a list of cells."""
    lines = [header]
    for row in rows:
        if isinstance(row, dict):
            row = [row.get("sex" if name in _SEX else name, "") for name in header]
        lines.append(row)
    return "".join(",".join(f'"{cell}"' for cell in line) + "\n" for line in lines)


_SEX = {"Provider Sex Code", "Provider Gender Code"}
