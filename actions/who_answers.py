"""What a message answers while it is worked out who to see. A message in, slots and notices out.

Only what somebody wants is read. How they are is not: where a wish was asked for and something else
was told, the question comes again, and after that it is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actions.ages import age_group
from actions.drafts import draft
from actions.heard import Heard
from actions.memory import ANY
from actions.search_answers import Reading
from actions.topics import ranked
from actions.who_plan import NOT_SURE, who_plan

INTENT = "who_to_see"
_SLOTS = {"wish": "who_wish", "whom": "who_whom", "pay": "who_payment", "access": "who_access"}
_MORE = "more"  # of the wishes
_NEVER = frozenset({
    "cancel", "restart", "ask_human", "greet", "thank", "goodbye", "where_were_we", "not_that",
    "edit_list", "print_list", "report_listing", "more_results", "ask_reminder", "find_by_name",
    "find_provider", "prepare_visit", "share_feelings", "ask_bot", "ask_storage",
    "ask_capabilities",
})  # fmt: skip
_TOLD = frozenset({"inform", "change_answer", "nlu_fallback", "out_of_scope", "affirm", INTENT})
_ALL_READ = frozenset({INTENT, "change_answer"})  # may change what was answered before
_MOST_WISHES = 2
_SHORT = 6  # words; a longer statement tells more than a wish
_ENOUGH = 2  # tries, after which the wish is no longer asked for
_BY_PAYER = {
    "self_pay": "none",
    "sliding_scale": "none",
    "free": "none",
    "eap": "work",
    "private_insurance": "insurance",
    "not_sure": ANY,
}


def read_who(heard: Heard, asked: str | None, known: Mapping[str, Any]) -> Reading:
    """What ``heard`` answers while ``asked`` (a slot) is the pending question."""
    reading = Reading()
    if picked := heard.values("who"):
        _take_choices(picked, reading)
    elif asked and heard.intent in ("skip", "dont_know", "deny") and not heard.bare:
        _read_no(heard, asked, reading)
    elif _answers(heard):
        _read_all(heard, asked, known, reading)
        if asked == "who_access" and reading.empty and _is_told(heard):
            reading.slots["who_access"] = ANY
            reading.notices.append(draft("who.ask_them"))
    if asked == "who_wish" and "who_wish" not in reading.slots and _is_told(heard):
        _leave_the_rest(known, reading)
    _follow(reading, known)
    return reading


def _answers(heard: Heard) -> bool:
    """A statement; whatever it was taken for, if it says no more than an answer."""
    if heard.bare:
        return True
    return heard.intent not in _NEVER and (heard.intent == INTENT or not heard.asks)


def _is_told(heard: Heard) -> bool:
    return bool(heard.text) and heard.intent in _TOLD and not heard.asks and heard.words > 1


def _take_choices(picked: list[str], reading: Reading) -> None:
    for one in picked:
        part, _, value = one.partition(".")
        if value == _MORE:
            reading.slots["who_more"] = True
        elif part in _SLOTS:
            taken: Any = [value] if part in ("wish", "access") and value != ANY else value
            reading.slots[_SLOTS[part]] = taken


def _read_no(heard: Heard, asked: str, reading: Reading) -> None:
    """Skip, "I don't know", "no". No is an answer to how it is paid: by no plan."""
    if asked == "who_wish" and heard.intent == "dont_know":
        reading.slots[asked] = [NOT_SURE]
    elif asked == "who_payment" and heard.intent == "deny":
        reading.slots[asked] = "none"
    elif heard.intent != "deny" or asked == "who_access":
        reading.slots[asked] = ANY


def _read_all(heard: Heard, asked: str | None, known: Mapping[str, Any], reading: Reading) -> None:
    """Everything that the message says, save what was answered already and is not being changed."""

    def open_(slot: str) -> bool:
        return known.get(slot) is None or asked == slot or heard.intent in _ALL_READ

    whom = _whom(heard, asked)
    found = {
        "who_wish": _wishes(heard, asked, whom) if asked in (None, "who_wish") else None,
        "who_whom": whom,
        "who_payment": _payment(heard, asked),
        "who_access": _access(heard, asked),
    }
    if heard.intent == "change_answer" and not found["who_wish"]:
        found["who_wish"] = _wishes(heard, asked, None)
    reading.slots |= {slot: value for slot, value in found.items() if value and open_(slot)}


def _wishes(heard: Heard, asked: str | None, whom: str | None) -> list[str] | None:
    plan = who_plan().wishes
    found = [one for one, _ in ranked(heard.text, {name: plan[name].cues for name in plan})]
    needs, roles = heard.values("need"), heard.values("role")
    for name, wish in plan.items():
        told = [*(roles if heard.words <= _SHORT else ()), *(needs if heard.bare else ())]
        if name not in found and set(told) & {*wish.needs, *wish.named}:
            found.append(name)
    if not found and whom in ("child", "couple") and asked and heard.words <= _SHORT:
        found = ["child" if whom == "child" else "couples"]
    named = [one for one in found if one != NOT_SURE] or found
    if "couples" in named:
        named = [one for one in named if one != "talk"]  # "couples therapy"
    if whom == "child" and named[1:]:
        named = [one for one in named if one != "child"]  # "testing for my child"
    return named[:_MOST_WISHES] or None


def _whom(heard: Heard, asked: str | None) -> str | None:
    age = age_group(heard.text)
    if age:
        return "parent" if age == "older_adult" else "child"
    found = [one for one, _ in ranked(heard.text, who_plan().whom)]
    if asked != "who_whom" and found == ["me"]:
        return None  # "help me"; asked for, it is an answer
    return found[0] if found else None


def _payment(heard: Heard, asked: str | None) -> str | None:
    if payers := heard.values("payer"):
        return _BY_PAYER.get(payers[0], f"payer.{payers[0]}")
    if asked != "who_payment":
        return None
    if "none" in heard.values("practical"):
        return "none"
    found = ranked(heard.text, who_plan().payment)
    if found:
        return found[0][0]
    known_no_plan = heard.intent in ("inform", "nlu_fallback") and heard.words <= _SHORT
    return "insurance" if known_no_plan and heard.text and not heard.entities else None


def _access(heard: Heard, asked: str | None) -> Any:
    languages = [f"language.{one}" for one in heard.values("language")]
    ways = [f"access.{one}" for one in heard.values("access")]
    formats = [one for one in heard.values("format") if one in ("online", "in_person")]
    found = [*languages, *ways, *formats]
    if asked == "who_access":
        if "none" in heard.values("practical") or "either" in heard.values("format"):
            return found or ANY
        cues = who_plan().access
        found += [one for one, _ in ranked(heard.text, cues) if one not in found]
        if languages and "other_language" in found:
            found.remove("other_language")
    elif "interpreter" in heard.values("right"):
        found.append("interpreter")
    return found or None


def _leave_the_rest(known: Mapping[str, Any], reading: Reading) -> None:
    """Something else was told where a wish was asked for. What it was is not looked at."""
    tries = int(known.get("who_tries") or 0) + 1
    reading.slots["who_tries"] = tries
    if tries < _ENOUGH:
        reading.notices.append(draft("who.only_wishes"))
    else:
        reading.slots["who_wish"] = [NOT_SURE]
        reading.notices.append(draft("who.going_on"))


def _follow(reading: Reading, known: Mapping[str, Any]) -> None:
    """What a wish says of who it is for: nobody is asked that again."""
    wishes = reading.slots.get("who_wish")
    if wishes in (["child"], ["couples"]) and not reading.slots.get("who_whom"):
        reading.slots["who_whom"] = "child" if wishes == ["child"] else "couple"
    if wishes:
        reading.slots["who_tries"] = None
