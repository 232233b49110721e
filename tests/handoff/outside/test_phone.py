"""A text to the on-call phone: sent by Twilio's own client to a fake that speaks its REST API."""

from __future__ import annotations

import base64
import re
from urllib.parse import parse_qs

import pytest

from bot.handoff.hours import hours_from
from bot.handoff.phone import PhoneWay, TwilioTexter, texters
from tests.handoff.outside.inboxes import RESET, Answer, Server
from tests.handoff.outside.world import NAMED, WORDS, World, clinic

ACCOUNT, TOKEN = NAMED["TWILIO_ACCOUNT_SID"], NAMED["TWILIO_AUTH_TOKEN"]


def twilio(asked):
    """POST /2010-04-01/Accounts/{Sid}/Messages.json, as Twilio's OpenAPI document has it."""
    login = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
    if asked.headers.get("authorization") != f"Basic {login}":
        return Answer(401, {"code": 20003, "message": "Authenticate", "status": 401})
    if asked.path != f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json" or asked.method != "POST":
        return Answer(404, {"code": 20404, "message": "Not found", "status": 404})
    form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
    if not {"To", "From", "Body"} <= set(form) or len(form["Body"]) > 1600:
        return Answer(400, {"code": 21604, "message": "required", "status": 400})
    if form["To"] == "+15005550004":
        return Answer(400, {"code": 21610, "message": "unsubscribed", "status": 400})
    return Answer(201, {"sid": "SM" + "a" * 32, "status": "queued", "to": form["To"]})


@pytest.fixture
async def account():
    async with Server(twilio).running() as server:
        yield server


@pytest.fixture
async def on_call(url, account):
    hours = hours_from({"timezone": "America/Chicago", "weekly": {"monday": ["09:00-17:00"]}})
    world = World(url, clinic("phone", hours=hours))
    world.server = account
    texter = TwilioTexter(ACCOUNT, TOKEN, "+15005550006", account.url)
    world.ways["phone"] = PhoneWay(lambda _sender: texter, WORDS, "https://chat.example.org/staff")
    yield world
    await world.close()


def texts(server):
    return [{k: v[0] for k, v in parse_qs(asked.body.decode()).items()} for asked in server.asked]


async def test_the_text_says_that_somebody_waits_and_nothing_of_them(on_call):
    await on_call.says("canary phrase of mine")
    handoff = await on_call.waits(note="canary note", shares="note")
    await on_call.tells(handoff, "canary again")
    await on_call.rounds()
    (text,) = texts(on_call.server)
    assert text["To"] == "+15125550100"
    assert text["From"] == "+15005550006"
    assert re.fullmatch(
        r"Somebody waits in the Care Navigator inbox of North Clinic, since \d\d:\d\d\. "
        r"Open https://chat\.example\.org/staff",
        text["Body"],
    )
    assert len(text["Body"]) <= 160
    assert on_call.acknowledged == [handoff.id]


async def test_the_time_is_the_clinics(on_call):
    on_call.at = 1_789_992_000.0  # 2026-09-21 12:00 UTC
    await on_call.waits()
    await on_call.rounds()
    assert "since 07:00" in texts(on_call.server)[0]["Body"]


async def test_a_message_left_and_crisis_lines_are_texted_too(on_call):
    handoff = await on_call.waits(kind="message")
    await on_call.rounds()
    now = await on_call.desk.get(handoff.id)
    await on_call.steps.change(now, event="handoff.lines_shown")
    await on_call.rounds()
    left, lines = (text["Body"] for text in texts(on_call.server))
    assert "left a message" in left
    assert "Crisis lines were just shown" in lines


@pytest.mark.parametrize("mood", [RESET, Answer(503, {"code": 20503, "status": 503})])
async def test_a_text_that_does_not_get_through_is_sent_again(on_call, mood):
    await on_call.waits()
    on_call.server.moods = [mood]
    await on_call.rounds()
    assert on_call.acknowledged == []
    await on_call.later(6)
    assert len(on_call.acknowledged) == 1


async def test_a_phone_that_opted_out_is_believed_at_once(on_call):
    on_call.server.moods = [Answer(400, {"code": 21610, "message": "no", "status": 400})]
    handoff = await on_call.waits()
    await on_call.rounds()
    assert on_call.failed == [handoff.id]


async def test_without_an_account_it_waits_for_one(url):
    world = World(url, clinic("phone"))
    world.ways["phone"] = PhoneWay(texters({}), WORDS, "https://chat.example.org/staff")
    await world.waits()
    await world.rounds()
    assert world.deliveries.counts()["waiting"] == 1
    await world.close()
