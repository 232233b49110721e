"""`carenav clinic`: add a clinic, check the files, what to paste into its site, its papers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli_common import FAILED, settings, stop

if TYPE_CHECKING:
    from bot.clinic import Clinic

clinic = typer.Typer(help="The clinics that show the chat.", no_args_is_help=True)
Key = Annotated[str, typer.Argument(help="Small letters, digits and dashes; part of addresses.")]


@clinic.command()
def add(
    key: Key,
    name: Annotated[str | None, typer.Option(help="As people read it.")] = None,
    country: Annotated[str, typer.Option(help="Two capital letters.")] = "US",
    state: Annotated[str, typer.Option(help="Two capital letters.")] = "",
    languages: Annotated[str, typer.Option(help="The first is the usual one.")] = "en,es",
    phone: Annotated[str, typer.Option(help="Ten digits, or + and the country's code.")] = "",
    origins: Annotated[
        str, typer.Option("--origin", help="The sites that show the chat, with commas.")
    ] = "",
) -> None:
    """Write a file for a new clinic. Without --name it asks for everything."""
    from bot.clinic_file import ClinicError, clinic_of
    from bot.clinic_template import clinic_yaml

    path = settings().clinics / f"{key}.yml"
    if path.exists():
        stop(f"{path} is there already; change it, then: carenav clinic check", FAILED)
    if name is None:
        name = typer.prompt("The clinic's name, as people read it")
        country = typer.prompt("Country, two letters", default=country)
        state = typer.prompt("State, two letters (empty for none)", default=state)
        languages = typer.prompt("Languages, the usual one first", default=languages)
        phone = typer.prompt("Phone number (empty for none)", default=phone)
        origins = typer.prompt("Sites that show the chat, such as https://www.example.org",
                               default=origins)  # fmt: skip
    text = clinic_yaml(
        name=name.strip(),
        country=country.strip().upper(),
        state=state.strip().upper(),
        languages=_parts(languages),
        phone=phone.strip(),
        origins=_parts(origins),
    )
    try:
        made = clinic_of(key, text)
    except ClinicError as error:
        _stop_with(error.faults)
    _write(path, text)
    typer.echo(f"Written: {path}\nA running service takes it up within seconds.\n")
    _paste(made)


@clinic.command()
def check(
    keys: Annotated[list[str] | None, typer.Argument(help="Of these clinics only.")] = None,
) -> None:
    """Read the files as the service does. Every fault is a line; then exit code 1."""
    from bot.clinic_file import ClinicError, read_clinic
    from bot.clinic_hints import Hints
    from bot.settings import PROJECT

    paths, faults = _files(keys), []
    hints = Hints(PROJECT / "data" / "content")
    for path in paths:
        try:
            found = read_clinic(path)
        except ClinicError as error:
            faults += error.faults
            continue
        faults += [f"{path.name}: {fault}" for fault in hints.faults(found)]
        for hint in hints.hints(found):
            typer.echo(f"{path.name}: {hint}")
    if faults:
        _stop_with(faults)
    typer.echo(f"{len(paths)} {'file' if len(paths) == 1 else 'files'} without a fault.")


@clinic.command(name="list")
def list_all() -> None:
    """The clinics, where they may be shown, and who answers."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from bot.clinic_file import ClinicError, read_clinic

    table = Table("clinic", "name", "languages", "sites", "hand-off", show_edge=False)
    for path in _files(None):
        try:
            found = read_clinic(path)
        except ClinicError:
            table.add_row(path.stem, "faulty; see: carenav clinic check")
            continue
        sites = " ".join(found.origins) or "our own only"
        way = found.handoff.to if found.handoff else "phone numbers only"
        cells = (found.key, found.name, " ".join(found.languages), sites, way)
        table.add_row(*map(escape, cells))
    Console(highlight=False).print(table)


@clinic.command()
def show(key: Key) -> None:
    """One clinic, and what to paste into its site."""
    from bot.clinic_file import ClinicError, read_clinic

    (path,) = _files([key])
    try:
        found = read_clinic(path)
    except ClinicError as error:
        _stop_with(error.faults)
    for label, value in _told(found):
        typer.echo(f"{label}: {value}")
    typer.echo("")
    _paste(found)


@clinic.command()
def kit(
    key: Key,
    to: Annotated[Path, typer.Option("--to", help="A folder; it is made when it is not there.")],
) -> None:
    """Papers for the clinic (policy, consent, notice, data flow, BAA, staff guide), filled in."""
    from datetime import date

    from bot.clinic_file import ClinicError, read_clinic
    from bot.clinic_kit import KitError, papers, write_papers
    from bot.settings import PROJECT
    from guardrails.helplines import HelplineError, load_helplines

    (path,) = _files([key])
    try:
        lines = load_helplines(PROJECT / "data" / "content" / "helplines.yml", date.today())
        made = papers(read_clinic(path), lines, date.today())
        write_papers(made, to)
    except ClinicError as error:
        _stop_with(error.faults)
    except (KitError, HelplineError) as fault:
        stop(str(fault), FAILED)
    for paper in made:
        typer.echo(f"{to / paper.name}: {paper.blanks} to fill in")
    typer.echo("Drafts, not legal advice: have a lawyer and a clinician read them.")


def _told(found: Clinic) -> Iterator[tuple[str, str]]:
    yield "Name", found.name
    yield "Where", " ".join(filter(None, (found.state, found.country)))
    yield "Languages", ", ".join(found.languages)
    yield "Phone", found.phone or "none"
    yield "Sites that show the chat", ", ".join(found.origins) or "our own only"
    yield (
        "Providers",
        found.providers + (f" ({found.provider_source})" if found.provider_source else ""),
    )
    yield "Hand-off", found.handoff.to if found.handoff else "none; phone numbers only"
    yield "Hours", found.hours.timezone if found.hours else "not told"
    yield "Conversations are kept", f"{found.retention_days} days"


def _paste(made: Clinic) -> None:
    from bot.embed import embed

    parts = embed(made, settings().public_url)
    typer.echo(f"On the pages of the clinic's site:\n  {parts.script}")
    typer.echo(f"Or a plain link:\n  {parts.link}")
    typer.echo(f"Or a frame:\n  {parts.iframe}")
    if not made.origins:
        typer.echo("No other site may show it yet: name them under origins in the file.")


def _files(keys: list[str] | None) -> list[Path]:
    folder = settings().clinics
    found = {path.stem: path for path in sorted(folder.glob("*.yml"))}
    for key in keys or ():
        if key not in found:
            stop(f"there is no clinic {key!r} in {folder}; see: carenav clinic list", FAILED)
    wanted = [found[key] for key in keys] if keys else [*found.values()]
    if not wanted:
        stop(f"{folder} holds no clinic's file; make one with: carenav clinic add", FAILED)
    return wanted


def _write(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as fault:
        stop(f"{path} cannot be written: {fault.strerror}", FAILED)


def _parts(text: str) -> list[str]:
    return text.replace(",", " ").split()


def _stop_with(faults: list[str]) -> None:
    for fault in faults[:-1]:
        typer.echo(f"carenav: {fault}", err=True)
    stop(faults[-1], FAILED)
