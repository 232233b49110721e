"""Choices and lists by text, through everything: what was sent is what an answer means."""

from __future__ import annotations

import re

import httpx
import pytest
from starlette.applications import Starlette

FIND = {"message": "find.ask_payment"}
LIST = {
    "message": "visit.print",
    "slots": {
        "lines": [
            {"message": "visit.own_item", "slots": {"words": f"Is visit {n} as long as others?"}}
            for n in range(1, 21)
        ]
    },
}


def told(texter):
    """What the dialogue was last told."""
    return str(texter.edge.engine.asked[-1])


@pytest.mark.parametrize("answer", ["2", "two", "#2", "la segunda", "the second one", "Medicare"])
async def test_a_number_or_a_label_is_that_choice_for_the_dialogue(texter, answer):
    texter.edge.engine.drafts = [FIND]
    shown = await texter.text("i need a therapist")
    assert "\n2 Medicare" in shown
    await texter.text(answer)
    assert "'payer': 'medicare'" in told(texter)


async def test_what_only_holds_a_number_is_a_text_for_the_dialogue(texter):
    texter.edge.engine.drafts = [FIND]
    await texter.text("i need a therapist")
    await texter.text("i have 2 kids")
    assert "i have 2 kids" in told(texter)


async def test_a_long_list_is_read_by_more_or_opened_by_its_link(texter):
    texter.edge.engine.drafts = [LIST]
    first = await texter.text("print the list")
    (link,) = re.findall(r"https?://\S+", first)
    assert "Reply MORE" in first
    rest = [await texter.text("more") for _ in range(3)]
    assert "20. Is visit 20 as long as others?" in "".join(rest)
    app = Starlette(routes=texter.sms.routes)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://edge") as http:
        page = await http.get(httpx.URL(link).path)
    assert page.status_code == 200
    assert page.text.count("<li>") == 20
