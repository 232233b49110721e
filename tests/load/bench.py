"""`make bench`: one run, one table. It compares and reports; it asserts nothing.

Everything is on loopback, and every process that it starts is stopped at its end.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from guardrails.examples import load_examples
from guardrails.screen import load_screener
from tests.e2e.person import Person
from tests.e2e.service import Service
from tests.load import directory_bench, streams, texting
from tests.load.chat import OurChat, StockChat
from tests.load.fuzz import fuzz
from tests.load.stock import stock_rasa
from tests.load.widget_ready import widget_ready

SCRIPT = (
    "what does a psychiatrist do?",
    "find me a therapist",
    "78701",
    "what is a copay",
    "stop, never mind",
)
"""A form with an interruption. Any five turns in a row hold each of these once."""
CONVERSATIONS = 3
LAST = 202
WINDOWS = {5: range(3, 8), 200: range(198, 203)}
"""Turns, counted from 1, that tell of turn 5 and of turn 200."""
CROWDS = (10, 50)
SECONDS = 15.0


def main() -> None:
    logging.getLogger("httpx").setLevel(logging.WARNING)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        service = Service(folder, CARENAV_LOG_LEVEL="warning")
        service.start()
        try:
            service.wait_ready()
            service.keep_model()
            asyncio.run(turns(service, folder))
            asyncio.run(crowds(service))
            asyncio.run(texting.main(service, title, row, ms))
            memory(service)
            service.stop()
            warm_start(service)
        finally:
            service.stop()
    streams.main(show, row, ms)
    guardrails()
    directory_bench.main()
    show(f"\n{widget_ready()}")
    show(f"\nThe whole run took {time.monotonic() - began:.0f} s.")


# --- a turn: ours against stock Rasa's -------------------------------------------------------


async def turns(service: Service, folder: Path) -> None:
    ours: dict[int, list[float]] = {at: [] for at in WINDOWS}
    stock: dict[int, list[float]] = {at: [] for at in WINDOWS}
    with stock_rasa(service, folder) as stock_base:
        async with client(service.base) as our_http, client(stock_base) as stock_http:
            await warmed_up(our_http, stock_http)
            for number in range(CONVERSATIONS):
                await one_conversation(our_http, stock_http, ours, stock)
                progress(f"conversation {number + 1} of {CONVERSATIONS}")
    title(
        "A whole turn: our chat API (POST to answer on the event stream), stock Rasa's REST channel"
    )
    row("", "stock / ours", "ours", "stock")
    for at in WINDOWS:
        mine, theirs = statistics.median(ours[at]), statistics.median(stock[at])
        row(f"at turn {at}", f"{theirs / mine:.2f} x", ms(mine), ms(theirs))
    show(
        f"  medians of {len(ours[5])} turns around each, {CONVERSATIONS} conversations, interleaved"
    )


async def warmed_up(our_http: httpx.AsyncClient, stock_http: httpx.AsyncClient) -> None:
    async with talking(our_http) as mine:
        theirs = StockChat(stock_http)
        for text in SCRIPT * 2:
            await mine.turn(text)
            await theirs.turn(text)


async def one_conversation(
    our_http: httpx.AsyncClient,
    stock_http: httpx.AsyncClient,
    ours: dict[int, list[float]],
    stock: dict[int, list[float]],
) -> None:
    async with talking(our_http) as mine:
        theirs = StockChat(stock_http)
        for number, text in zip(range(1, LAST + 1), itertools.cycle(SCRIPT)):
            took = await mine.turn(text), await theirs.turn(text)
            for at, window in WINDOWS.items():
                if number in window:
                    ours[at].append(took[0])
                    stock[at].append(took[1])


# --- many people at once ---------------------------------------------------------------------


async def crowds(service: Service) -> None:
    title(
        f"People talking at once, each one's next message right after the answer, {SECONDS:.0f} s"
    )
    row("", "turns a second", "median", "95 of 100 within")
    for people in CROWDS:
        async with client(service.base) as http:
            end = time.monotonic() + SECONDS
            taken = await asyncio.gather(*(keep_talking(http, n, end) for n in range(people)))
        times = sorted(itertools.chain.from_iterable(taken))
        row(
            f"{people} people",
            f"{len(times) / SECONDS:.1f}",
            ms(statistics.median(times)),
            ms(times[int(len(times) * 0.95)]),
        )


async def keep_talking(http: httpx.AsyncClient, number: int, end: float) -> list[float]:
    taken = []
    async with talking(http) as chat:
        for text in itertools.islice(itertools.cycle(SCRIPT), number % len(SCRIPT), None):
            if time.monotonic() > end:
                return taken
            taken.append(await chat.turn(text))
    return taken


# --- starting, memory, guardrails ------------------------------------------------------------


def warm_start(service: Service) -> None:
    service.start()
    service.wait_alive(60)
    person = Person(service.base, patience=120)
    person.say("i want to kill myself")
    crisis = time.monotonic() - service.started_at
    person.say("what is a copay")
    rasa = time.monotonic() - service.started_at
    person.close()
    title("Warm start: seconds from `carenav run`")
    row("to the first crisis reply", f"{crisis:.1f} s")
    row("to the first answer of Rasa's", f"{rasa:.1f} s")


def memory(service: Service) -> None:
    title("Memory after all of this")
    row("", "proportional", "resident")
    for part, pid in sorted(service.pids().items()):
        row(part, proportional(pid), resident(pid))


def proportional(pid: int) -> str:
    return kilobytes(Path(f"/proc/{pid}/smaps_rollup"), "Pss:")


def resident(pid: int) -> str:
    return kilobytes(Path(f"/proc/{pid}/status"), "VmRSS:")


def kilobytes(file: Path, name: str) -> str:
    try:
        lines = file.read_text().splitlines()
    except OSError:
        return "not known"
    value = next((line.split()[1] for line in lines if line.startswith(name)), None)
    return f"{int(value) / 1024:.0f} MB" if value else "not known"


def guardrails() -> None:
    load_screener()  # learns the nets when they are not there
    began = time.perf_counter()
    wide = load_screener()
    load = time.perf_counter() - began
    rules = load_screener(cache=None)
    texts = [e.text for e in load_examples() if len(e.text) <= 500][::4]
    title(f"Screening a message ({len(texts):,} of our own examples, up to 500 characters)")
    row("", "median", "99 of 100 within")
    medians = []
    for name, screener in (("rules only", rules), ("rules and net", wide)):
        times = sorted(timed(lambda s=screener, t=text: s.screen(t)) for text in texts)
        medians.append(statistics.median(times))
        row(name, ms(medians[-1]), ms(times[int(len(times) * 0.99)]))
    row("the net's share", f"{medians[1] / medians[0]:.2f} x")
    row("loading, nets learnt", f"{load:.2f} s")
    title("Screening what it is not made for (tests/load/fuzz.py, 20,000 messages)")
    row("", "median", "slowest", "exceptions")
    for kind, found in fuzz(wide, 20_000).items():
        median = ms(statistics.median(found.ms) / 1000)
        row(kind, median, ms(found.slowest[0] / 1000), str(len(found.faults)))


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


# --- the table -------------------------------------------------------------------------------


def client(base: str) -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    return httpx.AsyncClient(base_url=base, timeout=60, limits=limits, trust_env=False)


@asynccontextmanager
async def talking(http: httpx.AsyncClient) -> AsyncIterator[OurChat]:
    """An open chat for the block."""
    chat = OurChat(http)
    await chat.open()
    try:
        yield chat
    finally:
        await chat.close()


def title(text: str) -> None:
    show(f"\n{text}")


def row(name: str, *values: str) -> None:
    show(f"  {name:<30}" + "".join(f"{value:>20}" for value in values))


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms" if seconds < 0.01 else f"{seconds * 1000:.0f} ms"


def show(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def progress(text: str) -> None:
    sys.stderr.write(f"  … {text}\n")


if __name__ == "__main__":
    main()
