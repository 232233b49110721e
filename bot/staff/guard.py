"""Who may come in. Every staff page but login and invitation is a `staff_route`.

In order: the page is asked for over https (or on this machine); a form comes from a page of ours;
the cookie's session lasts and its member is not disabled; their role may do this; the form brought
the session's token. Then the page runs. A database that does not answer is a page that says so.

A page that changes something takes forms only (``application/x-www-form-urlencoded``, which a plain
form, htmx and ``fetch`` with ``URLSearchParams`` send) and finds them in ``request.state.form``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote, urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.staff.accounts import EVERY, Account
from bot.staff.forms import SAFE, has_token, read_form
from bot.staff.render import close, problem_page, render
from bot.staff.sessions import csrf_token
from bot.staff.site import StaffSite
from bot.store.record import StoreDown

if TYPE_CHECKING:
    from bot.handoff.handoff import Answerer

COOKIE = "carenav-staff"
LOGIN = "/staff/login"
HOME = "/staff/inbox"
Needs = Literal["see", "answer", "administer", "self"]
Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class Member:
    """Who is signed in. ``clinics`` are keys; ``*`` is every one."""

    id: str
    email: str
    name: str
    title: str
    role: str
    clinics: frozenset[str]

    def may_see(self, clinic: str) -> bool:
        return EVERY in self.clinics or clinic in self.clinics

    def answers(self) -> bool:
        """May talk with people and end hand-offs."""
        return self.role in ("staff", "admin")

    def administers(self) -> bool:
        """May change settings and accounts."""
        return self.role == "admin"

    def audits(self) -> bool:
        """May read everything and change nothing."""
        return self.role == "auditor"

    def answerer(self) -> Answerer:
        from bot.handoff.handoff import Answerer

        return Answerer(self.id, self.name, self.title)


def member_of(account: Account) -> Member:
    return Member(
        account.id, account.email, account.name, account.title, account.role, account.clinics
    )


def staff_route(
    path: str,
    endpoint: Endpoint,
    *,
    methods: Iterable[str] = ("GET",),
    needs: Needs = "see",
    quiet: bool = False,
) -> Route:
    """A page for who is signed in: ``request.state.member``, ``.csrf`` and, where something is
    changed, ``.form``.

    ``needs``: ``see`` is everybody, ``answer`` staff and admins, ``administer`` admins; an auditor
    may read all of these and change none. ``self`` is what each may change of their own account.
    ``quiet``: the page asks by itself (an event stream, a part it refreshes), which is no sign that
    anybody sits there and does not keep the session alive.
    """

    @wraps(endpoint)
    async def guarded(request: Request) -> Response:
        return await answered(request, endpoint, lambda: _refusal(request, needs, quiet))

    return Route(path, guarded, methods=list(methods))


def open_route(path: str, endpoint: Endpoint, *, methods: Iterable[str] = ("GET",)) -> Route:
    """A page for who is not signed in: only the address and a form's origin are checked."""

    async def refusal(request: Request) -> Response | None:
        return _unsafe(request) or await read_form(request)

    @wraps(endpoint)
    async def guarded(request: Request) -> Response:
        return await answered(request, endpoint, lambda: refusal(request))

    return Route(path, guarded, methods=list(methods))


async def answered(
    request: Request, endpoint: Endpoint, refusal: Callable[[], Awaitable[Response | None]]
) -> Response:
    try:
        response = await refusal() or await endpoint(request)
    except StoreDown:
        response = problem_page(
            request, "store_down", HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": "5"}
        )
    except HTTPException as error:
        response = problem_page(request, _named(error), HTTPStatus(error.status_code))
    close(response)
    return response


def _named(error: HTTPException) -> str:
    """Which words tell of it. A page may raise ``HTTPException(404)``, and so for 403, 410, 429."""
    names = {403: "forbidden", 410: "gone", 413: "too_large", 429: "too_many"}
    return names.get(error.status_code, "not_found")


