"""Who does what is wanted: the roles, each with its reason, and the words to use when calling."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.content import meaning_of
from actions.drafts import Draft, draft, fragment
from actions.heard import Heard, hear
from actions.memory import ANY, Event, understood
from actions.who_plan import NOT_SURE, Reason, who_plan

QUESTIONS = ("who_wish", "who_whom", "who_payment", "who_access")
_SAYS_WHOM = frozenset({"child", "couples"})  # wishes that say who it is for
_CALL = "call."


class ActionShowWhoToSee(Action):
    """Runs when the form is done, and when the words for one of the roles are wanted."""

    def name(self) -> str:
        return "action_show_who_to_see"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[Event]:
        slots = tracker.slots
        if role := called(hear(tracker.latest_message)):
            dispatcher.utter_message(json_message=words_for(role, slots))
            return understood(tracker)
        dispatcher.utter_message(json_message=roles_for(slots))
        return [*understood(tracker), *_for_the_search(slots)]


def called(heard: Heard) -> str | None:
    """The role of which the words to use when calling are wanted."""
    wanted = [one for one in heard.values("who") if one.startswith(_CALL)]
    return wanted[0].removeprefix(_CALL) if wanted else None


def roles_for(slots: Mapping[str, Any]) -> Draft:
    """The roles that do what is wanted, each with its reason and what it can't do."""
    found = _reasons(slots)
    lines = [fragment(f"who.why.{wish}.{role}") for wish, role in found]
    calls = [f"who.call.{role}" for _, role in found]
    choices: list[str | Draft] = [*calls, _compare(found), "who.again"]
    wishes = _wishes(slots)
    if wishes == [NOT_SURE]:
        return draft("who.roles_to_start", choices=choices, lines=lines)
    wanted = [{"message": f"who.wish.{wish}"} for wish in wishes]
    return draft("who.roles", choices=choices, wanted=wanted, lines=lines)


def words_for(role: str, slots: Mapping[str, Any]) -> Draft:
    """A short script, filled with what is known, for a call about one role."""
    found = _reasons(slots)
    wishes = [wish for wish, one in found if one == role] or _wishes(slots)
    lines = [_hello(wishes[0], slots), fragment("who.say.new", a_role=f"who.a.{role}")]
    lines += [fragment(f"who.say.{wishes[0]}"), *_of_payment(slots), *_of_access(slots)]
    looks = [f"find.role.{role}"] if meaning_of(f"find.role.{role}") else []
    prepare = {"choice": "who.prepare", "entities": {"role": role}}
    others = [f"who.call.{one}" for _, one in found if one != role]
    choices: list[str | Draft] = [*looks, prepare, *others, _compare(found), "who.again"]
    return draft("who.words", choices=choices, lines=lines)


def who_so_far(slots: Mapping[str, Any]) -> Draft:
    """The answers as they stand, a line each."""
    lines = []
    if wishes := [one for one in _wishes(slots) if one != NOT_SURE]:
        said = [{"message": f"who.wish.{one}"} for one in wishes]
        lines.append(fragment("who.so_far.wish", said=said))
    if slots.get("who_whom") not in (None, ANY):
        lines.append(fragment(f"who.so_far.{slots['who_whom']}"))
    if slots.get("who_payment") not in (None, ANY):
        lines += _of_payment(slots, "who.so_far.")
    return draft("who.so_far", lines=lines) if lines else draft("who.nothing_so_far")


def _wishes(slots: Mapping[str, Any]) -> list[str]:
    told = slots.get("who_wish")
    return list(told) if isinstance(told, list) and told else [NOT_SURE]


def _reasons(slots: Mapping[str, Any]) -> list[Reason]:
    return who_plan().reasons(_wishes(slots), slots.get("who_whom") or ANY)


def _compare(found: list[Reason]) -> dict[str, Any]:
    return {"choice": "who.compare", "entities": {"role": [role for _, role in found]}}


def _hello(wish: str, slots: Mapping[str, Any]) -> Draft:
    whom = slots.get("who_whom")
    about = {"message": f"who.wish.{wish}"}
    if whom in (None, ANY) or wish in _SAYS_WHOM:
        return fragment("who.say.hello", wish=about)
    return fragment("who.say.hello_for", wish=about, whom=f"who.whom.{whom}")


def _of_payment(slots: Mapping[str, Any], prefix: str = "who.say.") -> list[Draft]:
    payment = str(slots.get("who_payment") or ANY)
    if payment.startswith("payer."):
        return [fragment(f"{prefix}pay.plan", plan=payment)]
    return [fragment(f"{prefix}pay.{payment}")]


def _of_access(slots: Mapping[str, Any]) -> list[Draft]:
    told = slots.get("who_access")
    wanted = told if isinstance(told, list) else []
    asked = {"in_person"}  # needs no words
    if any(one.startswith("language.") for one in wanted):
        asked.add("interpreter")  # asked for together with the language
    lines = []
    for one in wanted:
        kind, _, value = one.partition(".")
        if value:
            lines.append(fragment(f"who.say.{kind}", what=one))
        elif one not in asked:
            lines.append(fragment(f"who.say.{one}"))
    return lines


def _for_the_search(slots: Mapping[str, Any]) -> list[Event]:
    """What a search need not ask again; what it knows already stays."""
    payment, access = str(slots.get("who_payment")), slots.get("who_access")
    wanted = access if isinstance(access, list) else []
    found: dict[str, Any] = {}
    if payment.startswith("payer."):
        found["payment"] = [payment.removeprefix("payer.")]
    formats = [one for one in wanted if one in ("online", "in_person")]
    if formats:
        found["format"] = formats[0] if not formats[1:] else "either"
    groups = {"languages": "language.", "access": "access."}
    wishes = {
        key: [one.removeprefix(kind) for one in wanted if one.startswith(kind)]
        for key, kind in groups.items()
    }
    if wishes := {key: values for key, values in wishes.items() if values}:
        found["wishes"] = wishes
    return [SlotSet(name, value) for name, value in found.items() if slots.get(name) is None]
