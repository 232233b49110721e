"""`/staff/admin/audit`: who did what, to read."""

from __future__ import annotations

from datetime import date, datetime, timezone

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.staff.admin_common import audited, page, scope, site_of, words_of
from bot.staff.audit import CLOCK, COMMAND
from bot.staff.audit_view import ChainCheck, Checked, Wanted, actors, read, recent_actions
from bot.staff.guard import staff_route
from bot.staff.spoken import Words, day_words

PATH = "/staff/admin/audit"


def routes() -> list[Route]:
    checks: list[ChainCheck] = []  # one, made by the first look

    async def view(request: Request) -> Response:
        site = site_of(request)
        engine = site.record.store.engine
        if not checks:
            checks.append(ChainCheck(site.audit, site.now))
        wanted = _wanted(request)
        await audited(request, "audit.view")
        part = await site.record.call(read, engine, wanted)
        words = words_of(request)
        others = {COMMAND: words["actor_command"], CLOCK: words["actor_clock"]}
        checked = await checks[0].look()
        return page(
            request,
            "audit",
            wanted=wanted,
            part=part,
            names={**part.names, **others},
            actors={**await site.record.call(actors, engine, wanted.clinics), **others},
            actions=await site.record.call(recent_actions, engine),
            chain=_chain(checked, words),
            broken=bool(checked and checked.broken),
        )

    return [staff_route(PATH, view, needs="administer")]


def _wanted(request: Request) -> Wanted:
    """From the address; what makes no sense there is left out."""
    asked = request.query_params
    try:
        day = date.fromisoformat(asked.get("day", ""))
    except ValueError:
        day = None
    before = asked.get("before", "")
    seen = int(before) if before.isascii() and before.isdigit() and len(before) < 10 else None
    return Wanted(
        scope(request), asked.get("actor", ""), asked.get("action", "").strip(), day, seen
    )


def _chain(checked: Checked | None, words: Words) -> str:
    if checked is None:
        return words["audit_checking"]
    if checked.broken:
        return words["audit_broken"].format(seq=checked.broken.seq)
    at = datetime.fromtimestamp(checked.at, timezone.utc)
    when = f"{day_words(at.date(), words)}, {at:%H:%M}"
    return words["audit_intact"].format(count=checked.count, when=when)
