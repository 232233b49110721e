"""Who may sign in: an admin invites, changes, unlocks and disables members; an auditor reads.

An admin keeps the members of their own clinics only: those who have no clinic that the admin has
not. Nobody changes their own account here: it is too easy to shut the door behind oneself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.staff.account_pages import clinic_names
from bot.staff.accounts import EVERY, ROLES, Account, AccountError, Person, checked
from bot.staff.guard import Member, site_of, staff_route, write_down
from bot.staff.invitations import PATH
from bot.staff.render import render, words_for

HERE = "/staff/people"
_DONE = ("change", "unlock", "disable", "enable")


@dataclass(frozen=True)
class Shown:
    """A member as the page shows them. ``state``: active, invited, resting or disabled."""

    account: Account
    clinics: list[str]
    state: str


def routes() -> list[Route]:
    steps = [("change", change), ("unlock", unlock), ("disable", disable), ("enable", enable)]
    return [
        staff_route(HERE, people, needs="administer"),
        staff_route(f"{HERE}/new", new, needs="administer"),
        staff_route(f"{HERE}/new", invite, methods=["POST"], needs="administer"),
        staff_route(f"{HERE}/{{id}}", one, needs="administer"),
        staff_route(f"{HERE}/{{id}}/reset", reset, methods=["POST"], needs="administer"),
        *(
            staff_route(f"{HERE}/{{id}}/{name}", step, methods=["POST"], needs="administer")
            for name, step in steps
        ),
    ]


def keeps(member: Member, account: Account) -> bool:
    """Whether this member's clinics take in all of the account's."""
    return EVERY in member.clinics or account.clinics <= member.clinics


# --- looking -------------------------------------------------------------------------------------


async def people(request: Request) -> Response:
    await write_down(request, "people.view")
    site = site_of(request)
    everybody = await site.record.call(site.accounts.all)
    shown = [_shown(request, each) for each in everybody if keeps(request.state.member, each)]
    return render(request, "people.html", people=shown, wide=True)


async def one(request: Request) -> Response:
    account = await _account(request)
    await write_down(request, "people.view", account.id)
    return _one_page(request, account)


# --- inviting ------------------------------------------------------------------------------------


async def new(request: Request) -> Response:
    own = request.state.member.clinics
    clinics = own if len(own) == 1 and EVERY not in own else frozenset()
    return _new_page(request, Person("", "", "", "staff", clinics), "")


async def invite(request: Request) -> Response:
    """The link is in this answer and nowhere else."""
    form, site = request.state.form, site_of(request)
    given = Person(
        email=str(form.get("email", "")),
        name=str(form.get("name", "")),
        title=str(form.get("title", "")),
        role=str(form.get("role", "")),
        clinics=frozenset(map(str, form.getlist("clinics"))),
    )
    try:
        person = checked(given, known=_grantable(request))
        made = await site.record.call(site.accounts.add, person, site.now())
    except AccountError as fault:
        return _new_page(request, given, fault.reason)
    await write_down(request, "staff.invite", made.id)
    return await _link_page(request, made)


async def reset(request: Request) -> Response:
    """A new link; a password and a code that were set are gone, and every session."""
    account, site = await _changeable(request), site_of(request)
    if account.disabled_at is not None:
        raise HTTPException(HTTPStatus.FORBIDDEN)
    await write_down(request, "staff.reset", account.id)
    await site.record.call(site.accounts.reset, account.id)
    return await _link_page(request, account)


async def _link_page(request: Request, account: Account) -> Response:
    site = site_of(request)
    token = await site.record.call(site.invitations.make, account.id, site.now())
    return render(request, "people_link.html", account=account, link=site.origin + PATH + token)


# --- changing ------------------------------------------------------------------------------------


async def change(request: Request) -> Response:
    """Another role, other clinics; none that the admin does not have."""
    account, site, form = await _changeable(request), site_of(request), request.state.form
    role, clinics = str(form.get("role", "")), frozenset(map(str, form.getlist("clinics")))

    def work() -> None:
        wanted = Person(account.email, account.name, account.title, role, clinics)
        checked(wanted, known=_grantable(request))
        site.accounts.change(account.id, role, clinics)

    return await _step(request, account, "change", work)


async def unlock(request: Request) -> Response:
    account, site = await _changeable(request), site_of(request)
    return await _step(request, account, "unlock", lambda: site.accounts.unlock(account.id))


async def disable(request: Request) -> Response:
    account, site = await _changeable(request), site_of(request)

    def work() -> None:
        site.accounts.disable(account.id, site.now())
        site.invitations.void(account.id)

    return await _step(request, account, "disable", work)


async def enable(request: Request) -> Response:
    account, site = await _changeable(request), site_of(request)
    return await _step(request, account, "enable", lambda: site.accounts.enable(account.id))


async def _step(
    request: Request, account: Account, name: str, work: Callable[[], None]
) -> Response:
    """Do it, with its row in the audit log first, and one more when it was refused."""
    await write_down(request, f"staff.{name}", account.id)
    try:
        await site_of(request).record.call(work)
    except AccountError as fault:
        await write_down(request, f"staff.{name}.refused", account.id)
        return _one_page(request, account, error=fault.reason)
    return RedirectResponse(f"{HERE}/{account.id}?done={name}", HTTPStatus.SEE_OTHER)


# --- the parts -----------------------------------------------------------------------------------


async def _account(request: Request) -> Account:
    """The member that the address names, when this admin keeps them; else a 404."""
    site, name = site_of(request), request.path_params["id"]
    found = await site.record.call(site.accounts.get, name) if name.isalnum() else None
    if found is None or not keeps(request.state.member, found):
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return found


async def _changeable(request: Request) -> Account:
    account = await _account(request)
    if account.id == request.state.member.id:
        raise HTTPException(HTTPStatus.FORBIDDEN)
    return account


def _grantable(request: Request) -> set[str]:
    """Clinics that this admin may give to somebody; `*` only by who has it."""
    own: frozenset[str] = request.state.member.clinics
    known = set(site_of(request).clinics)
    return {EVERY, *known} if EVERY in own else known & own


def _shown(request: Request, account: Account) -> Shown:
    return Shown(account, clinic_names(request, account), _state(account, site_of(request).now()))


def _state(account: Account, now: float) -> str:
    if account.disabled_at is not None:
        return "disabled"
    if account.is_locked(now):
        return "resting"
    return "active" if account.password else "invited"


def _new_page(request: Request, given: Person, error: str) -> Response:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK
    return render(
        request,
        "people_new.html",
        status_code=status,
        given=given,
        error=error,
        **_options(request),
    )


def _one_page(request: Request, account: Account, error: str = "") -> Response:
    member, done = request.state.member, request.query_params.get("done", "")
    return render(
        request,
        "people_one.html",
        status_code=HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
        person=_shown(request, account),
        may_change=member.administers() and account.id != member.id,
        error=error,
        done=done if done in _DONE else "",
        **_options(request),
    )


def _options(request: Request) -> dict[str, Any]:
    """The roles and clinics to choose from: value, label, hint."""
    words, known = words_for(request).people, site_of(request).clinics
    roles = [
        (role, getattr(words, f"role_{role}"), getattr(words, f"role_{role}_hint"))
        for role in ROLES
    ]
    grantable = _grantable(request)
    clinics = [(key, known[key].name, "") for key in sorted(grantable - {EVERY})]
    every = [(EVERY, words.every_clinic, "")] if EVERY in grantable else []
    return {"roles": roles, "clinics": every + clinics}
