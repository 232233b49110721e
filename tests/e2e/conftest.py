from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.browser import browser  # noqa: F401
from tests.e2e.leaks import leaks
from tests.e2e.person import Person
from tests.e2e.service import Service


@pytest.fixture(scope="session", autouse=True)
def rasa() -> None:
    pytest.importorskip("rasa", reason="Rasa runs on Python 3.10 only")


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The whole service, ready; trained once, and not again while the model's cache fits."""
    running = Service(tmp_path_factory.mktemp("service"))
    running.start()
    try:
        running.wait_ready()
        running.keep_model()
        yield running
    finally:
        running.stop()
    assert leaks(running) == [], "what people wrote is in a log, or on disk as they wrote it"


@pytest.fixture
def someone(service: Service) -> Iterator[Callable[..., Person]]:
    """Somebody new comes to the chat, in English unless told otherwise."""
    people: list[Person] = []

    def comes(language: str = "en") -> Person:
        people.append(Person(service.base, language))
        return people[-1]

    yield comes
    for person in people:
        person.close()


@pytest.fixture
def person(someone: Callable[..., Person]) -> Person:
    return someone()
