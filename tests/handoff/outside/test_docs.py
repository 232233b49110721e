"""docs/hand-off.md is true: its files can be read, its programs run."""

from __future__ import annotations

import asyncio
import io
import json
import re
import time

import pytest
import yaml

from bot.clinic_file import read_clinic
from bot.handoff.courier import CONTENT
from bot.handoff.desk import LONGEST_TEXT
from bot.handoff.handoff import NO_TEXTS
from bot.handoff.ways import check_ways
from bot.handoff.webhook import signed
from bot.settings import PROJECT
from tests.handoff.outside.world import NAMED, OLDER, SECRET, WORDS

TEXT = (PROJECT / "docs" / "hand-off.md").read_text(encoding="utf-8")
SECRETS = {"NORTH_WEBHOOK_SECRET": SECRET, "NORTH_CHATWOOT_SECRET": "x" * 24, **NAMED}


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


def program(name):
    """A function of the page, from the block that defines it."""
    (code,) = [code for code in blocks("python") if f"def {name}(" in code]
    namespace = {}
    exec(compile(code, "docs/hand-off.md", "exec"), namespace)
    return namespace[name]


def name_of(text):
    way = yaml.safe_load(text)["handoff"]
    return way["to"] + ("-bridge" if way.get("bridge") else "")


@pytest.mark.parametrize("text", blocks("yaml"), ids=name_of)
def test_each_example_file_is_one_that_the_edge_starts_with(text, tmp_path):
    path = tmp_path / "north.yml"
    path.write_text(text, encoding="utf-8")
    clinic = read_clinic(path)
    check_ways({"north": clinic}, SECRETS)


def test_every_way_has_its_example():
    ways = {yaml.safe_load(text)["handoff"]["to"] for text in blocks("yaml")}
    assert ways == {"staff", "phone", "webhook", "chatwoot"}


def test_every_event_is_told_of():
    for event in CONTENT | {"handoff.ended", "handoff.withdrawn", "handoff.unanswered"}:
        assert f"| `{event}` |" in TEXT


async def test_the_payload_shown_has_the_fields_that_are_sent(north):
    (shown,) = blocks("json")
    await north.waits()
    await north.rounds()
    (sent,) = north.server.handle.taken.values()
    example = json.loads(shown)
    assert example.keys() == sent.keys()
    assert example["data"].keys() == sent["data"].keys()
    assert example["data"]["messages"][0].keys() == sent["data"]["messages"][0].keys()


def test_what_the_on_call_phone_may_reply_is_what_the_page_says():
    for words in WORDS.by_language.values():
        for command in ("take", "done", "pass"):
            assert f"`{words[f'command_{command}']}`" in TEXT
    assert f"`{WORDS.by_language['en']['command_send']}`" in TEXT
    assert f"{LONGEST_TEXT:,} letters" in TEXT
    assert f"`{NO_TEXTS}`" in TEXT


def test_the_program_that_checks_takes_each_event_once_and_no_forged_one(capsys):
    take, known = program("take"), set()
    body = b'{"type": "handoff.waiting", "data": {"handoff": "h1"}}'
    headers = signed([SECRET], "d1", time.time(), body)
    assert [take(body, headers, SECRET, known) for _ in range(2)] == [204, 204]
    assert capsys.readouterr().out == "handoff.waiting h1\n"
    assert take(body, headers, OLDER, known) == 401
    assert take(body + b" ", headers, SECRET, known) == 401
    assert take(body, headers | {"webhook-signature": "x"}, SECRET, known) == 401


async def test_the_program_that_answers_is_heard(north, monkeypatch):
    handoff = await north.waits()
    loop = asyncio.get_running_loop()

    def urlopen(request, timeout):
        headers = dict(request.header_items())
        sent = north.edge.request(
            request.get_method(), request.full_url, content=request.data, headers=headers
        )
        answer = asyncio.run_coroutine_threadsafe(sent, loop).result(timeout)
        return io.BytesIO(answer.raise_for_status().content)

    monkeypatch.setattr("urllib.request.urlopen", urlopen)
    agent = {"name": "Sam", "title": "nurse"}
    reply = {"handoff": handoff.id, "agent": agent, "text": "Hello", "id": "a", "event": "message"}
    said = await asyncio.to_thread(program("answer"), "http://edge", "north", SECRET, reply)
    assert said == {"handoff": handoff.id, "state": "active"}
    assert ("Sam, nurse", "Hello") in await north.reads()
