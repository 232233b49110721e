"""The intent classifier of the pipeline: logistic regression over n-grams, names and cue words."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import skops.io
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
from sklearn.linear_model import LogisticRegression

from bot.engine.cues import CueFinder, read_cues
from bot.engine.gazetteer import fold
from bot.engine.vocabularies import pack, unpack

_ROOT = Path(__file__).resolve().parents[2]
_FILE = "intents.skops"
_RANKED = 5
# A word is known when this share of its letter groups was learned. When half or fewer of the
# words of a message are known, its confidence shrinks by their share: noise is not understood.
_KNOWN = 0.7
_ENOUGH = 0.5
_SIGNS = 0.3
_LEAST = 0.01  # never to nothing: which guess came first can still be seen
_SAY_NOTHING = frozenset({"nowordsatall", "questionmark"})  # cues that noise has too
_ACCURATE = 0.01  # how far the solver goes
_MUCH = 6  # words beside the names; more make no difference

# The views of a message that features are made of, and what each counts for.
_WEIGHTS = {
    "words": 1.0,
    "masked": 1.0,
    "letters": 1.0,
    "names": 0.5,
    "cues": 0.5,
    "cue_pairs": 0.5,
}

Views = dict[str, str]


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER], is_trainable=True)
class CareIntentClassifier(GraphComponent, IntentClassifier):
    """Learns intents from the examples and the cues of data/nlu.

    A message is seen as its words, its words with every name replaced by its entity, its
    letters, the entities alone, and the cues that match: thirty intents with a few hundred
    short examples each are learned in seconds, without a language model. Stands after
    GazetteerExtractor, whose entities it reads. The cues are read at training and kept in
    the model.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`C`: how closely examples are followed (logistic regression's inverse penalty).

        `cues`: file of cues, from the project's root. `courtesies`: pattern, over text without
        case and accents, of what may stand before a message and says nothing of its intent.
        """
        return {"cues": "data/nlu/cues.yml", "C": 20.0, "random_state": 42, "courtesies": ""}

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        return json.dumps(_cues(config), sort_keys=True)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> CareIntentClassifier:
        return cls(config, model_storage, resource, _cues(config))

    @classmethod
    def unstored(cls, config: dict[str, Any]) -> CareIntentClassifier:
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
    ) -> CareIntentClassifier:
        with model_storage.read_from(resource) as folder:
            path = folder / _FILE
            learned = skops.io.load(path, trusted=skops.io.get_untrusted_types(file=path))
        component = cls(config, model_storage, resource, learned["cues"])
        component._vectorizers = unpack(learned["vectorizers"], _vectorizers())
        component._model = learned["model"]
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
        self._courtesies = re.compile(config.get("courtesies") or "(?!)")
        self._vectorizers: dict[str, TfidfVectorizer] = {}
        self._model: LogisticRegression | None = None

    def train(self, training_data: TrainingData) -> Resource:
        self.learn(training_data)
        learned = {
            "cues": self._cues,
            "vectorizers": pack(self._vectorizers),
            "model": self._model,
        }
        with self._model_storage.write_to(self._resource) as folder:
            skops.io.dump(learned, folder / _FILE)
        return self._resource

    def learn(self, training_data: TrainingData) -> None:
        """Learns, and keeps nothing: `train` also stores what was learned."""
        examples = [one for one in training_data.intent_examples if taught(one)]
        views = [self._views(one) for one in examples]
        self._vectorizers = _vectorizers()
        for name, vectorizer in self._vectorizers.items():
            vectorizer.fit(view[name] for view in views)
        self._model = LogisticRegression(
            solver="liblinear",
            dual=True,  # a third of the time with as many features as these, and the same guesses
            tol=_ACCURATE,
            C=self._config["C"],
            class_weight="balanced",
            random_state=self._config["random_state"],
        ).fit(self._features(views), [one.get(INTENT) for one in examples])

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        if self._model is None:
            raise RuntimeError("CareIntentClassifier: load() or train() comes before process()")
        if not messages:
            return messages
        views = [self._views(message) for message in messages]
        found = self._model.predict_proba(self._features(views))
        for message, view, chances in zip(messages, views, found, strict=True):
            known = chances * self._sense(view)
            ranking = sorted(
                zip(self._model.classes_, known, strict=True), key=lambda pair: -pair[1]
            )
            ranked = [
                {"name": str(name), "confidence": float(chance)}
                for name, chance in ranking[:_RANKED]
            ]
            message.set("intent", ranked[0], add_to_output=True)
            message.set("intent_ranking", ranked, add_to_output=True)
        return messages

    def _views(self, message: Message) -> Views:
        text, entities = self._after_courtesies(message)
        folded = fold(text)
        cues = " ".join(family.replace("_", "") for family in self._finder.find(text))
        return {
            "words": f"<start> {folded} <end>",
            "masked": f"<start> {_masked(folded, entities)} <end>",
            "letters": folded,
            "names": _names(folded, entities),
            "cues": cues,
            "cue_pairs": cues,
        }

    def _after_courtesies(self, message: Message) -> tuple[str, list[dict[str, Any]]]:
        """The text from where it comes to its point, and the entities there."""
        text = message.get(TEXT) or ""
        entities = message.get(ENTITIES) or []
        found = self._courtesies.match(fold(text))
        cut = found.end() if found else 0
        moved = [
            {**one, "start": one["start"] - cut, "end": one["end"] - cut}
            for one in entities
            if one["start"] >= cut
        ]
        return text[cut:], moved

    def _sense(self, views: Views) -> float:
        """1 when a cue or most of the words are known, else the share that is. Figures alone make
        sense; signs do only when a cue knows them ("👍")."""
        masked = re.sub(r"<start>|<end>", " ", views["masked"])
        words = re.findall(r"[^\W\d_]{2,}|is_\w+", masked)
        if set(views["cues"].split()) - _SAY_NOTHING:
            return 1.0
        if not words:
            return 1.0 if re.search(r"\w", masked) else _SIGNS
        share = sum(map(self._is_known, words)) / len(words)
        return 1.0 if share > _ENOUGH else max(share, _LEAST)

    def _is_known(self, word: str) -> bool:
        if word.startswith("is_") or word in self._vectorizers["words"].vocabulary_:
            return True
        letters = self._vectorizers["letters"]
        groups = letters.build_analyzer()(word)
        return sum(group in letters.vocabulary_ for group in groups) >= _KNOWN * len(groups)

    def _features(self, views: Sequence[Views]) -> csr_matrix:
        return hstack(
            [
                vectorizer.transform(view[name] for view in views) * _WEIGHTS[name]
                for name, vectorizer in self._vectorizers.items()
            ],
            format="csr",
        )


def taught(example: Message) -> bool:
    """Questions that name their answer teach the topic ranker; which of the intents they are of
    matters little, as it is the topic that is answered."""
    return bool(example.get(TEXT)) and not example.get(INTENT_RESPONSE_KEY)


def _cues(config: dict[str, Any]) -> dict[str, list[str]]:
    path = config.get("cues", CareIntentClassifier.get_default_config()["cues"])
    return read_cues(_ROOT / path)


def _vectorizers() -> dict[str, TfidfVectorizer]:
    def words(shortest: int, longest: int, seen: int = 1) -> TfidfVectorizer:
        return TfidfVectorizer(
            token_pattern=r"<start>|<end>|\w+",  # noqa: S106 - no password
            ngram_range=(shortest, longest),
            min_df=seen,
            sublinear_tf=True,
        )

    return {
        "words": words(1, 2, seen=2),
        "masked": words(1, 3, seen=2),
        "letters": TfidfVectorizer(
            analyzer="char_wb", ngram_range=(2, 5), min_df=2, sublinear_tf=True
        ),
        "names": words(1, 1),
        "cues": words(1, 1),
        "cue_pairs": words(2, 2, seen=2),
    }


def _masked(text: str, entities: list[dict[str, Any]]) -> str:
    """The text with its names replaced by their kinds; of overlapping names the longest counts."""
    spans: dict[tuple[int, int], set[str]] = {}
    for entity in sorted(entities, key=lambda one: one["start"] - one["end"]):
        start, end = entity["start"], entity["end"]
        if (start, end) in spans or all(end <= first or last <= start for first, last in spans):
            spans.setdefault((start, end), set()).add(entity["entity"])
    for (start, end), kinds in sorted(spans.items(), reverse=True):
        text = f"{text[:start]} is_{'_'.join(sorted(kinds))} {text[end:]}"
    return text


def _names(text: str, entities: list[dict[str, Any]]) -> str:
    """The kinds of the names, `many` behind one with two values or more, and how much else is said.

    "aetna please" has one word left besides its name: most likely an answer, not a question.
    """
    kinds = Counter(kind for kind, _ in {(one["entity"], one["value"]) for one in entities})
    names = [kind + ("_many" if count > 1 else "") for kind, count in sorted(kinds.items())]
    if names:
        rest = re.findall(r"\w+", re.sub(r"is_\w+", "", _masked(text, entities)))
        names.append(f"rest{min(len(rest), _MUCH)}")
    return " ".join(names)
