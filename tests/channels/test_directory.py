"""GET /api/providers from outside: what it finds, how it refuses, and what it never does."""

import asyncio
import json
import logging
import re
import threading
from datetime import date
from urllib.parse import urlencode

import httpx
import pytest
import throttled.utils
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from bot.channels import directory as channel_module
from bot.channels.directory import DirectoryChannel
from bot.channels.problems import Problem, problem_response
from bot.channels.rate import ADDRESSES, Rate
from bot.settings import PROJECT
from directory.ask import PARAMETERS, TERMS, known
from tests.channels.directory import DOCUMENT, SEARCH, answering, check, fill
from tests.directory.making import an_npi

CANARY = "82240"  # a ZIP that nothing else here has


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    made = f"sqlite:///{tmp_path_factory.mktemp('directory') / 'directory.db'}"
    fill(made)
    return made


@pytest.fixture(scope="module")
def client(url):
    with answering(url) as client:
        yield client


def found(client, **asked):
    answered = client.get(SEARCH, params=asked)
    assert answered.status_code == 200, answered.text
    assert answered.headers["cache-control"] == "no-store"
    check(answered.json(), "Page")
    return answered.json()


def refused(client, status, **asked):
    answered = client.get(SEARCH, params=asked)
    assert answered.status_code == status, answered.text
    assert answered.headers["content-type"] == "application/problem+json"
    assert answered.headers["cache-control"] == "no-store"
    problem = answered.json()
    check(problem, "Problem")
    assert problem["status"] == status
    return problem


# --- what it finds ------------------------------------------------------------------------------


def test_a_provider_is_told_with_its_sources_and_distance(client):
    page = found(client, zip="94110", role="psychiatrist", payer="Aetna", limit=1)

    [provider] = page["providers"]
    age = date.today() - date(2026, 11, 1)
    assert 0 < provider.pop("miles") < 2
    assert provider.pop("id") > 0
    assert provider == {
        "npi": an_npi(101),
        "name": "Sample 101",
        "credential": "MD",
        "role": "psychiatrist",
        "organization": "Sample Clinic",
        "website": "https://clinic.example.org/",
        "address": None,
        "city": "San Francisco",
        "state": "CA",
        "zip": None,
        "phone": None,
        "accepts": ["aetna", "medicaid"],
        "languages": ["english", "spanish"],
        "formats": ["in_person"],
        "age_groups": ["adult"],
        "identities": [],
        "times": ["evening"],
        "access": None,
        "new_patients": True,
        "verified_on": "2026-11-01",
        "verified_over_90_days": age.days > 90,
        "sources": [{"id": "nppes", "name": "National Provider Identifier registry (NPPES)"}],
        "sample": False,
        "doubts": [],
        "fit": {"payers": "yes"},
    }
    assert (page["total"], page["total_is_least"]) == (1, False)
    assert (page["radius_miles"], page["loosened"], page["next"]) == (25, [], None)


def test_what_is_not_known_is_null_and_never_claimed(client):
    [first, *_] = found(client, zip="94110", role="psychologist")["providers"]
    for unknown in ("accepts", "languages", "formats", "identities", "new_patients", "phone"):
        assert first[unknown] is None


def test_an_old_listing_says_so(client):
    [old] = found(client, zip="94110", role="psychiatrist", payer="cigna")["providers"]
    assert old["verified_over_90_days"]
    assert old["sample"]


@pytest.mark.parametrize(
    "where",
    [
        {"zip": "94110"},
        {"near": "San Francisco, CA"},
        {"lat": "37.75", "lon": "-122.42"},
        {"state": "california"},
        {"name": "sample"},
    ],
)
def test_a_place_is_told_in_several_ways(client, where):
    assert found(client, **where)["total"] >= 52


def test_what_was_given_up_to_find_any_is_told(client):
    page = found(client, zip="94110", role="psychiatrist", payer="aetna", time="weekend")
    assert page["loosened"] == ["times"]
    assert page["providers"][0]["fit"] == {"payers": "yes", "times": "no"}
    far = found(client, near="Round Rock, TX", radius=5, role="clinic")
    assert (far["loosened"], far["radius_miles"]) == (["radius"], 25)


