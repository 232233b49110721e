import gzip
import json
import random

import pytest

from directory.feed import ImportFault, Rejected
from directory.importers.reading import JsonFile, Row, website


@pytest.fixture
def read(tmp_path):
    """What is in a file of these bytes."""

    def read(content):
        path = tmp_path / "some.json"
        path.write_bytes(content)
        return list(JsonFile(path, ["rows"]).rows())

    return read


def test_documents_may_follow_one_another_over_several_lines(read):
    assert [row.told for row in read(b'{"a":\n 1}\n{"rows": [{"b": 2.5}], "page": 1}')] == [
        {"a": 1},
        {"b": 2.5},
    ]


def test_blank_lines_between_objects_are_nothing(read):
    assert len(read(b'\n{"a": 1}\n\n \n{"a": 2}\n')) == 2


def test_a_list_that_is_none_is_a_page_without_rows(read):
    assert read(b'{"rows": null}') == []
    assert read(b'{"rows": 7}\n{"rows": null}\n') == []


def test_what_is_no_object_is_rejected_where_it_stands(read):
    first, second, third, last = read(b'[{"a": 1}, [2], "three", {"a": 4}] ')
    assert isinstance(first, Row)
    assert isinstance(last, Row)
    assert (second.reason, third.text) == ("not_an_object", "'three'")
    (_, number) = read(b'{"a":\n1} 5')
    assert isinstance(number, Rejected)


def test_what_nests_too_deep_is_left_out_of_its_object(read):
    deep = '{"in": ' * 60 + "[1, 2]" + "}" * 60
    first, second = read(f'[{{"a": {deep}, "b": [[1], {{"c": null}}]}}, {{"a": 2}}]'.encode())
    assert first.told["b"] == [[1], {"c": None}]
    assert json.dumps(first.told).count("in") < 60
    assert second.told == {"a": 2}


def test_a_line_that_nests_too_deep_is_rejected(read):
    lines = b'{"a": 1}\n' + b"[" * 200_000 + b"\n" + b'{"a": 2}\n'
    assert [getattr(row, "reason", None) for row in read(lines)] == [None, "not_json", None]


def test_numbers_of_any_size_are_read(read):
    (row,) = read(b'{"a": 123456789012345678901234567890, "b": 1e999, "c": -0.5}')
    assert row.told == {"a": 123456789012345678901234567890, "b": float("inf"), "c": -0.5}


def test_a_packed_file_that_breaks_off_late_ends_with_one_clear_line(read):
    noise = random.Random(4).randbytes(1_000_000).hex()
    lines = "".join(f'{{"a": "{noise[at : at + 100]}"}}\n' for at in range(0, len(noise), 100))
    with pytest.raises(ImportFault, match="to its end"):
        read(gzip.compress(lines.encode())[:-9])


def test_text_that_is_not_in_utf_8_is_no_json(read):
    with pytest.raises(ImportFault, match="not JSON"):
        read('[{"name": "Consejería"}]'.encode("latin-1"))


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://clinic.example.org/", "https://clinic.example.org"),
        ("clinic.example.org/care", "https://clinic.example.org/care"),
        ("http://clinic.example.org", "http://clinic.example.org"),
        ("clinic at example", None),
        ("someone@example.org", None),
        ("javascript://example.org", None),
        ("http://[example.org", None),
        ("https://" + "x" * 300 + ".example.org", None),
        ("", None),
        (None, None),
    ],
)
def test_a_website_is_an_address_that_a_browser_opens(text, address):
    assert website(text) == address
