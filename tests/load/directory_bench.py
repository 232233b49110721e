"""The directory's size and speed, as tables: `make bench`, or alone

    python -m tests.load.directory_bench --size 1000000 --database sqlite

It compares and reports; it asserts nothing. Times are of a warm database: every search ran once
before. A busy machine shows in the load, which is printed.
"""

from __future__ import annotations

import argparse
import gc
import os
import pickle
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Engine

from directory.database import open_engine
from directory.query import Query
from directory.search import search
from tests.load import country_file, searches
from tests.load.by_hand import Indexed, Plain
from tests.load.plot import growth
from tests.postgres import THROWN_AWAY, cluster, find_postgres

SIZES = (10_000, 100_000, 1_000_000)
CSV_BYTES = 300_000_000
SEARCHES = 400
SLOW = 40
"""So many of them for what takes too long for all."""
CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}

Finds = Callable[[Query], object]


def main(words: Sequence[str] = ()) -> None:
    told = _arguments(words)
    sizes = tuple(told.size or SIZES)
    clock = CLOCKS[told.clock]
    with ExitStack() as stack:
        if not told.no_import:
            importing(told.csv_bytes)
        for database in told.database or ["sqlite", "postgresql"]:
            if database == "postgresql" and find_postgres() is None:
                show("\nNo PostgreSQL here (scripts/postgres.sh gets one): not measured.")
                continue
            grown = [searching(size, database, clock, stack) for size in sizes]
            show_growth(sizes, grown, database, told.plot)


def _arguments(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, action="append", help="providers; may be repeated")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), action="append")
    parser.add_argument("--clock", choices=sorted(CLOCKS), default="wall")
    parser.add_argument("--no-import", action="store_true", help="leave the reading of files out")
    parser.add_argument("--csv-bytes", type=int, default=CSV_BYTES)
    parser.add_argument("--plot", type=Path, default=country_file.FOLDER / "growth-{}.svg")
    return parser.parse_args(list(words))


# --- reading files ---------------------------------------------------------------------------

IMPORTING = """
import resource, sys, time
from functools import partial
from pathlib import Path
from directory.database import open_engine
from directory.importers.aside import aside
from directory.importers.nppes import open_nppes
from directory.intake import take
from directory.migrate import upgrade
url, path = sys.argv[1:3]
upgrade(url)
engine = open_engine(url)
began = time.monotonic()
with aside(partial(open_nppes, Path(path))) as feeds:
    summary = take(engine, feeds)
took = time.monotonic() - began
rss = sum(
    resource.getrusage(who).ru_maxrss // 1024
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
)
print(took, sum(feed.rows for feed in feeds), summary.taken + summary.unchanged, rss)
"""


def importing(size: int) -> None:
    from tests.load.nppes_file import write

    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "npidata_pfile_20050523-20261108.csv"
        progress(f"writing an NPPES file of {size / 1e6:,.0f} MB")
        write(path, size)
        size = path.stat().st_size
        title(
            f"Importing NPPES, {size / 1e6:,.0f} MB of CSV, V.2, 8 of 100 rows ours (load {load()})"
        )
        row("", "MB a second", "rows a second", "providers", "peak RSS, both")
        url = f"sqlite:///{name}/directory.db"
        for which in ("the first time", "the same again"):
            command = [sys.executable, "-c", IMPORTING, url, str(path)]
            took, rows, taken, rss = map(float, subprocess.check_output(command).split())
            row(
                which,
                f"{size / took / 1e6:.1f}",
                f"{rows / took:,.0f}",
                f"{taken:,.0f}",
                f"{rss:,.0f} MB",
            )


# --- searching -------------------------------------------------------------------------------