def test_nobody_found_is_an_empty_answer(client):
    page = found(client, zip="99723", role="psychiatrist")
    assert (page["providers"], page["total"], page["next"]) == ([], 0, None)


def test_pages_show_everybody_once_in_one_order(client):
    asked = {"zip": "94110", "role": "psychologist"}
    shown, after = [], None
    while True:
        page = found(client, **asked, limit=7, **({"after": after} if after else {}))
        shown += [provider["npi"] for provider in page["providers"]]
        if (after := page["next"]) is None:
            break
    assert len(shown) == len(set(shown)) == page["total"] == 50
    at_once = [
        provider["npi"]
        for n in (0, 20, 40)
        for provider in found(client, **asked, limit=20, **_marked(client, asked, n))["providers"]
    ]
    assert at_once == shown


def _marked(client, asked, offset):
    if not offset:
        return {}
    after = None
    for _ in range(offset // 20):
        mark = {"after": after} if after else {}
        after = found(client, **asked, limit=20, **mark)["next"]
    return {"after": after}


# --- how it refuses -----------------------------------------------------------------------------


def test_a_parameter_that_there_is_not_is_named(client):
    problem = refused(client, 400, zip="94110", insurer="aetna")
    assert problem["parameter"] == "insurer"
    assert problem["detail"].startswith("insurer: no such parameter")


def test_a_zip_of_no_place_is_said_to_be_none(client):
    problem = refused(client, 422, zip="00000")
    assert problem["parameter"] == "zip"
    assert problem["detail"] == "zip: no place in the United States has this ZIP"


def test_a_name_of_several_cities_comes_with_them(client):
    problem = refused(client, 422, near="springfield")
    assert {"Springfield, IL", "Springfield, MO"} <= set(problem["candidates"])


def test_a_mark_belongs_to_its_search(client):
    mark = found(client, zip="94110", limit=1)["next"]
    assert refused(client, 422, zip="94110", payer="aetna", after=mark)["parameter"] == "after"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_it_can_only_be_read(client, method):
    assert client.request(method, SEARCH).status_code == 405


_TEXT = st.sampled_from(
    ["94110", "'; DROP TABLE providers; --", "\0", "😀", "\x1b[31m", "%00", "NaN", "TX", ","]
) | st.text(max_size=230)
_ASKED = st.lists(st.tuples(st.sampled_from(PARAMETERS) | st.text(max_size=10), _TEXT), max_size=6)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(_ASKED)
def test_no_query_breaks_it(client, asked):
    query = urlencode(asked, errors="replace")
    answered = client.get(f"{SEARCH}?{query}")
    if answered.status_code == 200:
        check(answered.json(), "Page")
    else:
        assert answered.status_code in (400, 422)
        check(answered.json(), "Problem")


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=60))
def test_no_bytes_break_it(client, raw):
    answered = client.get(f"{SEARCH}?{_quoted(raw)}")
    assert answered.status_code in (200, 400, 422)


def _quoted(raw):
    """Any bytes as a query: those that an address can't hold are percent-encoded."""
    return "".join(
        chr(byte) if (chr(byte).isalnum() and byte < 127) or byte in b"&=%+;," else f"%{byte:02X}"
        for byte in raw
    )


_VALUE = {
    "zip": st.just("94110"),
    "radius": st.sampled_from(["1", "25", "100"]),
    "format": st.sampled_from(known("format")),
    "new_patients": st.sampled_from(["true", "false"]),
    "limit": st.sampled_from(["1", "3", "20"]),
    **{kind: st.sampled_from(known(kind)) for kind in TERMS if known(kind)},
}


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.fixed_dictionaries({"zip": _VALUE.pop("zip")}, optional=_VALUE))
def test_every_sensible_search_is_answered_as_documented(client, asked):
    page = found(client, **asked)
    assert len(page["providers"]) <= int(asked.get("limit", 10))
    for provider in page["providers"]:
        assert set(provider["fit"].values()) <= {"yes", "no", "unknown"}


