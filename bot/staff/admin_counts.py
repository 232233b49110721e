"""`/staff/admin/counts`: how many conversations, hand-offs and so on, and the same as CSV."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.counting import Figures, write_csv
from bot.staff.admin_common import (
    Admin,
    audited,
    chosen_clinic,
    own_clinics,
    page,
    scope,
    site_of,
    words_of,
)
from bot.staff.charts import Bin, Chart, chart, share
from bot.staff.guard import staff_route
from bot.staff.spoken import Words, day_words

PERIODS: Mapping[str, int | None] = {"week": 7, "month": 30, "quarter": 90, "year": None}
"""How many days up to today; None: since the year began."""
USUAL = "month"
GROUPS: Mapping[str, Mapping[str, str]] = {
    "group_chats": {
        "conversations": "count_conversations",
        "messages": "count_messages",
        "erased": "count_erased",
    },
    "group_handoffs": {
        "handoff.asked": "count_asked",
        "handoff.waiting": "count_waiting",
        "handoff.answered": "count_answered",
        "handoff.ended": "count_ended",
        "handoff.unanswered": "count_unanswered",
        "handoff.withdrawn": "count_withdrawn",
        "handoff.message_left": "count_message_left",
    },
    "group_care": {
        "crisis.referrals": "count_referrals",
        "refusals": "count_refusals",
        "fallbacks": "count_fallbacks",
    },
}
"""Which counter is shown where, and the key of its words."""
WAITS = {
    "answered.within_1": "wait_one",
    "answered.within_5": "wait_five",
    "answered.within_15": "wait_fifteen",
    "answered.more": "wait_more",
}


@dataclass(frozen=True)
class Asked:
    """What the page is asked for. ``keys`` are clinics as `Counts.read` takes them."""

    period: str
    clinic: str
    keys: Sequence[str]
    first: date
    last: date


@dataclass(frozen=True)
class Card:
    """One counter in words: its total, and the chart and table of it."""

    label: str
    total: int
    summary: str
    chart: Chart
    rows: Sequence[tuple[str, int]]


@dataclass(frozen=True)
class Wait:
    """How many were answered in this time, and what share of all that is, in percent."""

    label: str
    count: int
    share: int


def routes(admin: Admin) -> list[Route]:
    async def view(request: Request) -> Response:
        asked, figures = await _figures(request, admin, "counts.view")
        words = words_of(request)
        return page(
            request,
            "counts",
            asked=asked,
            periods=PERIODS,
            clinics=own_clinics(request, admin.clinics),
            dates=_span(Bin(asked.first, asked.last), words, year=True),
            groups=_groups(figures, asked, words),
            waits=_waits(figures, words),
            average=_average(figures, words),
        )

    async def export(request: Request) -> Response:
        asked, figures = await _figures(request, admin, "counts.export")
        text = io.StringIO()
        write_csv(figures, text)
        name = f"carenav-counts-{asked.first}-{asked.last}.csv"
        return Response(
            text.getvalue(),
            media_type="text/csv",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    return [
        staff_route("/staff/admin/counts", view, needs="administer"),
        staff_route("/staff/admin/counts.csv", export, needs="administer"),
    ]


async def _figures(request: Request, admin: Admin, action: str) -> tuple[Asked, Figures]:
    asked = _asked(request, admin)
    figures = await site_of(request).record.call(
        admin.counts.read, asked.keys, asked.first, asked.last
    )
    await audited(request, action, asked.period, asked.clinic)
    return asked, figures


def _asked(request: Request, admin: Admin) -> Asked:
    """From the address; what makes no sense there is the usual. Raises ``HTTPException``."""
    period = request.query_params.get("period", USUAL)
    period = period if period in PERIODS else USUAL
    key = request.query_params.get("clinic", "")
    if key:
        chosen_clinic(request, admin.clinics, key)
    own = [key] if key else [clinic.key for clinic in own_clinics(request, admin.clinics)]
    last = date.fromisoformat(max(map(admin.counts.day, own or [""])))
    days = PERIODS[period]
    first = last - timedelta(days=days - 1) if days else last.replace(month=1, day=1)
    return Asked(period, key, [key] if key else scope(request), first, last)


def _groups(figures: Figures, asked: Asked, words: Words) -> dict[str, list[Card]]:
    """By the key of the group's heading."""
    return {
        group: [_card(figures, name, words[label], asked, words) for name, label in of.items()]
        for group, of in GROUPS.items()
    }


def _card(figures: Figures, name: str, label: str, asked: Asked, words: Words) -> Card:
    drawn = chart(figures.by_day(name), asked.first, asked.last)
    rows = [(_span(bar.bin, words), bar.value) for bar in drawn.bars]
    most = drawn.highest
    summary = words["chart_none"]
    if drawn.total:
        summary = words[f"chart_by_{drawn.by}"].format(
            total=drawn.total, most=most.value, when=_span(most.bin, words)
        )
    return Card(label, drawn.total, summary, drawn, rows)


def _waits(figures: Figures, words: Words) -> list[Wait]:
    answered = sum(figures.total(name) for name in WAITS)
    counts = {name: figures.total(name) for name in WAITS}
    return [Wait(words[WAITS[name]], n, share(n, answered)) for name, n in counts.items()]


def _average(figures: Figures, words: Words) -> str | None:
    """None: nobody was answered."""
    answered = figures.total("handoff.answered")
    if not answered:
        return None
    minutes, seconds = divmod(round(figures.total("answered.seconds") / answered), 60)
    return words["wait_average_value"].format(minutes=minutes, seconds=seconds)


def _span(days: Bin, words: Words, *, year: bool = False) -> str:
    first, last = (day_words(day, words, year=year) for day in (days.first, days.last))
    return first if first == last else words["date_to"].format(first=first, last=last)
