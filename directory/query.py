"""What a person asks of the directory, in ids of the terms."""

from dataclasses import dataclass, field
from datetime import date

from directory.places import Place

# Wishes, in the order a search lets go of them when it finds nothing.
WISHES = ("times", "identities", "access", "languages", "age_groups")

UNASKED = {"either", "not_sure"}  # answers that ask for nothing


@dataclass(frozen=True)
class Query:
    """What to look for. Empty means any.

    Of several roles, payers, languages, age groups or times one is enough; of several identities
    or kinds of access all are meant. `plan` is the name of one plan, as its card has it. `name`
    is the name of a provider, or part of it; with a name no place is needed. `format` is
    "in_person", "online", "either" or None. Online is matched by the state where the provider may
    work (`state`, else the state of `place`), the rest by distance from `place` or, with no
    place, by the state of the location. `new_patients` asks for those who take new people.

    `sources` are the only ones to look in, by the name under which a list was imported; providers of
    those in `prefer` come before the others against whom as little speaks.

    Equals are shown in another order on each `day`; pages of one search keep one day.
    """

    roles: tuple[str, ...] = ()
    place: Place | None = None
    state: str | None = None
    radius_miles: float = 25
    payers: tuple[str, ...] = ()
    plan: str | None = None
    format: str | None = None
    languages: tuple[str, ...] = ()
    age_groups: tuple[str, ...] = ()
    identities: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    access: tuple[str, ...] = ()
    new_patients: bool = False
    name: str | None = None
    sources: tuple[str, ...] = ()
    prefer: tuple[str, ...] = ()
    limit: int = 3
    offset: int = 0
    day: date = field(default_factory=date.today)

    def __post_init__(self) -> None:
        """Raises ValueError for what no search can answer."""
        if self.place is None and self.state is None and not self.name:
            raise ValueError("a search needs a place, a state or a name; ask for one first")
        if not self.radius_miles > 0 or self.limit < 1 or self.offset < 0:
            raise ValueError("a search needs radius_miles > 0, limit >= 1 and offset >= 0")

    @property
    def by_state(self) -> str | None:
        """The state to match on; None when distance from `place` decides."""
        if self.place is None:
            return self.state
        return (self.state or self.place.state) if self.format == "online" else None

    def asked(self, what: str) -> tuple[str, ...]:
        """The values asked for in a field, without answers such as "not_sure"."""
        values: tuple[str, ...] = getattr(self, what)
        return tuple(value for value in values if value not in UNASKED)
