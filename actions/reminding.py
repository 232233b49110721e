"""Asking to be reminded of a visit by text: the day, the time, and a yes to what will be sent.

The row is the edge's to write: the last draft, `SET`, tells it what was agreed to, and the edge
says what became of it (bot/sms/reminder_desk.py).
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.chosen import listing_named
from actions.drafts import Draft, draft
from actions.from_edge import by_text, local_time, may_remind
from actions.heard import Heard, hear
from actions.memory import Event, next_question, slots_set, understood
from actions.questions import Question, by_number
from actions.set_aside import DECLINES, INSTEAD, goes_on
from actions.speech import any_of
from actions.when import plain, read_when

FORM = "reminder_form"
QUESTIONS = ("remind_day", "remind_time", "remind_agreed")
SET = "reminder.set"
"""The draft that the edge acts on, in place of words."""
NONE = "none"  # in a slot: not needed any more
YES, NO, OFF, LISTING, OTHER = "yes", "no", "off", "listing", "other"  # how the form may end
WEB, NOT_HERE, TOO_SOON = "only_by_text", "not_here", "too_soon"
DAY_NEEDS = timedelta(hours=25)
"""Time to the visit from which it can be reminded of the day before."""
HOURS_NEED = timedelta(hours=2, minutes=30)
_FORMS = {
    "find_provider": "find_provider_form",
    "prepare_visit": "prepare_visit_form",
    "who_to_see": "who_to_see_form",
    "report_listing": "report_form",
}
_CHANGES = frozenset({"change_answer", "inform", "nlu_fallback", "deny"})
"""Intents with which a number, at the offer, is another hour ("make it 10")."""
_STOPS = re.compile(rf"\b{any_of('stops_reminder')}\w*")


class ValidateReminderForm(Action):
    """Runs at every turn of the form, as `ValidateFindProviderForm` does for the search."""

    def name(self) -> str:
        return "validate_reminder_form"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[Event]:
        asked = tracker.get_slot("requested_slot")
        known = dict(tracker.slots)
        heard = hear(tracker.latest_message)
        if asked == "remind_agreed":
            heard = by_number(heard, _ReminderQuestion.for_slot(asked, known))
        now = local_time(tracker)
        if not may_remind(tracker) or now is None:
            changes = _over(WEB if not by_text(tracker) else NOT_HERE)
        elif asked is None:
            changes = _begin(heard, now)
        else:
            changes = _go_on(heard, asked, known, now)
        if not changes:
            return []
        if changes.pop("over", False):
            dispatcher.utter_message(json_message=draft("reminder.day_over"))
        now_known = known | changes
        return [
            *slots_set(changes),
            *understood(tracker),
            SlotSet("requested_slot", next_question(QUESTIONS, now_known)),
        ]


def _begin(heard: Heard, now: datetime) -> dict[str, Any]:
    """What a message that asks for a reminder says of it; a choice may say all."""
    fresh: dict[str, Any] = {**dict.fromkeys(QUESTIONS), "remind_lead": None}
    if heard.values("listing"):
        return fresh | _over(LISTING)
    if heard.text and _STOPS.search(plain(heard.text)):
        return fresh | _over(OFF)
    if agreed := heard.values("remind_at"):
        starts, lead = agreed[0].split()
        at = datetime.fromisoformat(starts)
        known = {"remind_day": at.date().isoformat(), "remind_time": f"{at:%H:%M}"}
        return fresh | known | {"remind_lead": lead, "remind_agreed": YES}
    return fresh | _read(heard.text, None, fresh, now)


def _go_on(heard: Heard, asked: str, known: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The slots that an answer fills; none when it is no answer."""
    other_hour = asked == "remind_agreed" and heard.intent in _CHANGES
    read = _read(heard.text, "remind_time" if other_hour else asked, known, now)
    if read:
        return read
    if heard.values("remind_at"):
        return _begin(heard, now)
    if heard.intent in _FORMS or heard.intent in INSTEAD:
        return _over(OTHER)
    if heard.intent in DECLINES:
        return _over(NO)
    if heard.text and heard.intent == "ask_reminder" and _STOPS.search(plain(heard.text)):
        return _over(NO)
    if asked == "remind_agreed" and heard.intent == "affirm":
        return {"remind_agreed": YES}
    if heard.intent == "ask_reminder":
        return _begin(heard, now)
    return {}