# --- its document -------------------------------------------------------------------------------


def test_the_document_is_served_and_knows_each_parameter_and_no_other(client):
    served = client.get("/api/openapi.json")
    assert served.status_code == 200
    assert served.json() == DOCUMENT
    assert DOCUMENT["openapi"].startswith("3.1.")
    parameters = DOCUMENT["paths"][SEARCH]["get"]["parameters"]
    assert sorted(parameter["name"] for parameter in parameters) == sorted(PARAMETERS)
    assert all(parameter["in"] == "query" for parameter in parameters)


@pytest.mark.parametrize("kind", TERMS)
def test_the_document_lists_the_ids_that_can_be_asked_for(client, kind):
    parameters = DOCUMENT["paths"][SEARCH]["get"]["parameters"]
    [items] = [p["schema"]["items"] for p in parameters if p["name"] == kind]
    assert items["examples"] == known(kind)
    for value in items["examples"]:
        found(client, zip="94110", **{kind: value}, limit=1)


@pytest.mark.parametrize(("name", "least", "most"), [("radius", 1, 100), ("limit", 1, 20)])
def test_the_documents_bounds_are_the_real_ones(client, name, least, most):
    parameters = DOCUMENT["paths"][SEARCH]["get"]["parameters"]
    [schema] = [p["schema"] for p in parameters if p["name"] == name]
    assert (schema["minimum"], schema["maximum"]) == (least, most)
    for value in (least, most):
        found(client, zip="94110", **{name: value})
    for value in (least - 1, most + 1):
        refused(client, 422, zip="94110", **{name: value})


_PAGE = (PROJECT / "docs" / "directory-api.md").read_text("utf-8")
_EXAMPLES = re.findall(r"^GET /api/providers\?(\S+)$", _PAGE, re.MULTILINE)
_REFUSALS = re.findall(r"^\| (\d+) \|.*`GET /api/providers\?(\S+)` \|$", _PAGE, re.MULTILINE)


@pytest.mark.parametrize(("status", "query"), [*(("200", q) for q in _EXAMPLES), *_REFUSALS])
def test_the_examples_of_the_page_are_answered_as_it_says(client, status, query):
    assert client.get(f"{SEARCH}?{query}").status_code == int(status)


def test_the_page_shows_an_answer_as_documented_and_names_each_parameter():
    [shown] = re.findall(r"```json\n(.*?)```", _PAGE, re.DOTALL)
    check(json.loads(shown), "Page")
    assert len(_EXAMPLES) == 5
    assert len(_REFUSALS) == 4
    for name in PARAMETERS:
        assert f"`{name}`" in _PAGE


# --- how often ----------------------------------------------------------------------------------


