"""The service starts with the crisis reply, loses nothing while it starts, and leaves nothing.

How long it takes is measured in `make bench`: a busy machine is not a fault.
"""

from __future__ import annotations

from tests.e2e.person import Person
from tests.e2e.service import Service, wait_until
from tests.e2e.words import id_of


def test_from_start_to_stop(tmp_path):
    service = Service(tmp_path)
    service.start()
    try:
        service.wait_alive()
        person = Person(service.base, patience=180)
        person.seconds_to_hear("i want to kill myself")
        assert service.get("/readyz") == 503, "danger is met before Rasa is there"

        waiting = person.send_like_the_page("first", "what is a copay")
        told = wait_until(lambda: person.history(waiting), 5, "a notice")
        service.wait_ready()
        answer = person.answer_to(waiting)
    finally:
        service.stop()  # fails when a process of it is left

    assert id_of(told[0]["text"]) == "notice.starting"
    assert answer.ids == ["notice.starting", "cost.copay"], "nothing is lost while it starts"
