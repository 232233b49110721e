"""Makes the fictional sample from `data/providers/sample.yml`: same seed, same file.

The NPIs pass the check digit and belong to nobody: they begin with 2, while every NPI that has
been issued begins with 1 (both are allowed by 69 FR 3434; the second hundred million has not
been opened).

    python -m directory.sample_maker
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml

from directory import npi
from directory.records import Location, ProviderRecord, Role
from directory.sample import SAMPLE_FILE, SOURCE, write_sample
from directory.taxonomy import load_taxonomy

_RECIPE = Path(__file__).resolve().parent.parent / "data" / "providers" / "sample.yml"
_FIRST_NPI = 299_990_000  # without the check digit
_FIRST_LINE, _LINES = 100, 100  # 555-0100 to 555-0199

T = TypeVar("T")


class _Chance:
    """Random choices that stay the same in every Python: only `random()` is promised to."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - made-up data, not secrets

    def pick(self, options: Sequence[T]) -> T:
        return options[int(self._random.random() * len(options))]

    def some(self, options: Sequence[str], least: int, most: int) -> tuple[str, ...]:
        """Between `least` and `most` picks, sorted, without repeats."""
        picks = self.pick(range(least, most + 1))
        return tuple(sorted({self.pick(options) for _ in range(picks)}))

    def known(self, value: T, percent: int) -> T | None:
        """The value for `percent` of a hundred, else None."""
        return value if self._random.random() * 100 < percent else None


def make_sample() -> list[ProviderRecord]:
    """The providers of the sample, in the order of the file; coordinates are left out."""
    recipe = _recipe()
    chance = _Chance(recipe["seed"])
    lines: Counter[str] = Counter()
    return [
        _provider(chance, number, role, city, lines)
        for number, (role, city) in enumerate(_roles_in_cities(), start=1)
    ]


@cache
def _recipe() -> dict[str, Any]:
    recipe: dict[str, Any] = yaml.safe_load(_RECIPE.read_text(encoding="utf-8"))
    return recipe


def _roles_in_cities() -> Iterator[tuple[str, dict[str, Any]]]:
    for size, cities in _recipe()["cities"].items():
        for city in cities:
            for role in _recipe()["in_city"][size]:
                yield role, city


def _provider(
    chance: _Chance, number: int, role: str, city: dict[str, Any], lines: Counter[str]
) -> ProviderRecord:
    recipe, tree = _recipe(), chance.pick(_recipe()["trees"])
    facts = recipe["roles"][role]
    nine = str(_FIRST_NPI + number)
    group = recipe["organization"].format(tree=tree)
    location = _location(chance, number, city, lines)
    return ProviderRecord(
        npi=nine + npi.check_digit(nine),
        source_id=nine + npi.check_digit(nine),
        kind="organization" if role == "clinic" else "individual",
        name=recipe["name"].format(tree=tree, field=facts["field"], number=number),
        credential=chance.pick(facts["credentials"]) if facts["credentials"] else None,
        organization=None if role == "clinic" else chance.known(group, 30),
        source=SOURCE,
        sample=True,
        verified_on=_verified(chance),
        new_patients=chance.known(chance.pick([True, True, True, False]), 75),
        roles=(_role(role, number, city["state"]),),
        locations=(location,),
        telehealth_states=_telehealth(chance, city["state"]) if location.online else (),
        payers=chance.known(chance.some(facts.get("payers", recipe["payers"]), 4, 10), 85),
        languages=chance.known(_languages(chance, city["state"]), 85),
        age_groups=chance.known(
            tuple(facts["ages"]) if "ages" in facts else chance.some(recipe["age_groups"], 2, 5), 80
        ),
        identities=None if role == "clinic" else chance.known(_identities(chance), 60),
        times=chance.known(chance.some(recipe["times"], 0, 2), 70),
        # Of its own, so that the rest of the sample stays as it was.
        access=_access(_Chance(recipe["seed"] + number)),
    )


def _role(role: str, number: int, state: str) -> Role:
    codes = [code for code, named in load_taxonomy().codes.items() if named == role]
    licensed = _recipe()["roles"][role]["licensed"]
    return Role(
        role,
        codes[0] if codes else None,
        f"SAMPLE-{number:04}" if licensed else None,
        state if licensed else None,
    )


def _location(chance: _Chance, number: int, city: dict[str, Any], lines: Counter[str]) -> Location:
    area = city["area_code"]
    line = _FIRST_LINE + lines[area]
    lines[area] += 1
    if lines[area] > _LINES:
        raise ValueError(f"area code {area} has no fictional numbers left; use another one")
    in_person, online = chance.pick(
        [(True, True), (True, True), (True, True), (True, False), (True, False), (False, True)]
    )
    known = chance.known((in_person, online), 85) or (None, None)
    return Location(
        address=_recipe()["address"].format(number=number),
        city=city["city"],
        state=city["state"],
        zip=chance.pick(city["zips"]),
        phone=f"{area}555{line:04}",
        in_person=known[0],
        online=known[1],
    )


def _telehealth(chance: _Chance, state: str) -> tuple[str, ...]:
    """The provider's own state and up to three others of the sample."""
    states = [city["state"] for cities in _recipe()["cities"].values() for city in cities]
    return tuple(sorted({state, *chance.some(states, 0, 3)}))


def _languages(chance: _Chance, state: str) -> tuple[str, ...]:
    usual = {"english", "spanish"} if state == "PR" else {"english"}
    return tuple(sorted(usual | set(chance.some(_recipe()["languages"], 0, 2))))


def _identities(chance: _Chance) -> tuple[str, ...]:
    """Up to three, never both woman and man."""
    picked = chance.some(_recipe()["identities"], 0, 3)
    return tuple(one for one in picked if not (one == "man" and "woman" in picked))


def _access(chance: _Chance) -> tuple[str, ...] | None:
    return chance.known(chance.some(_recipe()["access"], 0, 2), 50)


def _verified(chance: _Chance) -> date:
    first, last = _recipe()["verified_between"]
    day: date = first + timedelta(days=chance.pick(range((last - first).days + 1)))
    return day


if __name__ == "__main__":
    write_sample(make_sample(), SAMPLE_FILE)
