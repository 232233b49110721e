"""What everybody may know of a clinic: `GET /api/chat/clinics/{key}`, for its own sites' pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.channels.problems import Problem
from bot.clinic import Clinic
from bot.security import check_origin

KEPT = 300
"""Seconds that a page may keep the facts; less when somebody can soon be reached, or no more."""


@dataclass(frozen=True)
class ClinicsChannel:
    clinics: Mapping[str, Clinic]
    own_origin: str
    now: Callable[[], float]

    def routes(self) -> list[Route]:
        return [Route("/api/chat/clinics/{key}", self.facts, methods=["GET"])]

    async def facts(self, request: Request) -> Response:
        clinic = self.clinics.get(request.path_params["key"])
        if clinic is None:
            raise Problem(HTTPStatus.NOT_FOUND, "clinic: no clinic of that key")
        check_origin(request, clinic, self.own_origin)
        now = self.now()
        return JSONResponse(
            {**clinic.public(), "person": person(clinic, now)},
            headers={"Cache-Control": f"public, max-age={_fresh(clinic, now)}", "Vary": "Origin"},
        )


def person(clinic: Clinic, now: float) -> dict[str, Any] | None:
    """Whether a person answers now, and else from when (UTC); None: nobody does, at any time."""
    if clinic.handoff is None:
        return None
    if clinic.hours is None or clinic.hours.is_open(now):
        return {"open": True, "opens_at": None}
    opens = clinic.hours.opens_at(now)
    at = datetime.fromtimestamp(opens, timezone.utc).isoformat() if opens is not None else None
    return {"open": False, "opens_at": at}


def _fresh(clinic: Clinic, now: float) -> int:
    """Seconds until the facts change by themselves, at most `KEPT`."""
    hours = clinic.hours if clinic.handoff else None
    changes = hours and (hours.closes_at(now) or hours.opens_at(now))
    return min(KEPT, int(changes - now) + 1) if changes else KEPT
