"""Our roles and the NUCC taxonomy codes they stand for, from `data/providers/taxonomy.yml`."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

OTHER = "other"
"""The role of who is in the directory with none of ours, when everybody was asked for."""

_FILE = Path(__file__).resolve().parent.parent / "data" / "providers" / "taxonomy.yml"


@dataclass(frozen=True)
class Taxonomy:
    """Role ids by code, the roles a search for one also covers, and who can have a role."""

    codes: dict[str, str]
    includes: dict[str, tuple[str, ...]]
    only: dict[str, str]
    roles: tuple[str, ...]

    def role(self, code: str, kind: str) -> str | None:
        """The role of a whole code for an "individual" or "organization"; None when not ours."""
        role = self.codes.get(code)
        return role if role and self.only.get(role, kind) == kind else None

    def covered(self, roles: Iterable[str]) -> tuple[str, ...]:
        """The roles with those they include, each once ("therapist" covers "counselor")."""
        wanted = [kind for role in roles for kind in (role, *self.includes.get(role, ()))]
        return tuple(dict.fromkeys(wanted))


@cache
def load_taxonomy() -> Taxonomy:
    """The taxonomy as it is in the file."""
    told = yaml.safe_load(_FILE.read_text(encoding="utf-8"))["roles"]
    return Taxonomy(
        codes={code: role for role, facts in told.items() for code in facts["codes"]},
        includes={role: tuple(facts.get("includes", ())) for role, facts in told.items()},
        only={role: facts["only"] for role, facts in told.items() if "only" in facts},
        roles=tuple(told),
    )
