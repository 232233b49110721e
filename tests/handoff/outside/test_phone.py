"""A text to the on-call phone: sent by Twilio's own client to a fake that speaks its REST API."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.clinics import ClinicError
from bot.handoff.handoff import NO_TEXTS, Answerer
from bot.handoff.hours import hours_from
from bot.handoff.phone import PhoneWay, said_to
from bot.handoff.states import State
from bot.handoff.ways import check_ways
from bot.sms.account import Account
from bot.sms.segments import is_gsm, segments
from bot.sms.twilio_api import TwilioApi
from bot.staff.accounts import Accounts, Person
from tests.handoff.outside.inboxes import RESET, TAKEN_BUT_SILENT, Answer, Server
from tests.handoff.outside.world import NAMED, WORDS, World, clinic

ACCOUNT, TOKEN = NAMED["TWILIO_ACCOUNT_SID"], NAMED["TWILIO_AUTH_TOKEN"]
LINK = "https://chat.example.org/staff"
ANA = Answerer(None, "Ana", "nurse")


@dataclass
class Twilio:
    """/2010-04-01/Accounts/{Sid}/Messages.json, as Twilio's OpenAPI document has it."""

    now: object = None
    taken: list[dict[str, str]] = field(default_factory=list)

    def __call__(self, asked):
        login = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        if asked.headers.get("authorization") != f"Basic {login}":
            return Answer(401, {"code": 20003, "message": "Authenticate", "status": 401})
        if urlsplit(asked.path).path != f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json":
            return Answer(404, {"code": 20404, "message": "Not found", "status": 404})
        if asked.method == "GET":
            newest = list(reversed(self.taken))
            return Answer(200, {"messages": newest, "page": 0, "next_page_uri": None})
        form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        if not {"To", "From", "Body"} <= set(form) or len(form["Body"]) > 1600:
            return Answer(400, {"code": 21604, "message": "required", "status": 400})
        made = {
            "sid": f"SM{len(self.taken):032x}",
            "status": "queued",
            "to": form["To"],
            "from": form["From"],
            "body": form["Body"],
            "direction": "outbound-api",
            "num_segments": "1",
            "date_created": formatdate(self.now()),
        }
        self.taken.append(made)
        return Answer(201, made)

    @property
    def bodies(self):
        return [one["body"] for one in self.taken]


@pytest.fixture
async def account():
    async with Server(Twilio()).running() as server:
        yield server


async def world_of(url, account, **way):
    hours = hours_from({"timezone": "America/Chicago", "weekly": {"monday": ["09:00-17:00"]}})
    north = clinic("phone", hours=hours)
    world = World(url, replace(north, handoff=replace(north.handoff, **way)))
    world.server, account.handle.now = account, world.now
    api = TwilioApi(Account(ACCOUNT, TOKEN, "https://chat.example.org", account.url))
    world.ways["phone"] = PhoneWay(api, world.record, world.deliveries, WORDS, LINK)
    return world


@pytest.fixture
async def on_call(url, account):
    world = await world_of(url, account)
    yield world
    await world.close()


@pytest.fixture
async def bridged(url, account):
    """An on-call phone that answers by text."""
    world = await world_of(url, account, bridge=True, phone_name="Ana", phone_title="nurse")
    yield world
    await world.close()


def texts(world):
    return world.server.handle.taken


# --- that somebody waits ---


async def test_the_text_says_that_somebody_waits_and_nothing_of_them(on_call):
    await on_call.says("canary phrase of mine")
    handoff = await on_call.waits(note="canary note", shares="note")
    await on_call.tells(handoff, "canary again")
    await on_call.rounds()
    (text,) = texts(on_call)
    assert text["to"] == "+15125550100"
    assert text["from"] == "+15005550006"
    assert re.fullmatch(
        r"Somebody waits in the Care Navigator inbox of North Clinic, since \d\d:\d\d\. "
        r"Open https://chat\.example\.org/staff",
        text["body"],
    )
    assert len(text["body"]) <= 160
    assert on_call.acknowledged == [handoff.id]


