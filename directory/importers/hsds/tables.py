"""The tables of HSDS that say something of a service, and the columns of them that we read."""

TABLES: dict[str, tuple[str, ...]] = {
    "service": (
        *("id", "organization_id", "name", "alternate_name", "description", "url", "status"),
        *("fees_description", "minimum_age", "maximum_age", "assured_date", "last_modified"),
    ),
    "organization": ("id", "name", "alternate_name", "website"),
    "location": ("id", "location_type", "transportation", "latitude", "longitude"),
    "service_at_location": ("id", "service_id", "location_id"),
    "address": (
        *("location_id", "address_1", "address_2", "city", "state_province", "postal_code"),
        *("country", "address_type"),
    ),
    "phone": (
        *("service_id", "location_id", "organization_id", "service_at_location_id"),
        *("number", "type"),
    ),
    "schedule": (
        *("service_id", "location_id", "service_at_location_id", "valid_to", "until"),
        *("freq", "byday", "opens_at", "closes_at"),
    ),
    "language": ("service_id", "location_id", "name", "code"),
    "cost_option": ("service_id", "valid_to", "option", "amount", "amount_description"),
    "accessibility": ("location_id", "description", "details"),
    "service_area": ("service_id", "name"),
    "attribute": ("link_id", "taxonomy_term_id"),
    "taxonomy_term": ("id", "code", "name"),
}

# Without these a table is not that of HSDS 3.
NEEDED: dict[str, tuple[str, ...]] = {
    "service": ("id", "name"),
    "organization": ("id", "name"),
    "location": ("id",),
    "service_at_location": ("service_id", "location_id"),
}


def table_of(file: str) -> str | None:
    """The table that a file of this name holds. Early drafts of HSDS 3 wrote "services.csv"."""
    stem, _, ending = file.rpartition("/")[2].lower().rpartition(".")
    names = (stem, stem.removesuffix("s"), stem.removesuffix("es"))
    return next((name for name in names if ending == "csv" and name in TABLES), None)
