"""`carenav search`: the same search as the chat's and the API's, for people at a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli_common import FAILED, first_line, settings, stop

if TYPE_CHECKING:
    from directory.query import Query

_One = str | None
_Many = list[str] | None
_TWICE = "May be given several times."


def search(
    near: Annotated[_One, typer.Option(help='A city with its state ("Austin, TX").')] = None,
    zip_code: Annotated[_One, typer.Option("--zip", help="A ZIP.")] = None,
    state: Annotated[
        _One, typer.Option(help="A whole state; with a place, where the person is.")
    ] = None,
    lat: Annotated[_One, typer.Option(help="Degrees north, with --lon.")] = None,
    lon: Annotated[_One, typer.Option(help="Degrees east, with --lat.")] = None,
    radius: Annotated[_One, typer.Option(help="Miles, 1 to 100. Usually 25.")] = None,
    role: Annotated[_Many, typer.Option(help=f"Psychiatrist, therapist … {_TWICE}")] = None,
    payer: Annotated[_Many, typer.Option(help=f"Aetna, Medicaid, self-pay … {_TWICE}")] = None,
    plan: Annotated[_One, typer.Option(help="The name of one plan.")] = None,
    visits: Annotated[_One, typer.Option("--format", help="in person or online.")] = None,
    language: Annotated[_Many, typer.Option(help=_TWICE)] = None,
    age_group: Annotated[_Many, typer.Option(help=f"Teens, older adults … {_TWICE}")] = None,
    identity: Annotated[_Many, typer.Option(help=f"A woman, LGBTQ+ affirming … {_TWICE}")] = None,
    time: Annotated[_Many, typer.Option(help=f"Evening, weekend. {_TWICE}")] = None,
    access: Annotated[_Many, typer.Option(help=f"Such as wheelchair. {_TWICE}")] = None,
    new_patients: Annotated[
        bool, typer.Option("--new-patients", help="Without those who take no new people.")
    ] = False,
    name: Annotated[_One, typer.Option(help="The name of a provider, or part of it.")] = None,
    limit: Annotated[_One, typer.Option(help="Providers on a page, 1 to 20. Usually 10.")] = None,
    page: Annotated[int, typer.Option(min=1, max=1000, help="Which page.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="What GET /api/providers gives.")] = False,
) -> None:
    """Search the directory. Exit code 1 when nobody is found, or the search can't be understood."""
    one = {
        "near": near,
        "zip": zip_code,
        "state": state,
        "lat": lat,
        "lon": lon,
        "radius": radius,
        "plan": plan,
        "format": visits,
        "new_patients": "true" if new_patients else None,
        "name": name,
        "limit": limit,
    }
    many = {
        "role": role,
        "payer": payer,
        "language": language,
        "age_group": age_group,
        "identity": identity,
        "time": time,
        "access": access,
    }
    asked = {key: [value] for key, value in one.items() if value is not None}
    asked |= {key: values for key, values in many.items() if values}
    query = _query(asked, page)
    found = _find(query)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        _show(found, query, page)
    if not found["providers"]:
        raise typer.Exit(FAILED)


def _query(asked: Mapping[str, list[str]], page: int) -> Query:
    from directory.ask import BadAsk, ask

    try:
        query = ask(asked)
    except BadAsk as fault:
        candidates = f" ({'; '.join(fault.candidates)})" if fault.candidates else ""
        stop(f"--{fault.field.replace('_', '-')}: {fault.reason}{candidates}", FAILED)
    return replace(query, offset=(page - 1) * query.limit)


def _find(query: Query) -> dict[str, Any]:
    from sqlalchemy.exc import SQLAlchemyError

    from directory.answer import answer
    from directory.database import open_engine
    from directory.search import search

    engine = open_engine(settings().directory_url)
    try:
        return answer(query, search(engine, query))
    except SQLAlchemyError as fault:
        stop(f"CARENAV_DIRECTORY_URL: the directory did not answer ({first_line(fault)})", FAILED)
    finally:
        engine.dispose()


# --- in words -----------------------------------------------------------------------------------


def _show(found: Mapping[str, Any], query: Query, page: int) -> None:
    from rich.console import Console
    from rich.markup import escape

    console = Console(highlight=False)
    for line in _summary(found, query):
        console.print(escape(line))
    for number, provider in enumerate(found["providers"], start=query.offset + 1):
        console.print(f"\n[bold]{number}. {escape(_title(provider))}[/]")
        for line in _lines(provider):
            console.print(f"   {escape(line)}")
    if found["next"]:
        console.print(f"\nMore: --page {page + 1}")


def _summary(found: Mapping[str, Any], query: Query) -> Iterator[str]:
    more = "more than " if found["total_is_least"] else ""
    where = f" within {found['radius_miles']:g} miles" if found["radius_miles"] else ""
    if found["total"]:
        yield f"{more}{found['total']:,} found{where}.".capitalize()
    else:
        yield f"Nobody found{where}."
    if found["loosened"]:
        yield f"Not kept to, to find any: {_listed(found['loosened'])}."
    if query.offset and found["total"] and not found["providers"]:
        yield "There are fewer pages."


def _title(provider: Mapping[str, Any]) -> str:
    credential = f", {provider['credential']}" if provider["credential"] else ""
    return f"{provider['name']}{credential}"


def _lines(provider: Mapping[str, Any]) -> Iterator[str]:
    yield _worded(provider["role"]) + (
        f", {provider['organization']}" if provider["organization"] else ""
    )
    place = [provider[part] for part in ("address", "city", "state", "zip") if provider[part]]
    miles = "" if provider["miles"] is None else f" ({provider['miles']:g} miles)"
    yield (", ".join(place) or "place: not known") + miles
    if provider["phone"]:
        yield f"phone: {provider['phone']}"
    if provider["website"]:
        yield f"website: {provider['website']}"
    for what, field in _FACTS.items():
        if provider[field] is not None:
            yield f"{what}: {_listed(provider[field]) or 'none'}"
    if provider["new_patients"] is not None:
        yield f"takes new people: {'yes' if provider['new_patients'] else 'no'}"
    unknown = [
        what
        for what, field in {"phone": "phone", **_FACTS, "takes new people": "new_patients"}.items()
        if provider[field] is None
    ]
    if unknown:
        yield f"not known: {', '.join(unknown)}"
    if provider["doubts"]:
        yield f"several people reported: {_listed(provider['doubts'])}"
    yield f"last verified {provider['verified_on']}" + (
        ", over 90 days ago; it may be out of date" if provider["verified_over_90_days"] else ""
    )
    yield f"from {', '.join(source['name'] for source in provider['sources'])}"
    if provider["sample"]:
        yield "sample data: this listing is made up"


_FACTS = {
    "accepts": "accepts",
    "languages": "languages",
    "visits": "formats",
    "ages": "age_groups",
    "is or welcomes": "identities",
    "times": "times",
    "access": "access",
}


def _listed(ids: list[str]) -> str:
    return ", ".join(map(_worded, ids))


def _worded(term: str) -> str:
    return term.replace("_", " ").replace(".", ": ")
