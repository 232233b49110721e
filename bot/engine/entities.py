"""The entity extractor of the pipeline: names of data/content/terms, ZIPs, miles, item numbers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.engine.figures import find_figures
from bot.engine.gazetteer import Found, Gazetteer, Terms, fingerprint, read_terms

_ROOT = Path(__file__).resolve().parents[2]
_FILE = "terms.json"


# Also registered as a featurizer, because only featurizers are run over the training examples:
# the intent classifier learns from the entities found there.
@DefaultV1Recipe.register(
    [
        DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR,
        DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER,
    ],
    is_trainable=True,
)
class GazetteerExtractor(GraphComponent, EntityExtractorMixin):
    """Finds entities without learning: names by a list, figures by patterns.

    The names are read at training and kept in the model, so that a trained model answers the
    same wherever it runs; their fingerprint is part of Rasa's, so that a changed name means
    a new training and never an old model from Rasa's cache.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`terms`: folder of term files, from the project's root. `everyday`: see Gazetteer."""
        return {"terms": "data/content/terms", "everyday": []}

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        return fingerprint(_terms(config))

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> GazetteerExtractor:
        return cls(config, model_storage, resource, _terms(config))

    @classmethod
    def unstored(cls, config: dict[str, Any]) -> GazetteerExtractor:
        """One that is for this process only and can't be stored."""
        config = {**cls.get_default_config(), **config}
        return cls(config, None, None, _terms(config))

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> GazetteerExtractor:
        with model_storage.read_from(resource) as folder:
            terms = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        return cls(config, model_storage, resource, terms)

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: Any,  # None: it is for this process only
        resource: Any,
        terms: Terms,
    ) -> None:
        self._terms = terms
        self._gazetteer = Gazetteer(terms, config["everyday"])
        self._model_storage = model_storage
        self._resource = resource

    def train(self, training_data: TrainingData) -> Resource:
        """Keeps the names with the model; there is nothing to learn from the examples."""
        with self._model_storage.write_to(self._resource) as folder:
            (folder / _FILE).write_text(json.dumps(self._terms), encoding="utf-8")
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = message.get(TEXT)
            if not text:
                continue
            found = [*self._gazetteer.find(text), *find_figures(text)]
            entities = self.add_extractor_name([_entity(one) for one in found])
            message.set(ENTITIES, message.get(ENTITIES, []) + entities, add_to_output=True)
        return messages


def _terms(config: dict[str, Any]) -> dict[str, list[str]]:
    folder = config.get("terms", GazetteerExtractor.get_default_config()["terms"])
    return read_terms(_ROOT / folder)


def _entity(found: Found) -> dict[str, Any]:
    return {
        "entity": found.entity,
        "value": found.value,
        "start": found.start,
        "end": found.end,
        "confidence_entity": found.confidence,
    }
