"""When somebody says that a listing is wrong: which one, what is wrong with it, and which plan.

What is kept with the report is the day and the fact, nothing of the person (`directory.reports`).
"""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.exc import SQLAlchemyError

from actions import search
from actions.content import cues
from actions.drafts import Draft, draft
from actions.from_edge import listing_asked_about
from actions.heard import Heard, hear
from actions.listings_shown import meant, newest_first
from actions.memory import Event, next_question, slots_set, understood
from actions.questions import Question, by_number
from actions.reached import ASKED, FAULTS, the_next
from actions.set_aside import DECLINES, INSTEAD, goes_on
from actions.topics import topic
from directory.reports import WHAT, report

FORM = "report_form"
QUESTIONS = ("reported_listing", "reported_fault", "reported_payer")
NONE = "none"  # in a slot: nothing to report, or no plan to tell
_FORMS = {  # of what somebody wants instead
    "find_provider": "find_provider_form",
    "change_answer": "find_provider_form",
    "prepare_visit": "prepare_visit_form",
    "who_to_see": "who_to_see_form",
    "ask_reminder": "reminder_form",
}
_NO_PLAN = frozenset({"self_pay", "sliding_scale", "not_sure"})
_MOST_PICKS = 5
_MOST_TRIED = 20


class ValidateReportForm(Action):
    """Runs at every turn of the form, as `ValidateFindProviderForm` does for the search."""

    def name(self) -> str:
        return "validate_report_form"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[Event]:
        asked = tracker.get_slot("requested_slot")
        known = dict(tracker.slots)
        heard = hear(tracker.latest_message)
        if asked:
            heard = by_number(heard, _ReportQuestion.for_slot(asked, known))
        else:
            known |= dict.fromkeys(QUESTIONS)
        followed = None if asked else told_later(heard, tracker)
        changes = followed or read_report(heard, asked, known)
        if asked and not changes:
            return []
        now = known | changes
        changed = {name: now[name] for name in QUESTIONS}
        return [
            *slots_set(changed),
            *understood(tracker),
            SlotSet("requested_slot", next_question(QUESTIONS, now)),
        ]


def told_later(heard: Heard, tracker: Tracker) -> dict[str, Any] | None:
    """The slots of an answer to "did you reach them?": a choice, or words that name a fault; None
    when it is no such answer."""
    picked, about = heard.values("reached"), listing_asked_about(tracker, ASKED)
    if picked and heard.values("listing"):
        fault = FAULTS.get(picked[0])
        listing: int | None = int(heard.values("listing")[0])
    else:
        fault, listing = fault_of(heard, None), about
    if listing is None or (fault is None and not picked):
        return None
    if fault is None:
        return {**dict.fromkeys(QUESTIONS, NONE), "reported_listing": listing}
    payer = _payer(heard, None, fault, dict(tracker.slots)) if fault == "payer" else NONE
    told = {"reported_listing": listing, "reported_fault": fault, "reported_payer": payer}
    return {name: value for name, value in told.items() if value is not None}


def read_report(heard: Heard, asked: str | None, known: dict[str, Any]) -> dict[str, Any]:
    """The slots that a message fills."""
    pages = known.get("listings_shown")
    if not newest_first(pages) or (
        asked and heard.intent in DECLINES | _FORMS.keys() | INSTEAD.keys()
    ):
        return dict.fromkeys(QUESTIONS, NONE)
    found: dict[str, Any] = {}
    if known.get("reported_listing") is None and (listing := meant(heard, pages)):
        found["reported_listing"] = listing
    fault = known.get("reported_fault") or fault_of(heard, asked)
    if fault:
        found["reported_fault"] = fault
    if fault and fault != "payer":
        found["reported_payer"] = NONE
    elif payer := _payer(heard, asked, fault, known):
        found["reported_payer"] = payer
    return {name: value for name, value in found.items() if known.get(name) != value}


def fault_of(heard: Heard, asked: str | None) -> str | None:
    """What is wrong with a listing, by the choice taken or by what the words point to."""
    picked = [one for one in heard.values("listing_fault") if one in WHAT]
    if picked:
        return picked[0]
    if asked and heard.intent not in ("report_listing", "inform", "nlu_fallback"):
        return None
    return topic(heard.text, cues("listing_fault")) or (
        "payer" if heard.values("payer") and not asked else None
    )


