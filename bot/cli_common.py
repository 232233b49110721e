"""What the commands share: the settings, and stopping with one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import typer

if TYPE_CHECKING:
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


def stop(line: str, code: int) -> NoReturn:
    """End the command with one line on standard error."""
    typer.echo(f"carenav: {line}", err=True)
    raise typer.Exit(code)


def first_line(fault: Exception) -> str:
    return (str(fault).splitlines() or [type(fault).__name__])[0]
