"""Notes between visits: a day, their own words, and a question for next time if they like.

Only once a person turned them on, and only in a slot of this conversation: what deletes the
conversation deletes them.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.content import choices_of
from actions.days_said import day_said
from actions.drafts import Draft, draft, fragment
from actions.edits_said import PLEASE
from actions.from_edge import local_time
from actions.heard import Heard, hear
from actions.memory import ANY, Event, next_question, slots_set, understood
from actions.number_words import in_figures
from actions.questions import Question, by_number
from actions.visit_sheet import SHOWN
from actions.when import plain

FORM = "note_form"
QUESTIONS = ("note_own", "note_day", "note_question")
MOST_NOTES = 20
START, STOP, ADD, SHOW, DELETE, LAST, TO_SHEET = (
    *("start", "stop", "add", "show", "delete", "last", "to_sheet"),
)
_NOT = "none"  # in a slot: there is to be no note
_FEW = 6  # words of a command
_ENDS = frozenset({"cancel", "deny", "go_back", "skip", "dont_know", "restart", "not_that"})
_TEXT = re.compile(
    r"^\W*(?:(?:add|write|agregue|agrega)\s+(?:a\s+|una\s+)?)?(?:note|nota)"
    r"\s*[:,–-]\s*(?P<text>\S.*)$",
    re.IGNORECASE | re.DOTALL,
)
_NOTES = r"\b.{0,30}\b(?:notes?|notas?)\b"
_COMMANDS = {
    STOP: r"(?:stop|turn off|end|no more|don'?t keep|deje|deja|apague|ya no)" + _NOTES,
    DELETE: r"(?:delete|erase|borre|borra|borrar|elimine|elimina)" + _NOTES,
    SHOW: r"(?:show|read|see|list|muestre|muestra|mostrar|lea|ver)" + _NOTES,
    ADD: r"(?:add|write(?: down)?|new|agregue|agrega|agregar|escribir)?\s*"
    r"(?:a|another|new|una|otra|nueva)?\s*(?:note|nota)"
    r"(?: for next time| para la próxima vez)?\W*$",
    START: r"(?:keep|start|turn on|guarde|guardar|active|tome|tomar)" + _NOTES,
    TO_SHEET: r"(?:put|add|pon|ponga|poner|agregue)\b.*\b(?:questions?|preguntas?)\b.*"
    r"\b(?:sheet|hoja)\b",
}
_COMMAND = {name: re.compile(PLEASE + words, re.IGNORECASE) for name, words in _COMMANDS.items()}
_THE_LAST = re.compile(r"\b(?:last|última|ultima)\b", re.IGNORECASE)
_ALL_OF_THEM = re.compile(r"\b(?:notes|notas)\b", re.IGNORECASE)
_TODAY = re.compile(r"\b(?:today|now|this (?:morning|afternoon|evening)|tonight|hoy|ahora)\b")
_AHEAD = re.compile(r"\b(?:tomorrow|manana|in \d+|dentro de|next)\b")
_BACK = (7, 30, 365)
_YESTERDAY = re.compile(r"\b(?:yesterday|last night|ayer|anoche)\b")
_AGO = re.compile(r"\b(?P<n>\d{1,3}|a|una?) (?P<unit>day|week)s? ago\b")
_HACE = re.compile(r"\bhace (?P<n>\d{1,3}|una?) (?P<unit>dia|semana)s?\b")
_WEEK = timedelta(days=7)


def note_wanted(heard: Heard, *, on: bool) -> tuple[str, str] | None:
    """What a message wants of the notes, and the words of a note; None when it is not on notes."""
    if not heard.text:
        named = heard.values("note")
        return (named[0], "") if named else None
    if found := _TEXT.match(heard.text):
        return ADD, found["text"]
    wanted = next((name for name, words in _COMMAND.items() if words.match(heard.text)), None)
    return (wanted, "") if wanted and (on or wanted in (START, ADD, SHOW)) else None


def do_note(
    wanted: tuple[str, str],
    heard: Heard,
    tracker: Tracker,
    dispatcher: CollectingDispatcher,
) -> list[Event]:
    """Turns the notes on or off, shows them, deletes, or begins a new one."""
    what, text = wanted
    notes = tracker.get_slot("visit_notes")
    if what == START and notes is None:
        dispatcher.utter_message(json_message=draft("notes.on"))
        return [SlotSet("visit_notes", []), *understood(tracker)]
    if notes is None:
        dispatcher.utter_message(json_message=draft("notes.are_off"))
        return understood(tracker)
    if what == STOP:
        dispatcher.utter_message(json_message=draft("notes.off"))
        return [SlotSet("visit_notes", None), *understood(tracker)]
    if what == ADD:
        return _begin(text, notes, tracker, dispatcher)
    if what in (DELETE, LAST):
        notes = _without(notes, heard, last=what == LAST)
    if notes is None:
        dispatcher.utter_message(json_message=draft("notes.no_such"))
        return understood(tracker)
    dispatcher.utter_message(json_message=shown(notes))
    return [SlotSet("visit_notes", notes), *understood(tracker)]


def questions_noted(tracker: Tracker) -> list[str]:
    """The questions for next time, in their own words."""
    return [
        note["question"] for note in tracker.get_slot("visit_notes") or () if "question" in note
    ]


def shown(notes: list[dict[str, Any]]) -> Draft:
    if not notes:
        return draft("notes.none")
    choices = list(choices_of("notes.list"))
    if not any("question" in note for note in notes):
        choices.remove("notes.to_sheet")
    return draft("notes.list", choices=choices, lines=[_line(note) for note in notes])


def _line(note: dict[str, Any]) -> Draft:
    half = SHOWN // 2
    if "question" not in note:
        return fragment("notes.line", day=note["day"], words=note["own"][:SHOWN])
    words, asked = note["own"][:half], note["question"][:half]
    return fragment("notes.line_asked", day=note["day"], words=words, asked=asked)


def _begin(
    text: str, notes: list[Any], tracker: Tracker, dispatcher: CollectingDispatcher
) -> list[Event]:
    if tracker.active_loop_name:
        dispatcher.utter_message(json_message=draft("notes.later"))
        return understood(tracker)
    if len(notes) >= MOST_NOTES:
        dispatcher.utter_message(json_message=draft("notes.full", count=MOST_NOTES))
        return understood(tracker)
    fresh = {**dict.fromkeys(QUESTIONS), "note_own": text or None}
    return [*slots_set(fresh), *understood(tracker), FollowupAction(FORM)]


def _without(notes: list[Any], heard: Heard, *, last: bool) -> list[Any] | None:
    """The notes less those whose numbers were said; none of them when all were meant. None when it
    is not clear which, or there is no such one."""
    if last or _THE_LAST.search(heard.text):
        return notes[:-1]
    places = {int(one) for one in re.findall(r"\d{1,2}", heard.text)}
    if not places:
        return [] if _ALL_OF_THEM.search(heard.text) else None
    if not all(1 <= place <= len(notes) for place in places):
        return None
    return [note for n, note in enumerate(notes, 1) if n not in places]


class ValidateNoteForm(Action):
    """Runs at every turn of the form. No event means "not an answer", as in the other forms."""

    def name(self) -> str:
        return "validate_note_form"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[Event]:
        asked = tracker.get_slot("requested_slot")
        known = dict(tracker.slots)
        if asked is None:
            return [SlotSet("requested_slot", next_question(QUESTIONS, known))]
        heard = hear(tracker.latest_message)
        if asked != "note_own":
            heard = by_number(heard, NoteQuestion.for_slot(asked, known))
        changes = _read(asked, heard, _today(tracker))
        if not changes:
            return []
        asked_next = next_question(QUESTIONS, known | changes)
        return [*slots_set(changes), *understood(tracker), SlotSet("requested_slot", asked_next)]


def _read(asked: str, heard: Heard, today: date) -> dict[str, Any]:
    ends = heard.intent in _ENDS and heard.words <= _FEW
    if asked == "note_day":
        day = today if ends or heard.intent == "affirm" else read_past_day(heard.text, today)
        return {"note_day": day.isoformat()} if day else {}
    if ends and asked == "note_own":
        return dict.fromkeys(QUESTIONS, _NOT)
    if ends:
        return {"note_question": ANY}
    return {asked: heard.text} if heard.text.strip() else {}


def read_past_day(text: str, today: date) -> date | None:
    """The day that a note is about: the latest such day that is not after today."""
    said = in_figures(plain(text))
    if _TODAY.search(said):
        return today
    if _YESTERDAY.search(said):
        return today - timedelta(days=1)
    if found := _AGO.search(said) or _HACE.search(said):
        n = int(found["n"]) if found["n"].isdigit() else 1
        return today - n * (_WEEK if found["unit"][0] in "ws" else timedelta(days=1))
    if _AHEAD.search(said):
        return None
    for back in _BACK:  # what comes next, seen from some days ago, and is not after today
        day, _ = day_said(said, today - timedelta(days=back), asked=True)
        if day and day <= today:
            return day
    return None


def _today(tracker: Tracker) -> date:
    now = local_time(tracker)
    return now.date() if now else date.today()


class NoteQuestion(Question):
    form = FORM


class AskNoteOwn(NoteQuestion):
    slot = "note_own"

    def ask(self, slots: dict[str, Any]) -> Draft:
        return draft("notes.ask_own")


class AskNoteDay(NoteQuestion):
    slot = "note_day"

    def ask(self, slots: dict[str, Any]) -> Draft:
        return draft("notes.ask_day")


class AskNoteQuestion(NoteQuestion):
    slot = "note_question"

    def ask(self, slots: dict[str, Any]) -> Draft:
        return draft("notes.ask_question")


class ActionKeepNote(Action):
    """Runs when the form of a note is done."""

    def name(self) -> str:
        return "action_keep_note"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[Event]:
        own, day, question = (tracker.get_slot(name) for name in QUESTIONS)
        notes = tracker.get_slot("visit_notes")
        over = slots_set(dict.fromkeys(QUESTIONS))
        if own == _NOT or notes is None:
            dispatcher.utter_message(json_message=draft("notes.not_kept"))
            return over
        note = {"day": day, "own": own} | ({"question": question} if question != ANY else {})
        notes = sorted([*notes, note], key=lambda one: str(one["day"]))
        dispatcher.utter_message(json_message=shown(notes))
        return [*over, SlotSet("visit_notes", notes)]