async def test_the_time_is_the_clinics(on_call):
    on_call.at = 1_789_992_000.0  # 2026-09-21 12:00 UTC
    await on_call.waits()
    await on_call.rounds()
    assert "since 07:00" in texts(on_call)[0]["body"]


async def test_a_message_left_and_crisis_lines_are_texted_too(on_call):
    handoff = await on_call.waits(kind="message")
    await on_call.rounds()
    now = await on_call.desk.get(handoff.id)
    await on_call.steps.change(now, event="handoff.lines_shown")
    await on_call.rounds()
    left, lines = on_call.server.handle.bodies
    assert "left a message" in left
    assert "Crisis lines were just shown" in lines


async def test_who_asks_for_no_more_texts_while_they_wait_is_texted_too(on_call):
    handoff = await on_call.waits()
    await on_call.rounds()
    now = await on_call.desk.get(handoff.id)
    over = {"event": "handoff.withdrawn", "ended_by": "person", "outcome": NO_TEXTS}
    await on_call.steps.move(now, State.WITHDRAWN, **over)
    await on_call.rounds()
    assert "wants no more texts" in on_call.server.handle.bodies[-1]


async def test_who_leaves_in_another_way_is_worth_no_text_to_a_phone_that_has_nobody(on_call):
    handoff = await on_call.waits()
    await on_call.rounds()
    await on_call.leaves(handoff)
    await on_call.rounds()
    assert len(texts(on_call)) == 1


# --- what goes wrong ---


@pytest.mark.parametrize("mood", [RESET, Answer(503, {"code": 20503, "status": 503})])
async def test_a_text_that_does_not_get_through_is_sent_again(on_call, mood):
    await on_call.waits()
    on_call.server.moods = [mood]
    await on_call.rounds()
    assert on_call.acknowledged == []
    await on_call.later(16)
    assert len(on_call.acknowledged) == 1
    assert len(texts(on_call)) == 1


async def test_a_text_that_twilio_took_in_silence_is_found_and_not_sent_again(on_call):
    await on_call.waits()
    on_call.server.moods = [TAKEN_BUT_SILENT]
    await on_call.rounds()
    await on_call.later(16)
    assert len(on_call.acknowledged) == 1
    assert len(texts(on_call)) == 1


async def test_two_people_in_one_minute_are_two_texts_whatever_gets_lost(on_call):
    await on_call.waits("a" * 32)
    await on_call.rounds()
    await on_call.waits("b" * 32)
    on_call.server.moods = [RESET]
    await on_call.rounds()
    await on_call.later(16)
    assert len(on_call.server.handle.bodies) == 2
    assert len(set(on_call.server.handle.bodies)) == 1


async def test_a_phone_that_opted_out_is_believed_at_once(on_call):
    on_call.server.moods = [Answer(400, {"code": 21610, "message": "no", "status": 400})]
    handoff = await on_call.waits()
    await on_call.rounds()
    assert on_call.failed == [handoff.id]


async def test_without_an_account_it_waits_for_one(url):
    world = World(url, clinic("phone"))
    await world.waits()
    await world.rounds()
    assert world.deliveries.counts()["waiting"] == 1
    await world.close()


# --- a phone that has somebody ---


async def test_only_once_the_phone_has_them_what_they_write_is_texted(bridged):
    handoff = await bridged.waits()
    await bridged.tells(handoff, "before anybody came")
    await bridged.rounds()
    assert "Reply TAKE" in bridged.server.handle.bodies[0]
    await bridged.desk.claim(handoff.id, ANA)
    await bridged.tells(handoff, "are you there?")
    await bridged.rounds()
    assert bridged.server.handle.bodies[1:] == ["Person: are you there?"]


async def test_who_is_with_somebody_on_the_staff_pages_is_not_texted_about(bridged):
    handoff = await bridged.waits()
    await bridged.rounds()
    member = Person("ben@clinic.example.org", "Ben", "nurse", "staff", frozenset({"north"}))
    account = Accounts(bridged.queue.engine).add(member, bridged.now())
    await bridged.desk.claim(handoff.id, Answerer(account.id, "Ben", "nurse"))
    await bridged.tells(handoff, "for Ben only")
    await bridged.rounds()
    assert len(texts(bridged)) == 1


