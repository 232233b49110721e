"""How the tests may be shared by several processes: ``scripts/test`` does so.

What is made once for a whole run (a running service, a trained model) is made once for each
process that needs it. So the tests of a folder that has such a thing stay together, and others
with those of their file. The two folders with a whole service stay together, too: they measure
seconds, and a second service beside them would be measured along. They take the longest of all
groups, and come first: one process has them while the other does the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.store import database

TOGETHER = {
    "e2e": "service",
    "faults": "service",
    "actions": "actions",
    "engine": "engine",
    "nlu": "nlu",
    "guardrails": "guardrails",
}
"""A group by folder; elsewhere each file is one."""
_HERE = Path(__file__).parent


@pytest.fixture(scope="session", autouse=True)
def no_waiting_for_the_disk() -> Iterator[None]:
    """SQLite in this process leaves it to the system when its bytes reach the disk: the limits of
    seconds are for a database, and a disk that others keep busy has taken longer."""

    def pragmas(connection: Any, record: Any) -> None:
        as_ever(connection, record)
        connection.execute("PRAGMA synchronous=OFF")

    as_ever = database._sqlite_pragmas
    database._sqlite_pragmas = pragmas
    yield
    database._sqlite_pragmas = as_ever


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            inside = item.path.relative_to(_HERE)
            group = TOGETHER.get(inside.parts[0], str(inside))
            item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=lambda item: TOGETHER.get(item.path.relative_to(_HERE).parts[0]) != "service")
