"""Texts to the on-call phone: that somebody waits, where and since when.

Nothing of the person is in them, until a phone that may answer (`bridge`) has taken the person by a
reply (`bot/sms/bridge.py`): then what the person writes comes along. It never sees their number.

Twilio knows no idempotency key. So a text whose last try had an unknown end is looked for at
Twilio before it is sent again; the sids of the last ones are kept with the hand-off for that.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.clinics import Clinic, HandoffWay
from bot.handoff.courier import NotNow, Refused
from bot.handoff.deliveries import FIRST, Deliveries, Delivery
from bot.handoff.handoff import MESSAGE, Handoff
from bot.handoff.states import State
from bot.sms import values
from bot.sms.cutting import cut
from bot.sms.numbers import e164
from bot.sms.segments import plain
from bot.sms.twilio_api import Unsent
from bot.store.record import Record
from bot.widget.assets import Words

PHONE = "phone"
EVENTS = frozenset({FIRST, "handoff.lines_shown"})
"""What is worth a text to any on-call phone."""
MESSAGE_OF_THEIRS = "handoff.message"
OVER = frozenset({"handoff.ended", "handoff.withdrawn"})
MOST = 1_500
"""Characters of one text; Twilio takes 1,600."""
SHOWN_AFTER = 15.0
"""Seconds in which a text that Twilio took without an answer stands in its list."""
_OPTED_OUT = 21610
_KEPT = 5
"""Sids of the last texts of a hand-off that are kept."""


class Texter(Protocol):
    """`bot.sms.twilio_api.TwilioApi`. Raises the `NotNow` and `Refused` of `bot.sms.values`."""

    async def send(self, to: str, ours: str, body: str, text: str) -> tuple[str, str]: ...

    async def find(
        self, to: str, ours: str, body: str, since: float, but: Collection[str]
    ) -> tuple[str, str] | None: ...


# --- what goes to it ------------------------------------------------------------------------------


def has_it(handoff: Handoff, way: HandoffWay) -> bool:
    """Whether the on-call phone has taken the person, or had them when it ended."""
    held = handoff.state not in (State.ASKED, State.WAITING)
    return way.bridge and held and handoff.staff_id is None and handoff.staff_name is not None


def is_worth_a_text(event: str, handoff: Handoff, way: HandoffWay) -> bool:
    if event in EVENTS or (event in OVER and handoff.dropped_out):
        return True
    if not has_it(handoff, way):
        return False
    return event == MESSAGE_OF_THEIRS or (event in OVER and handoff.ended_by != "staff")


@lru_cache(maxsize=256)
def number(written: str | None, country: str) -> str | None:
    """A number of a clinic's file in E.164."""
    return e164(written, country) if written else None


