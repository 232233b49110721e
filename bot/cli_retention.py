"""`carenav retention`: how long each clinic keeps chats, what is there, and that clearing ran."""

from __future__ import annotations

import time
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli_common import FAILED, open_store, stop
from bot.cli_common import settings as read_settings

if TYPE_CHECKING:
    from bot.store.retention import Kept


def retention(
    run: Annotated[bool, typer.Option("--run", help="Clear what is due now.")] = False,
) -> None:
    """By clinic: the days it keeps chats, the oldest one, and what the last clearing did.

    Ends with 1 when a clearing left something that was due.
    """
    from bot.clinics import ClinicError, load_clinics
    from bot.store import retention

    settings = read_settings()
    try:
        clinics = load_clinics(settings.clinics)
    except ClinicError as fault:
        stop(str(fault), FAILED)
    days = {clinic.key: clinic.retention_days for clinic in clinics.values()}
    with open_store(settings.database_url) as engine:
        if run:
            retention.run(engine, days, time.time())
        kept = retention.status(engine, days)
    _show(kept)
    left = sum(one.left for one in kept)
    if left:
        stop(f"{left:,} chats that were due were there after the last clearing.", FAILED)


def _show(kept: list[Kept]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    heads = ("chats", "oldest (UTC)", "last cleared (UTC)", "deleted then", "left then", "ever")
    table = Table("clinic", "days", *heads, show_edge=False)
    for position in (1, 2, 5, 6, 7):
        table.columns[position].justify = "right"
    for one in kept:
        table.add_row(
            escape(one.clinic),
            f"{one.days}",
            f"{one.conversations:,}",
            _when(one.oldest),
            _when(one.ran_at),
            *(f"{n:,}" for n in (one.cleared, one.left, one.cleared_ever)),
        )
    Console(highlight=False).print(table)


def _when(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    return f"{datetime.fromtimestamp(seconds, timezone.utc):%Y-%m-%d %H:%M}"
