"""What the commands share: the settings, and stopping with one line."""

from __future__ import annotations

from collections.abc import Iterator
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
    from sqlalchemy.exc import ArgumentError, SQLAlchemyError

    from directory.database import open_engine
    from directory.migrate import upgrade

    url = settings().directory_url
    try:
        try:
            upgrade(url)
        except ModuleNotFoundError as fault:
            stop(f"CARENAV_DIRECTORY_URL needs a driver that is not installed ({fault})", FAILED)
        engine = open_engine(url)
        try:
            yield engine
        finally:
            engine.dispose()
    except ArgumentError:  # its text repeats the URL, which may hold a password
        stop("CARENAV_DIRECTORY_URL is not an address of a database", FAILED)
    except SQLAlchemyError as fault:
        stop(f"CARENAV_DIRECTORY_URL: the directory did not answer ({first_line(fault)})", FAILED)


def stop(line: str, code: int) -> NoReturn:
    """End the command with one line on standard error."""
    typer.echo(f"carenav: {line}", err=True)
    raise typer.Exit(code)


def first_line(fault: Exception) -> str:
    return (str(fault).splitlines() or [type(fault).__name__])[0]
