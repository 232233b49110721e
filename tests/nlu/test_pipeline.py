"""The two components inside Rasa's own storage, and the model they make, on unseen messages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("rasa", reason="Rasa runs on Python 3.10 only")

import yaml
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.engine import entities
from bot.engine.entities import GazetteerExtractor
from bot.engine.intents import CareIntentClassifier
from tests.nlu.test_examples import examples, held_out

pytestmark = pytest.mark.engine

CONTEXT = ExecutionContext(GraphSchema({}), node_name="node")
SURE = 0.5  # FallbackClassifier's threshold in config.yml
FLOOR = 0.93  # measured: 0.96


@dataclass(frozen=True)
class Pipeline:
    extractor: GazetteerExtractor
    classifier: CareIntentClassifier

    def parse(self, text: str) -> dict[str, Any]:
        [message] = self.classifier.process(self.extractor.process([Message.build(text)]))
        return message.as_dict()

    def intent(self, text: str) -> str:
        return str(self.parse(text)["intent"]["name"])

    def entities(self, text: str) -> list[tuple[str, str]]:
        return [(one["entity"], one["value"]) for one in self.parse(text)["entities"]]


def settings(root: Path, component: str) -> dict[str, Any]:
    pipeline = yaml.safe_load((root / "config.yml").read_text(encoding="utf-8"))["pipeline"]
    [mine] = [part for part in pipeline if part["name"].endswith(component)]
    return {name: value for name, value in mine.items() if name != "name"}


@pytest.fixture(scope="module")
def pipeline(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """Trained on all examples, then loaded from storage as Rasa does."""
    storage = LocalModelStorage.create(tmp_path_factory.mktemp("model"))
    data = TrainingData([Message.build(text, intent) for intent, text in examples(root)])
    first = settings(root, "GazetteerExtractor"), storage, Resource("names"), CONTEXT
    second = settings(root, "CareIntentClassifier"), storage, Resource("intents"), CONTEXT
    extractor = GazetteerExtractor.create(*first)
    extractor.train(data)
    CareIntentClassifier.create(*second).train(extractor.process_training_data(data))
    return Pipeline(GazetteerExtractor.load(*first), CareIntentClassifier.load(*second))


def test_messages_never_taught_are_understood(pipeline: Pipeline, root: Path) -> None:
    asked = list(held_out(root))
    wrong = [(t, intent, got) for intent, t in asked if (got := pipeline.intent(t)) != intent]
    assert 1 - len(wrong) / len(asked) >= FLOOR, wrong


def test_an_intent_comes_with_its_rivals_and_their_confidence(pipeline: Pipeline) -> None:
    parsed = pipeline.parse("what does a psychologist do")
    ranking = parsed["intent_ranking"]
    assert parsed["intent"] == ranking[0]
    assert ranking[0]["name"] == "ask_role"
    confidences = [one["confidence"] for one in ranking]
    assert confidences == sorted(confidences, reverse=True)
    assert 0 < confidences[-1] < confidences[0] <= 1


def test_an_entity_says_what_where_and_how_sure(pipeline: Pipeline) -> None:
    [entity] = pipeline.parse("a theripizt")["entities"]
    assert entity == {
        "entity": "role",
        "value": "therapist",
        "start": 2,
        "end": 11,
        "confidence_entity": 0.8,
        "extractor": "GazetteerExtractor",
    }


def test_names_and_figures_are_found_together(pipeline: Pipeline) -> None:
    found = pipeline.entities("psychologist within 10 miles of 94110 who takes aetna")
    assert {("role", "psychologist"), ("miles", "10"), ("zip", "94110"), ("payer", "aetna")} <= set(
        found
    )


@pytest.mark.parametrize(
    "text", ["asdf qwer zxcv", "blah blah what", "lorem ipsum dolor", "zxcvb wqe", "🤷"]
)
def test_noise_is_sure_of_nothing(pipeline: Pipeline, text: str) -> None:
    assert pipeline.parse(text)["intent"]["confidence"] < SURE


@pytest.mark.parametrize("text", ["therpist pls", "necesito un psiquiatra", "bcbs", "insurence"])
def test_misspelt_words_and_names_are_no_noise(pipeline: Pipeline, text: str) -> None:
    assert pipeline.parse(text)["intent"]["confidence"] > SURE


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Good afternoon. I would like to find a psychologist in Boston.", "find_provider"),
        ("Thank you. And what does a counselor do?", "ask_role"),
        ("hola, cuanto cuesta la terapia", "ask_cost"),
        ("hello good morning", "greet"),
        ("thank you so much", "thank"),
    ],
)
def test_a_greeting_before_a_message_does_not_hide_what_it_says(
    pipeline: Pipeline, text: str, intent: str
) -> None:
    assert pipeline.intent(text) == intent


@pytest.mark.parametrize("text", ["", "   ", "🙂", "?!"])
def test_a_message_without_words_breaks_nothing(pipeline: Pipeline, text: str) -> None:
    assert pipeline.intent(text)


def test_a_trained_model_keeps_its_names(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, root: Path
) -> None:
    """Changing the terms changes nothing for a model in use, but asks for a new training."""
    config = settings(root, "GazetteerExtractor")
    before = GazetteerExtractor.fingerprint_addon(config)
    (tmp_path / config["terms"]).mkdir(parents=True)
    monkeypatch.setattr(entities, "_ROOT", tmp_path)
    assert GazetteerExtractor.fingerprint_addon(config) != before
    assert ("role", "therapist") in pipeline.entities("therapist")
