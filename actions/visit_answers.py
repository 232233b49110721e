"""What a message answers while a visit sheet is prepared. A message in, slots out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actions.edits_said import read_edit
from actions.heard import Heard
from actions.memory import ANY
from actions.sheet_plan import QUESTIONS, sheet_plan
from actions.visit_edits import Add
from actions.whom_said import whom_said

_ANSWERS = frozenset(
    ["inform", "change_answer", "prepare_visit", "affirm", "deny", "skip", "dont_know"]
)
_FREE_TEXT = frozenset(["inform", "change_answer", "nlu_fallback", "out_of_scope"])
_QUESTIONS = frozenset({
    "ask_role", "compare_roles", "who_for", "first_visit", "ask_cost", "ask_format",
    "ask_approach", "ask_rights", "ask_sources", "ask_bot", "ask_storage",
    "ask_capabilities",
})  # fmt: skip
_COMMANDS = frozenset({
    "cancel", "restart", "ask_human", "skip", "dont_know", "deny", "affirm", "greet",
    "thank", "goodbye", "find_provider", "print_list",
})  # fmt: skip
_SURE = 0.6  # confidence from which a question or command is one, when own words are asked for
_AT_ONCE = (
    4  # characters before the first need of a row of needs ("the cost, and how do i get there")
)
_FEW = 6  # words; a longer text is somebody's own words, not a command
_NEED_OF = {  # practical needs by other names
    ("format", "online"): "telehealth",
    ("format", "either"): "telehealth",
    ("time", "evening"): "evening",
    ("time", "weekend"): "evening",
    ("age_group", "child"): "child",
    ("age_group", "teen"): "child",
    ("need", "child"): "child",
    ("need", "teen"): "child",
    ("need", "language"): "language",
    ("need", "no_insurance"): "cost",
    ("right", "interpreter"): "language",
    ("search_field", "payment"): "cost",
}
_NEED_ENTITIES = {"language": "language", "cost_term": "cost", "payer": "cost"}


def read_visit(heard: Heard, asked: str | None, known: Mapping[str, Any]) -> dict[str, Any]:
    """The slots that ``heard`` sets while ``asked`` (a slot) is the pending question. Empty when it
    is no answer."""
    if asked == "visit_matters" and not _says_what_is_known(heard, known):
        return _own_words(heard)
    if asked == "visit_needs" and heard.intent == "edit_list":
        return _added_need(heard)
    first = min((one.start or 0 for one in heard.entities), default=0)
    listed = (
        asked == "visit_needs"
        and heard.values("practical")
        and (not heard.asks or first <= _AT_ONCE)
    )
    named = (
        heard.bare or listed or (heard.unsure and heard.intent not in _COMMANDS and heard.entities)
    )
    if heard.intent not in _ANSWERS and not named:
        return _free_need(heard) if asked == "visit_needs" else {}
    slots: dict[str, Any] = {}
    if role := _role(heard):
        slots["visit_role"] = role
    if kind := _kind(heard, asked):
        slots["visit_kind"] = kind
    if whom := whom_said(heard, asked=asked == "visit_whom"):
        slots["visit_whom"] = whom
    needs = _needs(heard)
    if needs and (asked == "visit_needs" or (asked is None and heard.values("practical"))):
        before = known.get("visit_needs")
        kept = before if isinstance(before, list) and heard.intent == "change_answer" else []
        slots["visit_needs"] = ANY if needs == ["none"] else list(dict.fromkeys([*kept, *needs]))
    if not slots and asked:
        slots = _bare_reply(heard, asked)
    return slots


def _says_what_is_known(heard: Heard, known: Mapping[str, Any]) -> bool:
    """ "It is my first", said when that was gathered from an earlier message already."""
    return heard.bare and any(
        heard.values(entity)[:1] == [known.get(entity)] for entity in ("visit_kind", "visit_whom")
    )


def _role(heard: Heard) -> str | None:
    planned = sheet_plan().sections[QUESTIONS]["roles"]
    return next((role for role in heard.values("role") if role in planned), None)


def _kind(heard: Heard, asked: str | None) -> str | None:
    if kinds := heard.values("visit_kind"):
        return kinds[0]
    if asked != "visit_kind":
        return None
    if "switching" in heard.values("right") or heard.intent == "deny":
        return "switching"
    return "first" if heard.intent == "affirm" or "1" in heard.values("number") else None


def _needs(heard: Heard) -> list[str]:
    found = heard.values("practical")
    for entity in heard.entities:
        need = _NEED_OF.get((entity.name, entity.value)) or _NEED_ENTITIES.get(entity.name)
        if need and need not in found:
            found.append(need)
    return found


def _own_words(heard: Heard) -> dict[str, Any]:
    """Everything is somebody's own words, but a question that is clearly put to the bot, or a
    short command ("skip", "stop")."""
    sure = heard.confidence >= _SURE
    if not heard.text.strip():
        return {"visit_matters": ANY} if heard.intent in ("skip", "dont_know") else {}
    if heard.intent in _COMMANDS and sure and heard.words <= _FEW:
        skipped = heard.intent in ("skip", "dont_know", "deny")
        return {"visit_matters": ANY} if skipped else {}
    if heard.intent in _QUESTIONS and sure and heard.asks:
        return {}
    return {"visit_matters": heard.text}


def _added_need(heard: Heard) -> dict[str, Any]:
    """A question to add, said before there is a list."""
    edit = read_edit(heard)
    return {"visit_needs": [{"own": edit.text}]} if isinstance(edit, Add) else {}


def _free_need(heard: Heard) -> dict[str, Any]:
    """A practical need in words of their own becomes a question on the list."""
    if heard.intent in _FREE_TEXT and heard.text.strip() and not heard.asks:
        return {"visit_needs": [{"own": heard.text}]}
    return {}


def _bare_reply(heard: Heard, asked: str) -> dict[str, Any]:
    skips = heard.intent in ("skip", "dont_know") or (
        heard.intent == "deny" and asked == "visit_needs"
    )
    if skips:
        return {asked: ANY}
    return _free_need(heard) if asked == "visit_needs" else {}
