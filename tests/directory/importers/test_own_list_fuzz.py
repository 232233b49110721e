"""A clinic's own list cut, shuffled, re-encoded or written by somebody who means harm."""

import csv
import io

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from directory import npi
from directory.feed import ImportFault, Rejected
from directory.importers.own_list import write_template
from directory.importers.own_list_map import KINDS, TEMPLATE_LIST, load_map
from directory.names import values
from directory.records import FACTS, ProviderRecord, from_json
from tests.directory.importers.lists import TODAY, opened, quoted

HEADER = TEMPLATE_LIST.read_text("utf-8").strip().split(",")
GOOD = {
    "Name": "Sample Añez",
    "Roles": "psychologist; LMFT",
    "Street": "1 Sample Street",
    "City": "San Francisco",
    "State": "CA",
    "ZIP": "94110",
    "Phone": "415-555-0100",
    "Verified on": "11/01/2026",
    "Insurance": "Aetna; Medi-Cal",
    "Languages": "Spanish",
}
HOSTILE = st.sampled_from(
    [
        '=HYPERLINK("https://example.org","x")',
        "=cmd|' /C calc'!A0",
        "@SUM(1+1)",
        "1.23457E+09",
        "<script>alert(1)</script>",
        "'; DROP TABLE providers; --",
        "\u202e\u200b\ufeff",
        "٩٤١١٠",
        "x" * 5000,
        "../../etc/passwd",
        "nan",
        "😀" * 50,
        "-",
        "?",
        '"',
        "\r\n",
    ]
)
CELL = st.one_of(HOSTILE, st.text(max_size=40), st.sampled_from(sorted(GOOD.values())))
ROW = st.dictionaries(st.sampled_from(HEADER), CELL, max_size=8)
SLOW = settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def a_list(rows, header=HEADER):
    lines = [
        quoted(header),
        *(quoted({**GOOD, **row}.get(name, "") for name in header) for row in rows),
    ]
    return "".join(lines)


def taken(folder, content):
    """What a file comes to, each thing in it checked; the fault when it is none."""
    path = folder / "list.csv"
    path.write_bytes(content)
    template = folder / "own_list.yml"
    if not template.exists():
        write_template(folder)
    fault = None
    try:
        with opened(path, load_map(template)) as feed:
            items = list(feed.items(()))
            assert feed.done() <= feed.total == len(content)
    except ImportFault as caught:
        fault = caught
    if fault:
        assert len(str(fault).splitlines()) == 1
        assert len(str(fault)) < 2500
        return fault
    for item in items:
        check(item)
    ids = [item.source_id for item in items if isinstance(item, ProviderRecord)]
    assert len(ids) == len(set(ids))
    return items


def providers(result):
    """The providers of what a file came to; None for a fault."""
    if isinstance(result, ImportFault):
        return None
    return [item for item in result if isinstance(item, ProviderRecord)]


def check(item):
    """Nothing that the tables or a search could stumble over."""
    if isinstance(item, Rejected):
        assert item.row >= 1
        assert item.text
        return
    assert from_json(item.as_json()) == item
    assert item.name.strip()
    assert len(item.name) <= 120
    assert item.verified_on <= TODAY
    assert item.npi is None or npi.is_valid(item.npi)
    for fact in FACTS:
        assert set(getattr(item, fact) or ()) <= set(values(KINDS[fact]))
    for place in item.locations:
        assert place.phone is None or (len(place.phone) == 10 and place.phone.isascii())
        assert place.zip is None or (len(place.zip) == 5 and place.zip.isascii())
        assert (place.lat is None) == (place.lon is None)
    texts = [item.name, item.source_id, item.website or "", *item.plans]
    texts += [place.address or "" for place in item.locations]
    assert all(text.isprintable() for text in texts)
    assert not any(text.startswith(("=", "@")) for text in texts)
    assert item.website is None or item.website.lower().startswith(("http://", "https://"))


@SLOW
@given(rows=st.lists(ROW, max_size=6))
def test_any_cell_may_hold_anything(tmp_path, rows):
    content = a_list(rows).encode("utf-8", "replace")
    assert isinstance(taken(tmp_path, content), list | ImportFault)


@SLOW
@given(end=st.integers(0, 700))
def test_a_list_cut_anywhere_gives_whole_rows_or_a_fault(tmp_path, end):
    rows = [{"Name": f"Sample {number}", "ID": f"key-{number}"} for number in range(3)]
    content = a_list(rows).encode()[:end]
    result = taken(tmp_path, content)
    if not isinstance(result, ImportFault):
        kept = providers(result)
        assert [item.source_id for item in kept] == [f"key-{at}" for at in range(len(kept))]
        assert all(item.languages == ("spanish",) for item in kept)


@SLOW
@given(order=st.permutations(HEADER))
def test_columns_in_another_order_say_the_same(tmp_path, order):
    rows = [{"ID": "a"}, {"ID": "b", "Name": "Sample Two"}]
    assert taken(tmp_path, a_list(rows, order).encode()) == taken(tmp_path, a_list(rows).encode())


@SLOW
@given(encoding=st.sampled_from(["utf-8-sig", "utf-16", "cp1252", "utf-32", "cp500", "latin-1"]))
def test_a_list_in_another_encoding_is_read_right_or_not_at_all(tmp_path, encoding):
    text = a_list([{"ID": "a"}])
    plain = taken(tmp_path, text.encode())
    result = taken(tmp_path, text.encode(encoding))
    assert isinstance(result, ImportFault) or result == plain


@SLOW
@given(content=st.binary(max_size=400))
def test_bytes_of_any_kind_are_a_fault_or_rows(tmp_path, content):
    assert isinstance(taken(tmp_path, content), ImportFault)


@SLOW
@given(data=st.data())
def test_bytes_changed_within_a_list_never_stop_it_without_a_word(tmp_path, data):
    content = bytearray(a_list([{"ID": str(number)} for number in range(3)]).encode())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    assert isinstance(taken(tmp_path, bytes(content)), list | ImportFault)


@SLOW
@given(rows=st.lists(ROW, min_size=1, max_size=4), delimiter=st.sampled_from(",;\t|"))
def test_a_list_says_the_same_with_any_delimiter(tmp_path, rows, delimiter):
    content = a_list(rows)
    again = io.StringIO(newline="")
    writer = csv.writer(again, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    try:
        writer.writerows(csv.reader(io.StringIO(content, newline="")))
    except csv.Error:  # a row that no list can hold
        return
    first, second = (
        providers(taken(tmp_path, text.encode("utf-8", "replace")))
        for text in (content, again.getvalue())
    )
    assert first == second
