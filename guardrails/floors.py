"""The least that screening must reach on our own examples: ``data/guardrails/floors.yml``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from guardrails.evaluate import Judged, grouped, tally
from guardrails.rules import RULES, load_yaml

FLOORS = RULES / "floors.yml"
Floors = Mapping[str, Mapping[str, Mapping[str, float]]]


def load_floors(path: Path = FLOORS) -> Floors:
    """By language, `found_at_least` and `interrupted_at_most`. Raises RuleError."""
    floors: Floors = load_yaml(path, "floors.json")["languages"]
    return floors


def below(floors: Floors, judged: Sequence[Judged]) -> Iterator[str]:
    """One line for each floor that is not met, or that no example stands behind."""
    groups = grouped(judged, lambda e: f"{e.language} {e.wanted}")
    for language, sides in floors.items():
        for side, limits in sides.items():
            for wanted, limit in limits.items():
                own = tally(groups.get(f"{language} {wanted}", ()))
                share = own.share("right")
                if not own.count:
                    yield f"{language} {wanted}: has a floor and no example"
                elif side == "found_at_least" and share < limit:
                    yield f"{language} {wanted}: {share:.3f} found, at least {limit} asked for"
                elif side == "interrupted_at_most" and 1 - share > limit:
                    yield f"{language} {wanted}: {1 - share:.3f} interrupted, at most {limit}"
