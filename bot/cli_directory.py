"""`carenav directory`: what is in it, which listings people say are wrong, and settling that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli_common import FAILED, open_directory, stop

if TYPE_CHECKING:
    from rich.console import Console

    from directory.reports import Reported
    from directory.status import Counts, Import

directory = typer.Typer(help="Look after the directory of providers.", no_args_is_help=True)


@directory.command()
def status() -> None:
    """How many providers there are, from where, how fresh, and what people say is wrong."""
    from rich.console import Console

    from directory.status import status as status_of

    with open_directory() as engine:
        found = status_of(engine)
    console = Console(highlight=False)
    console.print(f"Providers in the search: {found.providers:,}")
    if found.sample:
        console.print(f"Of them made up, as a sample: {found.sample:,}")
    if found.oldest and found.fresh is not None:
        console.print(
            f"Verified in the last 90 days: {found.fresh:.0%} (the oldest on {found.oldest})"
        )
    console.print(f"Reported wrong by several people: {found.reported:,}")
    for title, counts in (
        ("source", found.sources),
        ("role", found.roles),
        ("state", found.states),
    ):
        _counts(console, title, counts)
    _imports(console, found.imports)


def _counts(console: Console, title: str, counts: Counts) -> None:
    from rich.markup import escape
    from rich.table import Table

    if not counts:
        return
    table = Table(title, "providers", show_edge=False)
    table.columns[1].justify = "right"
    for value, count in counts:
        table.add_row(escape(value), f"{count:,}")
    console.print()
    console.print(table)


def _imports(console: Console, imports: tuple[Import, ...]) -> None:
    from rich.markup import escape
    from rich.table import Table

    if not imports:
        return
    whats = ("taken", "updated", "unchanged", "retired")
    table = Table("import (UTC)", "source", *whats, "rejected", show_edge=False)
    for column in table.columns[2:]:
        column.justify = "right"
    for each in imports:
        counts = [each.summary.get(what, 0) for what in whats]
        counts.append(sum(each.summary.get("rejected", {}).values()))
        table.add_row(f"{each.at:%Y-%m-%d %H:%M}", escape(each.source), *(f"{n:,}" for n in counts))
    console.print()
    console.print(table)


@directory.command()
def reports() -> None:
    """Listings of which several people say the same is wrong, the most reported first."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from directory.reports import open_reports

    with open_directory() as engine:
        found = open_reports(engine)
    agreed = [one for one in found if one.agreed]
    console = Console(highlight=False)
    if agreed:
        table = Table("id", "name", "what is wrong", "times", "first", "last", show_edge=False)
        for one in agreed:
            row = (one.provider_id, one.name, _wrong(one), one.count, one.first, one.last)
            table.add_row(*(escape(str(cell)) for cell in row))
        console.print(table)
        console.print("\nWhen you have looked into one: carenav directory settle ID --fixed")
    else:
        console.print("No listing is reported wrong by several people.")
    if len(found) > len(agreed):
        console.print(f"Reported by too few to count: {len(found) - len(agreed):,}")


def _wrong(one: Reported) -> str:
    said = {"number": "the number does not work", "new_patients": "takes no new people"}
    return said.get(one.what) or f"does not take {one.payer}"


@directory.command()
def settle(
    provider: Annotated[int, typer.Argument(metavar="ID", help="As `reports` shows it.")],
    fixed: Annotated[
        bool | None,
        typer.Option(
            "--fixed/--dismissed",
            help="Whether the listing was wrong and is mended, or was right all along.",
        ),
    ] = None,
) -> None:
    """Close everything that is reported of a provider."""
    from directory.reports import open_reports
    from directory.reports import settle as close

    if fixed is None:
        stop("say how it was settled: --fixed or --dismissed.", FAILED)
    with open_directory() as engine:
        reported = [one for one in open_reports(engine) if one.provider_id == provider]
        for one in reported:
            how = "fixed" if fixed else "dismissed"
            close(engine, one.provider_id, one.what, one.payer, how=how)
    if not reported:
        stop(
            f"nothing is reported of a provider {provider}; see: carenav directory reports", FAILED
        )
    typer.echo(f"Settled: {reported[0].name}, {sum(one.count for one in reported)} reports.")
