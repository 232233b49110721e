"""Texting, put together: its parts, and what runs for as long as the process lives."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from starlette.routing import Route

from bot.channels.sms import SmsChannel
from bot.clinics import Clinic, ClinicError
from bot.desk import Desk
from bot.handoff.dropping_out import dropped_out
from bot.limits import ChatLimits
from bot.settings import Settings
from bot.sms.account import account_of
from bot.sms.answers import load_answer_words
from bot.sms.book import Book
from bot.sms.bridge import Bridge
from bot.sms.consent import Consents
from bot.sms.keywords import load_keywords
from bot.sms.links import Links, ListPage
from bot.sms.moving import open_moving
from bot.sms.numbers import Lookup
from bot.sms.outbox import Outbox
from bot.sms.postman import Postman
from bot.sms.reach import PhoneReach
from bot.sms.reminder_desk import ReminderDesk
from bot.sms.reminder_job import ReminderJob
from bot.sms.reminders import Reminders
from bot.sms.render import Renderer
from bot.sms.sender import Sender
from bot.sms.texting import Texting
from bot.sms.twilio_api import TwilioApi
from bot.widget.assets import load_words

log = logging.getLogger(__name__)


@dataclass
class Sms:
    """``sender`` is None where there is no Twilio account: then nothing goes out."""

    channel: SmsChannel
    lists: ListPage
    texting: Texting
    postman: Postman
    reminding: ReminderJob
    sender: Sender | None

    @property
    def routes(self) -> list[Route]:
        return [*self.channel.routes(), *self.lists.routes()]

    def work(self) -> list[Coroutine[Any, Any, None]]:
        """What runs for as long as the process lives."""
        sending = [self.sender.run(asyncio.Event())] if self.sender else []
        return [self.postman.run(), self.reminding.run(), *sending]


def open_sms(
    desk: Desk,
    clinics: Mapping[str, Clinic],
    limits: ChatLimits,
    settings: Settings,
    content: Path,
    bridge: Bridge | None = None,
) -> Sms:
    """``bridge`` answers on-call phones.

    Raises `ClinicError` when two clinics share a number, and `CatalogueError`.
    """
    check_numbers(clinics)
    account, turn = account_of(settings), desk.turn
    if account is None and any(clinic.texts for clinic in clinics.values()):
        log.warning("texts: no Twilio account is set; none is taken and none goes out")
    store, ids = turn.record.store, turn.ids
    outbox, consents = Outbox(store.engine, store.sealer, ids), Consents(store.engine, ids)
    handoffs = desk.watch.desk
    handoffs.reach = PhoneReach(store.engine, consents.may_text)
    words, listed = (
        load_words(content / "sms" / f"{name}.yml").by_language for name in ("rendering", "list")
    )
    book = Book(store.engine, store, outbox, ids)
    catalogue = turn.releaser.catalogue
    links = Links(settings.token_secret, settings.public_url)
    lists = ListPage(links, turn.record, listed, catalogue)
    postman = Postman(turn, book, Renderer(words, catalogue), links)
    lookup = Lookup(settings.lookup_secret)
    moving = open_moving(turn, turn.screener, outbox, consents, lookup)
    moving.ready = account is not None
    texting = Texting(
        desk=desk,
        book=book,
        outbox=outbox,
        postman=postman,
        consents=consents,
        keywords=load_keywords(content),
        lookup=lookup,
        clinics=clinics,
        limits=limits,
        words=load_answer_words(content / "sms" / "answers.yml"),
        bridge=bridge,
        moving=moving,
        dropped_out=partial(dropped_out, handoffs.steps),
    )
    turn.opted_out = texting.opted_out
    reminders = Reminders(store.engine, store.sealer, ids)
    turn.reminders = ReminderDesk(reminders, turn.record, clinics, catalogue)
    reminding = ReminderJob(reminders, turn, turn.reception)
    sender = None
    if account:
        api = TwilioApi(account)
        sender = Sender(turn.record, outbox, api, consents, texting.refused, turn.now)
        postman.wake = moving.wake = sender.wake
    channel = SmsChannel(account, texting, outbox, turn.now)
    return Sms(channel, lists, texting, postman, reminding, sender)


def check_numbers(clinics: Mapping[str, Clinic]) -> None:
    """Raises `ClinicError`: by the number that was texted, a text must be one clinic's."""
    faults: list[str] = []
    owner: dict[str, str] = {}
    for clinic in clinics.values():
        texts = clinic.texts
        for ours in (*texts.numbers, *filter(None, [texts.service])) if texts else ():
            if ours in owner:
                faults.append(f"{clinic.key}.yml: texts: {ours} is {owner[ours]}'s already")
            owner[ours] = clinic.key
    if faults:
        raise ClinicError(faults)
