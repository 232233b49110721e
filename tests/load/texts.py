"""10,000 texts on a bad day: `python -m tests.load.texts --texts 10000 --seed 1`

Phones text the whole service through a faulty Twilio (tests/sms/fake/faulty.py), while its
processes are killed at random. Then nothing may be lost or doubled. Prints one table.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import math
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from sqlalchemy.engine import Engine
from twilio.request_validator import RequestValidator

from bot.settings import load_settings
from bot.sms.account import INCOMING, Account, account_of
from bot.sms.simulator.api import api
from bot.sms.simulator.messages import Text
from bot.sms.simulator.serving import served
from bot.sms.simulator.webhooks import Rules
from bot.store.crypto import Sealer
from bot.store.database import open_engine
from bot.store.tables import texts_in
from tests.e2e.service import Service
from tests.load.phones import OURS, Phone, Sent, Strangers, number, scripts
from tests.load.texts_kept import Before, Found, check, still_open
from tests.sms.fake.faulty import Chances, FaultyApi, FaultyTwilio, FaultyWebhooks, Luck

RULES = Rules(limit=15.0, retries=5, whatever_failed=True, pause=2.0)
"""`#rc=5&rp=all`, with a pause that lets a killed edge come back."""
APART = {"edge": 65.0, "rasa": 120.0, "actions": 65.0}
"""Seconds at least between two kills of one process: the supervisor waits longer each time that a
process dies soon after it was started."""
LONG_AGO = 3_600.0


@dataclass(frozen=True)
class Size:
    texts: int
    phones: int
    seed: int = 1
    patience: float = 5.0
    """Seconds that a phone waits for an answer before its next text."""
    chances: Chances = field(default_factory=Chances.bad_day)
    settle: float = 300.0
    """Seconds at most until everything has come to rest after the last text."""
    apart: float = 1.0
    """`APART`, times this."""
    at_most: float = math.inf
    """Seconds after which no phone begins another text."""


@dataclass
class Storm:
    service: Service
    size: Size
    account: Account
    engine: Engine
    sealer: Sealer
    luck: Luck
    phones: dict[str, Phone] = field(default_factory=dict)
    killed: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    settling: float = 0.0
    left: dict[str, int] = field(default_factory=dict)

    @staticmethod
    def over(service: Service, size: Size) -> Storm:
        """Over a service that runs."""
        ours = {k: v for k, v in service.environment().items() if k.startswith("CARENAV_")}
        settings = load_settings(ours)
        account = account_of(settings)
        assert account
        return Storm(
            service,
            size,
            account,
            open_engine(f"sqlite:///{service.database()}"),
            Sealer(settings.encryption_keys),
            Luck(size.chances, size.seed),
        )

    async def rage(self) -> tuple[Found, Strangers, Counter[int]]:
        """All of it: what was found, who pretended, the answers to old requests sent again."""
        before = Before.of(self.engine)
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=50)
        async with httpx.AsyncClient(trust_env=False, timeout=20, limits=limits) as http:
            webhooks = FaultyWebhooks(self.account, http, RULES, self.luck)
            twilio = FaultyTwilio(
                self.account,
                webhooks,
                frozenset({OURS}),
                pace=0.05,
                arrived=self.arrived,
                luck=self.luck,
            )
            strangers = Strangers(self.account, http, self.size.seed)
            async with served(FaultyApi(api(twilio), self.luck), self.service.twilio_port):
                await self._texting(twilio, strangers)
                await self._settled(twilio, before)
                found = check(self.engine, self.sealer, self.sent, twilio.texts, before)
                replayed = await self._replayed(http, twilio)
                again = check(self.engine, self.sealer, self.sent, twilio.texts, before)
                found.forged += [sid for sid in again.forged if sid not in found.forged]
                found.answered_twice += again.answered_twice[len(found.answered_twice) :]
                await twilio.close()
        return found, strangers, replayed

    @property
    def sent(self) -> list[Sent]:
        return [one for phone in self.phones.values() for one in phone.sent]

    def arrived(self, text: Text) -> None:
        self.phones[text.phone].hears(text)

    # --- the storm ----------------------------------------------------------------------------

    async def _texting(self, twilio: FaultyTwilio, strangers: Strangers) -> None:
        script = scripts(self.size.texts, self.size.phones, self.size.seed)
        self.phones = {one: Phone(one) for one in script}
        began = time.monotonic()
        end = began + self.size.at_most
        example = Text("", "inbound", number(0), OURS, "i want to kill myself", "received", 0.0)
        beside = [
            asyncio.create_task(self._killing()),
            asyncio.create_task(strangers.go_on(twilio.fields_of(example), 0.5)),
            asyncio.create_task(self._telling()),
        ]
        texting = asyncio.gather(
            *(
                self.phones[one].texts(twilio, bodies, self.size.patience, end)
                for one, bodies in script.items()
            )
        )
        try:
            await asyncio.wait({texting, *beside}, return_when=asyncio.FIRST_COMPLETED)
            for task in beside:
                if task.done():
                    task.result()
            await texting
        finally:
            for task in (texting, *beside):
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
        self.seconds = time.monotonic() - began

    async def _killing(self) -> None:
        drawn = random.Random(self.size.seed)
        last = {part: time.monotonic() - APART[part] * 0.8 * self.size.apart for part in APART}
        while True:
            await asyncio.sleep(drawn.uniform(2, 6))
            now = time.monotonic()
            due = [part for part in APART if now - last[part] >= APART[part] * self.size.apart]
            if not due:
                continue
            part = min(due, key=lambda one: (self.killed[one], drawn.random()))
            with contextlib.suppress(KeyError, ProcessLookupError):  # it is dead already
                await asyncio.to_thread(self.service.kill, part)
                last[part] = time.monotonic()
                self.killed[part] += 1

    async def _telling(self) -> None:
        while True:
            await asyncio.sleep(20)
            sys.stderr.write(f"  … {len(self.sent):,} of {self.size.texts:,} texts\n")
            code = self.service.ended()
            assert code is None, f"the service itself was stopped by somebody (exit code {code})"

    async def _settled(self, twilio: FaultyTwilio, before: Before) -> None:
        """The day gets better, and what is left is done."""
        self.luck.chances = Chances()
        began = time.monotonic()
        await asyncio.gather(*twilio.webhooks.thrown_away)
        await asyncio.to_thread(self.service.wait_ready, 180)
        while time.monotonic() - began < self.size.settle:
            self.left = still_open(self.engine, twilio.texts.values(), before)
            if not self.left:
                break
            await asyncio.sleep(1)
        await twilio.settled()
        self.settling = time.monotonic() - began

    async def _replayed(self, http: httpx.AsyncClient, twilio: FaultyTwilio) -> Counter[int]:
        """Requests that Twilio did sign, sent once more long after: the answers' statuses."""
        with self.engine.begin() as connection:
            connection.execute(texts_in.update().values(at=texts_in.c.at - LONG_AGO))
        await asyncio.to_thread(self.service.kill, "edge")
        await asyncio.sleep(1)
        await asyncio.to_thread(self.service.wait_ready, 180)
        answers: Counter[int] = Counter()
        url = self.account.url(INCOMING)
        sign = RequestValidator(self.account.token).compute_signature
        for one in [one for one in self.sent if one.taken][:200]:
            fields = twilio.fields_of(one.came.text)
            signed = {"X-Twilio-Signature": sign(url, fields)}
            answers[(await http.post(url, data=fields, headers=signed)).status_code] += 1
        return answers


