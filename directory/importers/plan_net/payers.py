"""Who pays: from the networks a provider is in to the names of plans and our payers."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from directory import tidy
from directory.importers.plan_net.fhir import (
    Json,
    codes,
    each,
    extensions,
    is_active,
    listed,
    said,
    values,
)
from directory.importers.plan_net.staging import Staging
from directory.names import named

_NETWORK = ("networkreference", "participatingnetwork", "network", "practitionerrolenetwork")

# Kinds of product (Plan-Net's InsuranceProductTypeCS) that are a public program.
_PROGRAMS = {
    "medi": "medicaid",
    "medihmo": "medicaid",
    "mediadv": "medicare",
    "mediadvhmo": "medicare",
    "media": "medicare",
    "medib": "medicare",
    "mediab": "medicare",
    "tri": "tricare",
}
_NO_HEALTH_CARE = {"medid", "dent", "denthmo", "vis", "vishmo"}  # drugs, teeth and eyes only

# Ways of paying that a plan's name may hold as an everyday word ("Low Cost Silver").
_NO_PAYER = {"self_pay", "sliding_scale", "not_sure"}

_LONGEST_NAME = 120
_AT_HAND = 5000  # networks that are remembered


@dataclass(frozen=True)
class Cover:
    """Names of plans as they are written, and ids of our payers."""

    plans: tuple[str, ...] = ()
    payers: tuple[str, ...] = ()

    def __add__(self, other: "Cover") -> "Cover":
        return Cover(each((*self.plans, *other.plans)), each((*self.payers, *other.payers)))


@dataclass(frozen=True)
class Network:
    """A network that a provider is in, by its key and by what the reference says of it."""

    key: str | None
    shown: str = ""


class Covers:
    """What the networks of one feed stand for."""

    def __init__(self, staging: Staging, today: date) -> None:
        self._staging = staging
        self._today = today
        self._known: dict[Network, Cover] = {}

    def of(self, networks: Iterable[Network]) -> Cover:
        return sum((self._of_one(network) for network in each(networks)), Cover())

    def _of_one(self, network: Network) -> Cover:
        if network not in self._known:
            if len(self._known) >= _AT_HAND:
                self._known.clear()
            self._known[network] = self._read(network)
        return self._known[network]

    def _read(self, network: Network) -> Cover:
        """By the plans that use the network; without any, by the network's own name."""
        itself = self._staging.get(network.key) or {}
        if itself and not is_active(itself, self._today):
            return Cover()
        plans, payers = list[str](), list[str]()
        stated = self._staging.plans_of(network.key) if network.key else []
        for plan in stated:
            kinds = {code for _, code in codes(plan.get("type"))}
            if not is_active(plan, self._today) or (kinds and kinds <= _NO_HEALTH_CARE):
                continue
            name = tidy.words(plan.get("name"))
            plans.append(name[:_LONGEST_NAME])
            payers += sorted({_PROGRAMS[kind] for kind in kinds if kind in _PROGRAMS})
            payers += _named(name, *self._companies(plan))
        if not stated:
            name = tidy.words(itself.get("name")) or network.shown
            plans.append(name[:_LONGEST_NAME])
            payers += _named(name, *self._companies(itself))
        return Cover(each(plan for plan in plans if plan), each(payers))

    def _companies(self, of: Json) -> Iterator[str]:
        """The names of whoever administers or owns a plan, or a network is part of."""
        for what in ("administeredBy", "ownedBy", "partOf"):
            link = of.get(what)
            if isinstance(link, dict):
                company = self._staging.get(self._staging.key(link.get("reference"))) or {}
                yield tidy.words(company.get("name")) or said(link)


def networks(resource: Json, within: str, staging: Staging) -> list[Network]:
    """The networks that a PractitionerRole or OrganizationAffiliation is in."""
    links: list[Any] = [value for one in extensions(resource, *_NETWORK) for value in values(one)]
    found = listed([*links, *listed(resource.get("network"))])
    return [
        Network(staging.key(link.get("reference"), within), said(link)[:_LONGEST_NAME])
        for link in found
    ]


def _named(*names: str) -> list[str]:
    return [payer for name in names for payer in named("payer", name) if payer not in _NO_PAYER]
