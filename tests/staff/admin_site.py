"""The admin pages on databases of their own: a clinic, another clinic, and the directory."""

from __future__ import annotations

import html
import re
from datetime import date
from pathlib import Path
from shutil import copy

import httpx

from bot.app import DATA
from bot.clinics import ClinicBook
from bot.counting import Counts
from bot.staff import admin_pages
from bot.staff.admin_common import Admin
from bot.staff.listings import Listings
from bot.store.database import open_engine
from guardrails.catalogue import load_catalogue
from guardrails.helplines import load_helplines
from guardrails.release import Releaser
from tests.staff.site import BEGIN, Clock, Site

TODAY = date.fromtimestamp(BEGIN)
"""Where the site's clock stands: a Friday."""
CATALOGUE = load_catalogue(DATA / "content")
HELPLINES = load_helplines(DATA / "content" / "helplines.yml", date(2026, 11, 21))
OTHER = """
name: The Other Clinic
country: US
languages: [en]
phone: "4155550199"
origins: ["https://www.other.example.org"]
retention_days: 30
hours:
  timezone: America/New_York
  weekly: {monday: ["09:00-17:00"]}
"""


class AdminSite(Site):
    """``admin`` is what the pages work with. The clinics are ``demo`` and ``other``."""

    def __init__(
        self, url: str, folder: Path, *, public_url: str = "https://chat.example.org"
    ) -> None:
        clinics = folder / "clinics"
        clinics.mkdir(exist_ok=True)
        copy(DATA / "clinics" / "demo.yml", clinics)
        (clinics / "other.yml").write_text(OTHER, encoding="utf-8")
        self.engine = open_engine(url)
        self.directory_url = f"sqlite:///{folder / 'directory.db'}"
        clock = Clock()
        book = ClinicBook(clinics, self.engine)
        self.admin = Admin(
            book,
            Counts(self.engine, book, clock),
            Listings(self.directory_url),
            Releaser(CATALOGUE, HELPLINES, lambda: TODAY),
        )
        super().__init__(
            url, routes=admin_pages.routes(self.admin), public_url=public_url, clock=clock
        )


def text_of(answer: httpx.Response) -> str:
    """What a page says, with its markup taken out and its spaces made one."""
    body = answer.text.partition("<main")[2]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())
