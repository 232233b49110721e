"""`carenav import`: bring providers into the directory, one command for each kind of source."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli_common import FAILED, open_directory, stop

if TYPE_CHECKING:
    from directory.feed import Feed
    from directory.intake import Summary

imports = typer.Typer(help="Bring providers into the directory.", no_args_is_help=True)

_STOPPED = 130  # as a shell has it for Ctrl-C
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")

_Source = Annotated[
    str | None,
    typer.Option(
        "--source",
        metavar="NAME",
        help='Tells it from others of its kind ("aetna"). The same name again is an update.',
    ),
]
_Rejects = Annotated[
    Path | None,
    typer.Option(help="Write the rows that could not be used there, as CSV: row, reason, text."),
]
_EveryRole = Annotated[
    bool, typer.Option("--every-role", help="Keep providers outside behavioral health too.")
]
_WHOLE = "--whole/--part"
_WHOLE_HELP = (
    "Whether it is all that the source lists: then whoever is not in it leaves the search."
)
_Whole = Annotated[bool, typer.Option(_WHOLE, help=_WHOLE_HELP)]


@imports.command()
def nppes(
    file: Annotated[
        Path,
        typer.Argument(help="The zip as CMS publishes it, the folder it unpacks to, or a table."),
    ],
    rejects: _Rejects = None,
    every_role: _EveryRole = False,
    whole: _Whole = False,
) -> None:
    """The national registry (CMS): the monthly file, weekly changes and deactivations."""

    def opened() -> AbstractContextManager[Iterable[Feed]]:
        from directory.importers.nppes import open_nppes

        return open_nppes(file, every_role=every_role)

    _take(opened, str(file), whole, rejects)


@imports.command("plan-net")
def plan_net(
    place: Annotated[
        str, typer.Argument(help="A file (NDJSON or a bundle), a folder, or a FHIR server's URL.")
    ],
    name: _Source = None,
    rejects: _Rejects = None,
    every_role: _EveryRole = False,
    whole: _Whole = False,
) -> None:
    """A health plan's directory: FHIR R4, Da Vinci PDEX Plan-Net."""
    source = _source("plan-net", name)

    def opened() -> AbstractContextManager[Iterable[Feed]]:
        from directory.importers.plan_net import open_plan_net

        return _alone(open_plan_net(place, name=source, every_role=every_role))

    _take(opened, place, whole, rejects)


@imports.command()
def findtreatment(
    place: Annotated[str, typer.Argument(help="An export saved as JSON, or the URL of one.")],
    rejects: _Rejects = None,
    every_role: _EveryRole = False,
    whole: _Whole = False,
) -> None:
    """Facilities of FindTreatment.gov (SAMHSA)."""

    def opened() -> AbstractContextManager[Iterable[Feed]]:
        from directory.importers.find_treatment import open_find_treatment

        return nullcontext([open_find_treatment(place, every_role=every_role)])

    _take(opened, place, whole, rejects)


@imports.command()
def hsds(
    place: Annotated[
        Path, typer.Argument(help="A JSON file, a folder of CSV tables, or the zip of one.")
    ],
    name: _Source = None,
    rejects: _Rejects = None,
    every_role: _EveryRole = False,
    whole: _Whole = False,
) -> None:
    """Services of a 211 or another that keeps Open Referral data (HSDS 3)."""
    source = _source("hsds", name)

    def opened() -> AbstractContextManager[Iterable[Feed]]:
        from directory.importers.hsds import open_hsds

        return nullcontext([open_hsds(place, name=source, every_role=every_role)])

    _take(opened, str(place), whole, rejects)


