"""What the commands share: the settings, and stopping with one line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import typer

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

    from bot.settings import Settings

FAILED = 1
WRONG_SETTING = 2


def settings() -> Settings:
    """The settings; a wrong one ends the command."""
    from bot.settings import SettingsError, load_settings

    try:
        return load_settings()
    except SettingsError as fault:
        stop(str(fault), WRONG_SETTING)


@contextmanager
def open_directory() -> Iterator[Engine]:
    """The directory, its tables up to date. A database that does not answer ends the command."""
    from directory.database import open_engine
    from directory.migrate import upgrade

    url = settings().directory_url
    with _opened("CARENAV_DIRECTORY_URL", "the directory", url, upgrade, open_engine) as engine:
        yield engine


@contextmanager
def open_store(url: str) -> Iterator[Engine]:
    """The chat's database, its tables up to date. One that does not answer ends the command."""
    from bot.store.database import open_engine
    from bot.store.migrate import upgrade

    with _opened("CARENAV_DATABASE_URL", "the database", url, upgrade, open_engine) as engine:
        yield engine


@contextmanager
def _opened(
    name: str,
    what: str,
    url: str,
    upgrade: Callable[[str], None],
    open_engine: Callable[[str], Engine],
) -> Iterator[Engine]:
    from sqlalchemy.exc import ArgumentError, SQLAlchemyError

    try:
        try:
            upgrade(url)
        except ModuleNotFoundError as fault:
            stop(f"{name} needs a driver that is not installed ({fault})", FAILED)
        engine = open_engine(url)
        try:
            yield engine
        finally:
            engine.dispose()
    except ArgumentError:  # its text repeats the URL, which may hold a password
        stop(f"{name} is not an address of a database", FAILED)
    except SQLAlchemyError as fault:
        stop(f"{name}: {what} did not answer ({first_line(fault)})", FAILED)


def stop(line: str, code: int) -> NoReturn:
    """End the command with one line on standard error."""
    typer.echo(f"carenav: {line}", err=True)
    raise typer.Exit(code)


def first_line(fault: Exception) -> str:
    return (str(fault).splitlines() or [type(fault).__name__])[0]
