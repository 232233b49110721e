"""What the admin pages share: whose clinics, what is written down, how a page is answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.clinics import Clinic, ClinicBook
from bot.counting import Counts
from bot.staff.accounts import EVERY
from bot.staff.guard import Member
from bot.staff.listings import Listings
from bot.staff.render import render, words_for
from bot.staff.site import StaffSite
from guardrails.release import Releaser

TABS = ("counts", "hours", "replies", "listings", "audit")


@dataclass(frozen=True)
class Admin:
    """What the pages work with."""

    clinics: ClinicBook
    counts: Counts
    listings: Listings
    releaser: Releaser

    def payer(self, key: str, language: str) -> str:
        """What a payer is called; its id where it has no name."""
        term = self.releaser.catalogue.terms.get(f"payer.{key}")
        return term.label.get(language, key) if term else key

    @property
    def public_numbers(self) -> set[str]:
        """Those of the help lines: anybody may be sent there."""
        lines = self.releaser.helplines.lines.values()
        return {way["dial"] for line in lines for way in line["channels"] if "dial" in way}


def site_of(request: Request) -> StaffSite:
    site: StaffSite = request.app.state.staff
    return site


def member_of(request: Request) -> Member:
    member: Member = request.state.member
    return member


def words_of(request: Request) -> Mapping[str, str]:
    """The words of the admin pages."""
    words: Mapping[str, str] = vars(words_for(request).admin)
    return words


def own_clinics(request: Request, clinics: Mapping[str, Clinic]) -> list[Clinic]:
    """Those that the member may see, by name."""
    member = member_of(request)
    own = (clinic for key, clinic in clinics.items() if member.may_see(key))
    return sorted(own, key=lambda clinic: (clinic.name.casefold(), clinic.key))


def chosen_clinic(request: Request, clinics: Mapping[str, Clinic], key: str) -> Clinic | None:
    """The one asked for, else the member's first; None when they have none.

    Raises ``HTTPException`` for one that there is not, or that is not theirs.
    """
    if key and (key not in clinics or not member_of(request).may_see(key)):
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return clinics[key] if key else next(iter(own_clinics(request, clinics)), None)


def posted_clinic(request: Request, clinics: Mapping[str, Clinic]) -> Clinic:
    """The one that a form is about. Raises ``HTTPException`` as `chosen_clinic`."""
    clinic = chosen_clinic(request, clinics, field(request, "clinic"))
    if clinic is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return clinic


def field(request: Request, name: str) -> str:
    """What a form brought under this name, less the space around it; "" for nothing."""
    return str(request.state.form.get(name, "")).strip()


def scope(request: Request) -> Sequence[str]:
    """The member's clinics as a query takes them; ``("*",)`` is every one."""
    own = member_of(request).clinics
    return (EVERY,) if EVERY in own else sorted(own)


async def audited(request: Request, action: str, subject: str = "", clinic: str = "") -> None:
    """Write down what the member does, before the answer goes out. Raises `StoreDown`."""
    site = site_of(request)
    member = member_of(request)
    await site.record.call(site.audit.write, member.id, action, subject, clinic, site.now())


def page(request: Request, tab: str, *, status: int = HTTPStatus.OK, **context: Any) -> Response:
    """One of `TABS`. A notice after a change is ``?done=``, a key of the page's words."""
    done = request.query_params.get("done", "")
    notice = done if done in ("saved", "settled", "settled_already", "error_gone") else ""
    return render(
        request,
        f"admin_{tab}.html",
        status_code=status,
        tab=tab,
        tabs=TABS,
        notice=notice,
        wide=True,
        **context,
    )


def back(path: str, **query: str) -> Response:
    """After a change: the page again, so that loading it anew changes nothing twice."""
    return RedirectResponse(f"{path}?{urlencode(query)}", HTTPStatus.SEE_OTHER)
