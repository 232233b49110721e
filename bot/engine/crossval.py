"""Five-fold cross-validation of the intents, and of topics: `python -m bot.engine.crossval`.

Rasa's folds and our own components as config.yml sets them, called one after another in this
process: what Rasa's graph, its files and its check of each model on its own training examples
would add is time.
Prints a summary by language; exits 1 when a macro-F1 or a share of topics is below its floor.
Questions that name their answer (data/nlu/topics) are no examples of intents: of those a fifth is
held out, and counted by how high the ranker puts their answer, or one that goes on about the same
thing.
"""

from __future__ import annotations

import logging
import os
import random
import sys
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from rasa.shared.nlu.training_data.training_data import TrainingData

FOLDS = 5
FLOORS = {"en": 0.89, "es": 0.84}
"""The least macro-F1 by language of the examples; of Spanish there are fewer yet."""
TOPIC_FLOORS = {1: 0.45, 4: 0.72}
"""The least share of held-out questions whose answer is among so many topics."""
_SEED = 20261120
_ROOT = Path(__file__).resolve().parents[2]
TEXT, INTENT, ENTITIES = "text", "intent", "entities"  # as Rasa names them
_WORST, _CONFUSIONS = 5, 10


@dataclass(frozen=True)
class Guess:
    """One example, its intent and the intent that a model which never saw it gave."""

    text: str
    intent: str
    predicted: str


@dataclass(frozen=True)
class Summary:
    """Macro-F1 over all intents, each intent's F1 (lowest first), and who is taken for whom."""

    examples: int
    macro_f1: float
    by_intent: tuple[tuple[str, float], ...]
    confusions: tuple[tuple[str, str, int], ...]

    def lines(self) -> Iterator[str]:
        yield f"{self.examples} examples, {len(self.by_intent)} intents: F1 {self.macro_f1:.3f}"
        worst = ", ".join(f"{intent} {f1:.2f}" for intent, f1 in self.by_intent[:_WORST])
        yield f"worst: {worst}"
        for intent, predicted, times in self.confusions[:_CONFUSIONS]:
            yield f"  {times:3} x {intent} taken for {predicted}"


def summarise(guesses: Sequence[Guess]) -> Summary:
    """Counts right and wrong guesses. An intent that is never guessed right has F1 0."""
    intended = Counter(guess.intent for guess in guesses)
    predicted = Counter(guess.predicted for guess in guesses)
    right = Counter(guess.intent for guess in guesses if guess.intent == guess.predicted)
    scores = {
        intent: 2 * right[intent] / (intended[intent] + predicted[intent]) for intent in intended
    }
    wrong = Counter(
        (guess.intent, guess.predicted) for guess in guesses if guess.intent != guess.predicted
    )
    return Summary(
        examples=len(guesses),
        macro_f1=sum(scores.values()) / len(scores),
        by_intent=tuple(sorted(scores.items(), key=lambda pair: (pair[1], pair[0]))),
        confusions=tuple((a, b, times) for (a, b), times in wrong.most_common()),
    )


def read_examples(examples: Path, config: Path) -> TrainingData:
    """All examples, with the names in them: found once, as their list learns nothing."""
    from rasa.shared.data import get_data_files, is_nlu_file
    from rasa.shared.importers.utils import training_data_from_paths

    from bot.engine.entities import GazetteerExtractor

    files = sorted(get_data_files([str(examples)], is_nlu_file))
    data = training_data_from_paths(files, language="en")
    settings = _settings(config)["GazetteerExtractor"]
    GazetteerExtractor.unstored(settings).process(data.intent_examples)
    return data


