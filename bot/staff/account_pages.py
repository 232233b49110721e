"""A member's own account: password, codes, and where they are signed in."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.staff import totp
from bot.staff.accounts import EVERY, Account
from bot.staff.guard import site_of, staff_route, token_of, write_down
from bot.staff.login_pages import open_session, password_errors, too_many
from bot.staff.render import render, words_for
from bot.staff.sessions import digest
from bot.staff.sign_in import TooMany

HERE = "/staff/account"
_DONE = ("password", "on", "off", "others")


def routes() -> list[Route]:
    return [
        staff_route(HERE, account),
        staff_route(f"{HERE}/password", change_password, methods=["POST"], needs="self"),
        staff_route(f"{HERE}/code", show_code),
        staff_route(f"{HERE}/code", turn_on, methods=["POST"], needs="self"),
        staff_route(f"{HERE}/code.svg", code_picture),
        staff_route(f"{HERE}/code/off", turn_off, methods=["POST"], needs="self"),
        staff_route(f"{HERE}/sessions", end_others, methods=["POST"], needs="self"),
    ]


async def account(request: Request) -> Response:
    await write_down(request, "account.view")
    return await _page(request, {})


async def change_password(request: Request) -> Response:
    """Every session of the member ends, and this browser gets a new one."""
    own = await _own(request)
    form, sign_in = request.state.form, site_of(request).sign_in
    try:
        if not await sign_in.is_own(own, str(form.get("current", ""))):
            return await _page(request, {"current": "wrong"})
        if errors := password_errors(request, own.name, own.email):
            return await _page(request, errors)
        hashed = await sign_in.hash(str(form["password"]))
    except TooMany as fault:
        return too_many(request, fault)
    await write_down(request, "password.change", own.id)
    site = site_of(request)
    await site.record.call(site.accounts.set_password, own.id, hashed)
    response = _done("password")
    await open_session(request, response, own)
    return response


async def end_others(request: Request) -> Response:
    await write_down(request, "sessions.end")
    site = site_of(request)
    seat = digest(token_of(request))
    await site.record.call(site.sessions.end_all, request.state.member.id, but=seat)
    return _done("others")


# --- codes ---------------------------------------------------------------------------------------


async def show_code(request: Request) -> Response:
    own = await _own(request)
    return _back() if own.totp else _code_page(request, own, wrong=False)


async def code_picture(request: Request) -> Response:
    own = await _own(request)
    if own.totp:
        return Response(status_code=HTTPStatus.NOT_FOUND)
    return Response(totp.picture(_secret(request, own), own.email), media_type="image/svg+xml")


async def turn_on(request: Request) -> Response:
    """Once a code shows that the app has the secret."""
    own, site = await _own(request), site_of(request)
    if own.totp:
        return _back()
    secret = _secret(request, own)
    step = totp.step_of(secret, str(request.state.form.get("code", "")), site.now())
    if step is None or not await site.record.call(site.accounts.use_step, own.id, step):
        return _code_page(request, own, wrong=True)
    await write_down(request, "totp.on", own.id)
    sealed = site.record.store.sealer.seal(secret.encode())
    await site.record.call(site.accounts.set_totp, own.id, sealed)
    return _done("on")


async def turn_off(request: Request) -> Response:
    own, site = await _own(request), site_of(request)
    try:
        if not await site.sign_in.is_own(own, str(request.state.form.get("own", ""))):
            return await _page(request, {"own": "wrong"})
    except TooMany as fault:
        return too_many(request, fault)
    await write_down(request, "totp.off", own.id)
    await site.record.call(site.accounts.set_totp, own.id, None)
    return _done("off")


def _secret(request: Request, own: Account) -> str:
    return totp.new_secret(site_of(request).secret, token_of(request), own)


def _code_page(request: Request, own: Account, *, wrong: bool) -> Response:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    secret = _secret(request, own)
    shown = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return render(request, "account_code.html", status_code=status, secret=shown, wrong=wrong)


# --- the parts -----------------------------------------------------------------------------------


async def _own(request: Request) -> Account:
    site = site_of(request)
    return await site.record.call(site.accounts.named, request.state.member.id)


async def _page(request: Request, errors: Mapping[str, str]) -> Response:
    own, site = await _own(request), site_of(request)
    done = request.query_params.get("done", "")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK
    return render(
        request,
        "account.html",
        status_code=status,
        codes=own.totp is not None,
        clinics=clinic_names(request, own),
        seats=await site.record.call(site.sessions.of, own.id, site.now()),
        own_seat=digest(token_of(request)),
        errors=errors,
        done=done if done in _DONE else "",
    )


def clinic_names(request: Request, account: Account) -> list[str]:
    """The names of an account's clinics; the key of one that is no more."""
    if EVERY in account.clinics:
        return [words_for(request).account.every_clinic]
    known = site_of(request).clinics
    return sorted(known[key].name if key in known else key for key in account.clinics)


def _done(what: str) -> Response:
    return RedirectResponse(f"{HERE}?done={what}", HTTPStatus.SEE_OTHER)


def _back() -> Response:
    return RedirectResponse(HERE, HTTPStatus.SEE_OTHER)
