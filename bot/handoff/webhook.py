"""The signed webhook: hand-offs go out, and answers come back, by Standard Webhooks 1.0.0.

https://github.com/standard-webhooks/standard-webhooks: the headers ``webhook-id``,
``webhook-timestamp`` and ``webhook-signature`` (HMAC-SHA256 over id, timestamp and body). While a
secret is being changed there are several: each signs, and any one of them is enough coming in.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

from standardwebhooks import Webhook, WebhookVerificationError

from bot.clinics import Clinic
from bot.handoff.courier import NotNow, Refused
from bot.handoff.deliveries import Delivery
from bot.handoff.handoff import Handoff
from bot.handoff.posting import Poster

PREFIX = "whsec_"
_SHORTEST, _LONGEST = 24, 64  # bytes of a secret, by the specification
MAKE = (
    'python -c "import base64, secrets; '
    "print('whsec_' + base64.b64encode(secrets.token_bytes(32)).decode())\""
)


def read_secrets(setting: str) -> tuple[str, ...]:
    """The secrets in a setting, the current one first. ``ValueError`` never shows one."""
    secrets = tuple(setting.replace(",", " ").split())
    if not secrets:
        raise ValueError(f"is empty; make one with: {MAKE}")
    for position, secret in enumerate(secrets, start=1):
        if not secret.startswith(PREFIX):
            raise ValueError(f"secret {position} must start with {PREFIX}; make one with: {MAKE}")
        try:
            key = base64.b64decode(secret[len(PREFIX) :], validate=True)
        except (binascii.Error, ValueError):
            raise ValueError(f"secret {position} is not base64; make one with: {MAKE}") from None
        if not _SHORTEST <= len(key) <= _LONGEST:
            raise ValueError(
                f"secret {position} must hold {_SHORTEST} to {_LONGEST} bytes; make one with: {MAKE}"
            )
    return secrets


def signed(secrets: Sequence[str], id: str, now: float, body: bytes) -> dict[str, str]:
    """The headers of one sending at ``now``, unix seconds."""
    at = datetime.fromtimestamp(int(now), timezone.utc)
    signatures = [Webhook(secret).sign(id, at, body.decode()) for secret in secrets]
    return {
        "webhook-id": id,
        "webhook-timestamp": str(int(now)),
        "webhook-signature": " ".join(signatures),
    }


def is_genuine(secrets: Sequence[str], headers: Mapping[str, str], body: bytes) -> bool:
    """Whether one of the secrets signed it, at most five minutes from now."""
    for secret in secrets:
        try:
            Webhook(secret).verify(body, dict(headers), json_parse=False)
        except (WebhookVerificationError, ValueError):
            continue
        return True
    return False


@dataclass(frozen=True)
class WebhookWay:
    """To the clinic's own address. ``named`` are the settings that a clinic's file may name."""

    poster: Poster
    named: Mapping[str, str]
    now: Callable[[], float]

    async def send(self, delivery: Delivery, _handoff: Handoff, clinic: Clinic) -> None:
        way = clinic.handoff
        if way is None or not way.webhook_url:
            raise Refused("the clinic has no webhook", final=True)
        try:
            secrets = read_secrets(self.named.get(way.webhook_secret_env or "", ""))
        except ValueError as fault:
            raise NotNow(f"{way.webhook_secret_env} {fault}") from None
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "care-navigator",
            **signed(secrets, delivery.id, self.now(), delivery.body),
        }
        await self.poster.post(way.webhook_url, delivery.body, headers)


