"""The locator itself, played by a small server on the loopback interface."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from directory.feed import ImportFault
from directory.importers import fetching
from directory.importers.find_treatment import open_find_treatment
from tests.directory.importers.facilities import a_facility, a_reply


class Locator:
    """Answers with `pages`; first with each of `troubles`, statuses or None for a line that breaks.

    `asked` keeps the query of every request.
    """

    def __init__(self):
        self.pages = {}
        self.troubles = []
        self.asked = []
        self.waits = []
        locator = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                query = parse_qs(urlsplit(self.path).query)
                locator.asked.append({name: values[0] for name, values in query.items()})
                trouble = locator.troubles.pop(0) if locator.troubles else 200
                body = locator.pages.get(query["page"][0], "No such page").encode()
                self.send_response(trouble or 200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body if trouble else body[:10])

            def log_message(self, *args):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/locator/exportsAsJson/v2"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def has(self, *pages):
        total = len(pages)
        self.pages = {
            str(at): json.dumps(a_reply(rows, at, total)) for at, rows in enumerate(pages, start=1)
        }

    def open(self, query="?sAddr=37.7,-122.4&limitType=2&limitValue=40233"):
        client = httpx.Client(trust_env=False, timeout=5)
        return open_find_treatment(self.url + query, client=client, wait=self.waits.append)

    def close(self):
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def locator():
    locator = Locator()
    yield locator
    locator.close()


def names(feed):
    return {record.name for record in feed.items(())}


def test_every_page_is_asked_for_once_with_the_query_as_it_was_given(locator):
    locator.has([a_facility(1), a_facility(2)], [a_facility(3), a_facility(4)])
    feed = locator.open()
    assert names(feed) == {f"Sample Clinic {number}" for number in (1, 2, 3, 4)}
    assert [asked["page"] for asked in locator.asked] == ["1", "2"]
    assert {asked["sAddr"] for asked in locator.asked} == {"37.7,-122.4"}
    assert {asked["pageSize"] for asked in locator.asked} == {"2000"}
    assert feed.done() == feed.total == feed.rows == 4


def test_a_facility_on_two_pages_is_one(locator):
    locator.has([a_facility(1)], [a_facility(1)])
    assert names(locator.open()) == {"Sample Clinic 1"}


def test_a_busy_service_is_asked_again_after_longer_and_longer_waits(locator):
    locator.has([a_facility(1)])
    locator.troubles = [503, 429, None]
    assert names(locator.open()) == {"Sample Clinic 1"}
    assert locator.waits == [2, 4, 8]


def test_a_service_that_stays_busy_ends_the_import(locator):
    locator.has([a_facility(1)])
    locator.troubles = [503] * 50
    with pytest.raises(ImportFault, match="status 503"):
        names(locator.open())
    assert len(locator.asked) == 5


def test_a_service_that_says_no_is_not_asked_again(locator):
    locator.troubles = [404]
    with pytest.raises(ImportFault, match="status 404"):
        names(locator.open())
    assert len(locator.asked) == 1


def test_a_service_that_is_not_there_ends_the_import():
    waits = []
    client = httpx.Client(trust_env=False, timeout=1)
    feed = open_find_treatment("http://127.0.0.1:9/v2", client=client, wait=waits.append)
    with pytest.raises(ImportFault, match="can't be fetched"):
        names(feed)


def test_a_line_of_text_instead_of_json_is_shown(locator):
    locator.pages = {"1": "sAddr is not valid"}
    with pytest.raises(ImportFault, match="sAddr is not valid"):
        names(locator.open())


@pytest.mark.parametrize("reply", [{"error": 1}, [], {"rows": None}, a_reply([])])
def test_an_answer_without_rows_ends_the_import(locator, reply):
    locator.pages = {"1": json.dumps(reply)}
    with pytest.raises(ImportFault):
        names(locator.open())


def test_a_page_that_is_missing_ends_the_import(locator):
    locator.has([a_facility(1)], [])
    with pytest.raises(ImportFault, match="no rows on page 2"):
        names(locator.open())


def test_an_endless_number_of_pages_is_not_asked_for(locator):
    locator.pages = {"1": json.dumps(a_reply([a_facility(1)], 1, 10**9))}
    with pytest.raises(ImportFault):
        names(locator.open())


def test_a_reply_without_end_is_not_read(locator, monkeypatch):
    monkeypatch.setattr(fetching, "_LARGEST", 50)
    locator.has([a_facility(1)])
    with pytest.raises(ImportFault, match="at once"):
        names(locator.open())