@pytest.fixture
def clock(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(throttled.utils, "now_mono_f", lambda: now[0])
    return now


def test_an_address_that_asks_too_often_is_told_when_to_come_back(url, clock):
    with answering(url, "60/minute burst 10") as client:
        for _ in range(10):
            found(client, zip="94110", limit=1)
        answered = client.get(SEARCH, params={"zip": "94110"})
        assert answered.status_code == 429
        assert answered.headers["retry-after"] == "1"
        check(answered.json(), "Problem")
        assert client.get("/api/openapi.json").status_code == 429
        clock[0] += 1
        found(client, zip="94110", limit=1)
        assert refused(client, 429, zip="94110")["title"] == "Too Many Requests"
        clock[0] += 3600
        for _ in range(10):
            found(client, zip="94110", limit=1)
        refused(client, 429, zip="94110")


def test_one_address_does_not_use_up_anothers(clock):
    rate = Rate("1/minute")
    assert rate.seconds_to_wait("203.0.113.1") == 0
    assert rate.seconds_to_wait("203.0.113.1") == 60
    assert rate.seconds_to_wait("203.0.113.2") == 0


def test_an_ipv6_subscriber_is_one_whatever_address_it_takes(clock):
    rate = Rate("1/minute")
    assert rate.seconds_to_wait("2001:db8:0:1::1") == 0
    assert rate.seconds_to_wait("2001:db8:0:1:ffff::2") > 0
    assert rate.seconds_to_wait("2001:db8:0:2::1") == 0
    assert rate.seconds_to_wait("203.0.113.1") == 0
    assert rate.seconds_to_wait("::ffff:203.0.113.1") > 0


def test_addresses_are_kept_as_digests_and_not_without_end(clock):
    rate = Rate("1/hour")
    for number in range(ADDRESSES + 50):
        rate.seconds_to_wait(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    kept = rate._throttled._store._backend.get_client()
    assert len(kept) == ADDRESSES
    assert not any("10." in key for key in kept)
    assert list(Rate("1/hour")._key) != list(rate._key)


# --- what it stays out of -----------------------------------------------------------------------


def test_nothing_of_what_is_asked_is_logged(url, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    asked = {"zip": CANARY, "name": "Canary Person", "payer": "aetna"}
    with answering(url) as client:
        found(client, **asked)
        refused(client, 422, **asked, radius="9999")
        refused(client, 400, **asked, canary="1")
    with answering(f"sqlite:///{tmp_path}/no/such/folder.db") as client:
        refused(client, 503, **asked)
    ours = [record for record in caplog.records if not record.name.startswith("http")]
    logged = "\n".join(record.getMessage() + str(record.exc_info) for record in ours)
    assert "the directory did not answer: OperationalError" in logged
    for secret in (CANARY, "anary", "aetna", "testclient"):
        assert secret not in logged


def test_a_directory_that_is_away_says_when_to_come_back(tmp_path):
    with answering(f"sqlite:///{tmp_path}/no/such/folder.db") as client:
        answered = client.get(SEARCH, params={"zip": "94110"})
        assert answered.status_code == 503
        assert answered.headers["retry-after"] == "5"
        check(answered.json(), "Problem")
        assert client.get(SEARCH, params={"zip": "0"}).status_code == 422


def test_a_directory_without_tables_is_away_too(tmp_path):
    with answering(f"sqlite:///{tmp_path}/empty.db") as client:
        refused(client, 503, zip="94110")


def test_any_page_may_read_it(client):
    origin = {"Origin": "https://anywhere.example.org"}
    for asked in ({"zip": "94110"}, {"zip": "0"}):
        answered = client.get(SEARCH, params=asked, headers=origin)
        assert answered.headers["access-control-allow-origin"] == "*"
        assert answered.headers["access-control-expose-headers"] == "Retry-After"
        assert "access-control-allow-credentials" not in answered.headers


@pytest.fixture
def stuck(url, monkeypatch):
    """An app whose searches hang until the test lets them go."""
    channel = DirectoryChannel(url, "100000/second")
    let_go = threading.Event()
    monkeypatch.setattr(channel, "_search", lambda _asked: let_go.wait(20) and {})
    yield Starlette(routes=channel.routes(), exception_handlers={Problem: problem_response}), let_go
    let_go.set()
    channel.close()


async def test_too_many_searches_at_once_are_sent_away_and_hold_up_nobody(stuck):
    app, let_go = stuck
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://edge") as client:
        more = 5
        asked = [
            asyncio.create_task(client.get(SEARCH)) for _ in range(channel_module.WAITING + more)
        ]
        done, waiting = await asyncio.wait(asked, timeout=1)
        assert [task.result().status_code for task in done] == [503] * more
        assert await asyncio.to_thread(lambda: "free") == "free"
        let_go.set()
        assert {(await task).status_code for task in waiting} == {200}


async def test_a_search_that_hangs_ends(stuck, monkeypatch):
    app, _ = stuck
    monkeypatch.setattr(channel_module, "PATIENCE", 0.05)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://edge"
    ) as client:
        assert (await client.get(SEARCH)).status_code == 503
