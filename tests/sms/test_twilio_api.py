"""Twilio's REST API over a real connection: what is asked is in Twilio's own description, what
fails says whether a message may be there, and the loop never waits."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from contextlib import asynccontextmanager
from dataclasses import replace
from urllib.parse import parse_qs

import pytest

from bot.sms.account import Account
from bot.sms.twilio_api import MENDED_IN, TwilioApi, Unsent
from bot.sms.values import NotNow, Refused
from tests.handoff.outside.inboxes import (
    GARBAGE,
    HANG,
    RESET,
    TAKEN_BUT_SILENT,
    Answer,
    Server,
)
from tests.sms.spec import SPEC, mistakes
from tests.sms.twilio_model import Twilio, problem

TO, OURS, SERVICE = "+15005550006", "+15125550100", "MG" + "a1" * 16
NOW = 1_790_000_000.0


@asynccontextmanager
async def twilio(timeout=5.0):
    model = Twilio(lambda: NOW)
    async with Server(model).running() as server:
        account = Account("AC" + "0" * 32, "t" * 32, "https://care.example.org", server.url)
        api = TwilioApi(account, timeout)
        yield api, server, model
        api.close()


# --- what is asked ------------------------------------------------------------------------------


async def test_a_text_goes_out_from_a_number_and_names_its_row():
    async with twilio() as (api, server, model):
        sid, status = await api.send(TO, OURS, "Hello ñ & 100%", "0a1b")
        (made,) = model.kept
        assert (sid, status) == (made.sid, "queued")
        assert (made.to, made.sender, made.body) == (TO, OURS, "Hello ñ & 100%")
        form = parse_qs(server.asked[0].body.decode())
        assert form["StatusCallback"] == ["https://care.example.org/sms/status?text=0a1b"]
        assert set(form) == {"To", "From", "Body", "StatusCallback"}


async def test_with_a_messaging_service_twilio_chooses_the_number():
    async with twilio() as (api, server, _):
        await api.send(TO, SERVICE, "Hello", "0a1b")
        form = parse_qs(server.asked[0].body.decode())
        assert form["MessagingServiceSid"] == [SERVICE]
        assert "From" not in form


@pytest.mark.parametrize("ours", [OURS, SERVICE])
@pytest.mark.parametrize("body", ["Hi", "x" * 1_600, "¿Sí? 😀\nNext: &=%+ <b>", " "])
async def test_every_request_is_one_of_twilios_own_description(ours, body):
    async with twilio() as (api, server, _):
        await api.send(TO, ours, body, "01a2b3c4d5e6" + "0" * 12)
        await api.find(TO, ours, body, NOW, ["SM" + "0" * 32])
        assert [(asked.method, mistakes(asked)) for asked in server.asked] == [
            ("POST", []),
            ("GET", []),
        ]


async def test_the_description_would_notice_a_mistake():
    async with twilio() as (api, server, _):
        await api.send(TO, OURS, "Hi", "0a1b")
        await api.find(TO, OURS, "Hi", NOW, [])
        sent, looked = server.asked
    other = {**sent.headers, "authorization": "Basic QUM6eA=="}
    wrong = [
        replace(sent, path=sent.path.replace("AC0", "AX0")),
        replace(sent, path=sent.path + "?To=1"),
        replace(sent, path="/2010-04-01/Messages.json"),
        replace(sent, headers=other),
        replace(sent, headers={**sent.headers, "content-type": "application/json"}),
        replace(sent, body=sent.body.replace(b"To=", b"Too=")),
        replace(sent, body=sent.body.replace(b"To=%2B1", b"To=1")),
        replace(sent, body=sent.body.replace(b"From=", b"MessagingServiceSid=")),
        replace(sent, body=sent.body.replace(b"https", b"care")),
        replace(sent, body=sent.body + b"&ScheduleType=never"),
        replace(sent, body=sent.body + b"&ProvideFeedback=perhaps"),
        replace(sent, body=sent.body + b"&To=%2B15005550006"),
        replace(sent, body=sent.body.replace(b"Body=Hi", b"Body=" + b"x" * 1_601)),
        replace(looked, path=looked.path + "&Limit=2"),
        replace(looked, path=looked.path.replace("PageSize=", "PageSize=9")),
        replace(looked, path=looked.path + "&DateSent%3E=yesterday"),
        replace(looked, method="PUT"),
    ]
    assert [n for n, asked in enumerate(wrong) if not mistakes(asked)] == []


def test_the_description_is_twilios_own_and_says_where_it_is_from():
    assert "MIT" in SPEC["x-origin"]["license"]
    assert "d50069b" in SPEC["x-origin"]["from"]
    assert list(SPEC["paths"]) == ["/2010-04-01/Accounts/{AccountSid}/Messages.json"]


# --- what fails ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "code"),
    [(400, 21211), (400, 21610), (400, 21408), (403, 21408), (400, 21617), (404, 21703)],
)
async def test_a_no_is_a_no_with_twilios_code(status, code):
    async with twilio() as (api, server, _):
        server.moods = [problem(status, code)]
        with pytest.raises(Refused) as refused:
            await api.send(TO, OURS, "Hi", "1")
        assert refused.value.code == code
        assert len(server.asked) == 1


@pytest.mark.parametrize(("status", "code"), [(429, 20429), (400, 21611), (429, 0), (503, 30001)])
async def test_too_many_leaves_nothing_behind_and_may_go_later(status, code):
    async with twilio() as (api, server, _):
        server.moods = [problem(status, code)]
        with pytest.raises(Unsent) as fault:
            await api.send(TO, OURS, "Hi", "1")
        assert fault.value.after is None
        assert len(server.asked) == 1, "Twilio's client does not try again by itself"


async def test_how_long_twilio_says_to_wait_is_passed_on_and_only_for_that_call():
    async with twilio() as (api, server, _):
        server.moods = [problem(429, 20429, ("Retry-After", "12")), problem(429, 20429)]
        server.moods.append(problem(429, 20429, ("Retry-After", "soon")))
        waits = []
        for _ in range(3):
            with pytest.raises(Unsent) as fault:
                await api.send(TO, OURS, "Hi", "1")
            waits.append(fault.value.after)
        assert waits == [12.0, None, None]


@pytest.mark.parametrize(("status", "code"), [(401, 20003), (403, 20005), (404, 20404)])
async def test_an_account_that_is_out_of_order_can_be_mended(status, code):
    async with twilio() as (api, server, _):
        server.moods = [problem(status, code)]
        with pytest.raises(Unsent) as fault:
            await api.send(TO, OURS, "Hi", "1")
        assert fault.value.after == MENDED_IN


@pytest.mark.parametrize(
    "mood",
    [
        Answer(500),
        Answer(503, {"code": 20503}),
        Answer(408),
        Answer(302, headers=(("Location", "/elsewhere"),)),
        Answer(201),
        Answer(201, []),
        Answer(201, {}),
        RESET,
        GARBAGE,
        TAKEN_BUT_SILENT,
    ],
    ids=str,
)
async def test_where_a_message_may_be_there_it_is_said(mood):
    async with twilio() as (api, server, _):
        server.moods = [mood]
        with pytest.raises(NotNow) as fault:
            await api.send(TO, OURS, "Hi", "1")
        assert not isinstance(fault.value, Unsent)
        assert len(server.asked) == 1


async def test_an_answer_that_takes_too_long_is_not_waited_for():
    async with twilio(timeout=0.2) as (api, server, _):
        server.moods = [HANG]
        began = time.monotonic()
        with pytest.raises(NotNow) as fault:
            await api.send(TO, OURS, "Hi", "1")
        assert not isinstance(fault.value, Unsent)
        assert time.monotonic() - began < 5


async def test_a_twilio_that_cannot_be_reached_has_nothing():
    account = Account("AC" + "0" * 32, "t" * 32, "https://care.example.org", "http://127.0.0.1:1")
    api = TwilioApi(account)
    with pytest.raises(Unsent):
        await api.send(TO, OURS, "Hi", "1")
    api.close()


async def test_neither_errors_nor_logs_hold_a_number_or_a_word(caplog):
    caplog.set_level("INFO")
    async with twilio() as (api, server, _):
        for mood in (problem(400, 21211), Answer(500), RESET, problem(429, 20429)):
            server.moods = [mood]
            with pytest.raises((NotNow, Refused)) as fault:
                await api.send(TO, OURS, "canary phrase", "1")
            assert "1500555" not in repr(fault.value)
            assert fault.value.__cause__ is None
        await api.find(TO, OURS, "canary phrase", NOW, [])
    assert "1500555" not in caplog.text
    assert "15125550100" not in caplog.text
    assert "canary" not in caplog.text


async def test_the_loop_goes_on_while_twilio_is_slow():
    async with twilio(timeout=1.0) as (api, server, _):
        server.moods = [HANG] * 4
        sends = [asyncio.create_task(api.send(TO, OURS, "Hi", str(n))) for n in range(4)]
        began, ticks = time.monotonic(), 0
        while not all(task.done() for task in sends):
            await asyncio.sleep(0.01)
            ticks += 1
        took = time.monotonic() - began
        assert took < 3.5, "they wait beside each other"
        assert ticks > 20
        for task in sends:
            assert isinstance(task.exception(), NotNow)


# --- looking for one ----------------------------------------------------------------------------


async def test_a_message_is_found_by_phone_and_words():
    async with twilio() as (api, _, model):
        model.take("+15005550009", OURS, "Hi", None)
        model.take(TO, OURS, "Hello", None)
        right = model.take(TO, OURS, "Hi", None, status="delivered")
        assert await api.find(TO, OURS, "Hi", NOW, []) == (right.sid, "delivered")
        assert await api.find(TO, OURS, "Ho", NOW, []) is None


async def test_of_two_alike_the_older_one_is_found_and_never_one_that_is_known():
    async with twilio() as (api, _, model):
        one, two = model.take(TO, OURS, "Hi", None), model.take(TO, OURS, "Hi", None)
        assert await api.find(TO, OURS, "Hi", NOW, []) == (one.sid, "queued")
        assert await api.find(TO, OURS, "Hi", NOW, {one.sid}) == (two.sid, "queued")
        assert await api.find(TO, OURS, "Hi", NOW, {one.sid, two.sid}) is None


async def test_what_was_sent_long_before_is_another_message():
    async with twilio() as (api, _, model):
        model.take(TO, OURS, "Hi", None)
        assert await api.find(TO, OURS, "Hi", NOW + 30, []) is not None, "clocks may differ"
        assert await api.find(TO, OURS, "Hi", NOW + 3_600, []) is None


async def test_what_came_from_a_person_is_not_ours():
    async with twilio() as (api, _, model):
        model.take(TO, OURS, "Hi", None, direction="inbound")
        assert await api.find(TO, OURS, "Hi", NOW, []) is None
        reply = model.take(TO, OURS, "Hi", None, direction="outbound-reply")
        assert await api.find(TO, OURS, "Hi", NOW, []) == (reply.sid, "queued")


async def test_a_services_number_is_not_asked_for():
    async with twilio() as (api, _, model):
        made = model.take(TO, "+15125550177", "Hi", None)
        assert await api.find(TO, SERVICE, "Hi", NOW, []) == (made.sid, "queued")
        assert await api.find(TO, OURS, "Hi", NOW, []) is None


@pytest.mark.parametrize(
    "theirs",
    [
        'It\'s "fine" - call 988... si',
        "  It’s “fine” — call\n988… sí ",
        'Sent from your Twilio trial account - It\'s "fine" - call 988... si',
    ],
)
async def test_letters_that_twilio_made_plain_are_the_same_words(theirs):
    async with twilio() as (api, _, model):
        made = model.take(TO, OURS, theirs, None)
        assert await api.find(TO, OURS, "It’s “fine” — call 988… sí", NOW, []) == (
            made.sid,
            "queued",
        )


async def test_an_account_that_keeps_no_words_counts_segments():
    async with twilio() as (api, _, model):
        made = model.take(TO, OURS, "", None)
        assert await api.find(TO, OURS, "Hi", NOW, []) == (made.sid, "queued")
        assert await api.find(TO, OURS, "Hi" * 100, NOW, []) is None


async def test_a_phone_with_many_texts_is_asked_for_in_few_requests():
    async with twilio() as (api, server, model):
        oldest = model.take(TO, OURS, "the oldest", None)
        for n in range(150):
            model.take(TO, OURS, f"text {n}", None)
        assert await api.find(TO, OURS, "the oldest", NOW, []) == (oldest.sid, "queued")
        assert len(server.asked) <= 2


@pytest.mark.parametrize(
    "mood", [Answer(500), Answer(200, []), Answer(200, {}), RESET, GARBAGE, problem(401, 20003)]
)
async def test_a_search_that_is_not_answered_says_so(mood):
    async with twilio() as (api, server, _):
        server.moods = [mood]
        with pytest.raises(NotNow):
            await api.find(TO, OURS, "Hi", NOW, [])


async def test_twilios_examples_of_a_list_can_be_read():
    async with twilio() as (api, server, _):
        call = SPEC["paths"]["/2010-04-01/Accounts/{AccountSid}/Messages.json"]["get"]
        (example,) = call["responses"]["200"]["content"]["application/json"]["examples"].values()
        listed = json.loads(json.dumps(example["value"]))
        server.moods = [Answer(200, {**listed, "next_page_uri": None})]
        found = await api.find("+15005550006", "+15005550006", "testing", 1_550_000_000.0, [])
        assert found == (listed["messages"][0]["sid"], "sent")


def test_nothing_of_twilios_client_is_loaded_before_the_first_call():
    code = "import sys, bot.sms.twilio_api as t; print('twilio.rest' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"
