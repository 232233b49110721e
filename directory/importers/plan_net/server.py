"""Plan-Net resources from a FHIR server, page by page.

Only what the directory needs is asked for, and nothing about a person who looks for care (Plan-Net
asks this of clients). A busy server is given time; a page that leads to another server is not
followed.
"""

import email.utils
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime, timezone
from typing import Any
from urllib.parse import urlencode

import httpx

from directory import tidy
from directory.feed import ImportFault
from directory.importers.plan_net.fhir import Json, listed
from directory.importers.plan_net.files import Entry, Unreadable, in_bundle
from directory.taxonomy import load_taxonomy

Sleep = Callable[[float], None]

_PAGE = 100  # resources asked for at once
_IDS = 50  # resources asked for by id at once
_LARGEST_PAGE = 16_000_000  # bytes
_TRIES = 5
_LONGEST_WAIT = 120.0  # seconds, whatever Retry-After says
_TIMEOUT = 60.0
_ROLES = "PractitionerRole"

# What a search is to bring along, by the kind of resource that is searched.
_INCLUDED = {
    _ROLES: ("practitioner", "location", "service", "network", "organization"),
    "OrganizationAffiliation": ("participating-organization", "location", "service", "network"),
    "HealthcareService": ("organization", "location"),
    "InsurancePlan": ("administered-by", "owned-by"),
}


class NotOffered(Exception):
    """The server does not answer this search."""


