"""The admin pages: numbers, hours, ready replies, reported listings and the audit log."""

from __future__ import annotations

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.staff import admin_audit, admin_counts, admin_hours, admin_listings, admin_replies
from bot.staff.admin_common import Admin
from bot.staff.guard import staff_route


def routes(admin: Admin) -> list[Route]:
    async def start(_request: Request) -> Response:
        return RedirectResponse("/staff/admin/counts", HTTPStatus.SEE_OTHER)

    return [
        staff_route("/staff/admin", start, needs="administer"),
        *admin_counts.routes(admin),
        *admin_hours.routes(admin),
        *admin_replies.routes(admin),
        *admin_listings.routes(admin),
        *admin_audit.routes(),
    ]
