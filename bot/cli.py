"""The command `carenav`. Heavy parts are imported by the command that needs them."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli_clinic import clinic
from bot.cli_common import FAILED as _FAILED
from bot.cli_common import first_line as _first_line
from bot.cli_common import open_directory
from bot.cli_common import settings as _settings
from bot.cli_common import stop as _stop
from bot.cli_content import content
from bot.cli_counts import counts
from bot.cli_directory import directory
from bot.cli_import import imports
from bot.cli_keys import keys
from bot.cli_retention import retention
from bot.cli_search import search
from bot.cli_sms import sms
from bot.cli_staff import audit, staff

if TYPE_CHECKING:
    from bot.settings import Settings
    from guardrails.report import Table as Section

app = typer.Typer(
    help="Care Navigator: who does what in mental health care, and how to find them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(imports, name="import")
app.add_typer(directory, name="directory")
app.add_typer(clinic, name="clinic")
app.add_typer(staff, name="staff")
app.add_typer(audit, name="audit")
app.add_typer(keys, name="keys")
app.add_typer(sms, name="sms")
app.add_typer(content, name="content")
app.command()(search)
app.command()(retention)
app.command()(counts)


@app.command()
def run() -> None:
    """Start everything and keep it running. Ctrl-C stops it."""
    import asyncio

    from rich.console import Console

    from bot import supervisor

    settings = _settings()
    log = supervisor.Log(coloured=Console().is_terminal and not Console().no_color)
    try:
        asyncio.run(supervisor.run(settings, log, Console(stderr=True), _directory(settings)))
    except supervisor.CannotStart as fault:
        _stop(str(fault), _FAILED)


def _directory(settings: Settings) -> Callable[[], None]:
    """Brings the directory's tables up to date, and puts the fictional providers in the search; in
    production there are only real ones."""

    def fill() -> None:
        from directory.database import open_engine
        from directory.migrate import upgrade
        from directory.sample import load_sample

        upgrade(settings.directory_url)
        if not settings.production:
            load_sample(open_engine(settings.directory_url))

    return fill


@app.command()
def train() -> None:
    """Train the Rasa model and the screening's nets, unless nothing they learn from has changed."""
    import asyncio

    from rich.console import Console

    from bot import training
    from bot.settings import PROJECT

    models = _settings().state_dir / "models"
    _learn_nets()
    if (ready := training.model_path(models, PROJECT)).exists():
        typer.echo(f"The model is up to date: {ready}")
        return
    began = time.monotonic()
    try:
        with training.shown(models, Console(stderr=True)) as report:
            model = asyncio.run(training.ensure_model(models, PROJECT, report))
    except training.TrainingError as fault:
        _stop(str(fault), _FAILED)
    typer.echo(f"Trained in {time.monotonic() - began:.0f} s: {model}")


def _learn_nets() -> None:
    from guardrails.rules import RuleError
    from guardrails.screen import load_screener

    try:
        load_screener()
    except RuleError as fault:
        _stop(str(fault), _FAILED)


@app.command()
def migrate() -> None:
    """Bring the tables of the chat and of the directory up to date."""
    from sqlalchemy.exc import SQLAlchemyError

    from bot.store.migrate import upgrade

    try:
        upgrade(_settings().database_url)
    except SQLAlchemyError as fault:
        _stop(f"CARENAV_DATABASE_URL: the database did not answer ({_first_line(fault)})", _FAILED)
    with open_directory():
        typer.echo("The tables are up to date.")


@app.command()
def screen() -> None:
    """Screen messages, one JSON object a line: {"id", "text"[, "lang"]} in, the outcome out.

    A line that can't be used is answered, in its place, by what is wrong with it; then exit code 1.
    """
    from guardrails.rules import RuleError
    from guardrails.screen import load_screener, screen_lines

    bad = False
    try:
        screener = load_screener()
    except RuleError as fault:
        _stop(str(fault), _FAILED)
    for line in screen_lines(sys.stdin, screener):
        bad = bad or "error" in json.loads(line)
        typer.echo(line)
    if bad:
        raise typer.Exit(_FAILED)


@app.command()
def evaluate(
    sets: Annotated[
        list[Path] | None,
        typer.Option(
            "--set", help='JSON lines: {"id", "text", "wanted" or "label"[, "lang"][, "source"]}.'
        ),
    ] = None,
    page: Annotated[
        Path | None, typer.Option(help="Write the report there too, as one HTML page.")
    ] = None,
    rules_only: Annotated[bool, typer.Option(help="Judge the rules without the net.")] = False,
    held_out: Annotated[
        bool, typer.Option(help="Add the totals of the held-out set (from a checkout).")
    ] = False,
    misses: Annotated[int, typer.Option(min=0, help="How many misses of each sort to show.")] = 10,
) -> None:
    """Measure screening on our own examples, out of fold, and on sets of messages."""
    from rich.console import Console

    from bot.settings import PROJECT
    from guardrails.evaluate import measure
    from guardrails.examples import load_examples
    from guardrails.kept import CACHE
    from guardrails.message_sets import SetError, read_held_out, read_set
    from guardrails.report import tables
    from guardrails.rules import RuleError
    from guardrails.screen import load_screener

    cache = None if rules_only else CACHE
    try:
        elsewhere = [example for path in sets or () for example in read_set(path)]
        own = load_examples()
        folder = PROJECT / "tests" / "guardrails" / "held_out"
        hidden = read_held_out(folder, own) if held_out else ()
        with Console(stderr=True).status("judging every message …"):
            measured = measure(load_screener(cache=cache), own, elsewhere, hidden)
    except (SetError, RuleError) as fault:
        _stop(str(fault), _FAILED)
    report = tables(measured, misses)
    _show_report(report)
    if page:
        _write_page(page, report, "Rules alone." if rules_only else "Rules and net, out of fold.")


def _show_report(report: Sequence[Section]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console()
    for section in report:
        console.print(f"\n[bold]{section.title}[/]\n{escape(section.note)}", highlight=False)
        table = Table(show_edge=False)
        for number, name in enumerate(section.columns):
            table.add_column(name, justify="left" if number < section.words else "right")
        for row in section.rows:
            table.add_row(*map(escape, row))
        console.print(table)


def _write_page(path: Path, report: Sequence[Section], how: str) -> None:
    from datetime import date

    from guardrails.report import page

    try:
        path.write_text(page(report, date.today(), how), "utf-8")
    except OSError as fault:
        _stop(f"{path} cannot be written: {fault.strerror}", _FAILED)
    typer.echo(f"The page is written: {path}")


if __name__ == "__main__":
    app()
