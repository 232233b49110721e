from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.e2e.leaks import leaks
from tests.e2e.person import Person
from tests.e2e.service import Service
from tests.faults.breaking import SECRET


@pytest.fixture(scope="session", autouse=True)
def rasa() -> None:
    pytest.importorskip("rasa", reason="Rasa runs on Python 3.10 only")


@pytest.fixture(scope="session")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A whole service that tests may break; it logs as much as it can."""
    folder = tmp_path_factory.mktemp("broken")
    (folder / "tmp").mkdir()  # its own, so that what it leaves there can be looked through
    running = Service(
        folder,
        CARENAV_TOKEN_SECRET=SECRET,
        CARENAV_LOG_LEVEL="debug",
        TMPDIR=str(folder / "tmp"),
    )
    running.start()
    try:
        running.wait_ready()
        running.keep_model()
        yield running
    finally:
        running.stop()
    assert leaks(running) == [], "what people wrote is in a log, or on disk as they wrote it"


@pytest.fixture
def service(broken: Service) -> Iterator[Service]:
    """The same service, whole at the start of each test and whole again after it."""
    broken.wait_ready(60)
    yield broken
    broken.wait_ready(60)


@pytest.fixture
def someone(service: Service) -> Iterator[Callable[..., Person]]:
    people: list[Person] = []

    def comes(language: str = "en") -> Person:
        people.append(Person(service.base, language, patience=60))
        return people[-1]

    yield comes
    for person in people:
        person.close()


@pytest.fixture
def person(someone: Callable[..., Person]) -> Person:
    return someone()
