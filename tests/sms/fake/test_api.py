"""Twilio's own Python client can't tell the stand-in's API from Twilio's."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from bot.sms.account import STATUS
from bot.sms.simulator.twilio import new_sid
from tests.sms.fake.conftest import OURS, PHONE, SERVICE, Line


def now() -> datetime:
    return datetime.now(timezone.utc)


async def sent(line: Line, **of: Any) -> Any:
    given = {"to": PHONE, "from_": OURS, "body": "hello", **of}
    return await asyncio.to_thread(lambda: line.client.messages.create(**given))


async def listed(line: Line, **asked: Any) -> list[Any]:
    return await asyncio.to_thread(lambda: line.client.messages.list(**asked))


async def test_a_message_is_made_found_and_brought_to_the_phone(line: Line) -> None:
    made = await sent(line, status_callback=line.account.url(f"{STATUS}?text=9"))
    assert (made.status, made.direction, made.to, made.from_) == (
        *("queued", "outbound-api"),
        *(PHONE, OURS),
    )
    await line.twilio.settled()
    assert line.bodies == ["hello"]
    assert [s["MessageStatus"] for s in line.little.statuses] == ["queued", "sent", "delivered"]
    fetched = await asyncio.to_thread(line.client.messages(made.sid).fetch)
    assert (fetched.status, fetched.body, fetched.num_segments) == ("delivered", "hello", "1")
    assert abs(fetched.date_sent - now()) < timedelta(minutes=10)


async def test_a_messaging_service_sends_from_its_number(line: Line) -> None:
    made = await sent(line, from_=None, messaging_service_sid=SERVICE)
    assert (made.from_, made.messaging_service_sid) == (OURS, SERVICE)


async def test_the_list_is_filtered_and_paged(line: Line) -> None:
    for n in range(5):
        await sent(line, body=f"text {n}")
    await sent(line, to="+15125550199")
    await line.twilio.settled()
    found = await listed(line, to=PHONE, page_size=2)
    assert {message.body for message in found} == {f"text {n}" for n in range(5)}
    since = await listed(line, to=PHONE, date_sent_after=now() - timedelta(minutes=5))
    assert len(since) == 5
    assert await listed(line, date_sent_after=now() + timedelta(days=2)) == []
    assert len(await listed(line, date_sent=now().date())) == 6
    assert await listed(line, date_sent_before=now().date() - timedelta(days=1)) == []
    assert len(await listed(line, from_=OURS)) == 6


async def test_what_has_not_left_yet_is_not_found_by_its_date(line: Line) -> None:
    line.twilio.pace = 60
    await sent(line)
    assert await listed(line, date_sent_after=now() - timedelta(days=1)) == []
    assert len(await listed(line, to=PHONE)) == 1


@pytest.mark.parametrize(
    ("of", "status", "code"),
    [
        ({"to": ""}, 400, 21604),
        ({"body": ""}, 400, 21602),
        ({"from_": ""}, 400, 21603),
        ({"body": "x" * 1601}, 400, 21617),
        ({"from_": "+15125550177"}, 400, 21606),
        ({"to": "12"}, 400, 21211),
        ({"to": "+15005550001"}, 400, 21211),
        ({"to": "+15005550004"}, 400, 21610),
        ({"to": "+15005550009"}, 400, 21614),
    ],
)
async def test_refusals_have_twilios_codes(
    line: Line, of: dict[str, str], status: int, code: int
) -> None:
    with pytest.raises(TwilioRestException) as refusal:
        await sent(line, **of)
    assert (refusal.value.status, refusal.value.code) == (status, code)
    assert line.twilio.texts == {}


async def test_who_has_opted_out_is_not_texted(line: Line) -> None:
    await line.twilio.text(PHONE, OURS, "STOP")
    with pytest.raises(TwilioRestException) as refusal:
        await sent(line)
    assert (refusal.value.status, refusal.value.code) == (400, 21610)


async def test_a_wrong_token_and_an_unknown_message_are_refused(line: Line) -> None:
    stranger = Client(line.account.sid, "another token")
    stranger.api.base_url = line.account.base_url
    with pytest.raises(TwilioRestException) as refusal:
        await asyncio.to_thread(stranger.messages(new_sid()).fetch)
    assert refusal.value.status == 401
    with pytest.raises(TwilioRestException) as missing:
        await asyncio.to_thread(line.client.messages(new_sid()).fetch)
    assert (missing.value.status, missing.value.code) == (404, 20404)
