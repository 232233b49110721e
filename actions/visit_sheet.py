"""The sheet that a person takes to a visit: made from the plan, then theirs to change.

What they wrote stays exactly as they wrote it. An item is ``{"item": id}``, a question of ours, or
``{"own": text}``. How it is changed is in `visit_edits`; words are made of it at the edge.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from actions.drafts import Draft, draft, fragment
from actions.memory import ANY
from actions.noted import terms_of
from actions.sheet_plan import QUESTIONS, SheetPlan, Visit

MATTERS, NOTES = "matters", "notes"
SECTIONS = (
    *(MATTERS, QUESTIONS, "bring", "asked", "decline"),
    *("call_office", "call_insurer", "voicemail", NOTES),
)
"""Every section, in the order in which they stand."""
SHOWN = 480
"""Characters of an item of theirs that are shown in the chat; the card has all of it."""

_MOST_NOTES = 8
_NOTES_ROOM = 6_000  # characters

Item = dict[str, str]


@dataclass(frozen=True)
class Sheet:
    """What the person may change of a sheet.

    ``left_out`` and ``kept`` are questions of ours that they took out and put in, ``parts`` the
    sections they chose to have or not; ``ordered`` says that the order is theirs.
    """

    matters: str | None = None
    questions: tuple[Item, ...] = ()
    left_out: tuple[str, ...] = ()
    parts: Mapping[str, bool] | None = None
    ordered: bool = False

    def as_slot(self) -> dict[str, Any]:
        return {
            "matters": self.matters,
            "questions": [dict(item) for item in self.questions],
            "left_out": list(self.left_out),
            "parts": dict(self.parts or {}),
            "ordered": self.ordered,
        }

    @classmethod
    def of_slot(cls, slot: Mapping[str, Any]) -> Sheet:
        return cls(
            matters=slot["matters"],
            questions=tuple(slot["questions"]),
            left_out=tuple(slot["left_out"]),
            parts=slot["parts"],
            ordered=slot["ordered"],
        )


def make_sheet(plan: SheetPlan, slots: Mapping[str, Any]) -> Sheet:
    """The sheet for these answers. Of the one before it keeps what the person had added, what they
    had taken out, the sections they chose, and their order as far as the items still exist."""
    old = slots.get("visit_sheet_before")
    before = Sheet.of_slot(old) if old else Sheet()
    told = slots.get("visit_needs")
    needs = told if isinstance(told, list) else []
    planned = [
        {"item": one} for one in plan.questions(visit_of(slots)) if one not in before.left_out
    ]
    own = [item for item in before.questions if "own" in item]
    own += [need for need in needs if isinstance(need, dict) and need not in own]
    items = [*planned, *own]
    if before.ordered:
        first = [item for item in before.questions if item in items]
        items = [*first, *(item for item in items if item not in first)]
    matters = slots.get("visit_matters")
    return replace(
        before, matters=matters if matters not in (None, ANY) else None, questions=tuple(items)
    )


def visit_of(slots: Mapping[str, Any]) -> Visit:
    """What the slots say of the visit."""
    needs = slots.get("visit_needs")
    return Visit(
        role=_told(slots, "visit_role"),
        kind=_told(slots, "visit_kind"),
        whom=_told(slots, "visit_whom"),
        needs=tuple(one for one in needs if isinstance(one, str))
        if isinstance(needs, list)
        else (),
        payers=tuple(one.partition(".")[2] for one in terms_of("payment", slots.get("payment"))),
    )


def is_in(section: str, plan: SheetPlan, sheet: Sheet, slots: Mapping[str, Any]) -> bool:
    """Whether a section goes on the sheet: as they chose, else as the plan has it."""
    chosen = (sheet.parts or {}).get(section)
    kind = _told(slots, "visit_kind")
    return section not in plan.left_out.get(kind or "", ()) if chosen is None else chosen


def sections_of(
    plan: SheetPlan, sheet: Sheet, slots: Mapping[str, Any]
) -> list[tuple[str, list[dict[str, Any]]]]:
    """Every section that has something to say and its items, whether it is left out or not."""
    visit = visit_of(slots)
    known = _known(slots)
    made: dict[str, list[dict[str, Any]]] = {
        MATTERS: [{"own": sheet.matters}] if sheet.matters else [],
        QUESTIONS: [_question(item) for item in sheet.questions],
        NOTES: _notes(slots.get("visit_notes") or ()),
    }
    for section in SECTIONS:
        if section not in made:
            ids = [f"{section}.{one}" for one in plan.lines(section, visit)]
            made[section] = [_line(one, plan.filled.get(one, {}), known) for one in ids]
    return [(section, made[section]) for section in SECTIONS if made[section]]


def card(plan: SheetPlan, sheet: Sheet, slots: Mapping[str, Any]) -> dict[str, Any]:
    """The sheet as the edge takes it, without the sections that are left out."""
    visit = visit_of(slots)
    return {
        "role": visit.role,
        "kind": visit.kind,
        "whom": visit.whom,
        "sections": [
            {"id": section, "items": items}
            for section, items in sections_of(plan, sheet, slots)
            if is_in(section, plan, sheet, slots)
        ],
    }


def show(
    plan: SheetPlan,
    sheet: Sheet,
    slots: Mapping[str, Any],
    message: str = "visit.sheet",
    choices: Sequence[str | dict[str, Any]] | None = None,
) -> Draft:
    """The questions in the chat, and the whole sheet as a card."""
    made = card(plan, sheet, slots)
    cards = [{"sheet": made}] if made["sections"] else []
    if not sheet.questions:
        return draft("visit.list_empty", cards=cards)
    lines = [_shown(item) for item in sheet.questions]
    return draft(message, choices=choices, cards=cards, lines=lines)


def _notes(notes: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The newest of their notes, as many as a sheet has room for, the oldest of those first."""
    shown: list[dict[str, Any]] = []
    for note in reversed(notes[-_MOST_NOTES:]):
        if sum(len(one["own"]) for one in shown) + len(note["own"]) > _NOTES_ROOM:
            break
        shown.insert(0, {"own": note["own"]})
    return shown


