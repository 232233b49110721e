"""`carenav counts`: the counters of a period, to read or as CSV."""

from __future__ import annotations

import sys
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli_common import FAILED, first_line, settings, stop

if TYPE_CHECKING:
    from bot.counting import Figures

_DAY = ["%Y-%m-%d"]


def counts(
    first: Annotated[
        datetime | None,
        typer.Option("--from", formats=_DAY, help="The first day; 30 days ago unless told."),
    ] = None,
    last: Annotated[
        datetime | None, typer.Option("--to", formats=_DAY, help="The last day; today unless told.")
    ] = None,
    clinic: Annotated[
        list[str] | None, typer.Option(help="Only this clinic, by its key; may be repeated.")
    ] = None,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Every day, clinic and counter as a line of CSV.")
    ] = False,
) -> None:
    """How many conversations, hand-offs, crisis referrals and so on; no identities.

    To publish a year's crisis referrals (R18): --from 2026-01-01 --to 2026-12-31.
    """
    until = last.date() if last else date.today()
    since = first.date() if first else until - timedelta(days=29)
    if since > until:
        stop(f"--from {since} is after --to {until}.", FAILED)
    figures = _read(clinic or ["*"], since, until)
    if as_csv:
        from bot.counting import write_csv

        write_csv(figures, sys.stdout)
    else:
        _show(figures, since, until)


def _read(clinics: list[str], first: date, last: date) -> Figures:
    from sqlalchemy.exc import SQLAlchemyError

    from bot.counting import read
    from bot.store.database import open_engine
    from bot.store.migrate import upgrade

    url = settings().database_url
    engine = open_engine(url)
    try:
        upgrade(url)
        return read(engine, clinics, first, last)
    except SQLAlchemyError as fault:
        stop(f"CARENAV_DATABASE_URL: the database did not answer ({first_line(fault)})", FAILED)
    finally:
        engine.dispose()


def _show(figures: Figures, first: date, last: date) -> None:
    from rich.console import Console
    from rich.table import Table

    from bot.counting import NAMES

    table = Table("", f"{first} to {last}", show_edge=False)
    table.columns[1].justify = "right"
    for name, count in figures.totals().items():
        table.add_row(NAMES[name], f"{count:,}")
    Console(highlight=False).print(table)
