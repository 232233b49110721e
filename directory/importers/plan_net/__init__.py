"""Importing a health plan's provider directory: Da Vinci PDEX Plan-Net (FHIR R4).

From a file, a folder or a FHIR server. References come in any order, so everything is first put
by on disk, then each provider is put together from what points to it. A plan's directory tells who
is in the plan's networks; of other plans it says nothing.
"""

import sqlite3
import time
from collections import Counter
from collections.abc import Container, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from directory.feed import Feed, Gone, ImportFault, Item, Rejected
from directory.importers.plan_net.assembly import Assembly, LeftOut
from directory.importers.plan_net.files import Entry, Files, Unreadable
from directory.importers.plan_net.server import Server, Sleep
from directory.importers.plan_net.staging import KINDS, NotUsable, Staging

__all__ = ["open_plan_net"]

_ROUNDS = 3  # of asking a server for what its own resources point to


@contextmanager
def open_plan_net(
    place: str,
    *,
    name: str = "plan-net",
    every_role: bool = False,
    today: date | None = None,
    sleep: Sleep = time.sleep,
) -> Iterator[Feed]:
    """The providers at a place: a file, a folder or the base address of a FHIR server.

    `name` names the source. With `every_role` providers outside behavioral health come along.
    `sleep` is how to wait for a busy server. Raises ImportFault.
    """
    today = today or date.today()
    if "://" in place:
        server = Server(place, every_role, sleep)
        try:
            yield _PlanNet(server, place, name, every_role, today)
        finally:
            server.close()
    else:
        yield _PlanNet(Files(Path(place)), place, name, every_role, today)


class _PlanNet:
    """The feed. `rows` counts resources, and lines that are none."""

    def __init__(
        self, origin: Files | Server, place: str, name: str, every_role: bool, today: date
    ) -> None:
        self.source = name
        self.total = origin.total
        self.rows = 0
        self.left_out: Counter[str] = Counter()
        self._origin = origin
        self._place = place
        self._every_role = every_role
        self._today = today

    def done(self) -> int:
        return self._origin.done()

    def items(self, known: Container[str]) -> Iterator[Item]:
        """Everything in it. Raises ImportFault when there is nothing of Plan-Net in it."""
        try:
            with Staging(
                self._today, self._every_role, isinstance(self._origin, Server)
            ) as staging:
                yield from self._put_by(staging, self._origin.entries())
                if isinstance(self._origin, Server):
                    yield from self._fetch_missing(staging, self._origin)
                    self.left_out += self._origin.left_out
                if not staging.count():
                    raise ImportFault(f"{self._place} holds no Plan-Net resource")
                staging.ready()
                yield from self._assembled(staging, known)
        except (sqlite3.Error, OSError) as fault:
            raise ImportFault(f"the temporary folder can't be used: {fault}") from fault

    def _put_by(
        self, staging: Staging, entries: Iterator[Entry | Unreadable]
    ) -> Iterator[Rejected]:
        for entry in entries:
            self.rows += 1
            if isinstance(entry, Unreadable):
                yield Rejected(self.rows, entry.reason, entry.text)
                continue
            kind = entry.resource.get("resourceType")
            try:
                if not staging.add(entry.resource, self.rows, entry.url):
                    self.left_out["no_resource" if not isinstance(kind, str) else "not_used"] += 1
            except NotUsable as fault:
                yield Rejected(self.rows, str(fault), str(entry.resource)[:2000])

    def _fetch_missing(self, staging: Staging, server: Server) -> Iterator[Rejected]:
        """Resources that a server did not bring along, though asked to."""
        asked = set[str]()
        for _ in range(_ROUNDS):
            before = len(asked)
            for kind in KINDS:
                ids = [one for one in staging.missing(kind) if f"{kind}/{one}" not in asked]
                asked.update(f"{kind}/{one}" for one in ids)
                yield from self._put_by(staging, server.by_id(kind, ids))
            if len(asked) == before:
                break

    def _assembled(self, staging: Staging, known: Container[str]) -> Iterator[Item]:
        assembly = Assembly(staging, self.source, self._every_role, self._today, self._origin.date)
        for role in staging.strays():
            yield assembly.stray(role)
        self.left_out += Counter(no_practitioner=staging.without_owner())
        for kind, put_together in (
            ("Practitioner", assembly.person),
            ("Organization", assembly.organization),
        ):
            for owner, keys in staging.owners(kind):
                outcome = put_together(owner, keys)
                if isinstance(outcome, LeftOut):
                    self.left_out[outcome.reason] += 1
                    if outcome.gone and owner in known:
                        yield Gone(owner)
                elif outcome is not None:
                    yield outcome