def _read(text: str, asked: str | None, known: dict[str, Any], now: datetime) -> dict[str, Any]:
    """What the text says of when; ``over`` when that is past."""
    said = read_when(text, now, {"remind_day": "day", "remind_time": "time"}.get(asked or ""))
    found: dict[str, Any] = {}
    if said.day:
        found["remind_day"] = said.day.isoformat()
    if said.time:
        found["remind_time"] = f"{said.time:%H:%M}"
    if said.lead:
        found["remind_lead"] = said.lead
    if not found:
        return {}
    starts = starts_at(known | found)
    if starts is None:
        return found
    if starts <= now:
        return {**found, "remind_day": None, "over": True}
    lead = lead_for(starts - now, (known | found).get("remind_lead"))
    if lead is None:
        return found | {"remind_agreed": TOO_SOON}
    return found | {"remind_lead": lead, "remind_agreed": None}


def starts_at(slots: dict[str, Any]) -> datetime | None:
    """When the visit is, once the day and the time are known."""
    day, at = slots.get("remind_day"), slots.get("remind_time")
    if not day or not at or NONE in (day, at):
        return None
    return datetime.fromisoformat(f"{day}T{at}")


def lead_for(left: timedelta, wished: str | None) -> str | None:
    """How long before it: as wished where there is time, else the day before, else hours."""
    if left >= DAY_NEEDS and wished != "hours":
        return "day"
    return "hours" if left >= HOURS_NEED else None


def _over(how: str) -> dict[str, Any]:
    return {"remind_day": NONE, "remind_time": NONE, "remind_agreed": how}


class _ReminderQuestion(Question):
    form = FORM


class AskRemindDay(_ReminderQuestion):
    slot = "remind_day"

    def ask(self, slots: dict[str, Any]) -> Draft:
        return draft("reminder.which_day")


class AskRemindTime(_ReminderQuestion):
    slot = "remind_time"

    def ask(self, slots: dict[str, Any]) -> Draft:
        return draft("reminder.which_time")


class AskRemindAgreed(_ReminderQuestion):
    slot = "remind_agreed"

    def ask(self, slots: dict[str, Any]) -> Draft:
        """The choice holds what is agreed to, so that it means the same whenever it is taken."""
        starts, lead = f"{slots['remind_day']}T{slots['remind_time']}", slots["remind_lead"]
        agreed = {"choice": "remind.visit", "entities": {"remind_at": f"{starts} {lead}"}}
        choices: list[str | dict[str, Any]] = [agreed, "remind.other_time", "remind.no"]
        return draft(f"reminder.offer_visit.{lead}", choices=choices, visit=starts)


class ActionSetReminder(Action):
    """Runs when the form is done, however it ended. What was set aside for it goes on."""

    def name(self) -> str:
        return "action_set_reminder"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[Event]:
        ended = tracker.get_slot("remind_agreed")
        heard = hear(tracker.latest_message)
        events = slots_set(dict.fromkeys((*QUESTIONS, "remind_lead")))
        if ended == OTHER and heard.intent in INSTEAD:
            return [*events, *INSTEAD[heard.intent].run(dispatcher, tracker, domain)]
        if ended != OTHER:
            dispatcher.utter_message(json_message=_said(ended, heard, tracker))
        wanted = _FORMS.get(heard.intent) if ended == OTHER else None
        return events + goes_on(tracker, wanted, stays=wanted == _FORMS["report_listing"])


def _said(ended: str | None, heard: Heard, tracker: Tracker) -> Draft:
    slots = tracker.slots
    starts = f"{slots.get('remind_day')}T{slots.get('remind_time')}"
    if ended == YES:
        return {**draft(SET), "kind": "visit", "starts": starts, "lead": slots["remind_lead"]}
    if ended == OFF:
        return {**draft(SET), "kind": "off"}
    if ended == LISTING:
        return ask_later(int(heard.values("listing")[0]), tracker)
    if ended == TOO_SOON:
        return draft("reminder.too_soon", visit=starts)
    return draft("reminder.not_set" if ended == NO else f"reminder.{ended}")


def ask_later(listing: int, tracker: Tracker) -> Draft:
    """Whether they were reached is to be asked in two days."""
    name = listing_named(listing, tracker.get_slot("listings_shown"))
    if name is None:
        return draft("report.gone", choices=["find.start"])
    return {**draft(SET), "kind": "reached", "listing": listing, "name": name}
