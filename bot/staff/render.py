"""Staff pages from templates: `render` for a page or part of one, `problem_page` when it cannot be.

A template has ``words`` (``words.inbox.heading`` is the key ``heading`` of
``data/content/staff/inbox.yml``, in the browser's language), ``language``, ``member`` (None before
sign-in), ``csrf``, ``path``, and what `render` was given. Words with a gap are filled by Python:
``{{ words.people.changed.format(name=name) }}``. A name that is missing is an error, never a blank.
``{{ at | moment }}`` shows unix seconds as a UTC date and time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from functools import cache
from http import HTTPStatus
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot.book.document import TEMPLATES
from guardrails.catalogue import LANGUAGES

HERE = Path(__file__).resolve().parent
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",  # with no-referrer a form would not say where it comes from
    "X-Frame-Options": "DENY",
}
"""On every answer of the staff pages; `bot/security.py` leaves them as they are."""


def render(
    request: Request,
    template: str,
    *,
    status_code: int = HTTPStatus.OK,
    headers: Mapping[str, str] | None = None,
    **context: Any,
) -> HTMLResponse:
    """The template as an answer, with the headers of staff pages."""
    language = language_of(request)
    html = (
        _templates()
        .get_template(template)
        .render(
            words=request.app.state.staff.words[language],
            language=language,
            member=getattr(request.state, "member", None),
            csrf=getattr(request.state, "csrf", ""),
            path=request.url.path,
            **context,
        )
    )
    response = HTMLResponse(html, status_code, headers)
    close(response)
    return response


def problem_page(
    request: Request, what: str, status: HTTPStatus, headers: Mapping[str, str] | None = None
) -> HTMLResponse:
    """A page that says in words what is wrong. ``what`` is in ``data/content/staff/base.yml``, with
    ``_title`` and ``_text``: forbidden, gone, not_found, stale, store_down, too_large, too_many,
    unsafe."""
    return render(request, "problem.html", status_code=status, headers=headers, what=what)


def close(response: Response) -> None:
    """Give an answer the headers of staff pages, where it does not say otherwise itself."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)


def words_for(request: Request) -> SimpleNamespace:
    """The words in the browser's language, for what is said elsewhere than in a template."""
    found: SimpleNamespace = request.app.state.staff.words[language_of(request)]
    return found


def language_of(request: Request) -> str:
    """The language the browser likes best of those we have; English where it names none."""
    liked: list[tuple[float, int, str]] = []
    for part in request.headers.get("accept-language", "").split(","):
        tag, _, weight = part.strip().partition(";q=")
        try:
            liked.append((-float(weight or 1), len(liked), tag[:2].lower()))
        except ValueError:
            continue
    return next((tag for weight, _, tag in sorted(liked) if tag in LANGUAGES and weight), "en")


@cache
def _templates() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader([HERE / "templates", TEMPLATES]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["moment"] = _moment
    return made


def _moment(at: float) -> Markup:
    when = datetime.fromtimestamp(at, timezone.utc)
    return Markup('<time datetime="{}">{} UTC</time>').format(
        when.isoformat(timespec="seconds"), when.strftime("%Y-%m-%d %H:%M")
    )
