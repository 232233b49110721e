"""Several requests in one message: each is found, and no single one is taken apart."""

from __future__ import annotations

from typing import Any

import pytest

from bot.engine.several import is_question, requests, understand

INTENTS = {
    "copay": "ask_cost",
    "license": "ask_rights",
    "psychologist": "ask_role",
    "prescribe": "ask_role",
    "near": "find_provider",
    "get ready": "prepare_visit",
}


async def parse(text: str) -> dict[str, Any]:
    """Knows a request by its last telling word."""
    known = {text.rfind(word): intent for word, intent in INTENTS.items() if word in text}
    at = max(known, default=-1)
    entities = [{"entity": "role", "value": "psychologist", "start": 0, "end": 5}]
    return {
        "text": text,
        "intent": {"name": known.get(at, "nlu_fallback"), "confidence": 0.9 if known else 0.3},
        "entities": entities if "psychologist" in text else [],
    }


async def intents(text: str) -> list[str]:
    return [one["intent"]["name"] for one in await understand(text, parse)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("What is a copay? How do I check a license?", 2),
        ("what is a copay and how do i check a license", 2),
        ("qué es un copago y cómo verifico una licencia", 2),
        ("¿Qué es un copago? ¿Dónde está la oficina?", 2),
        ("My son is 8. He hits other kids. Who does testing for that?", 1),
        ("what is the difference between a therapist and a psychologist", 1),
        ("i am tired and my back hurts. i have two jobs", 1),
        ("what?? why??", 1),
        ("", 1),
    ],
)
def test_a_message_has_as_many_parts_as_requests(text, parts):
    assert len(requests(text)) == parts


@pytest.mark.parametrize(
    "text", ["a. b? what is c? how is d; e", "¿Qué es A? ¿Qué es B? Gracias.", "\n\nwhy is it so\n"]
)
def test_nothing_of_a_message_is_lost(text):
    kept = "".join(part.text for part in requests(text))
    assert "".join(kept.split()) == "".join(text.split())


async def test_each_clear_question_is_answered():
    assert await intents("what is a copay? how do i check a license?") == ["ask_cost", "ask_rights"]


async def test_a_task_comes_after_the_questions_and_is_only_one():
    text = "can you find one near 78701? what is a copay? help me get ready for it"
    assert await intents(text) == ["ask_cost", "find_provider"]


async def test_what_leans_on_the_part_before_has_its_names():
    _, second = await understand("what is a psychologist? can they prescribe meds?", parse)
    assert [(one["entity"], one["value"]) for one in second["entities"]] == [
        ("role", "psychologist")
    ]
    assert second["entities"][0]["start"] is None


async def test_what_leans_is_ranked_with_the_names_it_leans_on():
    asked = []

    async def ranked(text: str) -> dict[str, Any]:
        asked.append(text)
        return {**await parse(text), "topics": [{"id": text, "score": 1.0}]}

    _, second = await understand("what is a psychologist? can they prescribe meds?", ranked)
    assert "psychologist" not in second["text"]
    assert second["topics"] == [{"id": asked[-1], "score": 1.0}]
    assert asked[-1].startswith("can they prescribe meds? what ")  # the name's place in `parse`


async def test_one_clear_question_among_others_leaves_the_message_whole():
    text = "what is a copay? how is the weather over there?"
    [whole] = await understand(text, parse)
    assert whole["text"] == text


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("what should i bring", True),
        ("¿Qué llevo a la cita?", True),
        ("i have a visit monday. what do i bring?", True),
        ("ketamine clinic what should i ask", True),
        ("el seguro me dijo que no qué hago", True),
        ("we live far out. what do folks like us do", True),
        ("me dieron unas hojas, para qué son", True),
        ("quisiera saber si atienden los sábados", True),
        ("i would like to know who signs", True),
        ("help me get ready for my appointment", False),
        ("please help me with what i should say", False),
        ("can you help me get ready?", False),
        ("quiero prepararme para la cita", False),
    ],
)
def test_a_question_is_told_from_a_wish(text, asked):
    assert is_question(text) is asked
