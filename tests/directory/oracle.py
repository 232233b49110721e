"""What a search should find, worked out slowly and plainly from a list of records.

It shares nothing with the search but the question, the distance on the globe, and the lists of
wishes, radii and roles. Records are of different providers, each of one source.
"""

from dataclasses import dataclass, replace

from directory.geo import miles
from directory.query import WISHES
from directory.search import RADII
from directory.taxonomy import load_taxonomy

EVERY_ONE_MEANT = ("identities", "access")


@dataclass(frozen=True)
class Expected:
    """`groups` are the names of equals, best first. Their order within a group is the day's."""

    groups: tuple[frozenset[str], ...]
    radius_miles: float | None
    loosened: tuple[str, ...]

    @property
    def names(self):
        return frozenset().union(*self.groups)


def expected(records, query):
    """All pages of a search without a name."""
    for attempt, radius, given_up in _attempts(query):
        groups = {}
        for record in records:
            standings = list(_standings(record, attempt, radius, given_up))
            if standings:
                groups.setdefault(min(standings), set()).add(record.name)
        if groups:
            break
    return Expected(tuple(frozenset(groups[at]) for at in sorted(groups)), radius, given_up)


def _attempts(query):
    wishes = [wish for wish in WISHES if query.asked(wish)]
    for count in range(len(wishes) + 1):
        yield from _circles(query, tuple(wishes[:count]))
    if query.roles and "clinic" not in query.roles:
        yield from _circles(replace(query, roles=("clinic",)), ("role", *wishes))


def _circles(query, given_up):
    if query.by_state:
        yield query, None, given_up
        return
    yield query, query.radius_miles, given_up
    for radius in RADII:
        if radius > query.radius_miles:
            yield query, radius, ("radius", *given_up)


def _standings(record, query, radius, given_up):
    """How well the provider stands at each place where it can be met; the least is the best."""
    roles = load_taxonomy().covered(query.roles) or load_taxonomy().roles
    if not any(role.role in roles for role in record.roles):
        return
    if query.sources and record.source not in query.sources:
        return
    for location, distance, elsewhere in _met(record, query, radius, roles):
        verdicts = dict(_verdicts(record, location, query))
        needs = [verdict for what, verdict in verdicts.items() if what[0] not in given_up]
        if "no" in needs:
            continue
        told = list(verdicts.values())
        closed = record.new_patients is False and not query.new_patients
        mismatches = told.count("no") + closed
        behind = mismatches > 0 if query.prefer else 0
        second = record.source not in query.prefer
        yield behind, second, mismatches, told.count("unknown"), elsewhere, distance


def _met(record, query, radius, roles):
    """Where: the location, its distance rounded as nobody's eye can tell, and whether elsewhere."""
    if radius is not None:
        for location in record.locations:
            if location.lat is not None:
                here = query.place
                distance = miles(here.lat, here.lon, location.lat, location.lon)
                if distance <= radius:
                    yield location, round(distance, 4), False
        return
    offices = [place for place in record.locations if place.state == query.by_state]
    if offices:
        yield from ((office, 0.0, False) for office in offices)
    elif query.format == "online" and query.by_state in _allowed(record, roles):
        yield from ((location, 0.0, True) for location in record.locations)


def _allowed(record, roles):
    licensed = {role.license_state for role in record.roles if role.role in roles}
    return licensed | set(record.telehealth_states)


def _verdicts(record, location, query):
    for fact in ("payers", *WISHES):
        asked, has = query.asked(fact), getattr(record, fact)
        in_full = has is not None and fact not in record.partial
        for values in [(one,) for one in asked] if fact in EVERY_ONE_MEANT else [asked]:
            if values:
                met = bool(set(values) & set(has or ()))
                yield (fact, values), "yes" if met else "no" if in_full else "unknown"
    if query.format in ("in_person", "online"):
        yield ("format", ()), _said(getattr(location, query.format))
    if query.new_patients:
        yield ("new_patients", ()), _said(record.new_patients)


def _said(value):
    return {True: "yes", False: "no", None: "unknown"}[value]
