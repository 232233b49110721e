"""Showing, changing and printing the visit sheet."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.content import choices_of
from actions.drafts import Draft, draft
from actions.edits_said import read_edit
from actions.fallback import ActionFallback
from actions.from_edge import may_remind
from actions.heard import hear
from actions.memory import ANY, Event, slots_set, understood
from actions.notes import TO_SHEET, do_note, note_wanted, questions_noted
from actions.parts_said import CALLS
from actions.prepare_visit import FORM
from actions.sheet_plan import sheet_plan
from actions.visit_edits import Add, Choose, Edit, Undo, apply_edit
from actions.visit_sheet import MATTERS, NOTES, Sheet, is_in, make_sheet, sections_of, show

LINK = "sheet.link"
"""The choice with which the edge makes a page of the sheet; the edge's own."""
_TOGGLED = ((MATTERS,), ("bring",), ("asked",), ("decline",), CALLS, (NOTES,))
"""Sections that are put in and left out together, as the choices offer them."""


class ActionMakeVisitList(Action):
    """Runs when the form is done. When no answer changed, the message may be an edit."""

    def name(self) -> str:
        return "action_make_visit_list"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[Event]:
        if tracker.get_slot("visit_sheet") is not None:
            return _edit(dispatcher, tracker)
        made = make_sheet(sheet_plan(), tracker.slots)
        dispatcher.utter_message(json_message=_shown(made, tracker))
        return [SlotSet("visit_sheet", made.as_slot()), SlotSet("last_task", "visit")]


class ActionEditVisitList(Action):
    def name(self) -> str:
        return "action_edit_visit_list"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[Event]:
        heard = hear(tracker.latest_message)
        wanted = note_wanted(heard, on=tracker.get_slot("visit_notes") is not None)
        if wanted and wanted[0] != TO_SHEET:
            return do_note(wanted, heard, tracker, dispatcher)
        if tracker.get_slot("visit_sheet") is None and heard.text and not read_edit(heard):
            return ActionFallback().run(dispatcher, tracker, domain)  # no edit after all
        if tracker.get_slot("visit_sheet") is None:
            dispatcher.utter_message(json_message=_no_sheet(tracker))
            return understood(tracker)
        return _edit(dispatcher, tracker)


class ActionPrintVisitList(Action):
    def name(self) -> str:
        return "action_print_visit_list"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[Event]:
        made = tracker.get_slot("visit_sheet")
        if made is None:
            shown = _no_sheet(tracker)
        else:
            choices = [LINK, *choices_of("visit.print")]
            sheet = Sheet.of_slot(made)
            shown = show(sheet_plan(), sheet, tracker.slots, "visit.print", choices)
        dispatcher.utter_message(json_message=shown)
        return understood(tracker)


def _edit(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
    made, before = tracker.get_slot("visit_sheet"), tracker.get_slot("visit_sheet_before")
    sheet = Sheet.of_slot(made)
    heard = hear(tracker.latest_message)
    if note_wanted(heard, on=tracker.get_slot("visit_notes") is not None) == (TO_SHEET, ""):
        changed = _with_noted(sheet, tracker)
    else:
        changed = _changed(sheet, read_edit(heard), before, tracker)
    if isinstance(changed, dict):
        dispatcher.utter_message(json_message=changed)
        return understood(tracker)
    dispatcher.utter_message(json_message=_shown(changed, tracker))
    slots = {"visit_sheet": changed.as_slot(), "visit_sheet_before": made, "last_task": "visit"}
    if changed.matters != sheet.matters:
        slots["visit_matters"] = changed.matters or ANY
    return [*slots_set(slots), *understood(tracker)]


def _changed(
    sheet: Sheet, edit: Edit | None, before: dict[str, Any] | None, tracker: Tracker
) -> Sheet | Draft:
    if edit is None:
        return draft("visit.how_to_edit")
    if isinstance(edit, Choose):
        return draft("visit.sections", choices=_toggles(sheet, tracker))
    if isinstance(edit, Undo):
        return Sheet.of_slot(before) if before is not None else draft("visit.nothing_to_undo")
    return apply_edit(sheet, edit)


def _with_noted(sheet: Sheet, tracker: Tracker) -> Sheet | Draft:
    """With the questions of their notes that are not on it."""
    changed: Sheet | Draft = sheet
    for text in questions_noted(tracker):
        if isinstance(changed, Sheet) and {"own": text} not in changed.questions:
            changed = apply_edit(changed, Add(text))
    return changed


def _toggles(sheet: Sheet, tracker: Tracker) -> list[str | dict[str, Any]]:
    """To put in, or leave out, each section that there is something in."""
    plan, slots = sheet_plan(), tracker.slots
    there = {section for section, _ in sections_of(plan, sheet, slots)}
    offered: list[str | dict[str, Any]] = []
    for group in _TOGGLED:
        sections = [section for section in group if section in there]
        if sections:
            name = "calls" if group == CALLS else group[0]
            kept = any(is_in(section, plan, sheet, slots) for section in sections)
            offered.append(f"visit.{'leave_out' if kept else 'put_in'}.{name}")
    return offered


def _shown(sheet: Sheet, tracker: Tracker) -> Draft:
    """The sheet; where the person is texting, with the offer to remind them of the visit."""
    own = choices_of("visit.sheet")
    choices: list[str | dict[str, Any]] = [LINK, *own]
    if may_remind(tracker):
        choices = [LINK, "remind.ask", *own]
    return show(sheet_plan(), sheet, tracker.slots, choices=choices)


def _no_sheet(tracker: Tracker) -> Draft:
    return draft("visit.not_yet" if tracker.active_loop_name == FORM else "visit.no_list")