@imports.command("csv")
def own_list(
    file: Annotated[Path | None, typer.Argument(help="The list, saved as CSV.")] = None,
    map_file: Annotated[
        Path | None,
        typer.Option("--map", help="Which column holds what (YAML). Usually the template's map."),
    ] = None,
    name: _Source = None,
    rejects: _Rejects = None,
    every_role: _EveryRole = False,
    whole: Annotated[
        bool | None, typer.Option(_WHOLE, help=f"{_WHOLE_HELP} Usually as the map says.")
    ] = None,
    template: Annotated[
        Path | None, typer.Option(help="Write an empty list and its map to this folder instead.")
    ] = None,
) -> None:
    """A clinic's own list, read by a map. Start with --template FOLDER."""
    from directory.feed import ImportFault
    from directory.importers.own_list import open_own_list, write_template
    from directory.importers.own_list_map import TEMPLATE_MAP, load_map

    source = _source("own-list", name)
    try:
        if template:
            for path in write_template(template):
                typer.echo(f"Written: {path}")
            return
        if file is None:
            stop("name the list to import, or --template FOLDER to start one.", FAILED)
        layout = load_map(map_file or TEMPLATE_MAP)
    except ImportFault as fault:
        stop(str(fault), FAILED)
    _take(
        lambda: _alone(open_own_list(file, layout, name=source, every_role=every_role)),
        str(file),
        layout.whole if whole is None else whole,
        rejects,
    )


@contextmanager
def _alone(opened: AbstractContextManager[Feed]) -> Iterator[Iterable[Feed]]:
    with opened as feed:
        yield [feed]


def _source(kind: str, name: str | None) -> str:
    """The name of the source in the directory, such as plan-net:aetna; its kind comes first."""
    own = (kind if name is None else name).removeprefix(f"{kind}:")
    if not _NAME.fullmatch(own):
        stop(
            f"--source is {own!r}; use up to 40 small letters, digits, dots, dashes and "
            "underscores.",
            FAILED,
        )
    return kind if own == kind else f"{kind}:{own}"


def _take(
    opened: Callable[[], AbstractContextManager[Iterable[Feed]]],
    place: str,
    whole: bool,
    rejects: Path | None,
) -> None:
    """Take in what `opened` opens: all of it, or nothing and one line that says why."""
    from rich.console import Console

    from bot.import_progress import shown
    from directory.feed import ImportFault
    from directory.intake import take

    _check_rejects(rejects, place)
    try:
        with (
            open_directory() as engine,
            opened() as feeds,
            shown(feeds, Console(stderr=True)) as watched,
        ):
            summary = take(engine, watched, whole=whole, rejects=rejects)
    except ImportFault as fault:
        stop(str(fault), FAILED)
    except KeyboardInterrupt:
        stop("stopped; nothing was changed", _STOPPED)
    except OSError as fault:
        stop(f"{fault.filename or place} can't be read or written: {fault.strerror}", FAILED)
    _show(summary)
    if rejects and summary.rejected:
        typer.echo(f"The rejected rows are in {rejects}")


def _check_rejects(rejects: Path | None, place: str) -> None:
    """Stops before anything is overwritten that should not be, or read for nothing."""
    if rejects is None:
        return
    if rejects.exists() and Path(place).exists() and rejects.samefile(place):
        stop(f"--rejects {rejects} is what is to be imported; name another file.", FAILED)
    if rejects.is_dir() or not rejects.absolute().parent.is_dir():
        stop(f"--rejects {rejects} can't be written there; name a file in a folder.", FAILED)


def _show(summary: Summary) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table("rows", "what became of them", show_edge=False)
    table.columns[0].justify = "right"
    rows = [
        ("taken", summary.taken),
        ("updated", summary.updated),
        ("unchanged", summary.unchanged),
        ("older than what is known", summary.older),
        ("no longer in the search", summary.retired),
        *((f"left out: {_worded(why)}", count) for why, count in summary.left_out.items()),
        *((f"rejected: {_worded(why)}", count) for why, count in summary.rejected.items()),
    ]
    for what, count in rows:
        table.add_row(f"{count:,}", escape(what))
    Console().print(table)


def _worded(reason: str) -> str:
    return reason.replace("_", " ")