async def test_what_was_on_its_way_when_they_went_back_in_line_stays_here(bridged):
    handoff = await bridged.waits()
    await bridged.rounds()
    await bridged.desk.claim(handoff.id, ANA)
    await bridged.tells(handoff, "canary")
    await bridged.desk.release(await bridged.desk.get(handoff.id))
    await bridged.rounds()
    assert not any("canary" in body for body in bridged.server.handle.bodies)


async def test_crisis_lines_come_with_what_they_wrote(bridged):
    handoff = await bridged.waits()
    await bridged.rounds()
    await bridged.desk.claim(handoff.id, ANA)
    await bridged.says("something of danger", handoff.conversation)
    now = await bridged.desk.get(handoff.id)
    await bridged.steps.change(now, event="handoff.lines_shown")
    await bridged.rounds()
    last = bridged.server.handle.bodies[-1]
    assert last.startswith("Crisis lines were just shown to this person.")
    assert last.endswith("Person: something of danger")


async def test_a_long_message_is_several_texts_and_no_word_of_it_is_lost_or_doubled(bridged):
    handoff = await bridged.waits()
    await bridged.rounds()
    await bridged.desk.claim(handoff.id, ANA)
    words = " ".join(f"w{n}" for n in range(750))
    await bridged.tells(handoff, words)
    bridged.server.moods = [TAKEN_BUT_SILENT]
    await bridged.rounds()
    await bridged.later(16)
    got = " ".join(bridged.server.handle.bodies[1:])
    assert got.split()[1:] == words.split()
    assert max(map(len, bridged.server.handle.bodies)) <= 1600


async def test_the_same_words_twice_are_two_texts(bridged):
    handoff = await bridged.waits()
    await bridged.rounds()
    await bridged.desk.claim(handoff.id, ANA)
    await bridged.tells(handoff, "ok")
    await bridged.rounds()
    await bridged.tells(handoff, "ok")
    bridged.server.moods = [RESET]
    await bridged.rounds()
    await bridged.later(16)
    assert bridged.server.handle.bodies[1:] == ["Person: ok", "Person: ok"]


@pytest.mark.parametrize(("by", "words"), [("person", "ended the talk"), ("clock", "a long time")])
async def test_the_phone_hears_that_the_talk_is_over(bridged, by, words):
    handoff = await bridged.waits()
    await bridged.rounds()
    await bridged.desk.claim(handoff.id, ANA)
    await bridged.desk.say(handoff.id, ANA, "Hello", "k1")
    now = await bridged.desk.get(handoff.id)
    await bridged.steps.move(now, State.ENDED, event="handoff.ended", ended_by=by)
    await bridged.rounds()
    assert words in bridged.server.handle.bodies[-1]


def test_each_of_its_words_is_two_segments_at_most_in_either_language():
    slots = {
        "clinic": "Northeast Community Clinic",
        "time": "10:04",
        "link": "https://chat.example.org/staff",
        "n": 1500,
        "words": "",
    }
    for words in WORDS.by_language.values():
        for key in words:
            if key.startswith(("bridge_", "text_")):
                text = said_to(words, key, **slots)
                assert is_gsm(text), key
                assert segments(text) <= 2, key


# --- the clinic's file ---


def test_two_clinics_may_not_bridge_the_same_two_numbers():
    north = clinic("phone")
    way = replace(north.handoff, bridge=True, phone_name="Ana", phone_title="nurse")
    both = {key: replace(north, key=key, handoff=way) for key in ("north", "south")}
    with pytest.raises(ClinicError, match="south"):
        check_ways(both, NAMED)
    check_ways({"north": both["north"]}, NAMED)


def test_without_an_account_a_stand_in_is_enough_where_there_is_one():
    north = {"north": clinic("phone")}
    with pytest.raises(ClinicError, match="TWILIO_ACCOUNT_SID"):
        check_ways(north, {})
    check_ways(north, {}, simulated=True)
