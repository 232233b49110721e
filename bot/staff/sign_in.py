"""Signing in, step by step: a password, then a code where the member turned codes on.

An unknown address, a wrong password, a resting and a disabled account all get the same answer,
after the same work: a stranger learns nothing of who has an account.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, NoReturn

from itsdangerous import BadData, URLSafeSerializer

from bot.staff.accounts import Account, Accounts
from bot.staff.audit import Audit
from bot.staff.passwords import Busy, Hashing, fits, hash_password, is_old
from bot.staff.totp import step_of
from bot.staff.tries import ADDRESS_RATE, FREE, Devices, Tries
from bot.store.crypto import Unsealable
from bot.store.record import Record

if TYPE_CHECKING:
    from bot.channels.rate import Rate

log = logging.getLogger(__name__)

STRANGER = "stranger"
"""The actor, in the audit log, of a try with an address that nobody here has."""
CODE_WITHIN = 5 * 60
"""Seconds between the password and the code."""


class TooMany(Exception):
    """Too many tries from one network or browser, or too many at once. ``wait`` is in seconds."""

    def __init__(self, wait: float) -> None:
        super().__init__(f"wait {wait:.0f} s")
        self.wait = wait


class Wrong(Exception):
    """It is not told what was wrong."""


@dataclass(frozen=True)
class NeedsCode:
    """The password was right; a code is missing. ``ticket`` says so, signed, for `CODE_WITHIN`."""

    ticket: str


class SignIn:
    """Coroutines that raise `Wrong`, `TooMany` and `StoreDown`. The audit log gets each failure."""

    def __init__(
        self,
        record: Record,
        accounts: Accounts,
        audit: Audit,
        secret: str,
        now: Callable[[], float],
    ) -> None:
        self.record = record
        self.accounts = accounts
        self.audit = audit
        self.now = now
        self.tries = Tries(accounts.engine)
        self.devices = Devices(secret)
        self.hashing = Hashing()
        self._tickets = URLSafeSerializer(secret, salt="carenav.staff.ticket.v1")

    @cached_property
    def _rate(self) -> Rate:
        from bot.channels.rate import Rate  # the edge's start can do without the moment it takes

        return Rate(ADDRESS_RATE)

    async def password(
        self, email: str, password: str, address: str, device: str = ""
    ) -> Account | NeedsCode:
        """``address`` is the network's, ``device`` the value of the browser's device cookie."""
        self._pace(self._rate.seconds_to_wait(address))
        account = await self.record.call(self.accounts.by_email, email)
        able = account if account and account.may_enter else None
        before = await self._begin(able, device) if able else None
        hashed = able.password if able and before is not None else None
        right = await self._hashing(partial(fits, hashed, password))
        if able is None or before is None or not right:
            await self._failed(account, before)
        if able.totp:
            if not self.devices.known(device, able.id):
                await self.record.call(self.tries.take_back, able.id, before)
            return NeedsCode(self._ticket(able))
        await self._in(able, password, device)
        return able

    async def code(self, ticket: str, code: str, address: str, device: str = "") -> Account:
        self._pace(self._rate.seconds_to_wait(address))
        account = await self._holder(ticket)
        if account is None or not account.may_enter or account.totp is None:
            raise Wrong
        before = await self._begin(account, device)
        if before is None or not await self._is_code(account, code):
            await self._failed(account, before)
        await self._in(account, None, device)
        return account

    async def is_own(self, account: Account, password: str) -> bool:
        """Whether a member who is signed in knows their password. Raises `TooMany`."""
        self._pace(self.devices.seconds_to_wait(f"own {account.id}"))
        return await self._hashing(partial(fits, account.password, password))

    async def hash(self, password: str) -> str:
        """Raises `TooMany`."""
        try:
            return await self.hashing.run(hash_password, password)
        except Busy:
            raise TooMany(2) from None

    # --- the parts ------------------------------------------------------------------------------

    async def _is_code(self, account: Account, code: str) -> bool:
        """Whether it is the code of now, used for the first time."""
        try:
            secret = self.record.store.sealer.open(account.totp or b"").decode()
        except Unsealable:
            log.error("a code cannot be checked: its secret was sealed with a key we do not have")
            return False
        step = step_of(secret, code, self.now())
        if step is None:
            return False
        return await self.record.call(self.accounts.use_step, account.id, step)

    async def _begin(self, account: Account, device: str) -> int | None:
        """Count this try, on the browser where it is known, else on the account; None: it rests."""
        if known := self.devices.known(device, account.id):
            self._pace(self.devices.seconds_to_wait(known))
            return 0
        return await self.record.call(self.tries.begin, account.id, self.now())

    async def _failed(self, account: Account | None, before: int | None) -> NoReturn:
        who = account.id if account else STRANGER
        rests = before is not None and before + 1 >= FREE
        action = "login.locked" if rests else "login.failed"
        await self.record.call(self.audit.write, who, action, now=self.now())
        raise Wrong

    async def _in(self, account: Account, password: str | None, device: str) -> None:
        if not self.devices.known(device, account.id):
            await self.record.call(self.tries.forgive, account.id)
        if password is not None and account.password and is_old(account.password):
            renewed = await self.hash(password)
            await self.record.call(
                self.accounts.renew_password, account.id, account.password, renewed
            )

    async def _hashing(self, work: Callable[[], bool]) -> bool:
        try:
            return await self.hashing.run(work)
        except Busy:
            raise TooMany(2) from None

    @staticmethod
    def _pace(wait: float) -> None:
        if wait:
            raise TooMany(wait)

    def _ticket(self, account: Account) -> str:
        return self._tickets.dumps([account.id, self.now() + CODE_WITHIN, _mark(account)])

    async def _holder(self, ticket: str) -> Account | None:
        """Whose password was right; None when that was too long ago, or it has changed since."""
        try:
            staff_id, until, mark = self._tickets.loads(ticket)
        except (BadData, ValueError, TypeError):
            return None
        if self.now() >= until:
            return None
        account = await self.record.call(self.accounts.get, staff_id)
        return account if account and _mark(account) == mark else None


def _mark(account: Account) -> str:
    """Changes with the password."""
    return hashlib.sha256((account.password or "").encode()).hexdigest()[:16]
