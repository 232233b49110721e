"""`carenav sms segments`: every message as a text, in segments; a table to read or as CSV."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli_common import FAILED, stop

if TYPE_CHECKING:
    from bot.sms.table import Row


def segments_table(
    as_csv: Annotated[bool, typer.Option("--csv", help="Every row as a line of CSV.")] = False,
) -> None:
    """How many segments each message takes as a text, in both languages.

    Its first text and how many by MORE, with what usually stands in its slots and with its choices;
    the longest its words may be, in the country where they take most, and that in places (units).
    Exit code 1 when one is too long or says what a text may not (`make check`).
    """
    rows, faults = _measured()
    if as_csv:
        _write(rows)
    else:
        _show(rows)
    for fault in faults:
        typer.echo(fault, err=True)
    if faults:
        raise typer.Exit(FAILED)


def _measured() -> tuple[list[Row], list[str]]:
    from datetime import date

    from bot.settings import PROJECT
    from bot.sms.samples import NoSample
    from bot.sms.table import open_table
    from guardrails.catalogue import CatalogueError
    from guardrails.helplines import HelplineError

    try:
        table = open_table(PROJECT / "data", date.today())
        return list(table.rows()), list(table.faults())
    except (CatalogueError, HelplineError) as fault:
        stop(str(fault), FAILED)
    except NoSample as slot:
        stop(f"no sample for {slot}; add one to bot/sms/samples.py", FAILED)


def _cells(row: Row) -> Sequence[object]:
    return (
        row.message,
        row.kind,
        row.language,
        row.encoding,
        row.segments,
        row.parts,
        row.longest,
        row.units,
        "short" if row.short else "",
    )


_COLUMNS = (
    "message",
    "kind",
    "language",
    "encoding",
    "segments",
    "parts",
    "longest",
    "units",
    "words",
)


def _write(rows: Sequence[Row]) -> None:
    writer = csv.writer(sys.stdout)
    writer.writerow(_COLUMNS)
    writer.writerows(_cells(row) for row in rows)


def _show(rows: Sequence[Row]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(show_edge=False, padding=(0, 1, 0, 0))
    table.add_column(_COLUMNS[0], no_wrap=True, overflow="fold")
    for name in _COLUMNS[1:]:
        table.add_column(name)
    for row in rows:
        table.add_row(*(str(cell) for cell in _cells(row)))
    Console(highlight=False).print(table)