def rank_topics(data: TrainingData, config: Path) -> dict[int, float]:
    """Of a fifth of the questions that name their answer, by a ranker that never saw them: the
    share whose answer is among the first so many topics."""
    from rasa.shared.nlu.training_data.message import Message
    from rasa.shared.nlu.training_data.training_data import TrainingData

    from bot.engine.topics import TOPICS, TopicRanker, topic_of

    questions = [one for one in data.intent_examples if topic_of(one)]
    random.Random(_SEED).shuffle(questions)  # noqa: S311 - no secret
    cut = len(questions) // FOLDS
    ranker = TopicRanker.unstored(_settings(config)["TopicRanker"])
    ranker.learn(TrainingData(questions[cut:]))
    asked = [Message({key: one.get(key) for key in (TEXT, ENTITIES)}) for one in questions[:cut]]
    found = [[_thing(topic["id"]) for topic in one.get(TOPICS)] for one in ranker.process(asked)]
    wanted = [_thing(topic_of(one)) for one in questions[:cut]]
    return {
        most: sum(one in topics[:most] for one, topics in zip(wanted, found, strict=True)) / cut
        for most in TOPIC_FLOORS
    }


def _thing(topic: str) -> str:
    return ".".join(topic.split(".")[:2])


def guess_all(data: TrainingData, config: Path) -> list[Guess]:
    """Every example's intent as guessed by the parts that never saw the fold it is in."""
    import numpy
    from rasa.nlu.classifiers.fallback_classifier import FallbackClassifier
    from rasa.nlu.test import generate_folds
    from rasa.shared.nlu.training_data.message import Message
    from rasa.shared.nlu.training_data.training_data import TrainingData

    from bot.engine.intents import CareIntentClassifier, taught

    numpy.random.seed(_SEED)  # Rasa shuffles its folds by numpy's global state
    parts = _settings(config)
    data = TrainingData([one for one in data.intent_examples if taught(one)])
    fallback = FallbackClassifier(parts["FallbackClassifier"])
    guesses: list[Guess] = []
    for known, unseen in generate_folds(FOLDS, data):
        classifier = CareIntentClassifier.unstored(parts["CareIntentClassifier"])
        classifier.learn(known)
        asked = [
            Message({key: one.get(key) for key in (TEXT, ENTITIES)})
            for one in unseen.intent_examples
        ]
        judged = fallback.process(classifier.process(asked))
        guesses += [
            Guess(one.get(TEXT), one.get(INTENT), guess.get(INTENT)["name"])
            for one, guess in zip(unseen.intent_examples, judged, strict=True)
        ]
    return guesses


def _settings(config: Path) -> dict[str, dict[str, Any]]:
    """Each component's settings, by the last part of its name."""
    pipeline = yaml.safe_load(config.read_text(encoding="utf-8"))["pipeline"]
    return {
        part["name"].rpartition(".")[2]: {key: part[key] for key in part if key != "name"}
        for part in pipeline
    }


@contextmanager
def _quiet() -> Iterator[None]:
    """Rasa and TensorFlow talk a great deal; errors still come out as exceptions."""
    os.environ.update(RASA_TELEMETRY_ENABLED="false", TF_CPP_MIN_LOG_LEVEL="3")
    logging.disable(logging.CRITICAL)
    with Path(os.devnull).open("w") as nowhere, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with redirect_stdout(nowhere), redirect_stderr(nowhere):
            yield
    logging.disable(logging.NOTSET)


def main() -> int:
    """Cross-validates data/nlu with config.yml; 0 when good enough, 1 otherwise."""
    with _quiet():
        data = read_examples(_ROOT / "data/nlu", _ROOT / "config.yml")
        topics = rank_topics(data, _ROOT / "config.yml")
        guesses = guess_all(data, _ROOT / "config.yml")
        in_spanish = read_examples(_ROOT / "data/nlu/es", _ROOT / "config.yml")
    spanish = {one.get(TEXT) for one in in_spanish.intent_examples}
    low = []
    for language, floor in FLOORS.items():
        summary = summarise([one for one in guesses if (one.text in spanish) == (language == "es")])
        for line in summary.lines():
            sys.stdout.write(f"{language}: {line}\n")
        low += [f"{language} {floor}"] if summary.macro_f1 < floor else []
    told = ", ".join(f"{share:.3f} in the first {most}" for most, share in topics.items())
    sys.stdout.write(f"answers of held-out questions: {told}\n")
    low += [f"{floor}" for most, floor in TOPIC_FLOORS.items() if topics[most] < floor]
    if low:
        sys.stdout.write(f"below {', '.join(low)}: see data/nlu\n")
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
