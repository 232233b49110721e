"""`/staff/admin/replies`: a clinic's own ready replies in each of its languages."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from http import HTTPStatus
from urllib.parse import urlsplit

from sqlalchemy.engine import Engine
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.clinics import Clinic
from bot.staff.admin_common import (
    Admin,
    audited,
    back,
    chosen_clinic,
    field,
    member_of,
    own_clinics,
    page,
    posted_clinic,
    site_of,
    words_of,
)
from bot.staff.canned import SLOTS
from bot.staff.canned_store import (
    LABEL,
    WORDS,
    OwnReply,
    TooMany,
    add_reply,
    change_reply,
    delete_reply,
    move_reply,
    own_replies,
)
from bot.staff.contact import confirmation, contacts
from bot.staff.guard import staff_route

PATH = "/staff/admin/replies"
MOVES = {"up": -1, "down": 1}
_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class ReplyForm:
    """What is being written: a new reply where ``id`` is empty. Errors are in words.

    ``foreign`` is a number or address in it that is not the clinic's, and ``sure`` what the form
    sends back to say that these very words are meant so.
    """

    language: str
    id: str = ""
    label: str = ""
    words: str = ""
    error_label: str = ""
    error_words: str = ""
    foreign: str = ""
    sure: str = ""

    @property
    def faulty(self) -> bool:
        return bool(self.error_label or self.error_words or self.foreign)


def routes(admin: Admin) -> list[Route]:
    async def view(request: Request) -> Response:
        """``?edit=`` opens a reply in the form, ``?delete=`` asks before it goes."""
        asked = request.query_params
        clinic = chosen_clinic(request, admin.clinics, asked.get("clinic", ""))
        await audited(request, "canned.view", clinic=clinic.key if clinic else "")
        return await _page(
            request, admin, clinic, edit=asked.get("edit", ""), delete=asked.get("delete", "")
        )

    async def change(request: Request) -> Response:
        clinic = posted_clinic(request, admin.clinics)
        do, reply = field(request, "do"), field(request, "reply")
        site = site_of(request)
        engine = site.record.store.engine
        if do == "save" or (not do and field(request, "sure")):
            return await save(request, clinic)
        await audited(request, "canned.change", reply[:64], clinic.key)
        if do == "delete":
            there = await site.record.call(delete_reply, engine, clinic.key, reply)
            return back(PATH, clinic=clinic.key, done="saved" if there else "error_gone")
        if do not in MOVES:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        await site.record.call(move_reply, engine, clinic.key, reply, MOVES[do])
        return back(PATH, clinic=clinic.key)

    async def save(request: Request, clinic: Clinic) -> Response:
        site = site_of(request)
        form = _checked(request, admin, clinic)
        if form.faulty:
            return await _page(request, admin, clinic, form, status=422)
        await audited(request, "canned.change", form.id[:64], clinic.key)
        try:
            there = await site.record.call(_keep, site.record.store.engine, clinic, form)
        except TooMany:
            full = replace(form, error_words=words_of(request)["error_many"])
            return await _page(request, admin, clinic, full, status=422)
        return back(PATH, clinic=clinic.key, done="saved" if there else "error_gone")

    return [
        staff_route(PATH, view, needs="administer"),
        staff_route(PATH, change, methods=["POST"], needs="administer"),
    ]


def _checked(request: Request, admin: Admin, clinic: Clinic) -> ReplyForm:
    words = words_of(request)
    language = field(request, "language")
    if language not in clinic.languages:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    label = " ".join(field(request, "label").split())
    text = field(request, "words").replace("\r\n", "\n")
    strange = [slot for slot in _SLOT.findall(text) if slot not in SLOTS]
    form = ReplyForm(language, field(request, "reply"), label, text)
    if not 1 <= len(label) <= LABEL:
        form = replace(form, error_label=words["error_label"].format(most=LABEL))
    if not 1 <= len(text) <= WORDS:
        form = replace(form, error_words=words["error_words"].format(most=WORDS))
    elif strange:
        error = words["error_slot"].format(slot=strange[0], slots=", ".join(SLOTS))
        form = replace(form, error_words=error)
    found = foreign(text, clinic, admin.public_numbers)
    if found and field(request, "sure") != confirmation(text):
        form = replace(form, foreign=", ".join(found), sure=confirmation(text))
    return form


def foreign(text: str, clinic: Clinic, public: Collection[str]) -> tuple[str, ...]:
    """Phone numbers and e-mail addresses in it that are not the clinic's or a help line's.

    An address is the clinic's when it is at the domain of one of its web sites.
    """
    hosts = {urlsplit(origin).hostname or "" for origin in clinic.origins}
    domains = {host.removeprefix("www.") for host in hosts}
    numbers = {*public, clinic.phone} if clinic.phone else set(public)
    found = contacts(text, clinic.country, numbers)
    return tuple(one for one in found if one.partition("@")[2].lower() not in domains)


def _keep(engine: Engine, clinic: Clinic, form: ReplyForm) -> bool:
    """False: the reply that was changed is no longer there. Raises `TooMany`."""
    if form.id:
        return change_reply(engine, clinic.key, form.id, form.label, form.words)
    add_reply(engine, clinic.key, form.language, form.label, form.words)
    return True


async def _page(
    request: Request,
    admin: Admin,
    clinic: Clinic | None,
    form: ReplyForm | None = None,
    *,
    edit: str = "",
    delete: str = "",
    status: int = 200,
) -> Response:
    record = site_of(request).record
    own: list[OwnReply] = []
    if clinic:
        own = await record.call(own_replies, record.store.engine, clinic.key)
    by_id = {reply.id: reply for reply in own}
    if (one := by_id.get(edit)) and form is None:
        form = ReplyForm(one.language, one.id, one.label, one.words)
    languages = clinic.languages if clinic else ()
    return page(
        request,
        "replies",
        status=status,
        clinic=clinic,
        clinics=own_clinics(request, admin.clinics),
        replies={lang: [one for one in own if one.language == lang] for lang in languages},
        form=form or ReplyForm(languages[0] if languages else "en"),
        doomed=by_id.get(delete),
        slots=SLOTS,
        longest_label=LABEL,
        longest_words=WORDS,
        may_change=member_of(request).administers(),
    )
