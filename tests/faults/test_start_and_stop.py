"""The service starts with the crisis reply, loses nothing while it starts, and leaves nothing."""

from __future__ import annotations

import os
import time

from tests.e2e.person import Person
from tests.e2e.service import Service, wait_until
from tests.e2e.words import id_of

UP = 3.0  # seconds from the start of the process, on a machine with nothing else to do
GONE = 5.0  # seconds from Ctrl-C


def test_from_start_to_stop(tmp_path):
    service = Service(tmp_path)
    busy = (1.0 + os.getloadavg()[0]) / (os.cpu_count() or 1)
    service.start()
    try:
        service.wait_alive()
        person = Person(service.base, patience=180)
        person.seconds_to_hear("i want to kill myself")
        taken = time.monotonic() - service.started_at

        waiting = person.send_like_the_page("first", "what is a copay")
        told = wait_until(lambda: person.history(waiting), 5, "a notice")
        service.wait_ready()
        answer = person.answer_to(waiting)
    finally:
        stopped = service.stop()

    assert id_of(told[0]["text"]) == "notice.starting"
    assert answer.ids == ["notice.starting", "cost.copay"], "nothing is lost while it starts"
    assert taken < UP * max(1.0, busy)
    assert stopped < GONE
