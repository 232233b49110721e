"""Opening what CMS publishes: a zip, the folder it was unpacked to, or one of its tables."""

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import cast

from directory.feed import Feed, ImportFault
from directory.importers.nppes.deactivated import Deactivated
from directory.importers.nppes.extras import MoreLocations, OtherNames
from directory.importers.nppes.lines import BROKEN, Lines, reason
from directory.importers.nppes.notes import Notes, open_notes
from directory.importers.nppes.providers import Providers
from directory.importers.nppes.sheet import SheetLines, is_sheet
from directory.importers.nppes.table import Kind, Table
from directory.tidy import day

_ORDER: tuple[Kind, ...] = ("main", "locations", "names", "deactivated")
_BUFFER = 1 << 20
_MOST_MEMBERS = 1_000


@contextmanager
def open_nppes(path: Path, *, every_role: bool = False) -> Iterator[list[Feed]]:
    """The feeds of what is at `path`, to be read in this order, each once.

    A zip (or a folder) gives those of its main table, of the practice locations and of the other
    names, a table alone gives its own. With `every_role` a code that is none of our roles is taken
    as "other". Raises ImportFault.
    """
    with ExitStack() as stack:
        try:
            tables = [Table(lines) for lines in _opened(path, stack)]
        except BROKEN as fault:
            raise ImportFault(
                f"{path.name} can't be opened: {reason(fault)}. Check the path; if it is a zip, "
                "unpack it and give the folder."
            ) from fault
        notes = stack.enter_context(open_notes())
        by_kind = _sorted(path.name, tables)
        yield [_feed(by_kind[k], notes, path, every_role) for k in _ORDER if k in by_kind]


def _sorted(name: str, tables: list[Table]) -> dict[Kind, Table]:
    found: dict[Kind, Table] = {}
    for table in tables:
        if table.kind in found:
            twice = f"{found[table.kind].lines.name} and {table.lines.name}"
            raise ImportFault(f"{name} holds two tables of a kind, {twice}. Give one at a time.")
        found[table.kind] = table
    if ("main" not in found and len(found) != 1) or set(found) == {"endpoints"}:
        raise ImportFault(
            f"{name} holds no npidata_pfile_….csv. Give the zip as CMS publishes it, or one of "
            "its tables but the endpoints."
        )
    return found


def _feed(table: Table, notes: Notes, path: Path, every_role: bool) -> Feed:
    if table.kind == "main":
        return Providers(table, notes, every_role)
    if table.kind == "deactivated":
        return Deactivated(table)
    make = MoreLocations if table.kind == "locations" else OtherNames
    return make(table, notes, _dated(table.lines.name, path))


def _dated(name: str, path: Path) -> date:
    """The last day that the name of the file tells ("…_20050523-20261108.csv"), else the day on
    which the file was written."""
    told = [day(digits) for digits in re.findall(r"\d{8}", name)]
    return next(filter(None, reversed(told)), date.fromtimestamp(path.stat().st_mtime))


def _opened(path: Path, stack: ExitStack) -> Iterator[Lines]:
    if path.is_dir():
        for file in sorted(path.iterdir()):
            if file.is_file() and _is_table(file.name):
                yield from _opened(file, stack)
    elif zipfile.is_zipfile(path):
        packed = stack.enter_context(zipfile.ZipFile(path))
        yield from _unpacked(path.name, packed, stack)
    else:
        stream = io.BufferedReader(stack.enter_context(path.open("rb", buffering=0)), _BUFFER)
        if stream.peek(4)[:4] == b"PK\3\4":
            raise ImportFault(f"{path.name} is a zip that was cut short. Download it again.")
        yield Lines(path.name, stream, path.stat().st_size)


def _unpacked(name: str, packed: zipfile.ZipFile, stack: ExitStack) -> Iterator[Lines]:
    if is_sheet(packed):
        yield Lines(name, SheetLines(name, packed), None)
        return
    for member in packed.infolist()[:_MOST_MEMBERS]:
        inner = Path(member.filename).name
        if not _is_table(inner):
            continue
        stream = stack.enter_context(packed.open(member))
        if inner.lower().endswith(".xlsx"):
            sheet = stack.enter_context(zipfile.ZipFile(stream))
            yield Lines(f"{inner} in {name}", SheetLines(inner, sheet), None)
        else:
            buffered = io.BufferedReader(cast(io.RawIOBase, stream), _BUFFER)
            yield Lines(f"{inner} in {name}", buffered, member.file_size)


def _is_table(name: str) -> bool:
    """The zip also holds headers without rows, and manuals; a Mac adds names that begin with a
    dot."""
    plain = name.lower()
    headers = "fileheader" in plain or plain.startswith(".")
    return plain.endswith((".csv", ".xlsx")) and not headers
