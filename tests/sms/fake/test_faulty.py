"""The faulty Twilio has the faults that it says it has, and only those."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx
import pytest
from twilio.base.exceptions import TwilioRestException

from bot.sms.account import STATUS
from bot.sms.simulator.api import api
from bot.sms.simulator.serving import served
from bot.sms.simulator.webhooks import NO_ANSWER, UNREACHABLE, Rules
from tests.e2e.service import free_ports
from tests.sms.fake.conftest import OURS, PHONE, Line
from tests.sms.fake.faulty import Chances, FaultyApi, FaultyTwilio, FaultyWebhooks, Luck
from tests.sms.fake.little import twiml

AGAIN = Rules(limit=5, retries=3, whatever_failed=True)


@asynccontextmanager
async def bad(line: Line, chances: Chances, rules: Rules = AGAIN) -> AsyncIterator[FaultyTwilio]:
    luck = Luck(chances, seed=1)
    async with httpx.AsyncClient(trust_env=False, timeout=20) as http:
        twilio = FaultyTwilio(
            line.account,
            FaultyWebhooks(line.account, http, rules, luck),
            frozenset({OURS}),
            pace=0.0,
            arrived=line.got.append,
            luck=luck,
        )
        yield twilio
        await asyncio.gather(*twilio.webhooks.thrown_away)
        await twilio.settled()


async def test_a_lost_answer_is_thrown_away_and_the_same_text_comes_again(line: Line) -> None:
    async with bad(line, Chances(answer_lost=0.5, late=0.05)) as twilio:
        all_came = [await twilio.text(PHONE, OURS, f"text {n}") for n in range(30)]
    lost = twilio.luck.counts["answer_lost"]
    answered = sum(came.answer is not None for came in all_came)
    assert lost > 0
    posted = Counter(fields["MessageSid"] for fields in line.little.incoming)
    posted += Counter(fields["MessageSid"] for fields in line.little.fallback)
    assert set(posted) == {came.text.sid for came in all_came}
    assert sum(posted.values()) == answered + lost
    assert len(line.bodies) == answered
    assert max(Counter(line.bodies).values()) == 1, "only one answer to a text is acted upon"


async def test_a_doubled_request_is_acted_upon_once(line: Line) -> None:
    async with bad(line, Chances(doubled=1.0)) as twilio:
        await twilio.text(PHONE, OURS, "hi")
    await asyncio.sleep(0.1)
    assert len(line.little.incoming) == 2
    assert line.bodies == ["heard hi"]


async def test_what_never_arrives_is_given_up_after_its_tries(line: Line) -> None:
    async with bad(line, Chances(never_arrives=1.0)) as twilio:
        came = await twilio.text(PHONE, OURS, "hi")
    assert came.fault
    assert came.fault.code == UNREACHABLE
    assert line.little.incoming == line.little.fallback == []


async def test_without_an_answer_at_all_twilio_says_so(line: Line) -> None:
    async with bad(line, Chances(answer_lost=1.0, late=0.0), Rules()) as twilio:
        came = await twilio.text(PHONE, OURS, "hi")
    await asyncio.sleep(0.1)
    assert came.fault
    assert came.fault.code == NO_ANSWER
    assert line.got == []


def statuses(line: Line) -> list[str]:
    return [posted["MessageStatus"] for posted in line.little.statuses]


@pytest.mark.parametrize(
    ("chances", "holds"),
    [
        (Chances(status_lost=1.0), lambda told: told == []),
        (Chances(status_doubled=1.0, late=0.05), lambda told: len(told) == 6),
        (Chances(status_late=1.0, late=0.3), lambda told: len(told) == 3),
        (Chances(undelivered=1.0), lambda told: told == ["sent", "undelivered"]),
    ],
)
async def test_statuses_go_wrong_in_each_way(
    line: Line, chances: Chances, holds: Callable[[list[str]], bool]
) -> None:
    line.little.answer = lambda fields: twiml("hi", callback=line.account.url(STATUS))
    async with bad(line, chances) as twilio:
        await twilio.text(PHONE, OURS, "hi")
    assert holds(statuses(line))


async def test_late_statuses_overtake_each_other(line: Line) -> None:
    line.little.answer = lambda fields: twiml("hi", callback=line.account.url(STATUS))
    async with bad(line, Chances(status_late=1.0, late=0.2)) as twilio:
        for _ in range(5):
            await twilio.text(PHONE, OURS, "hi")
    assert statuses(line) != ["queued", "sent", "delivered"] * 5
    assert Counter(statuses(line)) == {"queued": 5, "sent": 5, "delivered": 5}


@pytest.mark.parametrize(
    ("chances", "made"),
    [
        (Chances(api_busy=1.0), 0),
        (Chances(api_broken=1.0), 0),
        (Chances(api_broken_after=1.0), 1),
    ],
)
async def test_the_api_fails_before_or_after_the_message_is_made(
    line: Line, chances: Chances, made: int
) -> None:
    (port,) = free_ports(1)
    line.client.api.base_url = f"http://127.0.0.1:{port}"
    for seed in range(4):  # a reset as well as a 500
        faulty = FaultyApi(api(line.twilio), Luck(chances, seed))
        async with served(faulty, port):
            with pytest.raises((TwilioRestException, OSError)):
                await asyncio.to_thread(
                    lambda: line.client.messages.create(to=PHONE, from_=OURS, body="x")
                )
    assert len(line.twilio.texts) == made * 4


async def test_the_same_seed_is_the_same_bad_day(line: Line) -> None:
    day = Chances.bad_day()
    names = ("never_arrives", "answer_lost", "doubled")
    one, other = Luck(day, 7), Luck(day, 7)
    assert [one.strikes(*names) for _ in range(500)] == [other.strikes(*names) for _ in range(500)]
    assert set(one.counts) == set(names)
