"""The outbox and the courier: nothing lost, order kept, and honest about what did not arrive."""

from __future__ import annotations

import asyncio
import random
import secrets
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.handoff.courier import LONGEST_WAIT, NotNow
from bot.handoff.deliveries import LEASE
from bot.handoff.handoff import Handoff
from bot.handoff.states import State
from bot.store.crypto import Sealer
from bot.store.migrate import upgrade
from bot.store.tables import conversations, deliveries
from tests.handoff.outside.inboxes import (
    GARBAGE,
    HANG,
    RESET,
    TAKEN_BUT_SILENT,
    Answer,
    Receiver,
    Server,
)
from tests.handoff.outside.world import SECRET, World, clinic


async def test_a_hand_off_reaches_the_clinics_inbox_once_and_is_acknowledged(north):
    handoff = await north.waits()
    await north.rounds()
    assert north.server.handle.types == ["handoff.waiting"]
    assert north.acknowledged == [handoff.id]
    assert north.deliveries.acknowledged(handoff.id)
    assert await north.round() == 0


async def test_nothing_is_acknowledged_before_their_inbox_has_said_yes(north):
    handoff = await north.waits()
    assert not north.deliveries.acknowledged(handoff.id)
    north.server.moods = [Answer(503)]
    await north.rounds()
    assert north.acknowledged == []
    assert not north.deliveries.acknowledged(handoff.id)


async def test_an_event_is_kept_only_with_the_change_that_it_tells_of(north):
    asked = await north.waits()
    stale = await north.desk.get(asked.id)
    assert await north.steps.move(stale, State.CLAIMED, staff_name="Sam", staff_title="nurse")
    nothing = await north.steps.move(stale, State.WITHDRAWN, event="handoff.withdrawn")
    assert nothing is None
    await north.rounds()
    assert north.server.handle.types == ["handoff.waiting"]


@pytest.mark.parametrize("mood", [RESET, GARBAGE, HANG, Answer(500), Answer(502), Answer(408)])
async def test_what_does_not_arrive_is_sent_again_under_the_same_id(north, mood):
    await north.waits()
    north.server.moods = [mood]
    north.poster.timeout = 0.3 if mood == HANG else 10
    await north.rounds()
    north.poster.timeout = 10
    assert not north.server.handle.taken
    await north.later(5.1)
    first, second = north.server.asked
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]
    assert len(north.server.handle.taken) == 1


async def test_a_dead_host_is_tried_ever_more_rarely_for_a_day_and_then_given_up(north):
    handoff = await north.waits()
    began = north.at
    tries_at = []
    north.server.moods = [Answer(503)] * 99
    while (due := next_due(north)) is not None:
        north.at = due
        tries_at.append(due - began)
        await north.round()
    gaps = [round(b - a) for a, b in pairwise(tries_at)]
    assert gaps[:11] == [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, LONGEST_WAIT]
    assert set(gaps[11:]) == {LONGEST_WAIT}
    assert 22 * 3600 < tries_at[-1] < 24 * 3600
    assert north.failed == [handoff.id]
    assert north.deliveries.counts() == {"waiting": 0, "failed": 1}


BODIES = sa.select(deliveries.c.body)


def next_due(world):
    waiting = deliveries.c.state == "waiting"
    with world.deliveries.engine.connect() as connection:
        return connection.scalar(sa.select(sa.func.min(deliveries.c.next_at)).where(waiting))


async def test_retry_after_in_seconds_is_waited_for(north):
    await north.waits()
    north.server.moods = [Answer(429, headers=(("Retry-After", "120"),))]
    await north.rounds()
    await north.later(115)
    assert len(north.server.asked) == 1
    await north.later(6)
    assert len(north.server.handle.taken) == 1


async def test_retry_after_as_a_date_is_waited_for(north):
    await north.waits()
    from email.utils import formatdate

    in_ten_minutes = formatdate(north.at + 600, usegmt=True)
    north.server.moods = [Answer(503, headers=(("Retry-After", in_ten_minutes),))]
    await north.rounds()
    await north.later(590)
    assert len(north.server.asked) == 1
    await north.later(12)
    assert len(north.server.handle.taken) == 1


async def test_a_silly_retry_after_changes_nothing(north):
    await north.waits()
    north.server.moods = [Answer(503, headers=(("Retry-After", "soon, I hope"),))]
    await north.rounds()
    await north.later(5.1)
    assert len(north.server.handle.taken) == 1


