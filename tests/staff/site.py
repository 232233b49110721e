"""The staff pages on a database of their own, with our clock, and browsers without a screen.

site = Site(url, routes=[...])      # routes besides those of sign-in, static files and account
browser = site.signed_in("admin")   # or: site.browser()
browser.get("/staff/inbox");  browser.post("/staff/inbox/x/claim", data={...})
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute
from starlette.testclient import TestClient

from bot.app import DATA
from bot.clinics import load_clinics
from bot.security import SecurityHeaders
from bot.staff import pages
from bot.staff.accounts import Account, Person
from bot.staff.guard import COOKIE
from bot.staff.sessions import csrf_token
from bot.staff.site import open_site
from bot.store.conversations import Store
from bot.store.crypto import Sealer
from bot.store.database import open_engine
from bot.store.record import Record

KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
PASSWORD = "quiet harbour lanterns"
BEGIN = 1_800_000_000.0


@dataclass
class Clock:
    now: float = BEGIN

    def __call__(self) -> float:
        return self.now


class Site:
    """One process of the edge with nothing but staff pages."""

    def __init__(
        self,
        url: str,
        *,
        routes: Sequence[BaseRoute] = (),
        public_url: str = "https://chat.example.org",
        clock: Clock | None = None,
    ) -> None:
        self.clock = clock or Clock()
        self.public_url = public_url
        record = Record(Store(open_engine(url), Sealer([KEY])))
        self.staff = open_site(
            record,
            load_clinics(DATA / "clinics"),
            DATA / "content",
            public_url=public_url,
            secret="s" * 32,
            now=self.clock,
        )
        self.app = Starlette(
            routes=[*routes, *pages.routes()],
            middleware=[Middleware(SecurityHeaders, https=public_url.startswith("https:"))],
        )
        self.staff.install(self.app)
        self._made = 0

    def member(self, role: str = "staff", clinics: Sequence[str] = ("demo",)) -> Account:
        """A new member, with no password."""
        self._made += 1
        return self.staff.accounts.add(
            Person(
                f"{role}{self._made}@clinic.example.org",
                f"Ana{self._made}",
                "care coordinator",
                role,
                frozenset(clinics),
            ),
            self.clock(),
        )

    def browser(self, **headers: str) -> Browser:
        return Browser(self, headers)

    def signed_in(
        self, role: str = "staff", clinics: Sequence[str] = ("demo",), **headers: str
    ) -> Browser:
        """A browser in which a new member of this role has signed in; `.account` says who."""
        account = self.member(role, clinics)
        self.staff.accounts.set_password(account.id, "not a hash, so no password fits")
        browser = self.browser(**headers)
        browser.account = account
        browser.cookies.set(
            self.staff.cookie(COOKIE), self.staff.sessions.open(account.id, self.clock())
        )
        return browser

    def actions(self) -> list[tuple[str, str, str]]:
        """What the audit log says: actor, action, subject; oldest first."""
        return [(row.actor, row.action, row.subject) for row in self.staff.audit.entries()]


class Browser(TestClient):
    """Sends what a browser would: where a form comes from, and the token of the session's forms."""

    account: Account

    def __init__(self, site: Site, headers: dict[str, str]) -> None:
        super().__init__(site.app, base_url=site.public_url, follow_redirects=False)
        self.site = site
        self.headers.update({name.replace("_", "-"): value for name, value in headers.items()})

    @property
    def token(self) -> str:
        """The cookie's value."""
        return str(self.cookies.get(self.site.staff.cookie(COOKIE), default=""))

    def post(self, url: str, data: dict[str, Any] | None = None, **kw: Any) -> httpx.Response:  # type: ignore[override]
        """A form of ours, sent from our page. ``csrf`` and the origin can be given otherwise."""
        form = {"csrf": csrf_token(self.token), **(data or {})}
        headers = {"Origin": self.site.public_url, **kw.pop("headers", {})}
        return super().post(url, data=form, headers=headers, **kw)
