"""Whatever happens, in whatever order: each text is at Twilio exactly once, and in order.

Two processes, three phones, a Twilio that fails before or after it takes a text, says so late,
twice and in any order; processes that die at each step; a database that goes away.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.sms.outbox import LEASE
from tests.sms.sending.outgoing import NUMBERS, OURS, Outgoing
from tests.sms.sending.test_sender import Broken

MOODS = ["lost", "silent", "busy", "away", "breaks", "blind"]
STATUSES = ["queued", "sending", "sent", "delivered", "undelivered", "failed"]
THEIRS = "SM" + "d" * 32
STEP = st.one_of(
    st.tuples(st.just("put"), st.integers(0, 2)),
    st.tuples(st.just("put"), st.integers(0, 2)),
    st.tuples(st.just("given"), st.integers(0, 2)),
    st.tuples(st.just("given and lost"), st.integers(0, 2)),
    st.tuples(st.just("round"), st.integers(0, 1)),
    st.tuples(st.just("round"), st.integers(0, 1)),
    st.tuples(st.just("dies before"), st.integers(1, 2)),
    st.tuples(st.just("dies after"), st.integers(1, 2)),
    st.tuples(st.just("database dies"), st.just(0)),
    st.tuples(st.just("mood"), st.sampled_from(MOODS)),
    st.tuples(st.just("heard"), st.integers(0, 9), st.sampled_from(STATUSES), st.booleans()),
    st.tuples(st.just("time"), st.sampled_from([1, 6, 16, 61, 130])),
)


class Play:
    def __init__(self, out: Outgoing, alike: bool) -> None:
        """``alike``: there are only two different texts."""
        self.out, self.alike = out, alike
        self.words = count()
        self.sent_for: list[str] = []  # rows that go through the REST API, in order
        self.puts: Counter[tuple[str, str]] = Counter()
        out.empty()

    async def run(self, steps: list[tuple]) -> None:
        for what, *how in steps:
            await getattr(self, what.replace(" ", "_"))(*how)
        await self.end()

    async def end(self) -> None:
        """Twilio is well again and has said all that it has to say."""
        out = self.out
        out.twilio.moods.clear()
        await out.settle()
        for made in list(out.twilio.kept):
            out.hears(made.sid, "delivered", made.text)
        await out.settle()
        self.check()

    def check(self) -> None:
        kept = self.out.twilio.kept
        at_twilio = Counter((made.to, made.body) for made in kept)
        assert at_twilio == self.puts
        assert {row.state for row in self.out.rows()} <= {"delivered", "undelivered", "failed"}
        sids = [row.sid for row in self.out.rows()]
        assert sorted(sids) == sorted(made.sid for made in kept)
        if self.alike:
            return
        assert Counter(made.text for made in kept) == Counter(row.id for row in self.out.rows())
        in_order = [made.text for made in kept if made.text in set(self.sent_for)]
        for phone in NUMBERS:
            theirs = {made.text for made in kept if made.to == phone}
            written = [text for text in self.sent_for if text in theirs]
            assert [text for text in in_order if text in theirs] == written

    # --- steps ------------------------------------------------------------------------------------

    def _put(self, phone: int, **more: str) -> str:
        n = next(self.words)
        body = f"text {n % 2 if self.alike else n}"
        self.puts[NUMBERS[phone], body] += 1
        return self.out.put(body, phone, **more)

    async def put(self, phone: int) -> None:
        self.sent_for.append(self._put(phone))

    async def given(self, phone: int) -> None:
        self.out.arrives(self._put(phone, reply_to=THEIRS))

    async def given_and_lost(self, phone: int) -> None:
        self._put(phone, reply_to=THEIRS)

    async def round(self, sender: int) -> None:
        await self.out.round(sender)

    async def dies_before(self, limit: int) -> None:
        self.out.due(limit)

    async def dies_after(self, limit: int) -> None:
        for text in self.out.due(limit):
            if not text.perhaps_there:
                number = self.out.sealer.open(text.number).decode()
                self.out.twilio.take(number, OURS, text.body, text.id)

    async def database_dies(self, _: int) -> None:
        await self.out.round(self.out.new_sender(Broken(self.out.outbox)))

    async def mood(self, mood: str) -> None:
        self.out.twilio.moods.append(mood)

    async def heard(self, n: int, status: str, by_text: bool) -> None:
        kept = self.out.twilio.kept
        if kept:
            made = kept[n % len(kept)]
            self.out.hears(made.sid, status, made.text if by_text else None)

    async def time(self, seconds: int) -> None:
        self.out.at += seconds


EASY = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


@EASY
@given(steps=st.lists(STEP, max_size=16))
def test_each_text_is_at_twilio_once_and_in_order(many, steps):
    asyncio.run(Play(many, alike=False).run(steps))


@EASY
@given(steps=st.lists(STEP, max_size=16))
def test_texts_of_the_same_words_are_as_many_as_were_written(many, steps):
    asyncio.run(Play(many, alike=True).run(steps))


async def test_it_is_the_same_on_both_databases(out):
    dice = random.Random(6)
    for n in range(12):
        steps = [_thrown(dice) for _ in range(16)]
        await Play(out, alike=n % 3 == 0).run(steps)


def _thrown(dice: random.Random) -> tuple:
    what = dice.choice(["put", "put", "given", "given and lost", "round", "dies", "mood", "heard"])
    if what == "dies":
        what = dice.choice(["dies before", "dies after", "database dies", "time"])
    if what == "mood":
        return (what, dice.choice(MOODS))
    if what == "heard":
        return (what, dice.randrange(10), dice.choice(STATUSES), dice.random() < 0.5)
    if what == "time":
        return (what, dice.choice([1, 6, 16, 130, LEASE + 1]))
    return (what, dice.randrange(3 if "given" in what or what == "put" else 2) or 0)
