"""The topic ranker of the pipeline: which messages of ours may answer a question, best first.

It learns from the example questions that name their answer (`ask_cost/cost.copay` in
data/nlu/topics, Rasa's own way of writing retrieval intents) and from the words of the answers
themselves. What it found stands beside the intent as ``topics``; `actions/doubt.py` decides.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import skops.io
import yaml
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RESPONSE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize

from bot.engine.cues import CueFinder, read_cues
from bot.engine.gazetteer import fold
from bot.engine.several import is_question
from bot.engine.vocabularies import pack, unpack
from guardrails.plain_yaml import PlainLoader

TOPICS = "topics"
ASK = "ask_care"
"""The intent of a question that is known by its topic."""
UNSURE = "nlu_fallback"
_ANSWER = "inform"
"""What a label may be to a question of ours."""
_STEPS = "practice."  # its labels are what is said at a step of a dialogue
_ROOT = Path(__file__).resolve().parents[2]
_FILE = "topics.skops"
_WEIGHTS = {"words": 1.0, "letters": 0.7}
_DIGITS = 3
_WORD = re.compile(r"[^\W_]+")

Views = dict[str, str]


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER], is_trainable=True)
class TopicRanker(GraphComponent, IntentClassifier):
    """Ranks answers by how near a message is to their words and their questions.

    Stands after GazetteerExtractor, whose entities it reads. Sets ``topics``, a list of
    ``{"id", "score"}``, best first; a score is a cosine, 0 to 1.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`content`: folder of messages, from the project's root. `shown`: how many are ranked.

        `gives_way`: intents that a question gives up for `ask_care` when one topic has at least the
        score `least` and `stands_out` from the next by that share of it. `unless_plain`: intents
        that a question gives up for "not understood", so that the person chooses, where a topic,
        be it not clear which, has at least the score `near`; and the confidence from which on
        they stand.
        """
        return {
            "content": "data/content/messages",
            "cues": "data/nlu/cues.yml",
            "shown": 6,
            "gives_way": [],
            "unless_plain": {},
            "stands_out": 0.2,
            "least": 0.1,
            "near": 0.06,
        }

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        told = json.dumps([_answers(config), _cues(config)], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TopicRanker:
        return cls(config, model_storage, resource, _cues(config))

    @classmethod
    def unstored(cls, config: dict[str, Any]) -> TopicRanker:
        """One that is for this process only and can't be stored."""
        config = {**cls.get_default_config(), **config}
        return cls(config, None, None, _cues(config))

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> TopicRanker:
        with model_storage.read_from(resource) as folder:
            path = folder / _FILE
            learned = skops.io.load(path, trusted=skops.io.get_untrusted_types(file=path))
        component = cls(config, model_storage, resource, learned["cues"])
        component._vectorizers = unpack(learned["vectorizers"], _vectorizers())
        component._matrix = learned["matrix"]
        component._topics = learned["topics"]
        component._labels = learned["labels"]
        return component

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: Any,  # None: it is for this process only
        resource: Any,
        cues: dict[str, list[str]],
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._cues = cues
        self._finder = CueFinder(cues)
        self._vectorizers: dict[str, TfidfVectorizer] = {}
        self._matrix = csr_matrix((0, 0))
        self._topics: list[str] = []
        self._labels: dict[str, list[str]] = {}

    def train(self, training_data: TrainingData) -> Resource:
        self.learn(training_data)
        learned = {
            "cues": self._cues,
            "vectorizers": pack(self._vectorizers),
            "matrix": self._matrix,
            "topics": self._topics,
            "labels": self._labels,
        }
        with self._model_storage.write_to(self._resource) as folder:
            skops.io.dump(learned, folder / _FILE)
        return self._resource

    def learn(self, training_data: TrainingData) -> None:
        """Learns, and keeps nothing: `train` also stores what was learned.

        A topic is one document: every question that leads to it and the words of its answer, so
        that a question finds it by the words of either. What no question leads to (a step of a
        dialogue) is no topic.
        """
        told: dict[str, list[Views]] = {}
        for one in training_data.intent_examples:
            if topic := topic_of(one):
                told.setdefault(topic, []).append(self._views(one))
        self._labels = {}
        for topic, (labels, text) in _answers(self._config).items():
            if topic in told:
                told[topic].append(self._views(Message({TEXT: text, ENTITIES: []})))
                for label in labels if not topic.startswith(_STEPS) else ():
                    self._labels.setdefault(_plain(label), []).append(topic)
        documents = [
            {name: " ".join(view[name] for view in views) for name in _WEIGHTS}
            for views in told.values()
        ]
        self._topics = list(told)
        self._vectorizers = _vectorizers()
        for name, vectorizer in self._vectorizers.items():
            vectorizer.fit(document[name] for document in documents)
        self._matrix = self._features(documents)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        said = [one for one in messages if one.get(TEXT)]
        if not said or not self._topics:
            return messages
        near = (self._features([self._views(one) for one in said]) @ self._matrix.T).toarray()
        for message, row in zip(said, near, strict=True):
            best = row.argsort(kind="stable")[::-1][: self._config["shown"]]
            named = self._labels.get(_plain(message.get(TEXT)), [])
            found = [{"id": topic, "score": 1.0} for topic in dict.fromkeys(named)] + [
                {"id": self._topics[at], "score": round(float(row[at]), _DIGITS)}
                for at in best
                if self._topics[at] not in named
            ]
            message.set(TOPICS, found, add_to_output=True)
            self._gives_way(message, found)
        return messages

    def _gives_way(self, message: Message, found: Sequence[Mapping[str, Any]]) -> None:
        """A clear question is never "not understood" or "none of my business", and no task is
        begun on a guess while an answer is near. The label of an answer asks for that answer."""
        intent = message.get(INTENT) or {}
        first, second, *_ = [one["score"] for one in found] + [0.0, 0.0]
        clear = first >= self._config["least"] and first - second >= (
            self._config["stands_out"] * first
        )
        stands = self._config["unless_plain"].get(intent.get("name"), 0.0)
        doubtful = intent.get("confidence", 0.0) < stands
        near = first >= self._config["near"]
        asks = is_question(message.get(TEXT))
        if asks and clear and intent.get("name") in self._config["gives_way"]:
            message.set(INTENT, {"name": ASK, "confidence": first}, add_to_output=True)
        elif asks and near and doubtful:
            message.set(INTENT, {"name": UNSURE, "confidence": first}, add_to_output=True)
        elif first == 1.0 and intent.get("name") != _ANSWER:
            message.set(INTENT, {"name": ASK, "confidence": first}, add_to_output=True)

    def _views(self, message: Message) -> Views:
        folded = fold(message.get(TEXT) or "")
        named = {f"is_{one['entity']}_{one['value']}" for one in message.get(ENTITIES) or []}
        cues = (f"cue_{family}" for family in self._finder.find(folded))
        return {"words": " ".join([folded, *sorted(named), *cues]), "letters": folded}

    def _features(self, views: Sequence[Views]) -> csr_matrix:
        stacked = hstack(
            [
                vectorizer.transform(view[name] for view in views) * _WEIGHTS[name]
                for name, vectorizer in self._vectorizers.items()
            ],
            format="csr",
        )
        return normalize(stacked)