class Server:
    """A FHIR server by its base address. To be closed."""

    def __init__(self, base: str, every_role: bool, sleep: Sleep = time.sleep) -> None:
        try:
            self._base = httpx.URL(base.rstrip("/"))
        except httpx.InvalidURL as fault:
            raise ImportFault(f"{base[:200]} is not an address: {fault}") from fault
        if self._base.scheme not in ("http", "https") or not self._base.host:
            raise ImportFault(f"{base[:200]} is not an http or https address")
        if self._base.query or self._base.fragment or self._base.userinfo:
            raise ImportFault(
                "give the base address of the FHIR server alone, with nothing after ?"
            )
        self._sleep = sleep
        self._every_role = every_role
        self._client = httpx.Client(
            timeout=_TIMEOUT,
            headers={"Accept": "application/fhir+json", "User-Agent": "care-navigator"},
        )
        self.total: int | None = None
        self.date: date | None = None
        self.left_out: Counter[str] = Counter()
        self._bytes = 0

    def done(self) -> int:
        """Bytes received so far."""
        return self._bytes

    def close(self) -> None:
        self._client.close()

    def entries(self) -> Iterator[Entry | Unreadable]:
        """Everything that the directory needs. Raises ImportFault."""
        try:
            yield from self._search(_ROLES, self._specialties())
        except NotOffered as fault:
            raise ImportFault(f"{self._base} gives no PractitionerRole: {fault}") from fault
        yield from self._if_offered("OrganizationAffiliation", self._specialties())
        behavioral = [] if self._every_role else [("service-category", "behav")]
        yield from self._if_offered("HealthcareService", behavioral)
        yield from self._if_offered("InsurancePlan", [])

    def by_id(self, kind: str, ids: list[str]) -> Iterator[Entry | Unreadable]:
        """Resources that others point to and that no search brought along."""
        for at in range(0, len(ids), _IDS):
            yield from self._if_offered(kind, [("_id", ",".join(ids[at : at + _IDS]))])

    def _specialties(self) -> list[tuple[str, str]]:
        if self._every_role:
            return []
        return [("specialty", ",".join(sorted(load_taxonomy().codes)))]

    def _if_offered(self, kind: str, asked: list[tuple[str, str]]) -> Iterator[Entry | Unreadable]:
        try:
            yield from self._search(kind, asked)
        except NotOffered:
            self.left_out[f"{kind}_not_offered"] += 1

    def _search(self, kind: str, asked: list[tuple[str, str]]) -> Iterator[Entry | Unreadable]:
        included = [] if asked and asked[0][0] == "_id" else _INCLUDED.get(kind, ())
        asked = asked + [("_include", f"{kind}:{what}") for what in included]
        url: httpx.URL | None = httpx.URL(
            f"{self._base}/{kind}?{urlencode([*asked, ('_count', str(_PAGE))], safe=':,')}"
        )
        seen: set[int] = set()
        while url is not None:
            seen.add(hash(str(url)))
            try:
                page = self._page(url)
            except NotOffered as fault:
                if len(seen) == 1:
                    raise
                raise ImportFault(
                    f"{self._base} broke off after {len(seen) - 1} pages: {fault}"
                ) from fault
            self._dated(page)
            for entry in in_bundle(page):
                if isinstance(entry, Entry) and _is_outcome(entry.resource):
                    self.left_out["operation_outcome"] += 1
                else:
                    yield entry
            url = self._next(page, url)
            if url is not None and hash(str(url)) in seen:
                raise ImportFault(f"{self._base} leads round in a circle: a page comes twice")

    def _dated(self, page: Json) -> None:
        meta = page.get("meta")
        found = tidy.day(meta.get("lastUpdated")) if isinstance(meta, dict) else None
        self.date = max((day for day in (self.date, found) if day), default=None)

    def _next(self, page: Json, now: httpx.URL) -> httpx.URL | None:
        """The next page, on the same server."""
        for link in listed(page.get("link")):
            if link.get("relation") == "next" and isinstance(link.get("url"), str):
                try:
                    url = now.join(link["url"])
                except httpx.InvalidURL as fault:
                    raise ImportFault(f"{self._base} gives a next page without address") from fault
                if _origin(url) != _origin(self._base):
                    raise ImportFault(
                        f"{self._base} leads on to another server ({url.host[:100]}): not followed"
                    )
                return url
        return None

    def _page(self, url: httpx.URL) -> Json:
        for attempt in range(1, _TRIES + 1):
            wait = min(2.0**attempt, _LONGEST_WAIT)
            try:
                status, headers, body = self._get(url)
            except httpx.HTTPError as fault:
                problem = tidy.words(str(fault)) or type(fault).__name__
            else:
                if status == 200:
                    return self._bundle(body)
                problem = f"it answers {status}{_outcome(body)}"
                if status != 429 and status < 500:
                    raise NotOffered(problem)
                wait = _wait(headers.get("retry-after"), wait)
            if attempt < _TRIES:
                self._sleep(wait)
        raise ImportFault(f"{self._base} can't be read: {problem}")

    def _get(self, url: httpx.URL) -> tuple[int, httpx.Headers, bytes]:
        with self._client.stream("GET", url) as response:
            body = bytearray()
            for part in response.iter_bytes():
                body += part
                self._bytes += len(part)
                if len(body) > _LARGEST_PAGE:
                    raise ImportFault(f"{self._base} gives a page that is too large")
            return response.status_code, response.headers, bytes(body)

    def _bundle(self, body: bytes) -> Json:
        page = _parsed(body)
        if isinstance(page, dict) and page.get("resourceType") == "Bundle":
            return page
        if body.lstrip().startswith(b"<"):
            raise ImportFault(f"{self._base} answers with a web page, not with FHIR JSON")
        if isinstance(page, dict) and _is_outcome(page):
            raise NotOffered(f"it answers{_outcome(body)}")
        raise ImportFault(f"{self._base} answers with something that is no FHIR Bundle")


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host.lower(), url.port


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _is_outcome(resource: Json) -> bool:
    return resource.get("resourceType") == "OperationOutcome"


def _outcome(body: bytes) -> str:
    """What a server says is wrong, for the operator."""
    page = _parsed(body)
    for issue in listed(page.get("issue")) if isinstance(page, dict) else []:
        details = issue.get("details")
        text = details.get("text") if isinstance(details, dict) else None
        said = tidy.words(issue.get("diagnostics")) or tidy.words(text)
        if said:
            return f' "{said[:150]}"'
    return ""


def _wait(asked: str | None, otherwise: float) -> float:
    """Seconds to wait: what Retry-After asks for, in seconds or as a date, within reason."""
    if not asked:
        return otherwise
    try:
        seconds = float(asked)
    except ValueError:
        try:
            until = email.utils.parsedate_to_datetime(asked)
        except ValueError:
            return otherwise
        now = datetime.now(until.tzinfo or timezone.utc)
        seconds = (until.replace(tzinfo=until.tzinfo or timezone.utc) - now).total_seconds()
    return min(max(seconds, 0.0), _LONGEST_WAIT) if seconds == seconds else otherwise
