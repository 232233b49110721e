"""The ways out, made and checked: what a clinic's file names must be there when the edge starts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.clinics import Clinic, ClinicError
from bot.handoff import webhook
from bot.handoff.chatwoot import ChatwootWay
from bot.handoff.courier import Way
from bot.handoff.outside import CHATWOOT, PHONE, WEBHOOK, Outside
from bot.handoff.phone import PhoneWay, texters
from bot.handoff.posting import Poster, check_address
from bot.handoff.webhook import WebhookWay
from bot.store.record import Record

TWILIO = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN")
SHORTEST = 16
"""Characters of the secret that Chatwoot and we share; its own have more."""


def make_ways(
    outside: Outside,
    record: Record,
    poster: Poster,
    named: Mapping[str, str],
    key: str,
    staff_url: str,
) -> dict[str, Way]:
    """By name. ``key`` is a secret of ours, ``staff_url`` where our own inbox is."""
    return {
        WEBHOOK: WebhookWay(poster, named, outside.now),
        CHATWOOT: ChatwootWay(poster, record, outside.deliveries, outside.words, key),
        PHONE: PhoneWay(texters(named), outside.words, staff_url),
    }


def check_ways(clinics: Mapping[str, Clinic], named: Mapping[str, str]) -> None:
    """Raises `ClinicError` when some clinic's hand-offs could go nowhere, with all faults."""
    faults = [
        f"{clinic.key}.yml: handoff.{fault}"
        for clinic in clinics.values()
        for fault in _faults(clinic, named)
    ]
    if faults:
        raise ClinicError(faults)


def _faults(clinic: Clinic, named: Mapping[str, str]) -> Iterator[str]:
    way = clinic.handoff
    to = way.to if way else None
    if way and to == WEBHOOK:
        yield from _address("webhook.url", way.webhook_url)
        try:
            webhook.read_secrets(named.get(way.webhook_secret_env or "", ""))
        except ValueError as fault:
            yield f"webhook.secret_env: {way.webhook_secret_env} {fault}"
    if way and to == CHATWOOT:
        yield from _address("chatwoot.url", way.chatwoot_url)
        if len(named.get(way.chatwoot_secret_env or "", "")) < SHORTEST:
            yield (
                f"chatwoot.secret_env: {way.chatwoot_secret_env} must hold the secret of the "
                f"inbox's webhook, of at least {SHORTEST} characters; see docs/hand-off.md"
            )
    if way and to == PHONE:
        missing = [name for name in TWILIO if not named.get(name)]
        if missing:
            yield f"phone: a text needs {' and '.join(missing)}; see .env.example"
        if not way.phone_from:
            yield "phone_from: is missing; a number of your Twilio account"


def _address(name: str, url: str | None) -> Iterator[str]:
    try:
        check_address(url or "")
    except ValueError as fault:
        yield f"{name}: {fault}"
