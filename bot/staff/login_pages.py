"""Signing in and out, and taking an invitation: what somebody sees who is not signed in yet."""

from __future__ import annotations

import math
from collections.abc import Mapping
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.staff.accounts import Account, AccountError
from bot.staff.guard import (
    HOME,
    LOGIN,
    drop_session,
    local,
    open_route,
    set_session,
    site_of,
    staff_route,
    still_in,
    token_of,
    write_down,
)
from bot.staff.invitations import PATH
from bot.staff.passwords import weakness
from bot.staff.render import problem_page, render
from bot.staff.sign_in import NeedsCode, TooMany, Wrong
from bot.staff.tries import DEVICE_COOKIE, DEVICE_LASTS

_DONE = ("signed_out", "password_set")


def routes() -> list[Route]:
    return [
        open_route(LOGIN, show_login),
        open_route(LOGIN, login, methods=["POST"]),
        open_route(f"{LOGIN}/code", login_code, methods=["POST"]),
        staff_route("/staff/logout", logout, methods=["POST"], needs="self"),
        open_route(PATH + "{token}", show_invitation),
        open_route(PATH + "{token}", take_invitation, methods=["POST"]),
    ]


# --- in and out ----------------------------------------------------------------------------------


async def show_login(request: Request) -> Response:
    onward = _onward(request.query_params.get("next", ""))
    if await still_in(request):
        return RedirectResponse(onward, HTTPStatus.SEE_OTHER)
    return _login_page(request, onward, done=request.query_params.get("done", ""))


async def login(request: Request) -> Response:
    """The password; then in, or on to the code."""
    form = request.state.form
    email, onward = str(form.get("email", "")), _onward(str(form.get("next", "")))
    try:
        found = await site_of(request).sign_in.password(
            email, str(form.get("password", "")), _address(request), _device(request)
        )
    except Wrong:
        return _login_page(request, onward, email=email, wrong=True)
    except TooMany as fault:
        return too_many(request, fault)
    if isinstance(found, NeedsCode):
        return render(request, "login_code.html", ticket=found.ticket, next=onward, wrong=False)
    return await _enter(request, found, onward)


async def login_code(request: Request) -> Response:
    form = request.state.form
    ticket, onward = str(form.get("ticket", "")), _onward(str(form.get("next", "")))
    try:
        account = await site_of(request).sign_in.code(
            ticket, str(form.get("code", "")), _address(request), _device(request)
        )
    except Wrong:
        return render(
            request,
            "login_code.html",
            status_code=HTTPStatus.UNPROCESSABLE_ENTITY,
            ticket=ticket,
            next=onward,
            wrong=True,
        )
    except TooMany as fault:
        return too_many(request, fault)
    return await _enter(request, account, onward)


async def logout(request: Request) -> Response:
    await write_down(request, "logout")
    site = site_of(request)
    await site.record.call(site.sessions.end, token_of(request))
    response = RedirectResponse(f"{LOGIN}?done=signed_out", HTTPStatus.SEE_OTHER)
    drop_session(request, response)
    return response


async def _enter(request: Request, account: Account, onward: str) -> Response:
    """A new session, whatever the browser had before, and from now on a known browser."""
    response = RedirectResponse(onward, HTTPStatus.SEE_OTHER)
    site = site_of(request)
    await site.record.call(site.audit.write, account.id, "login", now=site.now())
    await open_session(request, response, account)
    response.set_cookie(
        site.cookie(DEVICE_COOKIE),
        site.sign_in.devices.issue(account.id),
        max_age=DEVICE_LASTS,
        path="/",
        secure=site.encrypted,
        httponly=True,
        samesite="strict",
    )
    return response


async def open_session(request: Request, response: Response, account: Account) -> None:
    """A new session of this member, and the end of the one that the browser brought."""
    site = site_of(request)

    def rotate() -> str:
        site.sessions.end(token_of(request))
        return site.sessions.open(account.id, site.now())

    set_session(request, response, await site.record.call(rotate))


def _login_page(
    request: Request, onward: str, *, email: str = "", wrong: bool = False, done: str = ""
) -> Response:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return render(
        request,
        "login.html",
        status_code=status,
        next=onward,
        email=email,
        wrong=wrong,
        done=done if done in _DONE else "",
    )


def too_many(request: Request, fault: TooMany) -> Response:
    headers = {"Retry-After": str(math.ceil(fault.wait))}
    return problem_page(request, "too_many", HTTPStatus.TOO_MANY_REQUESTS, headers)


def _onward(path: str) -> str:
    """Where to go once signed in: a staff page of ours, whatever the link says."""
    return path if local(path) else HOME


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _device(request: Request) -> str:
    return request.cookies.get(site_of(request).cookie(DEVICE_COOKIE), "")


# --- an invitation -------------------------------------------------------------------------------


async def show_invitation(request: Request) -> Response:
    account = await _invited(request)
    return _invitation_page(request, account, {}) if account else _over(request)


async def take_invitation(request: Request) -> Response:
    """Set the first password. The link is used up only by a password that can be taken."""
    account = await _invited(request)
    if account is None:
        return _over(request)
    errors = password_errors(request, account.name, account.email)
    if errors:
        return _invitation_page(request, account, errors)
    site = site_of(request)
    try:
        hashed = await site.sign_in.hash(str(request.state.form["password"]))
    except TooMany as fault:
        return too_many(request, fault)
    await site.record.call(site.audit.write, account.id, "invitation.take", now=site.now())
    try:
        token = request.path_params["token"]
        await site.record.call(site.invitations.take, token, hashed, site.now())
    except AccountError:
        return _over(request)
    return RedirectResponse(f"{LOGIN}?done=password_set", HTTPStatus.SEE_OTHER)


async def _invited(request: Request) -> Account | None:
    site = site_of(request)

    def find() -> Account | None:
        whose = site.invitations.whose(request.path_params["token"], site.now())
        return site.accounts.get(whose) if whose else None

    return await site.record.call(find)


def _invitation_page(request: Request, account: Account, errors: Mapping[str, str]) -> Response:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK
    return render(request, "invitation.html", status_code=status, account=account, errors=errors)


def _over(request: Request) -> Response:
    return render(request, "invitation_over.html", status_code=HTTPStatus.GONE)


def password_errors(request: Request, *own: str) -> dict[str, str]:
    """What is wrong with the new password of a form, by field: a key of the words in login.yml."""
    form = request.state.form
    password = str(form.get("password", ""))
    if why := weakness(password, own):
        return {"password": why}
    return {} if form.get("again") == password else {"again": "not_same"}
