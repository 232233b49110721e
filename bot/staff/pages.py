"""The routes of the staff pages, all below ``/staff``."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from bot.staff import account_pages, login_pages, people_pages
from bot.staff.guard import HOME, staff_route
from bot.staff.render import HERE


def routes() -> list[BaseRoute]:
    return [
        staff_route("/staff", _home),
        *login_pages.routes(),
        *account_pages.routes(),
        *people_pages.routes(),
        Mount("/staff/static", _Static(directory=HERE / "static")),
    ]


async def _home(_request: Request) -> Response:
    return RedirectResponse(HOME, 303)


class _Static(StaticFiles):
    """Asked for anew each time, and sent only when it has changed: an update shows at once."""

    def file_response(self, *args: Any, **kw: Any) -> Response:
        response = super().file_response(*args, **kw)
        response.headers["Cache-Control"] = "no-cache"
        return response