def _question(item: Item) -> dict[str, Any]:
    if "own" in item:
        return dict(item)
    return {"item": f"question.{item['item']}", "why": f"sheet.why.{item['item']}"}


def _line(name: str, filled: Mapping[str, str], known: Mapping[str, list[str]]) -> dict[str, Any]:
    """A line of a script, with what is known in it and a blank for what is not."""
    line: dict[str, Any] = {"item": f"sheet.{name}"}
    if filled:
        blank = [fragment("sheet.blank")]
        line["slots"] = {slot: known.get(what) or blank for slot, what in filled.items()}
    return line


def _known(slots: Mapping[str, Any]) -> dict[str, list[str]]:
    """What is known that a script may say, as ids of terms."""
    wishes = terms_of("wishes", slots.get("wishes"))
    needs = slots.get("visit_needs")
    evening = ["time.evening"] if isinstance(needs, list) and "evening" in needs else []
    online = ["format.online"] if isinstance(needs, list) and "telehealth" in needs else []
    return {
        "role": [f"role.{role}" for role in [_told(slots, "visit_role")] if role],
        "whom": [f"visit_whom.{whom}" for whom in [_told(slots, "visit_whom")] if whom],
        "payer": terms_of("payment", slots.get("payment")),
        "format": terms_of("format", slots.get("format")) or online,
        "language": [one for one in wishes if one.startswith("language.")],
        "times": [one for one in wishes if one.startswith("time.")] or evening,
    }


def _told(slots: Mapping[str, Any], name: str) -> str | None:
    value = slots.get(name)
    return value if isinstance(value, str) and value != ANY else None


def _shown(item: Item) -> Draft:
    if "own" not in item:
        return fragment(f"question.{item['item']}")
    if len(item["own"]) > SHOWN:
        return fragment("visit.own_item_cut", words=item["own"][:SHOWN])
    return fragment("visit.own_item", words=item["own"])