async def test_gone_is_believed_at_once_and_the_person_is_not_left_waiting(north):
    handoff = await north.waits()
    north.server.moods = [Answer(410)]
    await north.rounds()
    assert north.failed == [handoff.id]
    await north.later(24 * 3600)
    assert len(north.server.asked) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 301, 307])
async def test_a_plain_no_is_believed_after_a_few_tries(north, status):
    handoff = await north.waits()
    where = (("Location", f"{north.server.url}/elsewhere"),)
    north.server.moods = [Answer(status, headers=where)] * 9
    for _ in range(40):
        await north.later(5)
    assert len(north.server.asked) == 5
    assert {asked.path for asked in north.server.asked} == {"/hook"}, "no redirect is followed"
    assert north.failed == [handoff.id]


async def test_a_slip_that_is_mended_within_a_minute_loses_nothing(north):
    await north.waits()
    north.server.moods = [Answer(401)] * 3
    for _ in range(14):
        await north.later(5)
    assert north.server.handle.types == ["handoff.waiting"]
    assert north.failed == []


async def test_a_later_event_waits_for_the_earlier_one_of_its_hand_off_only(north):
    first = await north.waits("a" * 32)
    await north.tells(first, "Are you there?")
    north.server.moods = [Answer(500)]
    await north.rounds()
    assert north.server.handle.taken == {}, "the first is late, and what follows it waits"
    second = await north.waits("b" * 32)
    await north.rounds()
    told = [(e["type"], e["data"]["handoff"]) for e in north.server.handle.taken.values()]
    assert told == [("handoff.waiting", second.id)]
    await north.later(5.1)
    told = [(e["type"], e["data"]["handoff"]) for e in north.server.handle.taken.values()]
    assert told[1:] == [("handoff.waiting", first.id), ("handoff.message", first.id)]


async def test_a_process_that_dies_after_sending_is_made_up_for_under_the_same_id(north):
    await north.waits()
    (claimed,) = north.deliveries.due(north.now())
    handoff = await north.desk.get(claimed.handoff)
    await north.ways["webhook"].send(claimed, handoff, north.clinic)  # … and it dies here
    assert await north.round() == 0, "the claim still holds"
    await north.later(LEASE)
    assert [a.headers["webhook-id"] for a in north.server.asked] == [claimed.id] * 2
    assert north.server.handle.doubles == 1
    assert len(north.server.handle.taken) == 1


async def test_a_process_that_dies_before_sending_loses_nothing(north):
    await north.waits()
    assert len(north.deliveries.due(north.now())) == 1
    await north.later(LEASE)
    assert north.server.handle.types == ["handoff.waiting"]


async def test_a_process_that_dies_between_the_callback_and_its_mark_repeats_both(north):
    handoff = await north.waits()
    broken = north.new_courier()
    broken.deliveries = Broken(north.deliveries)
    await north.round(broken)
    assert north.acknowledged == [handoff.id]
    await north.later(LEASE)
    assert north.acknowledged == [handoff.id] * 2
    assert north.deliveries.acknowledged(handoff.id)


class Broken:
    """An outbox whose database goes away just when the mark is made."""

    def __init__(self, deliveries):
        self._deliveries = deliveries

    def __getattr__(self, name):
        return getattr(self._deliveries, name)

    def done(self, _delivery):
        raise OSError("gone")


async def test_several_processes_never_send_the_same_claim(north):
    for n in range(12):
        await north.waits(f"{n:032d}")
    couriers = [north.new_courier() for _ in range(4)]
    await asyncio.gather(*(north.round(courier) for courier in couriers))
    assert north.server.handle.doubles == 0
    assert len(north.server.handle.taken) == 12


async def test_whoever_left_before_their_inbox_heard_is_not_told_of(north):
    handoff = await north.waits()
    await north.tells(handoff, "hello?")
    await north.leaves(handoff)
    await north.rounds()
    assert north.server.asked == []
    assert north.deliveries.counts() == {"waiting": 0, "failed": 0}


async def test_where_it_may_have_heard_the_inbox_is_told_that_it_is_over_and_nothing_else(north):
    handoff = await north.waits()
    north.server.moods = [TAKEN_BUT_SILENT]
    await north.rounds()
    await north.tells(handoff, "hello?")
    await north.leaves(handoff)
    await north.later(6)
    assert north.server.handle.types == ["handoff.waiting", "handoff.withdrawn"]