# --- the table --------------------------------------------------------------------------------


def table(storm: Storm, found: Found, strangers: Strangers, replayed: Counter[int]) -> str:
    sent = storm.sent
    danger = [one for one in sent if one.danger]
    waits = sorted(second for phone in storm.phones.values() for second in phone.seconds)
    given = sum(bool(one.came.given) for one in sent)
    rows = {
        "texts sent by phones": f"{len(sent):,} from {len(storm.phones)}",
        "seconds, texts a second": f"{storm.seconds:.0f}, {len(sent) / storm.seconds:.1f}",
        "killed": ", ".join(f"{part} {n}" for part, n in sorted(storm.killed.items())),
        "faults put in": ", ".join(f"{name} {n}" for name, n in sorted(storm.luck.counts.items())),
        "taken (Twilio got an answer)": f"{sum(one.taken for one in sent):,}",
        "answered in the same response": f"{given:,}",
        "given up by Twilio": f"{sum(not one.taken for one in sent):,}",
        "crisis texts, taken, at once": f"{len(danger)}, {sum(one.taken for one in danger)}, "
        f"{sum(one.answered_at_once for one in danger)}",
        "first text back, median, 95 of 100": f"{statistics.median(waits):.2f} s, "
        f"{waits[int(len(waits) * 0.95)]:.2f} s"
        if waits
        else "none",
        "forged requests, answers": str(dict(strangers.answers)),
        "old requests again, answers": str(dict(replayed)),
        "seconds until all was at rest": f"{storm.settling:.0f}; left: {storm.left or 'nothing'}",
        **{name: f"{n:,}" for name, n in found.figures.items()},
        "FAULTS": str(found.faults() or "none"),
    }
    return "\n".join(f"  {name:<36}{value}" for name, value in rows.items())


@contextlib.asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Service]:
    service = Service(folder, CARENAV_LOG_LEVEL="info")
    service.start()
    try:
        await asyncio.to_thread(service.wait_alive, 60)
        await asyncio.to_thread(service.wait_ready)
        service.keep_model()
        yield service
    finally:
        service.stop()


async def main(size: Size, keep: Path | None) -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = keep or Path(name)
        async with running(folder) as service:
            storm = Storm.over(service, size)
            found, strangers, replayed = await storm.rage()
            sys.stdout.write(f"\nTexts on a bad day\n{table(storm, found, strangers, replayed)}\n")
            for fault, which in vars(found).items():
                if isinstance(which, list) and which:
                    sys.stdout.write(f"  {fault}: {which[:10]}\n")
    bad = found.faults() or strangers.believed or set(replayed) - {403} or storm.left
    return 1 if bad else 0


if __name__ == "__main__":
    logging.getLogger("httpx").setLevel(logging.WARNING)
    reading = argparse.ArgumentParser(description=__doc__)
    reading.add_argument("--texts", type=int, default=10_000)
    reading.add_argument("--phones", type=int, default=300)
    reading.add_argument("--seed", type=int, default=1)
    reading.add_argument("--at-most", type=float, default=math.inf, metavar="SECONDS")
    reading.add_argument("--patience", type=float, default=20.0, metavar="SECONDS")
    reading.add_argument("--settle", type=float, default=600.0, metavar="SECONDS")
    reading.add_argument("--apart", type=float, default=1.0, help="times between kills, times this")
    reading.add_argument("--keep", type=Path, help="a folder for the state and the log")
    told = reading.parse_args()
    asked = {name: value for name, value in vars(told).items() if name != "keep"}
    sys.exit(asyncio.run(main(Size(**asked), told.keep)))
