"""Who may sign in to the staff pages, as what, and for which clinics.

A member has a first name and the title that people are told, a role of ours (`ROLES`), and clinics
by key (``*`` is every one). Without a password, because the invitation was not taken yet, or once
disabled, nobody gets in. How tries are counted and when an account rests: `bot/staff/tries.py`.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from bot.store.tables import staff, staff_clinics, staff_sessions

ROLES = ("staff", "admin", "auditor")
"""staff answer; admins also keep the settings and the people; auditors see all, change nothing."""
EVERY = "*"
LONGEST_EMAIL = 254  # RFC 5321
LONGEST_NAME = 60


class AccountError(Exception):
    """An account that cannot be made or changed so. ``reason`` is a key of the staff pages' words:
    `email`, `name`, `title`, `role`, `clinics`, `taken`, `last_admin` or `unknown`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Account:
    """Times are unix seconds. ``password`` is argon2id's text, ``totp`` the sealed secret."""

    id: str
    email: str
    name: str
    title: str
    role: str
    clinics: frozenset[str]
    password: str | None
    totp: bytes | None
    totp_step: int
    failures: int
    locked_until: float | None
    created_at: float
    disabled_at: float | None

    def is_locked(self, now: float) -> bool:
        return self.locked_until is not None and now < self.locked_until

    @property
    def may_enter(self) -> bool:
        return self.password is not None and self.disabled_at is None


@dataclass(frozen=True)
class Person:
    """What an admin says of a member; checked by `checked`."""

    email: str
    name: str
    title: str
    role: str
    clinics: frozenset[str]


def checked(person: Person, known: Iterable[str] | None = None) -> Person:
    """As it is kept: trimmed, the e-mail in lower case. ``known`` are the clinics it may have.

    Raises `AccountError`.
    """
    email, name, title = person.email.strip().lower(), person.name.strip(), person.title.strip()
    local, at, domain = email.rpartition("@")
    if not (local and at and domain) or len(email) > LONGEST_EMAIL or not email.isprintable():
        raise AccountError("email")
    if " " in email:
        raise AccountError("email")
    for field, value in (("name", name), ("title", title)):
        if not 1 <= len(value) <= LONGEST_NAME or not value.isprintable():
            raise AccountError(field)
    if person.role not in ROLES:
        raise AccountError("role")
    if not person.clinics or (known is not None and not person.clinics <= set(known)):
        raise AccountError("clinics")
    return Person(email, name, title, person.role, person.clinics)


