"""The edge with a clinic whose hand-offs go elsewhere: wired from its file to the person's page."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from bot.app import create_app
from bot.clinics import ClinicError
from bot.handoff.elsewhere import open_elsewhere
from bot.handoff.states import State
from bot.handoff.watch import Watch
from bot.hub import Typing
from bot.settings import PROJECT, load_settings
from bot.sms.values import Inbound
from tests.handoff.outside.inboxes import Answer, Server
from tests.handoff.outside.test_phone import Twilio, world_of
from tests.handoff.outside.world import NAMED, World

FILE = """
name: North Clinic
country: US
languages: [en, es]
origins: []
handoff:
  to: webhook
  webhook: {url: "https://inbox.example.org/hook", secret_env: NORTH_WEBHOOK}
"""


def settings_of(tmp_path: Path, named: dict[str, str]):
    folder = tmp_path / "clinics"
    folder.mkdir()
    (folder / "north.yml").write_text(FILE)
    own = {"CARENAV_CLINICS": str(folder), "CARENAV_STATE_DIR": str(tmp_path / "state")}
    return load_settings(own | named)


def test_the_edge_does_not_start_without_the_secret_that_a_file_names(tmp_path):
    with pytest.raises(ClinicError, match="NORTH_WEBHOOK"):
        create_app(settings_of(tmp_path, {}))


async def test_the_routes_for_answers_are_there_and_let_no_stranger_in(tmp_path):
    app = create_app(settings_of(tmp_path, NAMED))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:8000"
    ) as client:
        for path in ("replies", "chatwoot", "chatwoot/a-secret"):
            said = await client.post(f"/api/handoff/north/{path}", json={"event": "claimed"})
            assert said.status_code == 401, path


def test_secrets_are_in_no_text_of_the_settings(tmp_path):
    assert NAMED["NORTH_WEBHOOK"] not in repr(settings_of(tmp_path, NAMED))


def opened(world: World, tmp_path: Path, **named: str):
    own = {"CARENAV_STATE_DIR": str(tmp_path / "state")}
    watch = Watch(world.desk, world.clinics, world.now)
    settings = load_settings(own | NAMED | named)
    return open_elsewhere(watch, world.clinics, settings, PROJECT / "data" / "content", world.now)


async def test_whoever_waits_in_vain_for_a_dead_inbox_is_told_and_no_longer_in_line(
    north, tmp_path
):
    elsewhere = opened(north, tmp_path)
    north.server.moods = [Answer(410)]
    handoff = await north.waits()
    await asyncio.gather(*await elsewhere.courier.start())
    assert (await north.desk.get(handoff.id)).state is State.UNANSWERED
    told = [words for _, words in await north.reads()]
    assert "[handoff.not_delivered]" in told
    await elsewhere.stop()


async def test_closed_in_chatwoot_without_a_word_the_person_is_told(with_chatwoot, tmp_path):
    elsewhere = opened(with_chatwoot, tmp_path)
    handoff = await with_chatwoot.waits()
    await elsewhere.channel.closed_unread(await with_chatwoot.desk.get(handoff.id))
    assert (await with_chatwoot.desk.get(handoff.id)).state is State.UNANSWERED
    await elsewhere.stop()


async def test_a_persons_typing_reaches_chatwoot(with_chatwoot, tmp_path):
    elsewhere = opened(with_chatwoot, tmp_path)
    handoff = await with_chatwoot.waits()
    await asyncio.gather(*await elsewhere.courier.start())
    with_chatwoot.hub.publish(handoff.conversation, Typing(True, "person"))
    with_chatwoot.hub.publish(handoff.conversation, Typing(True, "bot"))
    for _ in range(200):
        if with_chatwoot.server.handle.typing:
            break
        await asyncio.sleep(0.05)
    assert with_chatwoot.server.handle.typing == ["on"]
    await elsewhere.stop()


async def test_a_phone_that_has_somebody_and_opts_out_leaves_nobody_waiting_unknowingly(
    url, tmp_path
):
    """Back in line, which is texted to that phone again, refused, and then the person is told."""
    no = Answer(400, {"code": 21610, "message": "no", "status": 400})
    async with Server(Twilio()).running() as account:
        world = await world_of(url, account, bridge=True, phone_name="Ana", phone_title="nurse")
        elsewhere = opened(world, tmp_path, TWILIO_API_BASE_URL=account.url)
        handoff = await world.waits()
        await asyncio.gather(*await elsewhere.courier.start())
        (taken, *_shown) = await elsewhere.bridge.take(
            Inbound("SM" + "1" * 32, "+15125550100", "+15005550006", "TAKE"), world.clinic
        )
        assert "You have this person now" in taken
        await world.tells(handoff, "Are you there?")
        account.moods = [no, no]
        for _ in range(2):
            await asyncio.gather(*await elsewhere.courier.start())
        assert (await world.desk.get(handoff.id)).state is State.UNANSWERED
        told = [words for _, words in await world.reads()]
        assert told[-3:-1] == ["[handoff.released]", "[handoff.not_delivered]"]
        await elsewhere.stop()
        await world.close()
