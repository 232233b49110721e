"""The clinics that show the chat: a YAML file each in the clinics' folder, named by its key.

`ClinicBook` follows the files, and what admins changed on the staff pages, while the edge runs.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.clinic import DEMO, Clinic, HandoffWay
from bot.clinic_file import ClinicError, read_clinic
from bot.colours import Colours
from bot.handoff.hours import SETTING, HoursError, hours_from
from bot.store.tables import clinic_settings

log = logging.getLogger(__name__)
EVERY = 3.0
"""Seconds between two looks for changes."""

Look = tuple[int, int]
"""How a file looked: when it was changed (ns) and its bytes."""
Changed = Mapping[str, str]
"""An admin's values of one setting (JSON), by the clinic's key."""


class ClinicBook(Mapping[str, Clinic]):
    """The clinics by key. Safe to read from any thread while `refresh` runs in another.

    A file that turns faulty, or goes, keeps its last good clinic until it is mended or the edge
    starts again: whoever is talking there still gets an answer.
    """

    def __init__(self, folder: Path, engine: Engine | None = None) -> None:
        """Reads the files, and contacts no database. Raises `ClinicError`, with all faults."""
        self._folder = folder
        self._engine = engine
        self._looks: dict[Path, Look | None] = {}
        self._changed: Changed = {}
        self._store_told = False
        self._files: dict[str, Clinic] = {}
        if faults := self._read_files():
            raise ClinicError(faults)
        if not self._files:
            raise ClinicError(
                [f"{folder}: no clinic's file (*.yml) here; copy data/clinics/demo.yml"]
            )
        self._clinics: Mapping[str, Clinic] = dict(self._files)

    def __getitem__(self, key: str) -> Clinic:
        return self._clinics[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._clinics)

    def __len__(self) -> int:
        return len(self._clinics)

    def refresh(self) -> None:
        """Read again what has changed. Blocking; raises nothing, what is wrong is logged once."""
        for fault in self._read_files():
            log.error("clinic's file not taken: %s", fault)
        changed = self._read_changed()
        if changed != self._changed:
            self._changed = changed
        self._clinics = {key: self._with_changes(clinic) for key, clinic in self._files.items()}

    # --- files --------------------------------------------------------------------------------

    def _read_files(self) -> list[str]:
        """Takes what is new or changed; returns the faults of these files only."""
        faults: list[str] = []
        seen = {path: _look(path) for path in sorted(self._folder.glob("*.yml"))}
        for path in self._looks.keys() - seen.keys():
            faults.append(f"{path.name}: is gone; the clinic stays until the next start")
        for path, look in seen.items():
            if look == self._looks.get(path):
                continue
            try:
                self._files[path.stem] = read_clinic(path)
            except ClinicError as error:
                faults += error.faults
            except OSError as error:
                faults.append(f"{path.name}: cannot be read: {error.strerror}")
        self._looks = dict(seen)
        return faults

    # --- what admins changed ------------------------------------------------------------------

    def _read_changed(self) -> Changed:
        """The last known ones, when the database does not answer."""
        if self._engine is None:
            return self._changed
        table = clinic_settings
        wanted = sa.select(table.c.clinic, table.c.value).where(table.c.name == SETTING)
        try:
            with self._engine.connect() as connection:
                rows = connection.execute(wanted).all()
        except SQLAlchemyError as error:
            if not self._store_told:
                log.warning("admins' changes are not read: %s", type(error).__name__)
            self._store_told = True
            return self._changed
        self._store_told = False
        return {row.clinic: row.value for row in rows}

    def _with_changes(self, clinic: Clinic) -> Clinic:
        value = self._changed.get(clinic.key)
        if value is None:
            return clinic
        try:
            return replace(clinic, hours=hours_from(json.loads(value)))
        except (HoursError, ValueError) as error:
            log.error("%s: an admin's hours are not taken: %s", clinic.key, error)
            return clinic


def load_clinics(folder: Path) -> ClinicBook:
    """By key, from the files alone. Raises `ClinicError`."""
    return ClinicBook(folder)


def _look(path: Path) -> Look | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


__all__ = [
    "DEMO",
    "EVERY",
    "Clinic",
    "ClinicBook",
    "ClinicError",
    "Colours",
    "HandoffWay",
    "load_clinics",
]
