"""`/staff/admin/hours`: a clinic's week, its holidays, and what people see of it now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.clinics import Clinic
from bot.handoff.hours import save_hours
from bot.handoff.told import ask_message
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
from bot.staff.guard import staff_route
from bot.staff.hours_form import HoursForm, copied, form_of, read_form
from bot.staff.spoken import hours_words

PATH = "/staff/admin/hours"
USUAL_ZONE = "America/New_York"
COMMON = {
    "America/New_York": "zone_eastern",
    "America/Chicago": "zone_central",
    "America/Denver": "zone_mountain",
    "America/Phoenix": "zone_arizona",
    "America/Los_Angeles": "zone_pacific",
    "America/Anchorage": "zone_alaska",
    "Pacific/Honolulu": "zone_hawaii",
    "America/Puerto_Rico": "zone_puerto_rico",
}
"""Those offered first, each with the key of its words."""


def routes(admin: Admin) -> list[Route]:
    async def view(request: Request) -> Response:
        clinic = chosen_clinic(request, admin.clinics, request.query_params.get("clinic", ""))
        await audited(request, "hours.view", clinic=clinic.key if clinic else "")
        form = None
        if clinic:
            today = _today(request, clinic.hours.timezone if clinic.hours else USUAL_ZONE)
            form = form_of(clinic.hours, today, USUAL_ZONE)
        return _page(request, admin, clinic, form)

    async def save(request: Request) -> Response:
        clinic = posted_clinic(request, admin.clinics)
        fields = by_name(request.state.form)
        form = read_form(fields, _today(request, field(request, "timezone")))
        if field(request, "do") == "copy":
            return _page(request, admin, clinic, copied(form), copied=True)
        if form.faulty:
            return _page(request, admin, clinic, form, status=422)
        site = site_of(request)
        by = member_of(request).id
        engine = site.record.store.engine
        await audited(request, "hours.change", clinic=clinic.key)
        await site.record.call(save_hours, engine, clinic.key, form.document(), by, site.now())
        await site.record.call(admin.clinics.refresh)
        return back(PATH, clinic=clinic.key, done="saved")

    return [
        staff_route(PATH, view, needs="administer"),
        staff_route(PATH, save, methods=["POST"], needs="administer"),
    ]


def _page(
    request: Request,
    admin: Admin,
    clinic: Clinic | None,
    form: HoursForm | None,
    *,
    status: int = 200,
    copied: bool = False,
) -> Response:
    now = site_of(request).now()
    return page(
        request,
        "hours",
        status=status,
        clinic=clinic,
        clinics=own_clinics(request, admin.clinics),
        form=form,
        copied=copied,
        now=hours_words(clinic.hours, now, words_of(request)) if clinic else "",
        told=_told(admin, clinic, now) if clinic else {},
        common=COMMON,
        zones=_zones(),
        may_change=member_of(request).administers(),
    )


def _told(admin: Admin, clinic: Clinic, now: float) -> Mapping[str, str]:
    """What the chat says now to who asks for a person, by language; nothing while it is open."""
    hours, way = clinic.hours, clinic.handoff
    if hours is None or way is None or hours.is_open(now):
        return {}
    draft = ask_message(clinic, hours.opens_at(now), now, way.reply_hours)
    return {
        language: admin.releaser.release(draft, language, clinic.country).text
        for language in clinic.languages
    }


def by_name(form: FormData) -> Mapping[str, Sequence[str]]:
    """Every value of each field, in the form's order."""
    fields: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        fields.setdefault(name, []).append(str(value))
    return fields


def _today(request: Request, timezone: str) -> date:
    """Where the clinic is; in UTC for a time zone that is none."""
    zone = ZoneInfo(timezone if timezone in _zones() or timezone in COMMON else "UTC")
    return datetime.fromtimestamp(site_of(request).now(), zone).date()


@lru_cache(1)
def _zones() -> tuple[str, ...]:
    """Those a clinic could be in, less the usual ones."""
    places = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/")
    found = (zone for zone in available_timezones() if zone.startswith((*places, "Pacific/")))
    return (*sorted(set(found) - set(COMMON)), "UTC")