async def test_what_was_said_just_before_the_end_still_arrives(north):
    handoff = await north.waits()
    await north.rounds()
    await north.tells(handoff, "Thank you, bye")
    await north.leaves(handoff)
    await north.rounds()
    assert north.server.handle.types == ["handoff.waiting", "handoff.message", "handoff.withdrawn"]


async def test_what_was_sent_is_not_kept_and_never_lies_open(north, tmp_path):
    handoff = await north.waits()
    await north.tells(handoff, "canary phrase of mine")
    files = b"".join(path.read_bytes() for path in tmp_path.glob("handoff.db*"))
    assert b"canary phrase" not in files
    await north.rounds()
    with north.deliveries.engine.connect() as connection:
        kept = {north.deliveries.sealer.open(body) for body in connection.scalars(BODIES)}
    assert kept == {b"{}"}


async def test_an_erased_chat_takes_what_was_to_be_sent_with_it(north):
    handoff = await north.waits()
    await north.record.call(north.record.store.erase, handoff.conversation, north.now())
    await north.rounds()
    assert north.server.asked == []
    with north.deliveries.engine.connect() as connection:
        assert not connection.execute(deliveries.select()).all()
        assert not connection.execute(conversations.select()).all()


async def test_a_row_that_no_key_opens_holds_up_nobody(north):
    await north.waits("a" * 32)
    await north.waits("b" * 32)
    foreign = Sealer(["YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXowMTIzNDU="]).seal(b"{}")
    with north.deliveries.engine.begin() as connection:
        oldest = connection.scalar(deliveries.select().order_by(deliveries.c.id))
        spoilt = deliveries.update().where(deliveries.c.id == oldest).values(body=foreign)
        connection.execute(spoilt)
    await north.rounds()
    assert len(north.server.handle.taken) == 1
    assert north.deliveries.counts() == {"waiting": 0, "failed": 1}


async def test_a_clinic_that_sends_its_hand_offs_elsewhere_now_is_told_honestly(north):
    handoff = await north.waits()
    north.clinics["north"] = clinic("staff")
    north.courier.clinics = {"north": clinic("staff"), "south": clinic("webhook", key="south")}
    await north.rounds()
    assert north.server.asked == []
    assert north.failed == [handoff.id]


async def test_a_callback_that_breaks_does_not_send_for_ever(north):
    async def breaks(_handoff):
        raise RuntimeError("a fault of ours")

    north.courier.on_acknowledged = breaks
    await north.waits()
    await north.rounds()
    await north.later(LEASE * 2)
    assert len(north.server.asked) == 1


async def test_the_runner_sends_and_stops_when_told(north):
    stop = asyncio.Event()
    running = asyncio.create_task(north.courier.run(stop))
    await north.waits()
    for _ in range(100):
        if north.acknowledged:
            break
        await asyncio.sleep(0.05)
    stop.set()
    await asyncio.wait_for(running, 5)
    assert north.server.handle.types == ["handoff.waiting"]


async def test_the_runner_outlives_a_database_that_is_away(north, caplog):
    broken = north.new_courier()
    broken.deliveries = BrokenOnce(north.deliveries)
    stop = asyncio.Event()
    await north.waits()
    running = asyncio.create_task(broken.run(stop))
    for _ in range(100):
        if north.acknowledged:
            break
        await asyncio.sleep(0.05)
    stop.set()
    await running
    assert north.server.handle.types == ["handoff.waiting"]


class BrokenOnce:
    def __init__(self, deliveries):
        self._deliveries, self._left = deliveries, 1

    def __getattr__(self, name):
        return getattr(self._deliveries, name)

    def due(self, *args):
        if self._left:
            self._left -= 1
            raise OSError("gone")
        return self._deliveries.due(*args)


async def test_logs_hold_neither_words_nor_addresses(north, caplog):
    caplog.set_level("DEBUG", "bot")
    handoff = await north.waits()
    await north.tells(handoff, "canary phrase of mine")
    north.server.moods = [Answer(500), Answer(410)]
    await north.rounds()
    await north.later(6)
    assert "given up" in caplog.text
    assert "canary" not in caplog.text
    assert "127.0.0.1" not in caplog.text


# --- whatever happens, in whatever order --------------------------------------------------------


