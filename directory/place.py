"""A place on the map, and what else the name of one may turn out to be."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A spot to measure from. `lat` and `lon` in degrees; `zip` only when a ZIP was given."""

    city: str
    state: str
    lat: float
    lon: float
    zip: str | None = None

    @property
    def label(self) -> str:
        """Such as "Austin, TX"."""
        return f"{self.city}, {self.state}"


@dataclass(frozen=True)
class Ambiguous:
    """Several places have this name, or nearly. Candidates come largest first."""

    city: str
    candidates: tuple[Place, ...]


@dataclass(frozen=True)
class DidYouMean:
    """No place is spelt like that, but these nearly are. Candidates come nearest first."""

    candidates: tuple[Place, ...]


@dataclass(frozen=True)
class WholeState:
    """A state and no city: enough to look online, too wide to measure from."""

    state: str


@dataclass(frozen=True)
class NoPosition:
    """A real ZIP or city, such as a military post office, that is nowhere on the map."""

    city: str
    state: str
    zip: str | None = None


@dataclass(frozen=True)
class NoSuchPlace:
    """No ZIP, city or state by that name. `zip` is set when five digits were given."""

    zip: str | None = None


Found = Place | Ambiguous | DidYouMean | WholeState | NoPosition | NoSuchPlace
