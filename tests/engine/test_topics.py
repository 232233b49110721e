"""What the topic ranker does to an intent: a clear question, a mere guess, a typed label."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.shared.nlu.constants import INTENT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.engine.topics import ASK, TOPICS, UNSURE, TopicRanker

QUESTIONS = {
    "cost.copay": ["what is a copay", "why twenty five dollars at every visit"],
    "cost.deductible": ["what is a deductible", "what do i pay before my plan pays"],
    "rights.animals": ["can my dog come along", "papers for an emotional support animal"],
    "practice.office.end": ["how do i end the call"],
}


@pytest.fixture(scope="module")
def ranker() -> TopicRanker:
    ranker = TopicRanker.unstored(
        {"gives_way": ["out_of_scope"], "unless_plain": {"find_provider": 0.9}, "near": 0.05}
    )
    asked = [(topic, text) for topic, texts in QUESTIONS.items() for text in texts]
    ranker.learn(TrainingData([Message.build(text, f"{ASK}/{topic}") for topic, text in asked]))
    return ranker


def heard(ranker: TopicRanker, text: str, intent: str, confidence: float) -> Message:
    message = Message.build(text)
    message.set(INTENT, {"name": intent, "confidence": confidence})
    ranker.process([message])
    return message


def intent_of(message: Message) -> Any:
    return message.get(INTENT)["name"]


def test_a_clear_question_is_not_out_of_scope(ranker):
    asked = heard(ranker, "what is a copay?", "out_of_scope", 0.9)
    assert asked.get(TOPICS)[0]["id"] == "cost.copay"
    assert intent_of(asked) == ASK
    told = heard(ranker, "a copay, she said, and laughed", "out_of_scope", 0.9)
    assert intent_of(told) == "out_of_scope"


def test_no_task_is_begun_on_a_guess_while_an_answer_is_near(ranker):
    asks = "so what do i pay the plan each month?"
    assert intent_of(heard(ranker, asks, "find_provider", 0.6)) == UNSURE
    assert intent_of(heard(ranker, asks, "find_provider", 0.95)) == "find_provider"
    wish = "somebody near tacoma for kids"
    assert intent_of(heard(ranker, wish, "find_provider", 0.6)) == "find_provider"


@pytest.mark.parametrize("typed", ["Service and support animals", "service and support animals!"])
def test_a_label_that_is_typed_asks_for_its_answer(ranker, typed):
    asked = heard(ranker, typed, "goodbye", 0.9)
    assert asked.get(TOPICS)[0] == {"id": "rights.animals", "score": 1.0}
    assert intent_of(asked) == ASK


def test_a_label_may_be_an_answer_to_a_question_of_ours(ranker):
    assert intent_of(heard(ranker, "service and support animals", "inform", 0.9)) == "inform"


def test_what_is_said_at_a_step_of_a_dialogue_is_no_label(ranker):
    assert intent_of(heard(ranker, "Say goodbye", "goodbye", 0.9)) == "goodbye"
