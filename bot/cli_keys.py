"""`carenav keys`: which keys seal what people write, and changing them while the service runs.

`new` puts a key in front, `rotate` seals every row with it, `retire` lets the old ones go. Between
`new` and `rotate` every process is started again, so that each can open what the new key seals.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli_common import FAILED, open_store, stop
from bot.cli_common import settings as read_settings

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

    from bot.settings import Settings

STOPPED = 130
NAME = "CARENAV_ENCRYPTION_KEYS"
RESTARTED = "Has every process been started again since the first key was put in front?"

keys = typer.Typer(
    help="The keys that seal what people write, and changing them.", no_args_is_help=True
)
Restarted = Annotated[
    bool,
    typer.Option(
        "--restarted",
        help="Do not ask: every process was started since the first key was put in front.",
    ),
]


@keys.command()
def status() -> None:
    """How many rows each key opens. Ends with 1 when there are some that no key opens."""
    from rich.console import Console
    from rich.table import Table

    from bot.store.crypto import Sealer, fingerprint
    from bot.store.rotation import tally

    settings = read_settings()
    with open_store(settings.database_url) as engine, _watched(engine) as advance:
        found = tally(engine, Sealer(settings.encryption_keys), advance)
    names = [f"key {n} ({fingerprint(key)})" for n, key in enumerate(settings.encryption_keys, 1)]
    table = Table("sealed", *names, "no key", show_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    positions: list[int | None] = [*range(len(names)), None]
    for name, count in found.items():
        table.add_row(name, *(f"{count[position]:,}" for position in positions))
    Console(highlight=False).print(table)
    lost = sum(count[None] for count in found.values())
    if lost:
        stop(_lost(lost), FAILED)


@keys.command()
def new() -> None:
    """Make a key. In development it is put in front; elsewhere it is printed, for you to do it."""
    settings = read_settings()
    if settings.keys_given:
        from bot.secrets_file import new_key

        typer.echo(
            f"Put this in front of {NAME}, with a comma after it, for every process. Start them "
            "all again. Then: carenav keys rotate",
            err=True,
        )
        typer.echo(new_key())
        return
    typer.echo(f"A new key is in front, in {_put_in_front(settings)}.")
    typer.echo("If the service runs, start it again. Then: carenav keys rotate")


@keys.command()
def rotate(restarted: Restarted = False) -> None:
    """Seal every row with the first key. It may be stopped, and run again, at any time.

    In development, where there is one key only, a new one is made first.
    """
    from bot.store.crypto import Sealer, fingerprint
    from bot.store.rotation import rotate as seal_anew

    settings = _with_two_keys(read_settings(), restarted)
    try:
        with open_store(settings.database_url) as engine, _watched(engine) as advance:
            done = seal_anew(engine, Sealer(settings.encryption_keys), advance)
    except KeyboardInterrupt:
        stop("stopped; run it again to go on", STOPPED)
    typer.echo(f"Sealed anew: {done.resealed:,}.")
    if done.waiting:
        stop(
            f"{done.waiting:,} rows are sealed with an older key still: a process runs that was "
            "started before the new key. Start it again, then run this again.",
            FAILED,
        )
    if done.lost:
        stop(_lost(done.lost), FAILED)
    first = fingerprint(settings.encryption_keys[0])
    typer.echo(f"The first key ({first}) opens every row. The others may go: carenav keys retire")


@keys.command()
def retire(restarted: Restarted = False) -> None:
    """Let the old keys go, once it is proved that no row needs them."""
    from bot.secrets_file import replace_keys
    from bot.store.crypto import Sealer
    from bot.store.rotation import tally

    settings = read_settings()
    first, *old = settings.encryption_keys
    if not old:
        stop("there is one key only; nothing to retire.", FAILED)
    _make_sure(settings, restarted)
    with open_store(settings.database_url) as engine, _watched(engine) as advance:
        counts = tally(engine, Sealer(settings.encryption_keys), advance).values()
    needed = sum(n for count in counts for key, n in count.items() if key != 0)
    if needed:
        stop(f"{needed:,} rows need another key than the first; first: carenav keys rotate", FAILED)
    if settings.keys_given:
        typer.echo(f"No row needs them: take all keys but the first out of {NAME}.")
    else:
        typer.echo(f"Only the first key is left in {replace_keys(settings.state_dir, [first])}.")
    typer.echo("A backup made before the rotation still needs the old ones.")


def _with_two_keys(settings: Settings, restarted: bool) -> Settings:
    """Makes sure that there is a new key, and that whoever runs can open what it seals."""
    if len(settings.encryption_keys) > 1:
        _make_sure(settings, restarted)
        return settings
    if settings.keys_given:
        stop("there is one key only; first: carenav keys new", FAILED)
    typer.echo(f"A new key is in front, in {_put_in_front(settings)}.")
    if _runs(settings):
        stop("the service runs with the old key: start it again, then run this again.", FAILED)
    return read_settings()


def _make_sure(settings: Settings, restarted: bool) -> None:
    """Only somebody who knows can say so of processes elsewhere; a key that is kept in our own
    file is used by nobody while nothing listens."""
    if restarted or not (settings.keys_given or _runs(settings)):
        return
    if not typer.confirm(RESTARTED, default=False, err=True):
        stop("start every process again, then run this again.", FAILED)


def _put_in_front(settings: Settings) -> str:
    from bot.secrets_file import new_key, replace_keys

    return str(replace_keys(settings.state_dir, [new_key(), *settings.encryption_keys]))


def _runs(settings: Settings) -> bool:
    for host, port in ((settings.host, settings.port), ("127.0.0.1", settings.rasa_port)):
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            continue
        return True
    return False


def _lost(count: int) -> str:
    return (
        f"{count:,} rows open with none of the keys. Put the key that sealed them at the end of "
        f"{NAME}; without it they can't be read any more."
    )


@contextmanager
def _watched(engine: Engine) -> Iterator[Callable[[int], None]]:
    """A bar of the rows that were looked at, on a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    from bot.store.rotation import rows

    console = Console(stderr=True)
    bar = Progress(
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with bar:
        task = bar.add_task("rows", total=rows(engine))
        yield lambda count: bar.advance(task, count)
