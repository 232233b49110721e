"""`/staff/admin/listings`: what people say is wrong in the directory, to look into and settle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus

import phonenumbers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.staff.admin_common import Admin, audited, back, field, member_of, page, words_of
from bot.staff.guard import staff_route
from bot.staff.listings import Doubted, How, ListingsAway
from bot.staff.render import language_of
from bot.staff.spoken import Words, day_words

PATH = "/staff/admin/listings"
WAYS: dict[str, How] = {"fixed": "fixed", "dismissed": "dismissed"}


@dataclass(frozen=True)
class Place:
    """One place of a listing, in words; "" is not known."""

    phone: str
    address: str


@dataclass(frozen=True)
class Item:
    """One reported thing in words. ``provider``, ``what`` and ``payer`` name it to settle it."""

    provider: int
    what: str
    payer: str
    agreed: bool
    name: str
    said: str
    times: str
    days: str
    places: Sequence[Place]
    website: str
    sources: str
    sample: bool


def routes(admin: Admin) -> list[Route]:
    async def view(request: Request) -> Response:
        await audited(request, "report.view")
        try:
            doubted = await admin.listings.doubted()
        except ListingsAway:
            return _page(request, None)
        return _page(request, [_item(one, request, admin) for one in doubted])

    async def settle(request: Request) -> Response:
        how = WAYS.get(field(request, "how"))
        provider, what = field(request, "provider"), field(request, "what")
        if how is None or not (provider.isascii() and provider.isdigit()):
            raise HTTPException(HTTPStatus.NOT_FOUND)
        await audited(request, "report.settle", f"{provider[:20]} {what[:20]} {how}")
        payer = field(request, "payer") or None
        try:
            closed = await admin.listings.settle(int(provider[:9]), what, payer, how)
        except ListingsAway:
            return _page(request, None)
        return back(PATH, done="settled" if closed else "settled_already")

    return [
        staff_route(PATH, view, needs="administer"),
        staff_route(PATH, settle, methods=["POST"], needs="administer"),
    ]


def _page(request: Request, items: Sequence[Item] | None) -> Response:
    """``None``: the directory does not answer."""
    return page(
        request,
        "listings",
        status=HTTPStatus.OK if items is not None else HTTPStatus.SERVICE_UNAVAILABLE,
        away=items is None,
        agreed=[item for item in items or () if item.agreed],
        few=[item for item in items or () if not item.agreed],
        may_change=member_of(request).administers(),
    )


def _item(one: Doubted, request: Request, admin: Admin) -> Item:
    words = words_of(request)
    reported, listing = one.reported, one.listing
    payer = admin.payer(reported.payer, language_of(request)) if reported.payer else ""
    times = "reported_once" if reported.count == 1 else "reported_times"
    sources = (f"{name} ({day_words(day, words, year=True)})" for name, day in listing.sources)
    return Item(
        provider=reported.provider_id,
        what=reported.what,
        payer=reported.payer or "",
        agreed=reported.agreed,
        name=" ".join(filter(None, (listing.name, listing.credential))),
        said=words[f"reported_{reported.what}"].format(payer=payer),
        times=words[times].format(count=reported.count),
        days=_days(reported.days, words),
        places=[
            Place(_phone(spot.phone), _address(spot.address, spot.city, spot.state, spot.zip))
            for spot in listing.spots
        ],
        website=listing.website or "",
        sources=", ".join(sources),
        sample=listing.sample,
    )


def _days(days: Sequence[date], words: Words) -> str:
    return ", ".join(day_words(day, words) for day in days)


def _phone(phone: str | None) -> str:
    """As people write it; as it is where it is no number."""
    if not phone:
        return ""
    try:
        parsed = phonenumbers.parse(phone, "US")
    except phonenumbers.NumberParseException:
        return phone
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL))


def _address(address: str | None, city: str | None, state: str | None, code: str | None) -> str:
    place = " ".join(filter(None, (state, code)))
    return ", ".join(filter(None, (address, city, place)))
