"""``/s/{token}``: one sheet, for whoever has its link, as a page, a PDF, plain text; and deleted.

A link that never was, has ended or was deleted gets the same answer. The page works without script,
loads nothing from elsewhere, and asks not to be kept, indexed or passed on.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.clinic import Clinic
from bot.sheet.desk import day_of
from bot.sheet.lines import sections_of
from bot.sheet.plain import plain_text
from bot.sheet.store import Sheet, Sheets
from bot.store.record import Record, StoreDown

if TYPE_CHECKING:
    from bot.channels.rate import Rate

log = logging.getLogger(__name__)

RATE = "60/minute burst 30"
"""Requests of one address; each process counts by itself."""
AT_ONCE = 2
"""PDFs that are made at the same moment; the others wait."""
_HERE = Path(__file__).resolve().parent
_SAFE = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}

Words = Mapping[str, Mapping[str, str]]
"""Of ``data/content/sheet_page.yml``, by language."""


@dataclass
class SheetPages:
    sheets: Sheets
    record: Record
    clinics: Mapping[str, Clinic]
    words: Words
    now: Callable[[], float]
    rate: Rate | None = None
    _making: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    def routes(self) -> list[Route]:
        return [
            Route("/s/sheet.css", _style),
            Route("/s/{token}.pdf", self._pdf),
            Route("/s/{token}.txt", self._text),
            Route("/s/{token}/forget", self._forget, methods=["POST"]),
            Route("/s/{token}", self._show),
        ]

    # --- the sheet, in three forms ------------------------------------------------------------

    async def _show(self, request: Request) -> Response:
        sheet = await self._find(request)
        if isinstance(sheet, Response):
            return sheet
        words = self._words(sheet)
        return self._page(
            words,
            sheet.language,
            sheet.card["title"],
            sections=sections_of(sheet.card),
            here=request.path_params["token"],
            until=words["until"].format(until=day_of(sheet.expires_at)),
        )

    async def _text(self, request: Request) -> Response:
        sheet = await self._find(request)
        if isinstance(sheet, Response):
            return sheet
        text = plain_text(sheet.card, self._words(sheet))
        return Response(text, media_type="text/plain", headers=_saved(sheet, "txt"))

    async def _pdf(self, request: Request) -> Response:
        sheet = await self._find(request)
        if isinstance(sheet, Response):
            return sheet
        from bot.sheet.pdf import pdf_of

        clinic = self.clinics.get(sheet.clinic)
        country = clinic.country if clinic else "US"
        async with self._making:
            try:
                made = await asyncio.to_thread(pdf_of, sheet.card, self._words(sheet), country)
            except Exception as error:  # its text may hold what the person wrote
                log.error("a sheet could not be made a PDF: %s", type(error).__name__)
                return self._sorry(sheet.language, "down", HTTPStatus.SERVICE_UNAVAILABLE)
        return Response(made, media_type="application/pdf", headers=_saved(sheet, "pdf"))

    # --- deleted ------------------------------------------------------------------------------

    async def _forget(self, request: Request) -> Response:
        spoken = self._spoken(request)
        if refused := await self._too_many(request, spoken):
            return refused
        token = request.path_params["token"]
        try:
            sheet = await self.record.call(self.sheets.find, token, self.now())
            gone = await self.record.call(self.sheets.forget, token, self.now())
        except StoreDown:
            return self._sorry(spoken, "down", HTTPStatus.SERVICE_UNAVAILABLE)
        if not gone:
            return self._sorry(spoken, "gone", HTTPStatus.NOT_FOUND)
        return self._sorry(sheet.language if sheet else spoken, "deleted", HTTPStatus.OK)

    # --- what all of them need ----------------------------------------------------------------

    async def _find(self, request: Request) -> Sheet | Response:
        spoken = self._spoken(request)
        if refused := await self._too_many(request, spoken):
            return refused
        try:
            sheet = await self.record.call(
                self.sheets.find, request.path_params["token"], self.now()
            )
        except StoreDown:
            return self._sorry(spoken, "down", HTTPStatus.SERVICE_UNAVAILABLE)
        return sheet or self._sorry(spoken, "gone", HTTPStatus.NOT_FOUND)

    async def _too_many(self, request: Request, spoken: str) -> Response | None:
        if self.rate is None:
            self.rate = await asyncio.to_thread(_load_rate)
        if not self.rate.seconds_to_wait(request.client.host if request.client else ""):
            return None
        refused = self._sorry(spoken, "busy", HTTPStatus.TOO_MANY_REQUESTS)
        refused.headers["Retry-After"] = "60"
        return refused

    def _words(self, sheet: Sheet) -> Mapping[str, str]:
        return self.words.get(sheet.language) or self.words["en"]

    def _spoken(self, request: Request) -> str:
        """The first language of the browser that we have."""
        accepted = request.headers.get("accept-language", "")
        wanted = [one.strip().lower()[:2] for one in re.split("[,;]", accepted)]
        return next((one for one in wanted if one in self.words), "en")

    def _sorry(self, language: str, why: str, status: HTTPStatus) -> Response:
        words = self.words.get(language) or self.words["en"]
        return self._page(words, language, words[f"{why}_title"], status, paragraph=words[why])

    def _page(
        self,
        words: Mapping[str, str],
        language: str,
        heading: str,
        status: HTTPStatus = HTTPStatus.OK,
        **more: Any,
    ) -> Response:
        shown = {"sections": [], "paragraph": "", "until": "", "here": "", **more}
        page = _template().render(language=language, heading=heading, words=words, **shown)
        return Response(page, status, media_type="text/html", headers=_SAFE)


def _saved(sheet: Sheet, kind: str) -> dict[str, str]:
    """Headers of a file. Its name says nothing of what is in it."""
    name = {"es": "hoja"}.get(sheet.language, "sheet")
    shown = "inline" if kind == "pdf" else "attachment"
    return {**_SAFE, "Content-Disposition": f'{shown}; filename="{name}.{kind}"'}


def _load_rate() -> Rate:
    from bot.channels.rate import Rate

    return Rate(RATE)


@cache
def _template() -> jinja2.Template:
    strict = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    return strict.from_string((_HERE / "sheet.html").read_text(encoding="utf-8"))


async def _style(_request: Request) -> Response:
    style = (_HERE / "sheet.css").read_text(encoding="utf-8")
    return Response(style, media_type="text/css", headers={"Cache-Control": "max-age=300"})
