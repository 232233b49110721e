"""Short ways to make a clinic's own list for tests."""

from contextlib import contextmanager
from datetime import date

from directory.importers.own_list import open_own_list
from directory.importers.own_list_map import load_map

TODAY = date(2026, 11, 21)

# Enough of a row to be taken.
ROW = {
    "Name": "Sample Alder",
    "Role": "psychologist",
    "State": "CA",
    "ZIP": "94110",
    "Phone": "415-555-0100",
    "Checked": "11/01/2026",
}
COLUMNS = {
    "name": "Name",
    "roles": "Role",
    "state": "State",
    "zip": "ZIP",
    "phone": "Phone",
    "verified_on": "Checked",
}


def a_map(folder, text):
    path = folder / "map.yml"
    path.write_text(text, encoding="utf-8")
    return load_map(path)


def plain_map(folder, rest="", **more):
    """A map with a column for everything in `ROW`, and for what else is named."""
    columns = "\n".join(f"  {field}: {name}" for field, name in {**COLUMNS, **more}.items())
    return a_map(folder, f"columns:\n{columns}\n{rest}")


def quoted(cells):
    return ",".join('"' + cell.replace('"', '""') + '"' for cell in cells) + "\r\n"


def written(folder, *rows):
    """A file with the rows, each of them a dict of what differs from `ROW`."""
    whole = [{**ROW, **row} for row in rows]
    header = list(dict.fromkeys(name for row in whole for name in row))
    path = folder / "list.csv"
    lines = [quoted(header), *(quoted(row.get(name, "") for name in header) for row in whole)]
    path.write_text("".join(lines), encoding="utf-8")
    return path


@contextmanager
def opened(path, layout, **more):
    with open_own_list(path, layout, today=TODAY, **more) as feed:
        yield feed


def read(path, layout, known=(), **more):
    """Everything in the list, and what was left out."""
    with opened(path, layout, **more) as feed:
        return list(feed.items(known)), dict(feed.left_out)


def read_one(folder, row, layout):
    """The only item of a list with one row, and what was left out."""
    [item], left_out = read(written(folder, row), layout)
    return item, left_out
