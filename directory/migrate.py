"""Bringing the directory's tables up to date, with Alembic.

The directory may share a database with the chat, so it counts its revisions in a table of its own.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = Path(__file__).parent / "migrations"
VERSIONS = "directory_version"


def config(url: str) -> Config:
    from alembic.config import Config  # not at the top: few who search need it

    made = Config()
    made.set_main_option("script_location", str(FOLDER))
    made.attributes["url"] = url
    return made


def upgrade(url: str) -> None:
    """To the newest revision; nothing happens when it is there already."""
    from alembic import command

    command.upgrade(config(url), "head")