def pieces(text: str, most: int = MOST) -> list[str]:
    """A long text as several, cut where it hurts least."""
    found, rest = [], plain(text).strip()
    while rest:
        head, rest = cut(rest, lambda some: len(some.encode("utf-16-le")) // 2 <= most)
        found.append(head)
    return found


def said_to(words: Mapping[str, str], key: str, /, **slots: object) -> str:
    """The words of ``key`` for the on-call phone, with the commands that they name."""
    commands = {name: words[f"command_{name}"] for name in ("take", "done", "pass", "send")}
    return plain(words[key].format(**commands, **slots))


@dataclass(frozen=True)
class PhoneWay:
    """``texter`` is None without a Twilio account. ``staff_url`` is where the inbox is."""

    texter: Texter | None
    record: Record
    deliveries: Deliveries
    words: Words
    staff_url: str

    async def send(self, delivery: Delivery, handoff: Handoff, clinic: Clinic) -> None:
        way = clinic.handoff
        to = number(way.phone, clinic.country) if way else None
        ours = number(way.phone_from, clinic.country) if way else None
        if way is None or not to or not ours:
            raise Refused("the clinic has no on-call phone that can be texted", final=True)
        if delivery.event == MESSAGE_OF_THEIRS and not has_it(handoff, way):
            return  # somebody else has the person by now, and reads it
        bodies = self.texts(delivery, handoff, clinic)
        sent = await self._sent(delivery, handoff)
        for body in bodies[sent.mine :]:
            sid = await self._once(delivery, to, ours, body)
            sent = await self._keep(delivery, handoff, sent.with_another(sid))

    # --- once, as far as Twilio lets us -------------------------------------------------------

    async def _once(self, delivery: Delivery, to: str, ours: str, body: str) -> str:
        if self.texter is None:
            raise NotNow("there is no Twilio account")
        try:
            if delivery.tries > 1:
                known = await self.record.call(self.deliveries.names_outside, PHONE)
                but = {sid for one in known for sid in _Sent.read(one, "").sids}
                if found := await self.texter.find(to, ours, body, delivery.at, but):
                    return found[0]
            return (await self.texter.send(to, ours, body, delivery.id))[0]
        except values.Refused as fault:
            raise Refused(str(fault), final=fault.code == _OPTED_OUT) from None
        except values.NotNow as fault:
            least = None if isinstance(fault, Unsent) else SHOWN_AFTER
            after = max((one for one in (fault.after, least) if one), default=None)
            raise NotNow(str(fault), after) from None

    async def _sent(self, delivery: Delivery, handoff: Handoff) -> _Sent:
        kept = await self.record.call(self.deliveries.outside_name, handoff.id, PHONE)
        return _Sent.read(kept or "", delivery.id)

    async def _keep(self, delivery: Delivery, handoff: Handoff, sent: _Sent) -> _Sent:
        value = f"{delivery.id}{sent.mine}:{','.join(sent.sids)}"
        await self.record.call(self.deliveries.name_outside, handoff.id, PHONE, value)
        return sent

    # --- words --------------------------------------------------------------------------------

    def texts(self, delivery: Delivery, handoff: Handoff, clinic: Clinic) -> list[str]:
        """In the clinic's first language; times are the clinic's own."""
        words, data = self.words.by_language[clinic.languages[0]], delivery.data
        lines = []
        if delivery.event != MESSAGE_OF_THEIRS:
            lines.append(self._about(words, delivery, handoff, clinic))
        if said := (data.get("message") or {}).get("text"):
            lines.append(words["bridge_person"].format(words=said))
            lines += filter(None, [data.get("notice")])
        return pieces("\n".join(lines))

    def _about(
        self, words: Mapping[str, str], delivery: Delivery, handoff: Handoff, clinic: Clinic
    ) -> str:
        zone = ZoneInfo(clinic.hours.timezone) if clinic.hours else timezone.utc
        since = datetime.fromtimestamp(handoff.waiting_at or handoff.asked_at, zone)
        slots = {"clinic": clinic.name, "time": f"{since:%H:%M}", "link": self.staff_url}
        bridged = clinic.handoff is not None and clinic.handoff.bridge
        held = "message" in delivery.data
        return said_to(words, _key(delivery.event, handoff, bridged, held), **slots)


def _key(event: str, handoff: Handoff, bridged: bool, held: bool) -> str:
    """Which words tell of the event. ``held``: the on-call phone has the person."""
    if event == FIRST and handoff.kind == MESSAGE:
        return "bridge_message" if bridged else "text_message"
    if event == FIRST:
        return "bridge_waiting" if bridged else "text_waiting"
    if event == "handoff.lines_shown":
        return "bridge_lines" if held else "text_lines"
    if handoff.dropped_out:
        return "bridge_no_texts"
    return "bridge_over" if handoff.ended_by == "clock" else "bridge_left"


@dataclass(frozen=True)
class _Sent:
    """What Twilio has of a hand-off: the last sids, the ``mine`` newest of one delivery."""

    sids: tuple[str, ...] = ()
    mine: int = 0

    @classmethod
    def read(cls, kept: str, delivery: str) -> _Sent:
        head, _, sids = kept.partition(":")
        found = tuple(filter(None, sids.split(",")))
        own = bool(delivery) and head[:-1] == delivery and head[-1:].isdigit()
        return cls(found, int(head[-1]) if own else 0)

    def with_another(self, sid: str) -> _Sent:
        return _Sent((*self.sids, sid)[-_KEPT:], min(self.mine + 1, 9))
