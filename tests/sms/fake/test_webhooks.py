"""The stand-in posts as Twilio does: signed, with its fields, tried again by its rules."""

from __future__ import annotations

import asyncio

import pytest

from bot.sms.account import STATUS
from bot.sms.simulator.webhooks import NO_ANSWER, NOT_TWIML, UNREACHABLE
from tests.sms.fake.conftest import OURS, PHONE, SERVICE, Line
from tests.sms.fake.little import twiml

ALWAYS = {
    *("MessageSid", "SmsSid", "SmsMessageSid", "AccountSid", "MessagingServiceSid", "From", "To"),
    *("Body", "NumMedia", "NumSegments", "ApiVersion", "SmsStatus", "FromCountry", "FromZip"),
    *("FromState", "FromCity", "ToCountry", "ToZip", "ToState", "ToCity"),
}


async def test_a_text_comes_signed_with_all_of_twilios_fields(line: Line) -> None:
    came = await line.twilio.text(PHONE, OURS, "¿hola? <&> 😀 ")
    (posted,) = line.little.incoming
    assert set(posted) >= ALWAYS
    assert posted["Body"] == "¿hola? <&> 😀 "
    assert (posted["From"], posted["To"]) == (PHONE, OURS)
    assert posted["MessageSid"] == came.text.sid
    assert posted["MessagingServiceSid"] == SERVICE
    assert line.little.forged == 0


async def test_a_picture_comes_without_words_and_with_its_address(line: Line) -> None:
    await line.twilio.text(PHONE, OURS, "", media=2)
    (posted,) = line.little.incoming
    assert (posted["NumMedia"], posted["Body"]) == ("2", "")
    assert {"MediaUrl0", "MediaUrl1", "MediaContentType1"} <= set(posted)


async def test_the_answers_message_reaches_the_phone_and_its_statuses_come_back(line: Line) -> None:
    line.little.answer = lambda fields: twiml(
        "tom & jerry", callback=line.account.url(f"{STATUS}?text=7")
    )
    came = await line.twilio.text(PHONE, OURS, "hi")
    await line.twilio.settled()
    assert line.bodies == ["tom & jerry"]
    assert [s["MessageStatus"] for s in line.little.statuses] == ["queued", "sent", "delivered"]
    assert {s["text"] for s in line.little.statuses} == {"7"}
    assert {s["MessageSid"] for s in line.little.statuses} == {came.given[0].sid}
    assert line.little.forged == 0


async def test_an_empty_answer_brings_nothing(line: Line) -> None:
    line.little.answer = lambda fields: "<Response/>"
    assert (await line.twilio.text(PHONE, OURS, "hi")).given == ()
    await line.twilio.settled()
    assert line.got == []


async def test_what_is_no_twiml_is_an_alert(line: Line) -> None:
    line.little.answer = lambda fields: "<Response><Mess"
    came = await line.twilio.text(PHONE, OURS, "hi")
    assert came.fault
    assert came.fault.code == NOT_TWIML


async def test_an_answer_after_the_limit_does_not_count_and_the_fallback_is_asked(
    line: Line,
) -> None:
    line.with_rules(limit=0.2)
    line.little.slow = 0.5
    line.little.answer = lambda fields: twiml(f"for {fields.get('ErrorCode', 'the first')}")
    came = await line.twilio.text(PHONE, OURS, "hi")
    await asyncio.sleep(0.5)  # the late answer has come by now
    await line.twilio.settled()
    assert line.bodies == [f"for {NO_ANSWER}"]
    assert len(line.little.incoming) == len(line.little.fallback) == 1
    assert line.little.fallback[0]["MessageSid"] == came.text.sid
    assert line.little.fallback[0]["ErrorUrl"] == line.account.url("/sms/incoming")


async def test_with_rp_all_the_same_text_is_posted_again_and_only_one_answer_counts(
    line: Line,
) -> None:
    line.with_rules(limit=0.2, retries=2, whatever_failed=True)
    line.little.slow = 0.5
    await line.twilio.text(PHONE, OURS, "hi")
    await asyncio.sleep(0.5)
    await line.twilio.settled()
    assert line.bodies == ["heard hi"]
    assert len(line.little.incoming) == 2
    assert len({posted["MessageSid"] for posted in line.little.incoming}) == 1
    assert len(set(line.little.tokens)) == 1
    assert line.little.fallback == []


@pytest.mark.parametrize("status", [403, 500, 503])
async def test_an_error_of_the_service_is_not_tried_again_but_goes_to_the_fallback(
    line: Line, status: int
) -> None:
    line.little.status = status
    assert (await line.twilio.text(PHONE, OURS, "hi")).answer
    assert (len(line.little.incoming), len(line.little.fallback)) == (1, 1)


async def test_a_service_that_is_not_there_is_tried_twice_and_then_the_text_is_given_up(
    line: Line,
) -> None:
    line.account = line.account.__class__(
        line.account.sid, line.account.token, "http://127.0.0.1:1", None
    )
    line.twilio.webhooks.account = line.account
    came = await line.twilio.text(PHONE, OURS, "hi")
    assert came.answer is None
    assert came.fault
    assert came.fault.code == UNREACHABLE


# --- STOP, START, HELP ----------------------------------------------------------------------


@pytest.mark.parametrize("word", ["STOP", "stop", " Unsubscribe ", "END", "quit", "OptOut"])
async def test_after_stop_twilio_answers_itself_and_blocks_but_still_posts(
    line: Line, word: str
) -> None:
    came = await line.twilio.text(PHONE, OURS, word)
    await line.twilio.settled()
    assert line.little.incoming[0]["OptOutType"] == "STOP"
    assert line.bodies == ["stopped"]
    assert [text.error for text in came.given] == [21610]
    assert [text.status for text in came.given] == ["failed"]


async def test_start_opens_the_way_again_and_help_is_answered(line: Line) -> None:
    line.little.answer = lambda fields: "<Response/>"
    for word in ("STOP", "STOP", "unstop", "START", "help"):
        await line.twilio.text(PHONE, OURS, word)
        await line.twilio.settled()
    assert line.bodies == ["stopped", "started", "helped"]
    assert [posted["OptOutType"] for posted in line.little.incoming] == [
        *("STOP", "STOP", "START", "START", "HELP")
    ]


@pytest.mark.parametrize("body", ["please stop", "stop!", "no help", "yes"])
async def test_only_the_single_word_counts(line: Line, body: str) -> None:
    await line.twilio.text(PHONE, OURS, body)
    assert "OptOutType" not in line.little.incoming[0]


async def test_without_advanced_opt_out_the_service_is_not_told(line: Line) -> None:
    line.twilio.tells_opt_outs = False
    await line.twilio.text(PHONE, OURS, "STOP")
    assert "OptOutType" not in line.little.incoming[0]
