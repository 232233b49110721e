"""One-time codes of an app (TOTP, RFC 6238): six digits, thirty seconds, each good for one use."""

from __future__ import annotations

import hashlib
import hmac
import io
import re
from base64 import b32encode

import pyotp
import segno

from bot.staff.accounts import Account

ISSUER = "Care Navigator"
_SECONDS = 30
_AROUND = (-1, 0, 1)
"""Steps of a clock that is a little off."""


def new_secret(key: str, session: str, account: Account) -> str:
    """The secret that this session would turn codes on with: the same at each look at the page,
    another after every code used, and kept nowhere until a code has shown that the app has it."""
    said = f"carenav.staff.totp.v1 {account.id} {account.totp_step} {session}"
    return b32encode(hmac.new(key.encode(), said.encode(), hashlib.sha256).digest()[:20]).decode()


def step_of(secret: str, code: str, now: float) -> int | None:
    """Which time step the code belongs to; None when it is wrong. ``now`` is in unix seconds."""
    digits = re.sub(r"\s", "", code)
    totp = pyotp.TOTP(secret)
    right = [
        step
        for step in (int(now // _SECONDS) + around for around in _AROUND)
        if hmac.compare_digest(totp.generate_otp(step).encode(), digits.encode())
    ]
    return right[0] if right else None


def address(secret: str, email: str) -> str:
    """What the QR code says: an ``otpauth:`` URI."""
    return str(pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER))


def picture(secret: str, email: str) -> bytes:
    """The QR code as an SVG image of its own."""
    out = io.BytesIO()
    code = segno.make(address(secret, email), error="m")
    code.save(out, kind="svg", border=3, light="#fff", xmldecl=False, omitsize=True)
    return out.getvalue()
