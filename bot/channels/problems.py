"""Errors as RFC 9457 problem details: for programs, never shown to a person as they are."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response


class Problem(Exception):
    """An answer other than success. ``detail`` says what was wrong and what to do; ``members``
    say it to programs."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        members: Mapping[str, Any] | None = None,
        **headers: str,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.members = members or {}
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


async def problem_response(_request: Request, problem: Exception) -> JSONResponse:
    assert isinstance(problem, Problem)  # noqa: S101 - registered for this class only
    return _response(problem)


async def http_problem(request: Request, error: Exception) -> Response:
    """What routing refuses: a problem under /api/, plain text elsewhere."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    status, headers = HTTPStatus(error.status_code), error.headers or {}
    if request.url.path.startswith("/api/"):
        detail = f"{status.phrase}: see /api/openapi.json"
        return _response(Problem(status, detail, None, **headers))
    return PlainTextResponse(error.detail, status, headers)


def _response(problem: Problem) -> JSONResponse:
    body = {
        "type": "about:blank",
        "title": problem.status.phrase,
        "status": problem.status.value,
        "detail": problem.detail,
        **problem.members,
    }
    headers = {"Cache-Control": "no-store", **problem.headers}
    return JSONResponse(body, problem.status.value, headers, media_type="application/problem+json")
