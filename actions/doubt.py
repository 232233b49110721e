"""Which message answers a question. The topic ranker says which may, best first; where it is not
sure, and the intent with its names points elsewhere, the person chooses."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from actions.compare import comparison
from actions.content import labelled, message_ids
from actions.drafts import Draft, draft
from actions.heard import Heard, Topic

CONTENT = frozenset({
    "ask_role", "compare_roles", "who_for", "first_visit", "ask_cost", "ask_format", "ask_approach",
    "ask_rights", "ask_care", "ask_sources", "ask_bot", "ask_storage", "ask_capabilities",
})  # fmt: skip
"""Intents that ask for one of our messages."""
_SUBJECTS = {
    "ask_role": "role.", "who_for": "who_for.", "first_visit": "first_visit.", "ask_cost": "cost.",
    "ask_format": "format.", "ask_approach": "approach.", "ask_rights": "rights.",
    "ask_sources": "sources.",
}  # fmt: skip
"""What an intent asks about: the beginning of the ids of its messages."""
_OFFERED = 4  # topics in a question back, besides "something else"
# Chosen on the odd half of tests/nlu/unseen.jsonl: where an answer is given on these, 93 in 100 are
# right; the rest of what is near is asked back.
_LEAST = 0.1
_AHEAD = 0.2
_FAR_AHEAD = 0.35  # of one that is not very near
_NEAR = 0.15
_NEARLY = 0.75
_AGREED = 0.05  # how far ahead a topic is at least that the plain intent and its names lead to
_PLAIN = 0.9  # confidence of an intent
_TELLS = 0.7  # from here on an intent tells what is asked about, be it not plain
_SHORT = 10  # words: so few are a question, and no story with one in it
_KIN = 0.5  # share of the first score at which a topic of the intent's own subject disputes it
_SOME = 0.04  # below it a message has nothing to do with any topic
_LIKELY = 0.4  # confidence of a task that was not begun on it
_TASKS = {
    "find_provider": "guess.find_provider", "prepare_visit": "guess.prepare_visit",
    "who_to_see": "guess.who_to_see", "who_for": "guess.who_to_see",
}  # fmt: skip
"""Intents, and the choice that begins the task which they ask for or which goes on about them."""
_CLOSE = 0.92  # share of the first score at which the next is as good as likely
_BESIDE = 0.95  # a rival at this share of an overview is as likely as that


def sure_topic(heard: Heard) -> str | None:
    """The message that answers, where one stands out from what is about another thing; one that
    only goes on about a thing (`role.coach.more`) stands out from that, too."""
    if not heard.topics:
        return None
    first, *others = heard.topics
    lead = _AHEAD if first.score >= _NEAR or heard.words <= _SHORT else _FAR_AHEAD
    if first.score < _LEAST or _ahead(heard.topics) < lead:
        return None
    whole = first.id == _thing(first.id)
    kin = (one for one in others if _thing(one.id) == _thing(first.id))
    near = not whole and any(one.score > _NEARLY * first.score for one in kin)
    return None if near else first.id


def of_topic(chosen: str, heard: Heard, written: Collection[str]) -> Draft:
    """The draft of this message; a comparison is of the roles that were named."""
    if chosen == "compare.roles":
        return comparison(heard.values("role"), written)
    return draft(chosen)


def disputed(sure: str, heard: Heard) -> Draft | None:
    """A choice, where the topic that stands out is not of the subject that the intent asks
    about, and another that is stands not far behind."""
    subject = _SUBJECTS.get(heard.intent)
    if subject is None or sure.startswith(subject) or heard.confidence < _TELLS:
        return None
    near = [one.id for one in heard.topics if one.score >= _KIN * heard.topics[0].score]
    kin = [one for one in near if one.startswith(subject)]
    likely = [one.id for one in heard.topics if one.score >= _SOME]
    return which([sure, kin[0], *likely], _task(heard)) if kin else None


def unsure(said: str, heard: Heard) -> Draft | None:
    """A choice between the likeliest topics and ``said``, the answer by intent and names; None when
    that one is the likeliest, or the next and its intent is plain."""
    if not heard.topics:
        return None
    first = heard.topics[0]
    short = heard.words <= _SHORT
    lead = _AGREED if short else _AHEAD
    if said == first.id and not _beside(heard.topics) and _ahead(heard.topics) >= lead:
        return None
    plain = heard.confidence >= _PLAIN and not said.endswith(".overview")
    if short and plain and said in _first_two(heard.topics):
        return None
    likely = [one.id for one in heard.topics if one.score >= _SOME]
    if said in likely[:_OFFERED]:
        return which(likely, _task(heard))
    return which([*likely[: _OFFERED - 2], said, *likely[_OFFERED - 2 :]], _task(heard))


def _first_two(topics: Sequence[Topic]) -> list[str]:
    """The likeliest, and the next where it is of the same thing or as good as likely."""
    first, *others = topics[:2]
    close = (
        one.id
        for one in others
        if _thing(one.id) == _thing(first.id) or one.score >= _CLOSE * first.score
    )
    return [first.id, *close]


def _beside(topics: Sequence[Topic]) -> bool:
    """An overview comes first, and something of its own right behind it."""
    first = topics[0]
    overview = first.id.endswith(".overview") and first.score >= _LEAST
    return overview and _rival(topics) >= _BESIDE * first.score


def _ahead(topics: Sequence[Topic]) -> float:
    """By which share of its score the likeliest leads what is about another thing."""
    return (topics[0].score - _rival(topics)) / max(topics[0].score, _SOME)


def _rival(topics: Sequence[Topic]) -> float:
    """The score of the likeliest that is about another thing than the first."""
    first, *others = topics
    return max((one.score for one in others if _thing(one.id) != _thing(first.id)), default=0.0)


def is_near(heard: Heard) -> bool:
    """It is near one of our messages, be it not clear which; nearer, where it does not ask."""
    least = _LEAST if heard.asks else _NEAR
    return bool(heard.topics) and heard.topics[0].score >= least


def guessed(heard: Heard) -> Draft | None:
    """What a message without a clear intent may ask, or the answer where only one is near; None
    when it is about nothing here. A task that it may have meant to begin is offered, too."""
    least = _SOME if heard.asks else _LEAST
    sure = sure_topic(heard)
    if sure and heard.topics[0].score >= _NEAR:
        return of_topic(sure, heard, message_ids())
    likely = [one.id for one in heard.topics if one.score >= least]
    return which(likely, _task(heard))


def _task(heard: Heard) -> str | None:
    """The choice that begins what the message may have meant to begin."""
    return next((_TASKS.get(name) for name, share in heard.ranking if share >= _LIKELY), None)


def which(messages: Sequence[str], task: str | None = None) -> Draft | None:
    """Asks which of these is meant, or whether to begin ``task``; None when no message can be
    tapped."""
    known = labelled()
    offered = [f"see.{one}" for one in dict.fromkeys(messages) if one in known]
    choices: list[str | dict[str, Any]] = [*offered[: _OFFERED - bool(task)]]
    if not choices:
        return None
    return draft(
        "doubt.which", choices=[*choices, *([task] if task else []), "guess.something_else"]
    )


def _thing(message: str) -> str:
    return ".".join(message.split(".")[:2])