def _payer(heard: Heard, asked: str | None, fault: str | None, known: dict[str, Any]) -> str | None:
    said = heard.values("payer") + [one.value for one in heard.negated if one.name == "payer"]
    plans = [one for one in said if one not in _NO_PLAN]
    if plans:
        return plans[0]
    before = known.get("payment")
    plans = [one for one in before if one not in _NO_PLAN] if isinstance(before, list) else []
    if fault == "payer" and len(plans) == 1:
        return str(plans[0])
    return (
        NONE if asked == "reported_payer" and heard.intent in ("inform", "nlu_fallback") else None
    )


class _ReportQuestion(Question):
    form = FORM


class AskReportedListing(_ReportQuestion):
    slot = "reported_listing"

    def ask(self, slots: dict[str, Any]) -> Draft:
        picks = [
            {
                "choice": "report.pick",
                "slots": {"name": one["name"]},
                "entities": {"listing": one["id"]},
            }
            for one in newest_first(slots.get("listings_shown"))[:_MOST_PICKS]
        ]
        return draft("report.which_listing", choices=[*picks, "report.none"])


class AskReportedFault(_ReportQuestion):
    slot = "reported_fault"

    def ask(self, slots: dict[str, Any]) -> Draft:
        return draft("report.what_is_wrong")


class AskReportedPayer(_ReportQuestion):
    slot = "reported_payer"

    def ask(self, slots: dict[str, Any]) -> Draft:
        return draft("report.which_plan")


class ActionFileReport(Action):
    """Keeps the report, once in a conversation, and says what comes of it."""

    def name(self) -> str:
        return "action_file_report"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[Event]:
        made = list(tracker.get_slot("reports_made") or ())
        listing = tracker.get_slot("reported_listing")
        said, kept = file_report(tracker.slots, made)
        events = slots_set({**dict.fromkeys(QUESTIONS), "reports_made": made + kept})
        heard = hear(tracker.latest_message)
        later = bool(heard.values("reached")) or listing_asked_about(tracker, ASKED) == listing
        wanted = heard.intent if said == "report.not_noted" and not later else ""
        if wanted in INSTEAD:
            events.append(SlotSet("set_aside", None))
            return [*events, *INSTEAD[wanted].run(dispatcher, tracker, domain)]
        if said == "report.nothing_shown" and not fault_of(heard, None):
            said = "fallback.clarify"  # it was hardly about a listing
        if later and isinstance(listing, int):
            events += _say_next(dispatcher, tracker, said, listing)
        elif wanted not in _FORMS:
            dispatcher.utter_message(json_message=draft(said))
        return events + goes_on(tracker, _FORMS.get(wanted), stays=wanted == "ask_reminder")


def _say_next(
    dispatcher: CollectingDispatcher, tracker: Tracker, said: str, listing: int
) -> list[Event]:
    """After "did you reach them?": thanks, and who comes next when they were not reached."""
    tried = list(tracker.get_slot("listings_tried") or ())
    if said == "report.not_noted":
        dispatcher.utter_message(json_message=draft("reminder.thanks"))
    else:
        noted = "reminder.noted" if said.startswith("report.noted.") else said
        dispatcher.utter_message(json_message=draft(noted, choices=[]))
        dispatcher.utter_message(json_message=the_next(tracker.slots, listing))
    return [SlotSet("listings_tried", [*tried, listing][-_MOST_TRIED:])]


def file_report(slots: dict[str, Any], made: list[str]) -> tuple[str, list[str]]:
    """The id of the message to say, and what to remember as reported."""
    listing, fault, payer = (str(slots.get(name)) for name in QUESTIONS)
    if not newest_first(slots.get("listings_shown")) and not listing.isdigit():
        return "report.nothing_shown", []
    if NONE in (listing, fault) or (fault == "payer" and payer == NONE):
        return "report.not_noted", []
    this = f"{listing} {fault} {payer}"
    if this in made:
        return "report.noted_before", []
    try:
        there = report(search.directory(), int(listing), fault, payer if fault == "payer" else None)
    except SQLAlchemyError:
        return "report.not_now", []
    return (f"report.noted.{fault}", [this]) if there else ("report.gone", [])
