"""What belongs on a visit sheet by the plan of `data/content/sheet_plan.yml`: ids of lines, by
section, for what is known of a visit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from actions.content import CONTENT

QUESTIONS = "questions"
_MOST_QUESTIONS = 12  # of ours, unless the person's own needs ask for more
_LEAST_OF_ROLE = 3
_ANY = "any"


@dataclass(frozen=True)
class Visit:
    """What is known of a visit; None where it is not."""

    role: str | None = None
    kind: str | None = None
    whom: str | None = None
    needs: tuple[str, ...] = ()
    payers: tuple[str, ...] = ()


@dataclass(frozen=True)
class SheetPlan:
    """The table. ``filled`` says which slots of a line hold which known thing."""

    groups: Mapping[str, Sequence[str]]
    sections: Mapping[str, Mapping[str, Any]]
    left_out: Mapping[str, Sequence[str]]
    not_for_payers: Mapping[str, Sequence[str]]
    filled: Mapping[str, Mapping[str, str]]

    def questions(self, visit: Visit) -> list[str]:
        """The ids of our questions, in order."""
        section = self.sections[QUESTIONS]
        wanted = [one for part in ("kinds", "whom", "needs") for one in _part(section, part, visit)]
        wanted = list(dict.fromkeys(wanted))
        of_role = section["roles"].get(visit.role, section["roles"][_ANY])
        room = max(_LEAST_OF_ROLE, _MOST_QUESTIONS - len(wanted))
        return [*[one for one in of_role if one not in wanted][:room], *wanted]

    def lines(self, section: str, visit: Visit) -> list[str]:
        """The ids of the lines of any other section, in order; none when it is not for them."""
        unfit = self.not_for_payers.get(section, ())
        if visit.payers and all(payer in unfit for payer in visit.payers):
            return []
        found: list[str] = []
        for part, given in self.sections[section].items():
            if part in ("always", "last") or (part == "if_any" and found):
                found += given
            elif part == "roles":
                found += self._of_role(given, visit.role or _ANY)
            elif part != "if_any":
                found += _part(self.sections[section], part, visit)
        return list(dict.fromkeys(found))

    def _of_role(self, by_role: Mapping[str, Sequence[str]], role: str) -> Iterator[str]:
        for name, ids in by_role.items():
            if name == role or role in self.groups.get(name, ()):
                yield from ids


def _part(section: Mapping[str, Any], part: str, visit: Visit) -> list[str]:
    """What a section has for the kind of visit, for whom it is, or for the needs."""
    told = {"kinds": [visit.kind], "whom": [visit.whom], "needs": visit.needs}[part]
    return [one for key in told for one in section.get(part, {}).get(key, ())]


@cache
def sheet_plan(folder: Path = CONTENT) -> SheetPlan:
    """The table of `sheet_plan.yml`."""
    table = yaml.safe_load((folder / "sheet_plan.yml").read_text(encoding="utf-8"))
    parts = ("groups", "sections", "left_out", "not_for_payers", "filled")
    return SheetPlan(**{part: table[part] for part in parts})
