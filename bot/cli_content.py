"""`carenav content`: what the bot can say, for those who review it."""

from __future__ import annotations

import statistics
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli_common import FAILED, stop

if TYPE_CHECKING:
    from guardrails.reading import Reading
    from guardrails.release import Releaser

content = typer.Typer(help="Everything the bot can say: to read, and what is due for review.")


@content.command()
def due(
    within: Annotated[int, typer.Option(help="Also what is due in so many days.")] = 0,
) -> None:
    """What has to be reviewed again, with its owner; exits 1 when there is any."""
    from bot.settings import PROJECT
    from guardrails.wording import reviews_due

    until = date.today() + timedelta(days=within)
    lines = list(reviews_due(PROJECT / "data" / "content", until))
    for line in lines:
        typer.echo(f"{line.review_by}  {line.file}  {line.owner}")
    typer.echo(f"{len(lines)} files are due by {until}.")
    if lines:
        raise typer.Exit(FAILED)


@content.command()
def export(
    to: Annotated[Path, typer.Option(help="The file to write, HTML.")] = Path("content.html"),
    language: Annotated[
        str, typer.Option(help="Only messages of this language; all unless told.")
    ] = "",
) -> None:
    """Write every message, as people read it and with its sources, to one page to print."""
    from bot.book.document import document
    from bot.book.entries import labels, sections
    from bot.settings import PROJECT
    from bot.staff.site import load_staff_words
    from guardrails.catalogue import LANGUAGES

    if language and language not in LANGUAGES:
        stop(f"--language {language}: one of {', '.join(LANGUAGES)}.", FAILED)
    releaser = _releaser()
    read_in = language or LANGUAGES[0]
    words = load_staff_words(PROJECT / "data" / "content")[read_in].content
    found = sections(releaser, [language] if language else LANGUAGES)
    page = document(found, labels(releaser.catalogue, read_in), words, read_in, date.today())
    try:
        to.write_text(page, encoding="utf-8")
    except OSError as fault:
        stop(f"{to}: cannot be written ({fault.strerror}).", FAILED)
    typer.echo(f"{to}: {sum(len(one.entries) for one in found)} messages.")


@content.command()
def reading() -> None:
    """How plain the words are: school grades by file and language."""
    from itertools import groupby

    from rich.console import Console
    from rich.table import Table

    from bot.book.formulas import NoFormulas, formulas
    from bot.settings import PROJECT
    from guardrails.reading import readings

    try:
        found = readings(PROJECT / "data" / "content", formulas())
    except NoFormulas as fault:
        stop(str(fault), FAILED)

    def key(one: Reading) -> tuple[str, str]:
        return one.language, one.file

    table = Table("", "messages", "median", "highest", "most words", show_edge=False)
    for (language, file), group in groupby(sorted(found, key=key), key):
        table.add_row(f"{language} {file}", *_figures(list(group)))
    for language in sorted({one.language for one in found}):
        table.add_row(language, *_figures([one for one in found if one.language == language]))
    Console(highlight=False, width=100).print(table)


def _figures(rows: list[Reading]) -> tuple[str, ...]:
    grades = [one.grade for one in rows]
    most = max(one.words for one in rows)
    return str(len(rows)), f"{statistics.median(grades):.1f}", f"{max(grades):.1f}", str(most)


def _releaser() -> Releaser:
    from bot.settings import PROJECT
    from guardrails.catalogue import CatalogueError, load_catalogue
    from guardrails.helplines import load_helplines
    from guardrails.release import Releaser

    folder = PROJECT / "data" / "content"
    try:
        return Releaser(
            load_catalogue(folder), load_helplines(folder / "helplines.yml", date.today())
        )
    except CatalogueError as fault:
        stop("\n".join(fault.faults), FAILED)
