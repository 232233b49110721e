"""Whatever is in a file, an import ends: with providers, rejected rows, or one clear fault."""

import contextlib
import copy
import json
import tracemalloc

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from directory.feed import Gone, ImportFault, Rejected
from directory.importers.plan_net import open_plan_net
from directory.records import FACTS, ProviderRecord, from_json
from tests.directory.importers.plan_net.conftest import TODAY, Read
from tests.directory.importers.plan_net.resources import (
    a_location,
    a_practitioner,
    a_role,
    as_bundle,
    as_ndjson,
    everything,
    licensed,
    to,
)

quickly = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["Practitioner/tree", "#p", "2026-13-40", "0001-01-01", "\ud800", "CT"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


def spots(value, path=()):
    """The paths to every part of a JSON value."""
    yield path
    if isinstance(value, dict | list):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from spots(part, (*path, key))


def swapped(value, path, new):
    if not path:
        return new
    value = copy.copy(value)
    value[path[0]] = swapped(value[path[0]], path[1:], new)
    return value


WHOLE = everything()
WHOLE[0]["qualification"] = [licensed("CT", "1")]
WHOLE[0]["communication"][0]["extension"] = [{"url": "x/communication-proficiency"}]
WHOLE[1]["availableTime"] = [{"daysOfWeek": ["sat"], "availableEndTime": "19:00:00"}]
WHOLE[1]["period"] = {"start": "2020-01-01", "end": "2030-01-01"}
SPOTS = sorted(spots(WHOLE), key=str)


def check(items):
    for item in items:
        assert isinstance(item, ProviderRecord | Gone | Rejected)
        if isinstance(item, ProviderRecord):
            assert from_json(item.as_json()) == item
            item.as_json().encode()
            assert min(len(item.name), len(item.source_id)) > 0
            assert all(isinstance(one, str) for fact in FACTS for one in getattr(item, fact) or ())
            assert all(
                len(text) <= 200 for place in item.locations for text in (place.address or "",)
            )


def outcome(path):
    """What a file gives: nothing more than a fault when it is none of ours."""
    with contextlib.suppress(ImportFault):
        return Read(path).items
    return []


@quickly
@given(spot=st.sampled_from(SPOTS), new=anything)
def test_any_part_may_be_anything(tmp_path, spot, new):
    path = tmp_path / "d.ndjson"
    rows = swapped(WHOLE, spot, new)
    lines = [json.dumps(one) for one in (rows if isinstance(rows, list) else [rows])]
    path.write_text("\n".join(lines))

    check(outcome(path))


@quickly
@given(
    rows=st.lists(st.sampled_from(WHOLE) | anything, max_size=12), indent=st.sampled_from([None, 1])
)
def test_any_bundle_may_hold_anything(tmp_path, rows, indent):
    path = tmp_path / "d.json"
    entries = [{"fullUrl": "urn:uuid:1", "resource": one} for one in rows]
    path.write_text(json.dumps(as_bundle([]) | {"entry": entries}, indent=indent))

    check(outcome(path))


@quickly
@given(data=st.data())
def test_any_file_may_be_cut_or_have_bytes_changed(tmp_path, data):
    form = data.draw(st.sampled_from([as_ndjson(WHOLE), json.dumps(as_bundle(WHOLE), indent=1)]))
    content = bytearray(form.encode())
    for _ in range(data.draw(st.integers(0, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / data.draw(st.sampled_from(["d.json", "d.ndjson", "d.json.gz"]))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])

    check(outcome(path))


@quickly
@given(content=st.binary(max_size=300))
def test_any_bytes_may_be_a_file(tmp_path, content):
    path = tmp_path / "d.json"
    path.write_bytes(content)

    check(outcome(path))


def test_a_thing_nested_without_end_is_rejected(tmp_path):
    path = tmp_path / "d.ndjson"
    deep = '{"resourceType":"Location","id":"deep","x":' + '{"a":' * 900 + "1" + "}" * 901
    path.write_text(as_ndjson(everything()) + deep + "\n")

    assert len(Read(path).records) == 2


MANY = 10_000
MOST = 16_000_000  # bytes; the resources themselves are more than twice that


def test_memory_does_not_grow_with_the_file(tmp_path):
    path = tmp_path / "d.ndjson"
    with path.open("w") as file:
        for at in range(MANY // 4):
            filler = "x" * 3500  # what real resources weigh with all their extensions
            rows = [
                a_practitioner(f"p{at}", at, comment=filler),
                a_location(f"l{at}", comment=filler),
                a_role(
                    f"r{at}",
                    practitioner=to(f"Practitioner/p{at}"),
                    location=[to(f"Location/l{at}")],
                    comment=filler,
                ),
                a_role(f"s{at}", practitioner=to(f"Practitioner/p{at}"), comment=filler),
            ]
            file.write(as_ndjson(rows))
    tracemalloc.start()
    try:
        with open_plan_net(str(path), today=TODAY) as feed:
            count = sum(isinstance(one, ProviderRecord) for one in feed.items(set()))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert (count, feed.rows) == (MANY // 4, MANY)
    assert path.stat().st_size > 2 * MOST
    assert peak < MOST
