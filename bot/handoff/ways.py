"""The ways out, made and checked: what a clinic's file names must be there when the edge starts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.clinics import Clinic, ClinicError
from bot.handoff import webhook
from bot.handoff.chatwoot import ChatwootWay
from bot.handoff.courier import Way
from bot.handoff.outside import CHATWOOT, PHONE, WEBHOOK, Outside
from bot.handoff.phone import PhoneWay, Texter, number
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
    texter: Texter | None = None,
) -> dict[str, Way]:
    """By name. ``key`` is a secret of ours, ``staff_url`` where our own inbox is. ``texter`` is
    Twilio, where there is an account."""
    return {
        WEBHOOK: WebhookWay(poster, named, outside.now),
        CHATWOOT: ChatwootWay(poster, record, outside.deliveries, outside.words, key),
        PHONE: PhoneWay(texter, record, outside.deliveries, outside.words, staff_url),
    }


def check_ways(
    clinics: Mapping[str, Clinic], named: Mapping[str, str], *, simulated: bool = False
) -> None:
    """Raises `ClinicError` when some clinic's hand-offs could go nowhere, with all faults.

    ``simulated``: without a Twilio account a stand-in of ours takes the texts.
    """
    faults = [
        f"{clinic.key}.yml: handoff.{fault}"
        for clinic in clinics.values()
        for fault in _faults(clinic, named, simulated)
    ]
    faults += _shared_phones(clinics)
    if faults:
        raise ClinicError(faults)


def _shared_phones(clinics: Mapping[str, Clinic]) -> list[str]:
    """What an on-call phone texts must be about one clinic."""
    faults: list[str] = []
    owner: dict[tuple[str | None, str | None], str] = {}
    for clinic in clinics.values():
        way = clinic.handoff
        if way is None or not way.bridge:
            continue
        pair = (number(way.phone, clinic.country), number(way.phone_from, clinic.country))
        if pair in owner:
            faults.append(
                f"{clinic.key}.yml: handoff.phone_from: {owner[pair]} bridges the same two numbers"
            )
        owner[pair] = clinic.key
    return faults


def _faults(clinic: Clinic, named: Mapping[str, str], simulated: bool) -> Iterator[str]:
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
        if missing and not simulated:
            yield f"phone: a text needs {' and '.join(missing)}; see .env.example"
        if not way.phone_from:
            yield "phone_from: is missing; a number of your Twilio account"


def _address(name: str, url: str | None) -> Iterator[str]:
    try:
        check_address(url or "")
    except ValueError as fault:
        yield f"{name}: {fault}"
