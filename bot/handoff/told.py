"""What a person is told of a hand-off, as drafts: the words are in ``data/content``.

Only what is true now is said: never that somebody will reply, but that somebody has come.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.clinics import Clinic
from bot.handoff.handoff import Answerer, Handoff

Draft = Mapping[str, Any]
_WEEK = 6 * 24 * 3600
"""Seconds within which the name of a day is clear."""
_NOT_OF_A_NAME = re.compile(r"[^\w .'’,()&/-]|_")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

ASK_AGAIN: Draft = {"message": "handoff.ask_again"}
ASK_NOTE: Draft = {"message": "handoff.ask_note"}
ASK_SUBSTANCE: Draft = {"message": "handoff.ask_substance"}
YOU_WAIT: Draft = {"message": "handoff.you_wait"}
LINES: Draft = {"message": "handoff.lines"}
WITHDRAWN: Draft = {"message": "handoff.withdrawn"}
RELEASED: Draft = {"message": "handoff.released"}
QUIET: Draft = {"message": "handoff.quiet"}
ASK_NOTE_WITHOUT: Draft = {"message": "handoff.ask_note_without"}
ASKS_FOR_WORDS = ("handoff.ask_note", "handoff.ask_message")
"""How the ids of the questions begin that are answered in the person's own words."""
ENDED_SILENCE: Draft = {"message": "handoff.ended_silence"}
LEAVE_MESSAGE = "handoff.leave_message"
NOTHING: Draft = {"message": "handoff.nothing"}


def numbers(clinic: Clinic) -> Draft:
    """Who can be reached by phone, whatever becomes of the hand-off."""
    if clinic.phone is None:
        return {"message": "human.numbers_no_phone"}
    return {"message": "human.numbers", "slots": {"clinic": clinic.name, "phone": clinic.phone}}


def only_numbers(clinic: Clinic) -> Draft:
    """For a clinic without a hand-off: nobody is on the chat."""
    if clinic.phone is None:
        return {"message": "human.no_phone"}
    return {"message": "human.now", "slots": {"clinic": clinic.name, "phone": clinic.phone}}


def ask(clinic: Clinic) -> Draft:
    return {"message": "handoff.ask", "slots": {"clinic": clinic.name}}


def ask_message(clinic: Clinic, opens_at: float | None, now: float, reply_hours: int) -> Draft:
    """Nobody is here: when somebody will be, and that a message can be left."""
    slots: dict[str, Any] = {"clinic": clinic.name, "hours": reply_hours}
    if opens_at is None or clinic.hours is None:
        return {"message": "handoff.ask_message_no_day", "slots": slots}
    slots["when"] = moment(opens_at, now, clinic.hours.timezone)
    return {"message": "handoff.ask_message", "slots": slots}


def waiting(clinic: Clinic, ahead: int) -> Draft:
    name = {0: "handoff.waiting_first", 1: "handoff.waiting_one"}.get(ahead, "handoff.waiting")
    slots = {"clinic": clinic.name} | ({"ahead": ahead} if ahead > 1 else {})
    return {"message": name, "slots": slots}


def message_kept(clinic: Clinic, reply_hours: int) -> Draft:
    return {
        "message": "handoff.message_kept",
        "slots": {"clinic": clinic.name, "hours": reply_hours},
    }


def joined(by: Answerer, shares: str | None, clinic: Clinic) -> Draft:
    what = {"chat": "handoff.sees_chat"}.get(shares or "", "handoff.sees_note")
    slots = {**_who(by.name, by.title, clinic), "sees": what}
    return {"message": "handoff.joined", "slots": slots}


def with_you(handoff: Handoff, clinic: Clinic) -> Draft:
    slots = _who(handoff.staff_name, handoff.staff_title, clinic)
    return {"message": "handoff.with_you", "slots": slots}


def still_waiting(minutes: int) -> Draft:
    return {"message": "handoff.still_waiting", "slots": {"minutes": minutes}}


def unanswered(clinic: Clinic, why: str) -> Draft:
    """``why``: unanswered, closed_meanwhile or not_delivered."""
    return {"message": f"handoff.{why}", "slots": {"clinic": clinic.name}}


def and_numbers(clinic: Clinic, *choices: str) -> Draft:
    """`numbers`, with choices under them."""
    return {**numbers(clinic), "choices": list(choices)}


def ended_by_staff(by: Answerer, clinic: Clinic) -> Draft:
    return {"message": "handoff.ended_staff", "slots": _who(by.name, by.title, clinic)}


def ended_by_person(handoff: Handoff, clinic: Clinic) -> Draft:
    slots = _who(handoff.staff_name, handoff.staff_title, clinic)
    return {"message": "handoff.ended_person", "slots": slots}


def _who(name: str | None, title: str | None, clinic: Clinic) -> Draft:
    """An agent of an outside inbox may have a name of any kind, and no title: then the clinic's."""
    return {
        "name": _plain(name) or _plain(clinic.name),
        "title": _plain(title) or _plain(clinic.name),
    }


def _plain(words: str | None) -> str:
    """As the slot's type has it: letters first, and no sign that is not of a name."""
    kept = _NOT_OF_A_NAME.sub(" ", words or "")
    return " ".join(kept.split()).lstrip(" .'’,()&/-0123456789")[:60].strip()


def moment(at: float, now: float, timezone: str) -> Draft:
    """A time in the clinic's own time zone, as a fragment: "today at 9:00 am", "Monday at …"."""
    zone = ZoneInfo(timezone)
    then, today = datetime.fromtimestamp(at, zone), datetime.fromtimestamp(now, zone)
    clock: Draft = {
        "message": "time.am" if then.hour < 12 else "time.pm",
        "slots": {"clock": f"{then.hour % 12 or 12}:{then.minute:02d}"},
    }
    days = (then.date() - today.date()).days
    if days <= 1:
        return {"message": "time.tomorrow" if days else "time.today", "slots": {"clock": clock}}
    if at - now < _WEEK:
        day = {"message": f"time.{_DAYS[then.weekday()]}"}
        return {"message": "time.on_day", "slots": {"day": day, "clock": clock}}
    slots = {"date": then.date().isoformat(), "clock": clock}
    return {"message": "time.on_date", "slots": slots}
