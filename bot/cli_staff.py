"""`carenav staff`, `carenav audit`: who may sign in to the staff pages, and what was done there."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli_common import FAILED, first_line, settings, stop

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

    from bot.staff.accounts import Account, Accounts, Person

staff = typer.Typer(help="Who may sign in to the staff pages.", no_args_is_help=True)
audit = typer.Typer(help="What staff saw and did.", no_args_is_help=True)

_FAULTS = {
    "email": "that is not an e-mail address",
    "name": "--name must be 1 to 60 characters",
    "title": "--title must be 1 to 60 characters",
    "role": "--role must be staff, admin or auditor",
    "clinics": "--clinic must name a clinic that there is, or be * for every one",
    "taken": "there is an account with this e-mail already",
    "last_admin": "this is the last admin who can sign in; make another one first",
    "unknown": "there is no account with this e-mail",
    "too_short": "the password must have at least 12 characters",
    "too_long": "the password must have at most 200 characters",
    "guessable": "the password is easy to guess; take other words",
}
Email = Annotated[str, typer.Argument(help="The member's e-mail address.")]


@staff.command()
def add(
    email: Email,
    name: Annotated[str, typer.Option(help="First name; people see it.")],
    title: Annotated[
        str, typer.Option(help="What people are told, such as nurse.")
    ] = "care coordinator",
    role: Annotated[str, typer.Option(help="staff, admin or auditor.")] = "staff",
    clinic: Annotated[
        list[str] | None, typer.Option(help="A clinic's key, or * for every one. Repeat for more.")
    ] = None,
    password: Annotated[
        bool, typer.Option("--password", help="Ask for a password here; no link.")
    ] = False,
) -> None:
    """Add a member. Prints a link with which they choose a password, once, within 72 hours."""
    from bot.clinics import ClinicError, load_clinics
    from bot.staff.accounts import EVERY, AccountError, Person, checked

    with _opened() as engine:
        try:
            known = {EVERY, *load_clinics(settings().clinics)}
            person = checked(Person(email, name, title, role, frozenset(clinic or [EVERY])), known)
            chosen = _asked(person) if password else None
            account = _accounts(engine).add(person, time.time())
        except (AccountError, ClinicError) as fault:
            stop(_told(fault), FAILED)
        _write_down(engine, "staff.invite", account)
        if chosen:
            _accounts(engine).set_password(account.id, chosen)
            typer.echo(f"{account.email} can sign in.")
        else:
            _print_link(engine, account)


@staff.command("list")
def show() -> None:
    """Every member: e-mail, name, role, clinics, state."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    with _opened() as engine:
        everybody = _accounts(engine).all()
    table = Table("e-mail", "name", "title", "role", "clinics", "state", show_edge=False)
    for each in everybody:
        words = (each.email, each.name, each.title, each.role, ", ".join(sorted(each.clinics)))
        table.add_row(*map(escape, words), _state(each))
    Console().print(table if everybody else "Nobody yet. Add somebody: carenav staff add")


@staff.command()
def disable(email: Email) -> None:
    """They are signed out at once and cannot sign in."""
    from bot.staff.accounts import AccountError
    from bot.staff.invitations import Invitations

    with _opened() as engine:
        account = _named(engine, email)
        try:
            _accounts(engine).disable(account.id, time.time())
        except AccountError as fault:
            stop(_told(fault), FAILED)
        Invitations(engine).void(account.id)
        _write_down(engine, "staff.disable", account)
    typer.echo(f"{account.email} is disabled.")


@staff.command()
def unlock(email: Email) -> None:
    """Let an account be tried again after too many tries that failed."""
    with _opened() as engine:
        account = _named(engine, email)
        _write_down(engine, "staff.unlock", account)
        _accounts(engine).unlock(account.id)
    typer.echo(f"{account.email} is unlocked.")


@staff.command()
def enable(email: Email) -> None:
    """Let somebody in again who was disabled."""
    with _opened() as engine:
        account = _named(engine, email)
        _write_down(engine, "staff.enable", account)
        _accounts(engine).enable(account.id)
    typer.echo(f"{account.email} is enabled.")


@staff.command()
def reset(email: Email) -> None:
    """For a lost password or phone: removes both, ends every session, prints a new link."""
    with _opened() as engine:
        account = _named(engine, email)
        _write_down(engine, "staff.reset", account)
        _accounts(engine).reset(account.id)
        _print_link(engine, account)


@audit.command()
def verify(
    head: Annotated[
        str, typer.Option(help="A head printed before: checks that the log still holds it.")
    ] = "",
) -> None:
    """Check that no row of the audit log was changed, removed, added or moved.

    Prints the number of rows and the head. Keep the head somewhere else: only with it a later check
    can tell that the end was cut off, or the whole log made anew.
    """
    from bot.staff.audit import START, Audit

    with _opened() as engine:
        log = Audit(engine)
        end = log.head()
        broken = log.verify(head or START)
    if broken and broken.how == "missing" and broken.seq > end.count:
        stop("the audit log does not hold that head: its end was cut off, or it is another", FAILED)
    if broken:
        hows = {
            "changed": "was changed",
            "missing": "has rows missing before it",
            "order": "does not follow the row before it",
        }
        stop(f"the audit log is broken: row {broken.seq} {hows[broken.how]}", FAILED)
    typer.echo(f"The audit log is whole: {end.count} rows.\nhead {end.hash}")


@contextmanager
def _opened() -> Iterator[Engine]:
    """The chat's database, its tables up to date. One that does not answer ends the command."""
    from sqlalchemy.exc import SQLAlchemyError

    from bot.store.database import open_engine
    from bot.store.migrate import upgrade

    url = settings().database_url
    try:
        upgrade(url)
        engine = open_engine(url)
        try:
            yield engine
        finally:
            engine.dispose()
    except SQLAlchemyError as fault:
        stop(f"CARENAV_DATABASE_URL: the database did not answer ({first_line(fault)})", FAILED)


def _accounts(engine: Engine) -> Accounts:
    from bot.staff.accounts import Accounts

    return Accounts(engine)


def _named(engine: Engine, email: str) -> Account:
    if found := _accounts(engine).by_email(email):
        return found
    stop(_FAULTS["unknown"], FAILED)


def _asked(person: Person) -> str:
    """A password typed twice without an echo, hashed. Raises `AccountError` for one too weak."""
    from bot.staff.accounts import AccountError
    from bot.staff.passwords import hash_password, weakness

    typed: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    if why := weakness(typed, [person.name, person.email]):
        raise AccountError(why)
    return hash_password(typed)


def _print_link(engine: Engine, account: Account) -> None:
    from urllib.parse import urlsplit

    from bot.staff.invitations import PATH, Invitations

    parts = urlsplit(settings().public_url)
    token = Invitations(engine).make(account.id, time.time())
    typer.echo(f"Give {account.email} this link. It works once, within 72 hours:", err=True)
    typer.echo(f"{parts.scheme}://{parts.netloc}{PATH}{token}")


def _write_down(engine: Engine, action: str, account: Account) -> None:
    from bot.staff.audit import COMMAND, Audit

    Audit(engine).write(COMMAND, action, account.id)


def _state(account: Account) -> str:
    if account.disabled_at is not None:
        return "disabled"
    if account.is_locked(time.time()):
        return "locked for now"
    return "active" if account.password else "invited"


def _told(fault: Exception) -> str:
    return _FAULTS.get(str(fault), str(fault))
