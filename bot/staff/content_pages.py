"""`/staff/content`: all that the bot can say, for whoever reviews it."""

from __future__ import annotations

from datetime import date, datetime, timezone

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.book.entries import Entry, Section, labels, sections
from bot.staff.guard import staff_route
from bot.staff.render import language_of, render
from guardrails.catalogue import LANGUAGES
from guardrails.release import Releaser

PATH = "/staff/content"
LABELS = "labels"


def routes(releaser: Releaser) -> list[Route]:
    """The content does not change while the edge runs, so it is put together once."""
    book: list[Section] = []

    async def view(request: Request) -> Response:
        if not book:
            book.extend(sections(releaser))
        asked = request.query_params
        names = [one.name for one in book]
        subject = asked.get("subject", names[0])
        language = asked.get("language", "")
        words = asked.get("words", "").strip()
        today = datetime.fromtimestamp(request.app.state.staff.now(), timezone.utc).date()
        wanted = [
            Section(one.name, found)
            for one in book
            if (words or subject in (one.name, ""))
            and (found := _of(one, language, words.casefold(), "due" in asked, today))
        ]
        return render(
            request,
            "content.html",
            wide=True,
            names=names,
            languages=LANGUAGES,
            subject=subject,
            chosen=language,
            asked=words,
            due="due" in asked,
            today=today,
            found=wanted,
            count=sum(len(one.entries) for one in wanted),
            labels=labels(releaser.catalogue, language or language_of(request))
            if subject == LABELS
            else {},
        )

    return [staff_route(PATH, view)]


def _of(section: Section, language: str, words: str, due: bool, today: date) -> tuple[Entry, ...]:
    return tuple(
        one
        for one in section.entries
        if language in (one.language, "")
        and (not words or words in f"{one.id} {one.text} {one.short}".casefold())
        and (not due or one.due(today))
    )
