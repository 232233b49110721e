"""What the staff pages share: who may come in, what is written down, the words, the clock.

`create_app` makes one `StaffSite` and calls `install`; the pages find it as ``app.state.staff``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

from starlette.applications import Starlette

from bot.clinics import Clinic
from bot.staff.accounts import Accounts
from bot.staff.audit import Audit
from bot.staff.invitations import Invitations
from bot.staff.sessions import Sessions
from bot.staff.sign_in import SignIn
from bot.store.record import Record
from bot.widget.assets import load_words
from guardrails.catalogue import LANGUAGES

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class StaffSite:
    """``words`` by language, then by file, then by key: ``words["en"].login.heading``.

    ``public_url`` is the address that browsers open (CARENAV_PUBLIC_URL); what a cookie is called
    and whether it is Secure follows from it. ``secret`` signs what a browser
    keeps for us. ``now`` gives unix seconds.
    """

    record: Record
    accounts: Accounts
    sessions: Sessions
    invitations: Invitations
    sign_in: SignIn
    audit: Audit
    clinics: Mapping[str, Clinic]
    secret: str = field(repr=False)
    words: Mapping[str, SimpleNamespace]
    public_url: str
    now: Callable[[], float]

    @property
    def origin(self) -> str:
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def encrypted(self) -> bool:
        return urlsplit(self.public_url).scheme == "https"

    @property
    def is_safe(self) -> bool:
        """Whether a password may travel to it: over https, or not at all."""
        return self.encrypted or urlsplit(self.public_url).hostname in LOOPBACK

    def cookie(self, name: str) -> str:
        """A cookie's name; with ``__Host-`` no other host and no plain http can have set it."""
        return f"__Host-{name}" if self.encrypted else name

    def install(self, app: Starlette) -> None:
        app.state.staff = self
        app.state.accounts = self.accounts
        app.state.audit = self.audit
        app.state.record = self.record


def open_site(
    record: Record,
    clinics: Mapping[str, Clinic],
    content: Path,
    *,
    public_url: str,
    secret: str,
    now: Callable[[], float],
) -> StaffSite:
    """``content`` is the folder ``data/content``. Raises `CatalogueError`; contacts nothing."""
    engine = record.store.engine
    accounts, audit = Accounts(engine), Audit(engine)
    return StaffSite(
        record=record,
        accounts=accounts,
        sessions=Sessions(engine),
        invitations=Invitations(engine),
        sign_in=SignIn(record, accounts, audit, secret, now),
        audit=audit,
        clinics=clinics,
        secret=secret,
        words=load_staff_words(content),
        public_url=public_url,
        now=now,
    )


def load_staff_words(content: Path) -> Mapping[str, SimpleNamespace]:
    """Every file of ``staff/``. Raises `CatalogueError`."""
    files = {path.stem: load_words(path) for path in sorted((content / "staff").glob("*.yml"))}
    return {
        language: SimpleNamespace(
            **{
                name: SimpleNamespace(**words.by_language[language])
                for name, words in files.items()
            }
        )
        for language in LANGUAGES
    }
