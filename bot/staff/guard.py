"""Who may come in. Every staff page but login and invitation is a `staff_route`.

In order: the page is asked for over https (or on this machine); a form comes from a page of ours;
the cookie's session lasts and its member is not disabled; their role may do this; the form brought
the session's token. Then the page runs. A database that does not answer is a page that says so.

A page that changes something takes forms only (``application/x-www-form-urlencoded``, which a plain
form, htmx and ``fetch`` with ``URLSearchParams`` send) and finds them in ``request.state.form``.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Literal
from urllib.parse import parse_qsl, quote, urlsplit

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.staff.accounts import EVERY, Account
from bot.staff.render import close, problem_page, render
from bot.staff.sessions import csrf_token
from bot.staff.site import StaffSite
from bot.store.record import StoreDown

if TYPE_CHECKING:
    from bot.handoff.handoff import Answerer

COOKIE = "carenav-staff"
LOGIN = "/staff/login"
HOME = "/staff/inbox"
LARGEST_FORM = 64 * 1024
"""Bytes."""
SAFE = ("GET", "HEAD")
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
        return _unsafe(request) or await _foreign(request)

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


# --- what may be refused -------------------------------------------------------------------------


async def _refusal(request: Request, needs: Needs, quiet: bool) -> Response | None:
    if refused := _unsafe(request) or await _foreign(request):
        return refused
    member = await _member(request, quiet)
    if member is None:
        return _to_login(request)
    request.state.member = member
    request.state.csrf = csrf_token(_token(request))
    safe = request.method in SAFE
    if not _may(member, needs, safe):
        return problem_page(request, "forbidden", HTTPStatus.FORBIDDEN)
    if not safe and not _has_token(request):
        return problem_page(request, "stale", HTTPStatus.FORBIDDEN)
    return None


def _may(member: Member, needs: Needs, safe: bool) -> bool:
    if needs == "self" or (safe and (needs == "see" or member.audits())):
        return True
    return member.administers() if needs == "administer" else member.answers()


def _unsafe(request: Request) -> Response | None:
    """A password never crosses a network in the clear."""
    if _site(request).is_safe:
        return None
    return problem_page(request, "unsafe", HTTPStatus.FORBIDDEN)


async def _foreign(request: Request) -> Response | None:
    """Refuses what another site's page sends, by what the browser says of where it comes from; else
    reads the form."""
    if request.method in SAFE:
        return None
    headers = request.headers
    fetched = headers.get("sec-fetch-site")
    origin = headers.get("origin")
    ours = origin == _site(request).origin or urlsplit(origin or "").netloc == headers.get("host")
    if fetched not in (None, "same-origin") or (origin is not None and not ours):
        return problem_page(request, "stale", HTTPStatus.FORBIDDEN)
    if fetched is None and origin is None:
        return problem_page(request, "stale", HTTPStatus.FORBIDDEN)
    request.state.form = await _form(request)
    return None


async def _form(request: Request) -> FormData:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_FORM:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        return FormData()
    try:
        return FormData([*parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=200)])
    except ValueError:
        return FormData()


def _has_token(request: Request) -> bool:
    given = request.headers.get("x-csrf-token") or str(request.state.form.get("csrf", ""))
    wanted: str = request.state.csrf
    return hmac.compare_digest(given.encode(), wanted.encode())


# --- the session ---------------------------------------------------------------------------------


async def _member(request: Request, quiet: bool) -> Member | None:
    site = _site(request)
    token = _token(request)
    if not token:
        return None

    def find() -> Account | None:
        seat = site.sessions.find(token, site.now(), active=not quiet)
        return site.accounts.get(seat.staff_id) if seat else None

    account = await site.record.call(find)
    return member_of(account) if account and account.may_enter else None


def _token(request: Request) -> str:
    return request.cookies.get(_site(request).cookie(COOKIE), "")


def set_session(request: Request, response: Response, token: str) -> None:
    """Until the browser closes; the server ends it earlier (`sessions.py`)."""
    site = _site(request)
    response.set_cookie(
        site.cookie(COOKIE),
        token,
        path="/",
        secure=site.encrypted,
        httponly=True,
        samesite="strict",
    )


def drop_session(request: Request, response: Response) -> None:
    site = _site(request)
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


def _site(request: Request) -> StaffSite:
    site: StaffSite = request.app.state.staff
    return site