async def still_in(request: Request) -> bool:
    """Whether the session of a page that stays open lasts; an event stream asks now and then.
    Raises `StoreDown`."""
    return await _member(request, quiet=True) is not None


async def write_down(request: Request, action: str, subject: str = "", clinic: str = "") -> None:
    """One row of the audit log: what the member who is signed in is about to see or do. Written
    first, so that nothing happens without a trace. Raises `StoreDown`."""
    site = site_of(request)
    await site.record.call(
        site.audit.write, request.state.member.id, action, subject, clinic, site.now()
    )


# --- what may be refused -------------------------------------------------------------------------


async def _refusal(request: Request, needs: Needs, quiet: bool) -> Response | None:
    if refused := _unsafe(request) or await read_form(request):
        return refused
    member = await _member(request, quiet)
    if member is None:
        return _to_login(request)
    request.state.member = member
    request.state.csrf = csrf_token(token_of(request))
    safe = request.method in SAFE
    if not _may(member, needs, safe):
        return problem_page(request, "forbidden", HTTPStatus.FORBIDDEN)
    if not safe and not has_token(request):
        return problem_page(request, "stale", HTTPStatus.FORBIDDEN)
    return None


def _may(member: Member, needs: Needs, safe: bool) -> bool:
    if needs == "self" or (safe and (needs == "see" or member.audits())):
        return True
    return member.administers() if needs == "administer" else member.answers()


def _unsafe(request: Request) -> Response | None:
    """A password never crosses a network in the clear."""
    if site_of(request).is_safe:
        return None
    return problem_page(request, "unsafe", HTTPStatus.FORBIDDEN)


# --- the session ---------------------------------------------------------------------------------


async def _member(request: Request, quiet: bool) -> Member | None:
    site = site_of(request)
    token = token_of(request)
    if not token:
        return None

    def find() -> Account | None:
        seat = site.sessions.find(token, site.now(), active=not quiet)
        return site.accounts.get(seat.staff_id) if seat else None

    account = await site.record.call(find)
    return member_of(account) if account and account.may_enter else None


def token_of(request: Request) -> str:
    """The value of the session's cookie."""
    return request.cookies.get(site_of(request).cookie(COOKIE), "")


def set_session(request: Request, response: Response, token: str) -> None:
    """Until the browser closes; the server ends it earlier (`sessions.py`)."""
    site = site_of(request)
    response.set_cookie(
        site.cookie(COOKIE),
        token,
        path="/",
        secure=site.encrypted,
        httponly=True,
        samesite="strict",
    )


def drop_session(request: Request, response: Response) -> None:
    site = site_of(request)
    response.delete_cookie(
        site.cookie(COOKIE), path="/", secure=site.encrypted, httponly=True, samesite="strict"
    )


def _to_login(request: Request) -> Response:
    headers = request.headers
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if headers.get("hx-request") == "true":  # htmx would put the login page into a part of this one
        path = urlsplit(headers.get("hx-current-url", "")).path
        return Response(status_code=401, headers={"HX-Redirect": _login(path)})
    if headers.get("sec-fetch-dest", "document") != "document":
        return Response(status_code=401)
    if headers.get("sec-fetch-site") == "cross-site" and request.method in SAFE:
        # A link on another site: the browser keeps a strict cookie back, and sends it from ours.
        return render(request, "continue.html")
    return RedirectResponse(_login(path if request.method in SAFE else HOME), 303)


def _login(path: str) -> str:
    return f"{LOGIN}?next={quote(path, safe='')}" if local(path) else LOGIN


def local(path: str) -> bool:
    """Whether this leads to a staff page of ours and nowhere else."""
    parts = urlsplit(path)
    return (
        not (parts.scheme or parts.netloc)
        and (parts.path == "/staff" or parts.path.startswith("/staff/"))
        and not parts.path.startswith((LOGIN, "/staff/logout"))
        and ".." not in path
        and "\\" not in path
        and path.isprintable()
    )


def site_of(request: Request) -> StaffSite:
    site: StaffSite = request.app.state.staff
    return site
