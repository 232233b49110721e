"""Hand-offs that go to a clinic's own inbox: the parts put together, and what follows from them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from bot.channels.outside import OutsideChannel
from bot.clinics import Clinic
from bot.handoff.chatwoot import ChatwootWay
from bot.handoff.courier import AT_ONCE, Courier
from bot.handoff.deliveries import Deliveries
from bot.handoff.desk import Gone, NotAllowed
from bot.handoff.handoff import Handoff
from bot.handoff.outside import CHATWOOT, Outside
from bot.handoff.phone import has_it
from bot.handoff.posting import Poster
from bot.handoff.states import OPEN, State
from bot.handoff.watch import Watch
from bot.handoff.ways import check_ways, make_ways
from bot.hub import Event, Typing
from bot.settings import Settings
from bot.sms.account import account_of
from bot.sms.bridge import Bridge
from bot.sms.keywords import load_keywords
from bot.sms.twilio_api import TwilioApi
from bot.store.record import StoreDown
from bot.widget.assets import load_words

WORDS = Path("staff") / "destinations.yml"


@dataclass
class Elsewhere:
    courier: Courier
    channel: OutsideChannel
    chatwoot: ChatwootWay
    poster: Poster
    bridge: Bridge
    """Takes what on-call phones text (`Texting`)."""
    api: TwilioApi | None
    _telling: set[asyncio.Task[None]] = field(default_factory=set)

    async def run(self) -> None:
        """For as long as the process lives."""
        await self.courier.run(asyncio.Event())

    async def stop(self) -> None:
        """Once `run` was cancelled."""
        for task in list(self._telling):
            task.cancel()
        await asyncio.gather(*self._telling, return_exceptions=True)
        await self.courier.stop()
        await self.poster.close()
        if self.api:
            self.api.close()

    # --- a person types: only Chatwoot can show it ----------------------------------------------

    def overhears(self, subject: str, event: Event) -> None:
        """For `Hub.overhears`. It is told at most, and never waited for."""
        if isinstance(event, Typing) and event.who == "person" and self._to_chatwoot():
            task = asyncio.create_task(self._typing(subject, event.on))
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)

    def _to_chatwoot(self) -> bool:
        clinics = self.courier.clinics.values()
        free = len(self._telling) < AT_ONCE
        return free and any(c.handoff is not None and c.handoff.to == CHATWOOT for c in clinics)

    async def _typing(self, conversation: str, on: bool) -> None:
        try:
            found = await self.courier.record.call(self.courier.queue.open_of, conversation)
        except StoreDown:
            return
        clinic = self.courier.clinics.get(found.clinic) if found else None
        if found and clinic and clinic.handoff and clinic.handoff.to == CHATWOOT:
            await self.chatwoot.typing(found, clinic, on)


def open_elsewhere(
    watch: Watch,
    clinics: Mapping[str, Clinic],
    settings: Settings,
    content: Path,
    now: Callable[[], float],
) -> Elsewhere:
    """Steps of hand-offs reach the clinics' own inboxes from here on.

    Raises `ClinicError` when a clinic names a secret that is not set, and `CatalogueError`.
    """
    account = account_of(settings)
    check_ways(clinics, settings.named, simulated=account is not None and account.simulated)
    desk = watch.desk
    words = load_words(content / WORDS)
    deliveries = Deliveries(desk.queue.engine, desk.queue.sealer, desk.queue.ids)
    outside = Outside(deliveries, clinics, desk.substances, words, now)
    desk.steps.outbox = outside
    poster = Poster(now)
    staff_url = f"{settings.public_url}/staff"
    api = TwilioApi(account) if account else None
    ways = make_ways(
        outside, desk.record, poster, settings.named, settings.token_secret, staff_url, api
    )

    async def not_delivered(handoff: Handoff) -> None:
        """Whoever waits is told. In a talk, the clock says when nobody has written (`Watch`); but
        one that an on-call phone has goes back in line, which is texted to that phone again."""
        clinic = clinics.get(handoff.clinic)
        way = clinic.handoff if clinic else None
        with suppress(Gone, NotAllowed):
            at = await desk.get(handoff.id)
            if clinic and at.state is State.WAITING:
                await watch.give_up(at, clinic, "not_delivered")
            elif way and at.state in OPEN and has_it(at, way):
                await desk.release(at)

    async def closed_unread(handoff: Handoff) -> None:
        clinic = clinics.get(handoff.clinic)
        with suppress(Gone, NotAllowed):
            if clinic:
                await watch.give_up(handoff, clinic, "unanswered")

    courier = Courier(
        desk.record, deliveries, desk.queue, clinics, ways, now, on_failed=not_delivered
    )
    channel = OutsideChannel(desk, deliveries, clinics, settings.named, words, now, closed_unread)
    chatwoot = ways[CHATWOOT]
    assert isinstance(chatwoot, ChatwootWay)  # noqa: S101 - `make_ways` made it
    bridge = Bridge(desk, clinics, words, load_keywords(content), staff_url)
    made = Elsewhere(courier, channel, chatwoot, poster, bridge, api)
    desk.steps.hub.overhears = made.overhears
    return made
