"""The Twilio account: its own, or in development without one, that of `carenav sms simulate`."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from bot.settings import Settings

INCOMING, STATUS, FALLBACK = "/sms/incoming", "/sms/status", "/sms/fallback"


@dataclass(frozen=True)
class Account:
    """``base_url`` stands in for https://api.twilio.com; None is Twilio's own."""

    sid: str
    token: str = field(repr=False)
    public_url: str
    base_url: str | None = None
    simulated: bool = False

    def url(self, path: str) -> str:
        """The address that Twilio is given and signs, as configured (CARENAV_PUBLIC_URL)."""
        return f"{self.public_url}{path}"


def account_of(settings: Settings) -> Account | None:
    """None: nobody can be texted, and nothing that comes can be believed."""
    sid = settings.named.get("TWILIO_ACCOUNT_SID", "").strip()
    token = settings.named.get("TWILIO_AUTH_TOKEN", "").strip()
    if sid and token:
        base_url = settings.named.get("TWILIO_API_BASE_URL", "").strip() or None
        return Account(sid, token, settings.public_url, base_url)
    return None if settings.production else simulated(settings)


def simulated(settings: Settings) -> Account:
    """Made from our own secret, so that only this machine's simulator can sign with it."""
    port = settings.sms_simulator_port
    return Account(
        f"AC{_made(settings, 'sid')}",
        _made(settings, "token"),
        settings.public_url,
        f"http://127.0.0.1:{port}",
        simulated=True,
    )


def _made(settings: Settings, what: str) -> str:
    secret = f"carenav sms simulator {what} {settings.token_secret}"
    return hashlib.blake2b(secret.encode(), digest_size=16).hexdigest()
