"""The published document against a whole edge behind a real socket: nothing is answered that it
does not say, and nothing makes the edge fail."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import load_all_checks
from schemathesis.specs.openapi.checks import positive_data_acceptance
from starlette.routing import Route
from starlette.testclient import TestClient

from bot.channels import web
from bot.channels.directory import openapi
from bot.channels.document import load_document
from tests.channels.directory import PLENTY, SEARCH, fill
from tests.channels.serving import edge, serving

EXAMPLES = 10
"""Calls that are made up for each operation, besides those that probe each bound."""
HEARD = 0.05
"""Seconds after which an event stream ends here, so that it can be judged."""
RATES = ("API_RATE", "CHAT_RATE", "CHAT_RATE_SESSIONS", "CHAT_RATE_ADDRESS", "CHAT_RATE_CLINIC")
ERASES = "/api/chat/session"
PRIVATE = ("/staff", "/api/handoff")
"""What is no part of the public API."""


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    folder = tmp_path_factory.mktemp("state")
    app = edge(folder, **{f"CARENAV_{name}": PLENTY for name in RATES})
    fill(f"sqlite:///{folder / 'directory.db'}")
    return app


@pytest.fixture(scope="module")
def base(app):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(web, "stream", brief(web.stream))
        with serving(app) as port:
            yield f"http://127.0.0.1:{port}"


def brief(stream):
    async def events(*args):
        heard = stream(*args)
        with suppress(asyncio.TimeoutError, StopAsyncIteration):
            while True:
                yield await asyncio.wait_for(heard.__anext__(), HEARD)

    return events


@pytest.fixture(scope="module")
def published(base):
    load_all_checks()
    loaded = schemathesis.openapi.from_url(f"{base}/api/openapi.json")
    loaded.auth(cache_by_key=lambda case, _: case.path if case.path != ERASES else object())(
        Bearers
    )
    Bearers.base = base
    return loaded


class Bearers:
    """A session for each call, and a new one each time for the call that erases it."""

    base = ""

    def get(self, case, _context):
        return httpx.post(f"{self.base}/api/chat/sessions", json={}).json()["token"]

    def set(self, case, token, _context):
        case.headers["Authorization"] = f"Bearer {token}"


schema = schemathesis.pytest.from_fixture("published")
BOUNDED = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
SEARCHES = settings(BOUNDED, phases=[Phase.generate])
"""Each bound of each of twenty parameters would take minutes; test_directory.py has its own."""


def answered_as_written(case):
    # What a schema can't say: which parameters go together, which choices were offered.
    unsaid = [positive_data_acceptance]
    case.call_and_validate(excluded_checks=unsaid)


@schema.exclude(path=SEARCH).parametrize()
@BOUNDED
def test_every_answer_is_one_that_the_document_knows(case):
    answered_as_written(case)


@schema.include(path=SEARCH).parametrize()
@SEARCHES
def test_every_search_is_answered_as_the_document_says(case):
    answered_as_written(case)


def test_a_conversation_through_the_links_of_the_document(published):
    class Conversation(published.as_state_machine()):
        def validate_response(self, response, case, additional_checks=(), **_):
            case.validate_response(response, excluded_checks=[positive_data_acceptance])

    Conversation.run(settings=settings(BOUNDED, max_examples=5, stateful_step_count=6))


# --- the document itself ------------------------------------------------------------------------


def test_the_document_has_every_public_call_and_no_other(app):
    served = {
        (route.path, method.lower())
        for route in app.routes
        if isinstance(route, Route)
        and route.path.startswith("/api/")
        and not route.path.startswith(PRIVATE)
        for method in route.methods - {"HEAD"}
    }
    written = {(path, method) for path, calls in openapi()["paths"].items() for method in calls}
    assert written == served


def test_every_answer_but_success_is_a_problem(app):
    document = openapi()
    for path, calls in document["paths"].items():
        for method, call in calls.items():
            for status, answer in call["responses"].items():
                if status >= "400":
                    name = answer["$ref"].rsplit("/")[-1]
                    content = document["components"]["responses"][name]["content"]
                    assert list(content) == ["application/problem+json"], (path, method, status)


def test_two_parts_may_not_say_the_same_thing(tmp_path):
    (tmp_path / "base.yml").write_text("paths: {/a: {get: {}}}")
    (tmp_path / "more.yml").write_text("paths: {/b: {get: {}}}")
    assert list(load_document(tmp_path)["paths"]) == ["/a", "/b"]
    (tmp_path / "more.yml").write_text("paths: {/a: {post: {}}}")
    with pytest.raises(ValueError, match=r"more.yml: /a is in another file"):
        load_document(tmp_path)


def test_what_is_not_there_is_a_problem_too(app):
    with TestClient(app) as client:
        for method, path, status in [
            ("GET", "/api/nothing", 404),
            ("PUT", "/api/chat/messages", 405),
            ("GET", "/api/chat/session", 405),
        ]:
            answer = client.request(method, path)
            assert answer.status_code == status
            assert answer.headers["content-type"] == "application/problem+json"
        assert client.get("/nothing").headers["content-type"].startswith("text/plain")


def test_no_public_page_sets_a_cookie(app):
    with TestClient(app) as client:
        token = client.post("/api/chat/sessions", json={}).json()["token"]
        for route in app.routes:
            if not isinstance(route, Route) or route.path.startswith(PRIVATE):
                continue
            if "{" in route.path or route.path == "/api/chat/events":
                continue
            for method in route.methods:
                answer = client.request(
                    method, route.path, headers={"Authorization": f"Bearer {token}"}
                )
                assert "set-cookie" not in answer.headers, route.path