def searching(
    size: int, database: str, clock: Callable[[], float], stack: ExitStack
) -> dict[str, list[float]]:
    """Times of the searches within 25 miles, in ms, by who does them."""
    path = country_file.sqlite_file(size, progress)
    url = f"sqlite:///{path}"
    if database == "postgresql":
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pg")))
        folder.chmod(0o755)
        url = stack.enter_context(cluster(folder / "c", *THROWN_AWAY, "shared_buffers=1GB"))
        progress(f"copying {size:,} providers to PostgreSQL")
        country_file.copy_to_postgresql(path, url)
    engine = open_engine(url)
    near = searches.near(SEARCHES)
    with engine.connect() as connection:
        raw: Any = connection.connection
        hand, plain = (made(raw, database == "postgresql") for made in (Indexed, Plain))
        finds: dict[str, Finds] = {
            "ours": lambda query: search(engine, query),
            "by hand": hand.find,
        }
        times = measured(near, finds, clock)
        times |= measured(near[:SLOW], {"by hand, plain": plain.find}, clock)
        same = sum(_same(engine, hand, query) for query in near)
    title(f"Searching {size:,} providers on {database} (load {load()})")
    row("25 miles, three filters", "p50", "p99", "slowest", "ours beside it")
    for name, ms in times.items():
        ratio = statistics.median(times["ours"]) / statistics.median(ms)
        tail = at(times["ours"], 0.99) / at(ms, 0.99)
        row(name, *figures(ms), f"{ratio:.2f} x, p99 {tail:.2f} x")
    show(f"  {same} of {len(near)} gave the same page and total by hand.")
    row("others, ours", "p50", "p99", "slowest")
    for name, asked in others(size).items():
        row(name, *figures(measured(asked, {"ours": finds["ours"]}, clock)["ours"]))
    engine.dispose()
    show(f"  A process that only searches: {memory(url, near)}.")
    show(f"  The file of SQLite: {path.stat().st_size / 1e6:,.0f} MB.")
    return times


def others(size: int) -> dict[str, list[Query]]:
    return {
        "25 miles of Manhattan": searches.densest(60),
        "a later page": searches.later(100),
        "widening until found": searches.widening(60),
        "online, by state": searches.online(100),
        "in a state": searches.by_state(100),
        "by name": searches.by_name(100, size),
    }


def measured(
    asked: Sequence[Query], finds: dict[str, Finds], clock: Callable[[], float]
) -> dict[str, list[float]]:
    """Milliseconds of each search, side by side, so that a busy moment meets all of them."""
    times: dict[str, list[float]] = {name: [] for name in finds}
    gc.collect()
    for warm in (True, False):
        for query in asked:
            for name, find in finds.items():
                began = clock()
                find(query)
                if not warm:
                    times[name].append((clock() - began) * 1000)
    return times


def _same(engine: Engine, hand: Indexed, query: Query) -> bool:
    ours = search(engine, query)
    page, total, _ = hand.find(query)
    return page == [card["id"] for card in ours.cards] and total == ours.total


REMEMBERING = """
import pickle, sys
from directory.database import open_engine
from directory.search import search
def resident():
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmRSS"))
asked = pickle.load(sys.stdin.buffer)
engine = open_engine(sys.argv[1])
search(engine, asked[0])
before = resident()
for query in asked:
    search(engine, query)
print(f"{before} MB after one search, {resident()} MB after {len(asked)} more")
"""


def memory(url: str, asked: Sequence[Query]) -> str:
    if not Path("/proc/self/status").exists():
        return "not known here"
    command = [sys.executable, "-c", REMEMBERING, url]
    done = subprocess.run(command, input=pickle.dumps(asked), capture_output=True, check=True)
    return done.stdout.decode().strip()


# --- the tables ------------------------------------------------------------------------------


def show_growth(
    sizes: Sequence[int], grown: Sequence[dict[str, list[float]]], database: str, plot: Path
) -> None:
    title(f"Growth on {database}: 25 miles, three filters, ms")
    lines: dict[str, list[float]] = {}
    for name in ("ours", "by hand", "by hand, plain"):
        for what, share in (("p50", 0.5), ("p99", 0.99)):
            lines[f"{name}, {what}"] = [at(times[name], share) for times in grown]
    row("providers", *lines)
    for number, size in enumerate(sizes):
        row(f"{size:,}", *(f"{line[number]:.2f}" for line in lines.values()))
    if len(sizes) > 1:
        path = Path(str(plot).format(database))
        path.parent.mkdir(exist_ok=True)
        path.write_text(growth(f"A search on {database}", sizes, lines), encoding="utf-8")
        show(f"  plotted in {path}")


def at(times: Sequence[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def figures(times: Sequence[float]) -> list[str]:
    return [f"{value:.2f} ms" for value in (at(times, 0.5), at(times, 0.99), max(times))]


def load() -> str:
    return f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def title(text: str) -> None:
    show(f"\n{text}")


def row(name: str, *values: str) -> None:
    show(f"  {name:<26}" + "".join(f"{value:>20}" for value in values))


def show(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def progress(text: str) -> None:
    sys.stderr.write(f"  … {text}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
