"""What Twilio posts, as it posts it: signed requests, forged ones, and answers in TwiML."""

import logging
import re
from urllib.parse import urlencode

import httpx
import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from twilio.request_validator import RequestValidator

from bot.channels.problems import Problem, http_problem, problem_response
from bot.settings import load_settings
from bot.sms.account import FALLBACK, INCOMING, STATUS, account_of
from tests.bot.edge import KEY
from tests.sms.texter import OURS, THEIRS

DANGER = "i want to kill myself"
SAID = "what can you do? my name is Quetzalcoatlus"


class Wire:
    """Twilio's side of the edge's routes."""

    def __init__(self, texter, folder):
        self.texter = texter
        settings = load_settings({"CARENAV_ENCRYPTION_KEYS": KEY}, folder)
        self.account = account_of(settings)
        app = Starlette(
            routes=list(texter.sms.routes),
            exception_handlers={Problem: problem_response, HTTPException: http_problem},
        )
        transport = httpx.ASGITransport(app=app)
        self.client = httpx.AsyncClient(transport=transport, base_url=settings.public_url)

    def form(self, body, sid, **other):
        return {
            "MessageSid": sid,
            "SmsSid": sid,
            "AccountSid": self.account.sid,
            "From": THEIRS,
            "To": OURS,
            "Body": body,
            "NumMedia": "0",
            "NumSegments": "1",
            "FromCity": "AUSTIN",
            "ApiVersion": "2010-04-01",
            **other,
        }

    async def post(self, path, form, *, signed_for=None, token=None, query=""):
        url = self.account.url(path) + query
        validator = RequestValidator(token or self.account.token)
        signature = validator.compute_signature(self.account.url(signed_for or path) + query, form)
        return await self.client.post(
            url,
            content=urlencode(form),
            headers={
                "Content-Type": "application/x-www-form-urlencoded",
                "X-Twilio-Signature": signature,
            },
        )


@pytest.fixture
def wire(texter, tmp_path):
    return Wire(texter, tmp_path)


def sid(n):
    return f"SM{n:032x}"


async def test_a_text_is_answered_in_twiml_and_again_byte_for_byte(wire):
    first = await wire.post(INCOMING, wire.form(SAID, sid(1)))
    assert first.status_code == 200
    assert first.headers["content-type"].startswith("text/xml")
    assert first.text.count("<Message") == 1
    assert "<Response>" in first.text
    again = await wire.post(INCOMING, wire.form(SAID, sid(1)))
    assert again.content == first.content
    by_the_second_way = await wire.post(FALLBACK, wire.form(SAID, sid(1), ErrorCode="11200"))
    assert by_the_second_way.content == first.content
    assert len(wire.texter.edge.engine.asked) == 1


@pytest.mark.parametrize("path", [INCOMING, FALLBACK, STATUS])
async def test_a_forged_request_is_refused_on_each_address(wire, path):
    form = wire.form(SAID, sid(2), MessageStatus="delivered")
    wrong_key = await wire.post(path, form, token="0" * 32)
    other_address = await wire.post(path, form, signed_for="/sms/elsewhere")
    unsigned = await wire.client.post(wire.account.url(path), data=form)
    assert [r.status_code for r in (wrong_key, other_address, unsigned)] == [403] * 3
    assert wire.texter.edge.engine.asked == []
    assert wire.texter.rows() == []


async def test_a_changed_field_is_refused_and_an_unknown_one_is_fine(wire):
    form = wire.form(SAID, sid(3), Latitude="30.27", Longitude="-97.74", Brandnew="x")
    assert (await wire.post(INCOMING, form)).status_code == 200
    signature = RequestValidator(wire.account.token).compute_signature(
        wire.account.url(INCOMING), form
    )
    changed = await wire.client.post(
        wire.account.url(INCOMING),
        data={**form, "Body": DANGER},
        headers={"X-Twilio-Signature": signature},
    )
    assert changed.status_code == 403


async def test_a_replay_is_refused(wire):
    form = wire.form(SAID, sid(4))
    await wire.post(INCOMING, form)
    wire.texter.edge.clock.now += 3600
    replayed = await wire.post(INCOMING, form)
    assert replayed.status_code == 403
    assert "<Message" not in replayed.text


async def test_without_an_account_nothing_is_believed(wire):
    channel = wire.texter.sms.channel
    object.__setattr__(channel, "account", None)
    assert (await wire.post(INCOMING, wire.form(SAID, sid(5)))).status_code == 403


async def test_with_the_database_dead_danger_is_answered_and_the_rest_is_asked_for_again(wire):
    wire.texter.break_database()
    danger = await wire.post(INCOMING, wire.form(DANGER, sid(6)))
    assert danger.status_code == 200
    assert "988" in danger.text
    other = await wire.post(INCOMING, wire.form(SAID, sid(7)))
    assert other.status_code == 503
    second_way = await wire.post(FALLBACK, wire.form(SAID, sid(7), ErrorCode="11200"))
    assert second_way.status_code == 200
    assert "not kept" in second_way.text
    wire.texter.mend_database()
    mended = await wire.post(INCOMING, wire.form(SAID, sid(7)))
    assert "<Message" in mended.text


async def test_what_became_of_a_text_is_kept_and_never_goes_back(wire):
    answer = await wire.post(INCOMING, wire.form(SAID, sid(8)))
    row = re.search(r"text=(\w+)", answer.text).group(1)
    for status in ("sent", "delivered", "queued"):
        form = {"MessageSid": sid(9), "MessageStatus": status, "To": THEIRS, "From": OURS}
        told = await wire.post(STATUS, form, query=f"?text={row}")
        assert told.status_code == 200
        assert "<Message" not in told.text
    assert [r.state for r in wire.texter.rows()] == ["delivered"]


@pytest.mark.parametrize("sender", ["72345", "+1", "CARRIER", ""])
async def test_what_no_phone_sent_gets_no_answer(wire, sender):
    answer = await wire.post(INCOMING, wire.form("your code is 1", sid(10), From=sender))
    assert answer.status_code == 200
    assert "<Message" not in answer.text


async def test_nothing_of_a_text_is_logged(wire, caplog):
    caplog.set_level(logging.DEBUG)
    await wire.post(INCOMING, wire.form(SAID, sid(11)))
    await wire.post(INCOMING, wire.form(SAID, sid(12)), token="0" * 32)
    wire.texter.break_database()
    await wire.post(INCOMING, wire.form(SAID, sid(13)))
    ours = [r.getMessage() for r in caplog.records if not r.name.startswith(("httpx", "asyncio"))]
    told = "\n".join(ours)
    assert "Quetzalcoatlus" not in told
    assert THEIRS[2:] not in told