def topic_of(example: Message) -> str:
    """The message that an example question names as its answer; empty when it names none."""
    key: str = example.get(INTENT_RESPONSE_KEY) or ""
    return key.partition("/")[2]


def _vectorizers() -> dict[str, TfidfVectorizer]:
    return {
        "words": TfidfVectorizer(
            analyzer="word", ngram_range=(1, 2), max_df=0.5, sublinear_tf=True
        ),
        "letters": TfidfVectorizer(
            analyzer="char_wb", ngram_range=(3, 5), min_df=2, sublinear_tf=True
        ),
    }


def _cues(config: dict[str, Any]) -> dict[str, list[str]]:
    return read_cues(_ROOT / config.get("cues", TopicRanker.get_default_config()["cues"]))


def _answers(config: Mapping[str, Any]) -> dict[str, tuple[list[str], str]]:
    """Of each answer that has a label: its labels, and its words in every language, the labels
    thrice among them."""
    folder = _ROOT / config.get("content", TopicRanker.get_default_config()["content"])
    return {
        key: (_words(entry["label"]), " \n ".join([*_words(entry["label"]) * 3, *_words(entry)]))
        for path in sorted(folder.glob("*.yml"))
        for key, entry in yaml.load(path.read_text("utf-8"), Loader=PlainLoader)["messages"].items()  # noqa: S506
        if "label" in entry
    }


def _plain(text: str) -> str:
    """The text without its marks and capitals, as a label is typed."""
    return " ".join(_WORD.findall(fold(text)))


def _words(entry: Mapping[str, Any]) -> list[str]:
    return list(_in_each_language(entry))


def _in_each_language(entry: Mapping[str, Any]) -> Iterator[str]:
    for language, text in entry.items():
        if len(language) == 2 and isinstance(text, str):
            yield text
