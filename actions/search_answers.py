"""What a message answers of a provider search: a message in, slots and notices out.

A message may answer several questions at once, change earlier answers, or be no answer at all
("how much is a copay?"): then nothing is read and the question waits.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from actions import places_named
from actions.ages import age_group
from actions.drafts import Draft, draft
from actions.heard import Heard
from actions.memory import ANY
from actions.speech import any_of, unaccented
from directory.taxonomy import load_taxonomy

_ANSWERS = frozenset(
    ["inform", "change_answer", "find_provider", "affirm", "deny", "skip", "dont_know", "not_that"]
)
# A statement that was taken for one of these, but names an answer, is that answer.
_TAKEN_FOR = frozenset({
    "ask_role", "compare_roles", "who_for", "ask_cost", "ask_format", "out_of_scope", "greet",
    "thank", "goodbye", "where_were_we",
})  # fmt: skip
_OTHER_TOPICS = ("approach", "right", "cost_term")
_FREE_TEXT = frozenset(["inform", "change_answer", "nlu_fallback", "out_of_scope"])
_SMALL_TALK = frozenset({
    "greet", "thank", "goodbye", "cancel", "restart", "ask_human", "affirm", "deny", "skip",
    "dont_know", "more_results", "edit_list", "print_list", "share_feelings",
})  # fmt: skip
_WISHES = {
    "language": "languages",
    "age_group": "age_groups",
    "identity": "identities",
    "time": "times",
    "access": "access",
    "opening": "openings",
}
_WHO_DOES = {  # as find.ask_role_unsure tells people
    "talk": ("therapist",),
    "medication": ("psychiatrist", "psychiatric_nurse_practitioner"),
    "testing": ("psychologist",),
    "couples": ("marriage_family_therapist",),
    "family": ("marriage_family_therapist",),
    "addiction": ("addiction_counselor",),
    "recovery_support": ("peer_specialist",),
}
_NEED_AGES = frozenset({"child", "teen", "older_adult"})  # needs that are age groups
_PAYING = frozenset(
    {"medicaid", "medicare", "sliding_scale", "self_pay"}
)  # cost terms that are payers
_LETS_GO = re.compile(rf"\b{any_of('lets_go')}\b")
_ADDS = re.compile(rf"^\W*{any_of('adds_first')}\b|\b{any_of('adds_last')}\W*$")
_CORRECTS = re.compile(rf"^\W*{any_of('corrects')}\b\W+\w")
_SHORT = 6  # words; a longer text is not taken for the name of a place or plan


@dataclass
class Reading:
    """Slots to set, and what to say of the answers that could not be taken."""

    slots: dict[str, Any] = field(default_factory=dict)
    notices: list[Draft] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        return not self.slots and not self.notices


def read_search(heard: Heard, asked: str | None, known: Mapping[str, Any]) -> Reading:
    """What ``heard`` answers while ``asked`` (a slot) is the pending question and ``known`` are the
    slots so far."""
    reading = Reading()
    place = _place(heard, asked, known)
    if place is not None:
        _take_place(place, asked, known, reading)
    if _answers(heard, asked):
        _read_names(heard, asked, known, reading)
    if reading.empty and asked:
        _read_reply(heard, asked, known, reading)
    if any(name != "place_tries" for name in reading.slots):
        reading.slots["results_shown"] = None
    return reading


def _answers(heard: Heard, asked: str | None) -> bool:
    """Whether what a message names is meant as an answer."""
    if heard.intent in _ANSWERS or heard.bare:
        return True
    if heard.unsure and heard.intent not in _SMALL_TALK:
        return True
    paying = heard.values("payer")
    topics = [value for value in heard.values(*_OTHER_TOPICS) if value not in paying]
    stated = bool(heard.text) and not heard.asks and not topics
    return asked is not None and stated and heard.intent in _TAKEN_FOR


def _read_names(
    heard: Heard, asked: str | None, known: Mapping[str, Any], reading: Reading
) -> None:
    _read_role(heard, asked, known, reading)
    _read_payment(heard, known, reading)
    _read_format(heard, asked, reading)
    _read_wishes(heard, asked, known, reading)
    _refuse_languages(heard, asked, reading)
    if miles := heard.values("miles"):
        reading.slots["radius"] = float(miles[0])
    if asked == "wishes" and reading.empty and "none" in heard.values("practical"):
        reading.slots["wishes"] = ANY
    _ask_again(heard, asked, reading)


def _read_role(heard: Heard, asked: str | None, known: Mapping[str, Any], reading: Reading) -> None:
    roles = heard.values("role")
    if not roles and (asked == "help_role" or heard.intent == "find_provider"):
        roles = [role for need in heard.values("need") for role in _WHO_DOES.get(need, ())]
    listed = [role for role in roles if role in set(load_taxonomy().codes.values())]
    if listed:
        reading.slots["help_role"] = _added(heard, known.get("help_role"), listed)
    elif roles:
        reading.slots |= {"help_role": None, "role_unsure": True}
        reading.notices.append(draft("find.role_not_listed", role=f"role.{roles[0]}"))
    elif "any_role" in heard.values("search_field"):
        reading.slots["help_role"] = ANY


def _added(heard: Heard, before: Any, new: list[str]) -> list[str]:
    """The new values; with those before when the message adds to them ("or Aetna", "Cigna too")."""
    adds = _ADDS.search(unaccented(heard.text)) and isinstance(before, list)
    return list(dict.fromkeys([*before, *new])) if adds else new


def _read_payment(heard: Heard, known: Mapping[str, Any], reading: Reading) -> None:
    payers = heard.values("payer") or [
        term for term in heard.values("cost_term") if term in _PAYING
    ]
    if payers:
        added = _added(heard, known.get("payment"), payers)
        reading.slots["payment"] = ANY if payers == ["not_sure"] else added
        return
    said_not = {one.value for one in heard.negated if one.name == "payer"}
    before = known.get("payment")
    if said_not and isinstance(before, list):
        reading.slots["payment"] = [one for one in before if one not in said_not] or None


def _read_format(heard: Heard, asked: str | None, reading: Reading) -> None:
    formats = heard.values("format")
    if formats == ["either"] and asked in reading.slots:
        return  # "either a psychologist or a counselor"
    if formats == ["either"] and asked in ("help_role", "place", "payment"):
        reading.slots[asked] = ANY  # "either is fine" is said of what was asked
    elif formats:
        reading.slots["format"] = formats[0] if len(formats) == 1 else "either"


def _read_wishes(
    heard: Heard, asked: str | None, known: Mapping[str, Any], reading: Reading
) -> None:
    said = {key: heard.values(entity) for entity, key in _WISHES.items() if heard.values(entity)}
    ages = [need for need in heard.values("need") if need in _NEED_AGES]
    if age := age_group(heard.text):
        said["age_groups"] = [age]
    elif ages and "age_groups" not in said:
        said["age_groups"] = ages
    before = known.get("wishes")
    kept = dict(before) if isinstance(before, dict) else {}
    if said_not := {_WISHES[one.name] for one in heard.negated if one.name in _WISHES}:
        gone = {one.value for one in heard.negated}
        less = {key: [one for one in kept[key] if one not in gone] for key in kept}
        left = {key: values for key, values in less.items() if values} | said
        if left or said_not & kept.keys():
            reading.slots["wishes"] = left or (ANY if asked in (None, "wishes") else None)
    elif said:
        if heard.intent == "change_answer" and _LETS_GO.search(unaccented(heard.text)):
            reading.slots["wishes"] = {key: kept[key] for key in kept if key not in said} or ANY
        else:
            reading.slots["wishes"] = {**kept, **said}


def _refuse_languages(heard: Heard, asked: str | None, reading: Reading) -> None:
    """Of languages that no list has: say so, and keep the rest of the answer."""
    others = [f"other_language.{value}" for value in heard.values("other_language")]
    if others:
        reading.notices.append(draft("find.language_not_listed", languages=others))
        if asked == "wishes":
            reading.slots.setdefault("wishes", ANY)


def _ask_again(heard: Heard, asked: str | None, reading: Reading) -> None:
    """Of "change the zip" with no new one: forget the old, so that the form asks."""
    for name in heard.values("search_field"):
        if name == "any_role" or name in reading.slots:
            continue
        if heard.intent in ("skip", "dont_know") or _LETS_GO.search(unaccented(heard.text)):
            reading.slots[name] = ANY
        elif name != asked:
            reading.slots[name] = None
        elif name == "payment" and reading.empty:
            reading.slots[name] = None
            reading.notices.append(draft("find.which_plan"))


def _place(heard: Heard, asked: str | None, known: Mapping[str, Any]) -> places_named.Named | None:
    """The place in the message. While it is asked for, all of the text may be one; inside a
    sentence it is looked for only when the sentence is an answer. A message that is a state and
    nothing else is one whatever was asked; a city too, while no place is known (and not in reply
    to how to pay: plans are named after cities) or in place of the one before ("no, Boston")."""
    answers = heard.intent in _ANSWERS
    talk = heard.intent in _SMALL_TALK
    stated = heard.intent in _FREE_TEXT | {"find_provider", "not_that"} and not heard.asks
    open_ = known.get("place") is None and asked != "payment"
    correcting = bool(_CORRECTS.match(unaccented(heard.text)))
    corrects = correcting and heard.intent in _FREE_TEXT | {"deny"}
    changes = heard.intent == "change_answer" or (asked is None and heard.intent == "inform")
    return places_named.named(
        heard,
        whole=changes or (asked == "place" and not talk),
        inside=answers or heard.bare or (asked == "place" and heard.intent == "nlu_fallback"),
        alone=corrects or (stated and (open_ or places_named.is_state(heard.text))),
        options=known.get("place_options") or (),
    )


def _take_place(
    place: places_named.Named, asked: str | None, known: Mapping[str, Any], reading: Reading
) -> None:
    before = known.get("place")
    if asked != "place" and _is_state_of(place.value, before):
        reading.slots["place"] = before  # "Austin", later "Texas": Austin
    elif place.value is not None:
        reading.slots |= {"place": place.value, "place_options": None, "place_tries": 0}
    elif place.options:
        reading.slots |= {"place": None, "place_options": list(place.options)}
    else:
        _refuse_place(place.problem or "find.bad_place", known, reading)


def _is_state_of(value: Mapping[str, str] | None, before: Any) -> bool:
    """Whether ``value`` is no more than the state of the place that is known already."""
    if value is None or value.keys() != {"state"} or not isinstance(before, dict):
        return False
    place = places_named.place_of(before)
    return place is not None and place.state == value["state"]


def _refuse_place(problem: str, known: Mapping[str, Any], reading: Reading) -> None:
    tries = int(known.get("place_tries") or 0) + 1
    reading.slots |= {"place": None, "place_tries": tries}
    reading.notices.append(draft(problem if tries == 1 else "find.bad_place_again"))


def _read_reply(heard: Heard, asked: str, known: Mapping[str, Any], reading: Reading) -> None:
    """Skip, "I don't know", "no", or words that name nothing we have."""
    if heard.intent == "deny" and asked == "place" and known.get("place_options"):
        reading.slots["place_options"] = None  # none of those it might have been
    elif heard.intent == "dont_know" and asked == "help_role" and not known.get("role_unsure"):
        reading.slots |= {"help_role": None, "role_unsure": True}
    elif heard.intent in ("skip", "dont_know") or (heard.intent == "deny" and asked == "wishes"):
        reading.slots[asked] = ANY
    elif heard.negated or heard.asks or not heard.text or heard.words > _SHORT:
        return
    elif heard.intent in _FREE_TEXT:
        if asked == "place":
            digits = any(letter.isdigit() for letter in heard.text)
            _refuse_place("find.bad_zip" if digits else "find.bad_place", known, reading)
        elif asked == "payment" and heard.intent != "out_of_scope":
            reading.slots["payment"] = ANY
            reading.notices.append(draft("find.plan_not_known"))
