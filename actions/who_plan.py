"""The plan of `who_plan.yml`: which roles do what is wanted, and how wishes are said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from actions.memory import ANY

_CONTENT = Path(__file__).resolve().parent.parent / "data" / "content"
NOT_SURE = "not_sure"  # the wish of somebody who names none
_MOST_ROLES = 3

Cues = Mapping[str, tuple[str, ...]]
Reason = tuple[str, str]  # a wish and a role that does it


@dataclass(frozen=True)
class Wish:
    """Something that people want. ``roles`` by who it is for; "any" is always there."""

    roles: Mapping[str, tuple[str, ...]]
    needs: tuple[str, ...]
    named: tuple[str, ...]
    cues: tuple[str, ...]


@dataclass(frozen=True)
class WhoPlan:
    wishes: Mapping[str, Wish]
    whom: Cues
    payment: Cues
    access: Cues

    def reasons(self, wishes: Sequence[str], whom: str) -> list[Reason]:
        """At most three roles, each once, with the wish it is for; the wishes take turns."""
        found: dict[str, str] = {}
        for turn in range(_MOST_ROLES):
            for wish in wishes:
                roles = self.wishes[wish].roles
                for role in roles.get(whom, roles[ANY])[turn : turn + 1]:
                    found.setdefault(role, wish)
        return [(wish, role) for role, wish in found.items()][:_MOST_ROLES]


@cache
def who_plan(folder: Path = _CONTENT) -> WhoPlan:
    table = yaml.safe_load((folder / "who_plan.yml").read_text(encoding="utf-8"))
    wishes = {
        name: Wish(
            roles={whom: tuple(roles) for whom, roles in wish["roles"].items()},
            needs=tuple(wish["needs"]),
            named=tuple(wish["named"]),
            cues=tuple(wish["cues"]),
        )
        for name, wish in table["wishes"].items()
    }
    whom, payment, access = (
        {name: tuple(cues) for name, cues in table[part].items()}
        for part in ("whom", "payment", "access")
    )
    return WhoPlan(wishes, whom, payment, access)
