"""How often a question that nobody taught lands on its answer: `python -m tests.nlu.unseen [half]`.

`unseen.jsonl` was written by people who saw no example, rule or answer of ours, and labelled by
others who saw only the answers: 300 of them first, 380 (from id 301 on) half a day later, when
the first had been learnt from, and 220 (from 681 on) at the end. Odd ids up to 680 (`dev`) may be
read to find what is weak. The others (`test`) are only counted, and stay unread. Each is screened,
parsed and answered as in a conversation. What nothing of ours answers is not counted.

    right    the answer, or the task, that was wanted
    choice   a question back that offers it
    wrong    another answer, or a refusal
    missed   a question back without it, or not understood
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from itertools import product
from pathlib import Path
from typing import Any

from rasa.nlu.classifiers.fallback_classifier import FallbackClassifier
from rasa.shared.nlu.training_data.message import Message

from actions import answer, doubt, fallback
from actions.content import message_ids
from actions.edits_said import read_edit
from actions.heard import Heard, hear
from bot.beside import left_over
from bot.engine.crossval import _settings, read_examples
from bot.engine.entities import GazetteerExtractor
from bot.engine.intents import CareIntentClassifier
from bot.engine.topics import TopicRanker
from guardrails.screen import load_screener

ROOT = Path(__file__).resolve().parents[2]
_CAME = {"first": 300, "later": 680, "last": 900}  # ids up to here
_NOTHING = (None, "none")  # nothing of ours answers it
JUDGED = ("right", "choice", "wrong", "missed")
TASKS = frozenset({"find_provider", "prepare_visit", "who_to_see", "find_by_name"})
TOLD = frozenset({
    "nlu_fallback", "inform", "change_answer", "affirm", "deny", "skip", "dont_know", "go_back",
})  # fmt: skip


class Bot:
    """What answers a message outside any task, without a service."""

    def __init__(self) -> None:
        settings, data = (
            _settings(ROOT / "config.yml"),
            read_examples(ROOT / "data/nlu", ROOT / "config.yml"),
        )
        self.names = GazetteerExtractor.unstored(settings["GazetteerExtractor"])
        self.intents = CareIntentClassifier.unstored(settings["CareIntentClassifier"])
        self.topics = TopicRanker.unstored(settings["TopicRanker"])
        self.unsure = FallbackClassifier(settings["FallbackClassifier"])
        self.intents.learn(data)
        self.topics.learn(data)
        self.screener = load_screener(ROOT / "data/guardrails", cache=None)

    def outcome(self, text: str, language: str) -> tuple[str, Any]:
        screened = self.screener.screen(text, language)
        if screened.outcome != "none":
            left = left_over(text, language, screened, self.screener)
            return "screened", (screened, self.understood(left) if left else None)
        return self.understood(text)

    def understood(self, text: str) -> tuple[str, Any]:
        """As Rasa and the action server would, after screening."""
        message = Message.build(text)
        for part in (self.names, self.intents, self.unsure, self.topics):
            part.process([message])
        told = {key: message.get(key) for key in ("intent", "intent_ranking", "entities", "topics")}
        heard = hear({**told, "text": text})
        if heard.intent in TASKS:
            return "task", heard.intent
        if fallback._confides(heard):
            return "other", "share_feelings"
        said = self._said(heard)
        if said is None:
            return "other", heard.intent
        choices = said.get("choices") or ()
        if said["message"] in ("doubt.which", "fallback.clarify") and choices:
            return "choice", choices
        return "answer", said["message"]

    def _said(self, heard: Heard) -> dict[str, Any] | None:
        no_edit = heard.intent == "edit_list" and not read_edit(heard)
        if heard.intent in TOLD or no_edit:
            known = fallback._sensible(heard) or doubt.guessed(heard)
            return known or fallback.not_understood(heard, 1, in_task=False)
        if heard.intent in doubt.CONTENT or heard.intent in answer._FIXED:
            return answer.reply(heard, message_ids())
        return None


def judged(row: dict[str, Any], kind: str, what: Any) -> str:
    right = set(row["right"])
    if kind == "screened":
        screened, besides = what
        if screened.reply in right or screened.outcome == row["other"]:
            return "right"
        return judged(row, *besides) if besides else "wrong"
    if kind == "choice":
        wanted = {f"guess.{row['other']}", *(f"see.{one}" for one in right)}
        return "missed" if wanted.isdisjoint(what) else "choice"
    if kind == "answer" and what.startswith(("scope.", "fallback.")):
        return "missed"
    if kind == "other" and what != row["other"]:
        return "missed" if what == "share_feelings" else "wrong"
    return "right" if what in right or what == row["other"] else "wrong"


def main(half: str = "dev") -> None:
    bot, counted = Bot(), Counter[tuple[str, str, str]]()
    for line in (Path(__file__).parent / "unseen.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        came = next(when for when, until in _CAME.items() if row["id"] <= until)
        unread = row["id"] % 2 == 0 or came == "last"
        if (row["right"] or row["other"] not in _NOTHING) and unread == (half == "test"):
            got = judged(row, *bot.outcome(row["text"], row["lang"]))
            counted[came, row["lang"], got] += 1
    for came, language in product(_CAME, ("en", "es")):
        total = sum(n for (when, of, _), n in counted.items() if (when, of) == (came, language))
        if not total:
            continue
        shares = (f"{got} {counted[came, language, got] / total:.3f}" for got in JUDGED)
        sys.stdout.write(f"{came} {language} {total}: {', '.join(shares)}\n")


if __name__ == "__main__":
    main(*sys.argv[1:2])
