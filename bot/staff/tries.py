"""How often somebody may try to sign in.

Five tries in a row that fail, and the account rests for 15 minutes; each further one doubles that,
up to a day. A try counts before it is judged, so that many at once are no way around it.

**Strangers must not be able to lock staff out.** Whoever knows an address could make its account
rest for ever with a wrong password now and then. So a browser in which a member has signed in
before keeps a signed *device cookie*. Its tries neither count for the account nor are stopped by
its rest; they have a count of their own (OWASP, "Slow down online guessing attacks with device
cookies"). What is left to a stranger is to keep a member from signing in on a new browser;
``carenav staff unlock`` or an admin ends that. A rate for each network keeps one from making many
accounts rest.

The rate and the devices' counts are in memory, each process its own.
"""

from __future__ import annotations

import secrets
from functools import cached_property
from typing import TYPE_CHECKING

import sqlalchemy as sa
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy.engine import Engine

from bot.store.tables import staff

if TYPE_CHECKING:
    from bot.channels.rate import Rate

FREE = 5
"""Tries in a row after which an account rests."""
REST = 15 * 60.0
LONGEST_REST = 24 * 3600.0
"""Seconds."""
ADDRESS_RATE = "60/hour burst 20"
"""Tries of one network, good or bad: an office signs in from one."""
DEVICE_RATE = "20/hour burst 10"
"""Tries from one known browser."""
DEVICE_COOKIE = "carenav-device"
DEVICE_LASTS = 180 * 24 * 3600
"""Seconds after the last sign-in for which a browser is known."""


class Tries:
    """Blocking; raises ``SQLAlchemyError`` when the database does not answer."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def begin(self, staff_id: str, now: float) -> int | None:
        """Count one try, as if it had failed; how many failed before it. None: the account rests,
        and nothing was counted."""
        with self.engine.begin() as connection:
            while True:
                row = connection.execute(
                    sa.select(staff.c.failures, staff.c.locked_until).where(staff.c.id == staff_id)
                ).one_or_none()
                if row is None or (row.locked_until is not None and now < row.locked_until):
                    return None
                counted = connection.execute(
                    staff.update()
                    .where(staff.c.id == staff_id, staff.c.failures == row.failures)
                    .values(failures=row.failures + 1, locked_until=_rests(row.failures + 1, now))
                )
                if counted.rowcount == 1:
                    return int(row.failures)

    def take_back(self, staff_id: str, before: int) -> None:
        """The try that `begin` answered with ``before`` was good, and another one follows it."""
        with self.engine.begin() as connection:
            connection.execute(
                staff.update()
                .where(staff.c.id == staff_id, staff.c.failures == before + 1)
                .values(failures=before, locked_until=None)
            )

    def forgive(self, staff_id: str) -> None:
        """Somebody is in: what failed before is forgotten."""
        with self.engine.begin() as connection:
            connection.execute(
                staff.update().where(staff.c.id == staff_id).values(failures=0, locked_until=None)
            )


def _rests(failures: int, now: float) -> float | None:
    if failures < FREE:
        return None
    return now + min(REST * 2.0 ** min(failures - FREE, 20), LONGEST_REST)


class Devices:
    """Browsers in which a member has signed in before, by a cookie that only we can make."""

    def __init__(self, secret: str) -> None:
        self._serializer = URLSafeSerializer(secret, salt="carenav.staff.device.v1")

    @cached_property
    def _rate(self) -> Rate:
        from bot.channels.rate import Rate  # the edge's start can do without the moment it takes

        return Rate(DEVICE_RATE)

    def issue(self, staff_id: str) -> str:
        return self._serializer.dumps([staff_id, secrets.token_hex(8)])

    def known(self, cookie: str, staff_id: str) -> str:
        """The device's own id, when this member has signed in with it; else nothing."""
        try:
            whose, device = self._serializer.loads(cookie)
        except (BadData, ValueError, TypeError):
            return ""
        return str(device) if whose == staff_id else ""

    def seconds_to_wait(self, device: str) -> float:
        """0: this device may try now, and then it has."""
        return self._rate.seconds_to_wait(device)