@dataclass
class Fickle:
    """A way whose inbox knows each delivery by its id, and whose line is bad as told."""

    moods: list[str] = field(default_factory=list)
    got: dict[str, tuple[str, str]] = field(default_factory=dict)

    async def send(self, delivery, handoff, _clinic):
        mood = self.moods.pop(0) if self.moods else "good"
        if mood == "wait":
            raise NotNow("busy", 7)
        if mood != "lost":
            self.got.setdefault(delivery.id, (handoff.id, delivery.data["text"]))
        if mood in ("lost", "silent"):
            raise NotNow("nothing came back")
        if mood == "breaks":
            raise RuntimeError("a fault of ours, after it was sent")


STEP = st.one_of(
    st.tuples(st.just("says"), st.integers(0, 2)),
    st.tuples(st.just("round"), st.integers(0, 1)),
    st.tuples(st.just("dies"), st.integers(1, 2)),
    st.tuples(st.just("mood"), st.sampled_from(["lost", "silent", "wait", "breaks"])),
    st.tuples(st.just("time"), st.sampled_from([1, 6, 61])),
)


async def _play(world: World, open_ones: list[Handoff], steps: list[tuple[str, object]]) -> None:
    """Two processes, three hand-offs; what was said arrives once, and in order."""
    way = world.ways["webhook"] = Fickle()
    couriers = [world.courier, world.new_courier()]
    said: dict[str, list[str]] = {one.id: [] for one in open_ones}
    for what, which in steps:
        if what == "says":
            handoff, text = open_ones[which], secrets.token_hex(4)
            body = {"type": "handoff.message", "data": {"text": text}}
            world.deliveries.put(handoff, "webhook", "handoff.message", body, world.now())
            said[handoff.id].append(text)
        elif what == "round":
            await world.round(couriers[which])
        elif what == "dies":
            world.deliveries.due(world.now(), which)  # claimed, and never heard of again
        elif what == "mood":
            way.moods.append(which)
        else:
            world.at += which
    way.moods.clear()
    while (due := next_due(world)) is not None:
        world.at = max(due, world.at)
        if not await world.round():
            world.at += 5  # what is due waits for an earlier one that is not
    for handoff in open_ones:
        assert [text for of, text in way.got.values() if of == handoff.id] == said[handoff.id]
    assert world.failed == []


class Inline:
    """The store without threads: five hundred plays are many calls."""

    async def call(self, work, *args, **_kw):
        return work(*args)


async def _three(world: World) -> list[Handoff]:
    made = [await world.waits(secrets.token_hex(16)) for _ in range(3)]
    world.ways["webhook"] = Fickle()
    with world.deliveries.engine.begin() as connection:
        connection.execute(deliveries.delete())
    return made


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """Plays steps on one database, in which all is settled between two plays."""
    url = f"sqlite:///{tmp_path_factory.mktemp('outbox') / 'any.db'}"
    upgrade(url)
    loop = asyncio.new_event_loop()
    world = World(url, clinic("webhook"))
    open_ones = loop.run_until_complete(_three(world))
    world.record = Inline()
    world.courier = world.new_courier()
    yield lambda steps: loop.run_until_complete(_play(world, open_ones, steps))
    loop.run_until_complete(world.close())
    loop.close()


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEP, max_size=14))
def test_nothing_is_lost_and_order_is_kept_whatever_happens(played, steps):
    played(steps)


async def test_it_is_the_same_on_postgresql(postgres):
    upgrade(postgres)
    world = World(postgres, clinic("webhook"))
    open_ones = await _three(world)
    rng = random.Random(4)
    moods = ["lost", "silent", "wait", "breaks"]
    for _ in range(20):
        steps = [
            rng.choice(
                [
                    ("says", rng.randrange(3)),
                    ("round", rng.randrange(2)),
                    ("dies", 1),
                    ("mood", rng.choice(moods)),
                    ("time", rng.choice([1, 6, 61])),
                ]
            )
            for _ in range(14)
        ]
        await _play(world, open_ones, steps)
    await world.close()


async def test_processes_share_one_outbox_on_postgresql(postgres):
    upgrade(postgres)
    async with Server(Receiver(SECRET)).running() as server:
        world = World(postgres, clinic("webhook", server.url))
        server.handle.now = world.now
        for _ in range(12):
            await world.waits(secrets.token_hex(16))
        couriers = [world.new_courier() for _ in range(4)]
        await asyncio.gather(*(world.round(courier) for courier in couriers))
        await world.rounds()
        assert server.handle.doubles == 0
        assert len(server.handle.taken) == 12
        await world.close()
