"""The topic that a question points to without naming it."""

from functools import cache
from pathlib import Path

import pytest
import yaml

from actions.answer import answer
from actions.content import cues, message_ids
from actions.heard import Entity, Heard
from actions.topics import ranked, topic
from tests.actions.conversation import CATALOGUE

ASKED = yaml.safe_load((Path(__file__).parent / "topics.yml").read_text(encoding="utf-8"))
FLOORS = {"right": 0.85, "cost_term": 0.85, "approach": 0.9, "need": 0.75}
MOST_WRONG = 0.1  # another topic than the one asked about; the overview is not wrong
NAMED = {
    entity: {term for term in CATALOGUE.terms if term.startswith(f"{entity}.")} for entity in ASKED
}
RIGHTS = {"switching": ["change", "is bad"], "waiting_list": ["how long", "wait"]}


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("my therapist is bad, can I change", "switching"),
        ("changing?", "switching"),
        ("HOW LONG are the waits", "waiting_list"),
        ("is exchange allowed", None),
        ("how is the long one", None),
        ("can I change, or wait", None),
        ("", None),
    ],
)
def test_a_topic_is_found_by_whole_words_and_their_forms(text: str, meant: str | None) -> None:
    assert topic(text, RIGHTS) == meant


def test_more_words_count_for_more_and_equals_keep_their_order() -> None:
    assert [term for term, _ in ranked("how long until I change", RIGHTS)] == [
        "waiting_list",
        "switching",
    ]
    assert [term for term, _ in ranked("wait, change", RIGHTS)] == ["switching", "waiting_list"]


@pytest.mark.parametrize(
    ("intent", "text", "message"),
    [
        ("ask_rights", "my therapist is bad, can i change", "rights.switching"),
        ("ask_rights", "how long are wait lists", "rights.waiting_list"),
        ("ask_cost", "how much does therapy cost without insurance", "cost.self_pay"),
        ("ask_rights", "what are my rights", "rights.overview"),
        ("ask_cost", "what does it cost", "cost.overview"),
    ],
)
def test_an_answer_is_about_what_was_pointed_to(intent: str, text: str, message: str) -> None:
    assert answer(Heard(intent, text), message_ids())["message"] == message


def test_a_thing_named_counts_for_more_than_any_cue() -> None:
    said = Heard("ask_rights", "can i change my records", (Entity("right", "records", 16, 23),))
    assert answer(said, message_ids())["message"] == "rights.records"


@cache
def found(entity: str) -> list[tuple[str, str | None, str]]:
    asked = ASKED[entity].items()
    return [(meant, topic(text, cues(entity)), text) for meant, texts in asked for text in texts]


@pytest.mark.parametrize("entity", ASKED)
def test_messy_questions_find_their_topic(entity: str) -> None:
    missed = [one for one in found(entity) if one[0] != one[1]]
    wrong = [one for one in missed if one[1]]
    assert 1 - len(missed) / len(found(entity)) >= FLOORS[entity], missed
    assert len(wrong) / len(found(entity)) <= MOST_WRONG, wrong


@pytest.mark.parametrize("entity", ASKED)
def test_every_topic_is_asked_about_and_has_cues(entity: str) -> None:
    assert set(ASKED[entity]) == set(cues(entity))
    assert {f"{entity}.{value}" for value in ASKED[entity]} <= NAMED[entity]
    assert min(map(len, ASKED[entity].values())) >= (8 if entity in ("right", "cost_term") else 4)


@pytest.mark.parametrize("entity", [*ASKED, "concern"])
def test_a_cue_alone_points_to_no_other_term(entity: str) -> None:
    strays = [
        (term, cue, first)
        for term, own in cues(entity).items()
        for cue in own
        if (first := topic(cue, cues(entity))) not in (term, None)
    ]
    assert strays == []