@dataclass(frozen=True)
class Accounts:
    """Blocking; raises ``SQLAlchemyError`` when the database does not answer."""

    engine: Engine

    def add(self, person: Person, now: float) -> Account:
        """A member without a password. Raises `AccountError`."""
        person = checked(person)
        made = secrets.token_hex(16)
        try:
            with self.engine.begin() as connection:
                connection.execute(
                    staff.insert().values(
                        id=made,
                        email=person.email,
                        name=person.name,
                        title=person.title,
                        role=person.role,
                        totp_step=0,
                        failures=0,
                        created_at=now,
                    )
                )
                _set_clinics(connection, made, person.clinics)
        except IntegrityError:
            raise AccountError("taken") from None
        return self.named(made)

    def get(self, staff_id: str) -> Account | None:
        return self._one(staff.c.id == staff_id)

    def by_email(self, email: str) -> Account | None:
        return self._one(staff.c.email == email.strip().lower())

    def named(self, staff_id: str) -> Account:
        """Raises `AccountError` when there is none."""
        if found := self.get(staff_id):
            return found
        raise AccountError("unknown")

    def all(self) -> list[Account]:
        """By name."""
        with self.engine.connect() as connection:
            clinics: dict[str, set[str]] = defaultdict(set)
            for row in connection.execute(sa.select(staff_clinics)):
                clinics[row.staff_id].add(row.clinic)
            rows = connection.execute(sa.select(staff).order_by(staff.c.name, staff.c.email))
            return [_account(row._mapping, clinics[row.id]) for row in rows]

    def change(self, staff_id: str, role: str, clinics: frozenset[str]) -> Account:
        """Another role, other clinics. Raises `AccountError`, also for the last admin's role."""
        kept = self.named(staff_id)
        checked(Person(kept.email, kept.name, kept.title, role, clinics))
        with self.engine.begin() as connection, _an_admin_stays(connection):
            self._update(connection, staff_id, role=role)
            _set_clinics(connection, staff_id, clinics)
        return self.named(staff_id)

    def disable(self, staff_id: str, now: float) -> None:
        """Nobody signs in with it any more, and every session of it ends. Raises `AccountError`."""
        with self.engine.begin() as connection, _an_admin_stays(connection):
            self._update(connection, staff_id, disabled_at=now)
            connection.execute(staff_sessions.delete().where(staff_sessions.c.staff_id == staff_id))

    def enable(self, staff_id: str) -> None:
        self._set(staff_id, disabled_at=None, failures=0, locked_until=None)

    def unlock(self, staff_id: str) -> None:
        self._set(staff_id, failures=0, locked_until=None)

    def set_password(self, staff_id: str, password: str) -> None:
        """``password`` is argon2id's text. Every session ends, and a rest that was on."""
        with self.engine.begin() as connection:
            self._update(connection, staff_id, password=password, failures=0, locked_until=None)
            connection.execute(staff_sessions.delete().where(staff_sessions.c.staff_id == staff_id))

    def renew_password(self, staff_id: str, before: str, password: str) -> None:
        """The same password, stored with newer parameters; nothing else changes."""
        with self.engine.begin() as connection:
            connection.execute(
                staff.update()
                .where(staff.c.id == staff_id, staff.c.password == before)
                .values(password=password)
            )

    def reset(self, staff_id: str) -> None:
        """Without password and code: only a new invitation lets them in. Every session ends."""
        with self.engine.begin() as connection:
            self._update(
                connection, staff_id, password=None, totp=None, failures=0, locked_until=None
            )
            connection.execute(staff_sessions.delete().where(staff_sessions.c.staff_id == staff_id))

    def set_totp(self, staff_id: str, sealed: bytes | None) -> None:
        self._set(staff_id, totp=sealed)

    def use_step(self, staff_id: str, step: int) -> bool:
        """Whether a code of this time step may be used: once, and none older after it."""
        with self.engine.begin() as connection:
            done = connection.execute(
                staff.update()
                .where(staff.c.id == staff_id, staff.c.totp_step < step)
                .values(totp_step=step)
            )
            return bool(done.rowcount == 1)

    def _set(self, staff_id: str, **values: Any) -> None:
        with self.engine.begin() as connection:
            self._update(connection, staff_id, **values)

    def _update(self, connection: Connection, staff_id: str, **values: Any) -> None:
        done = connection.execute(staff.update().where(staff.c.id == staff_id).values(**values))
        if done.rowcount != 1:
            raise AccountError("unknown")

    def _one(self, where: Any) -> Account | None:
        with self.engine.connect() as connection:
            row = connection.execute(sa.select(staff).where(where)).one_or_none()
            if row is None:
                return None
            clinics = connection.scalars(
                sa.select(staff_clinics.c.clinic).where(staff_clinics.c.staff_id == row.id)
            )
            return _account(row._mapping, clinics)


def _account(row: Mapping[str, Any], clinics: Iterable[str]) -> Account:
    return Account(**row, clinics=frozenset(clinics))


def _set_clinics(connection: Connection, staff_id: str, clinics: frozenset[str]) -> None:
    connection.execute(staff_clinics.delete().where(staff_clinics.c.staff_id == staff_id))
    rows = [{"staff_id": staff_id, "clinic": clinic} for clinic in sorted(clinics)]
    connection.execute(staff_clinics.insert(), rows)


@contextmanager
def _an_admin_stays(connection: Connection) -> Iterator[None]:
    """Somebody must be able to let people in: raises `AccountError` where the last admin who can
    sign in would go, and then nothing has changed. Two who do it at once wait for each other."""
    able = sa.select(staff.c.id).where(
        staff.c.role == "admin", staff.c.disabled_at.is_(None), staff.c.password.is_not(None)
    )
    before = connection.execute(able.order_by(staff.c.id).with_for_update()).all()
    yield
    if before and not connection.execute(able).all():
        raise AccountError("last_admin")
