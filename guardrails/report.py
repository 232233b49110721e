"""The report of `carenav evaluate`: tables for a terminal, and the same as one HTML page.

What is private (messages of sets from elsewhere) is on the terminal only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from guardrails.evaluate import (
    BEHIND,
    KNOWN,
    Judged,
    Measured,
    Slice,
    Tally,
    alarms,
    grouped,
    misses,
    slices,
    tally,
    times,
)
from guardrails.examples import Example

_PARTS = ("danger", "check_in", "refused", "none")
_OUTCOMES = ("count", *_PARTS, "right")


@dataclass(frozen=True)
class Bar:
    """One bar of a plot: its parts, as a name and a share of the whole."""

    label: str
    parts: Sequence[tuple[str, float]]


@dataclass(frozen=True)
class Table:
    """Cells as they are shown; the first `words` columns are words, the others numbers."""

    title: str
    note: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    words: int = 1
    bars: Sequence[Bar] = ()
    private: bool = False


def tables(measured: Measured, shown: int) -> list[Table]:
    """The whole report; `shown` is how many of the worst misses of each sort it names."""
    own, sets = measured.own, measured.sets
    found = [
        _outcomes(
            "By what is wanted",
            "Our own examples. Right is found when it should be, left alone when it should be. "
            "Refused is every answer that is not about danger. Rules were written with these in "
            "view, so expect less of new messages: the held-out set says how much less.",
            own,
            lambda e: f"{e.language} {e.wanted}",
        ),
        _outcomes(
            "By kind", "Our own examples.", own, lambda e: f"{e.language} {e.wanted}: {e.kind}"
        ),
        _fairness(slices(own)),
        _outcomes(
            "By source",
            "Sets from elsewhere, by what is wanted. A dash: the label is none of ours.",
            sets,
            lambda e: f"{e.voice}: {e.wanted}",
        ),
        _outcomes(
            "Held out",
            "Messages that nobody who writes rules reads, as totals.",
            measured.held_out,
            lambda e: f"{e.language} {e.wanted}",
        ),
        _net(measured),
        _times([*own, *sets, *measured.held_out]),
        *_worst("our own examples", own, shown, private=False),
        *_worst("sets from elsewhere", sets, shown, private=True),
    ]
    return [table for table in found if table.rows]


def page(tables: Sequence[Table], made_on: date, how: str) -> str:
    """One self-contained HTML page; `how` says which rules and nets were judged."""
    folder = FileSystemLoader(Path(__file__).parent)
    template = Environment(
        loader=folder, autoescape=True, trim_blocks=True, lstrip_blocks=True
    ).get_template("report.html")
    public = [table for table in tables if not table.private]
    return template.render(tables=public, made_on=made_on.isoformat(), how=how)


def _outcomes(
    title: str, note: str, judged: Sequence[Judged], key: Callable[[Example], str]
) -> Table:
    groups = {name: (tally(own), own[0]) for name, own in grouped(judged, key).items()}
    rows = [_row(name, counts, one.example.wanted) for name, (counts, one) in groups.items()]
    bars = [
        Bar(name, [(part, counts.share(part)) for part in _PARTS])
        for name, (counts, _) in groups.items()
    ]
    return Table(title, note, ("", *_OUTCOMES), rows, bars=bars)


def _row(name: str, counts: Tally, wanted: str) -> list[str]:
    right = _share(counts.share("right") if wanted in KNOWN else None)
    return [name, *(str(getattr(counts, part)) for part in ("count", *_PARTS)), right]


def _fairness(found: Sequence[Slice]) -> Table:
    return Table(
        "By voice",
        "Who speaks, or how it is written. Recall is the share of danger that is found; a false "
        "alarm is ordinary distress or everyday talk taken for danger. Behind: more than "
        f"{BEHIND} worse than the whole of the language.",
        ("", "dangers", "recall", "quiet", "false alarms", "behind"),
        [
            [
                one.voice,
                str(one.dangers),
                _share(one.recall),
                str(one.quiets),
                _share(one.alarms),
                ", ".join(one.behind),
            ]
            for one in found
        ],
        bars=[
            Bar(one.voice, [("behind" if "recall" in one.behind else "found", one.recall)])
            for one in found
            if one.recall is not None
        ],
    )


def _net(measured: Measured) -> Table:
    """What the net finds that rules don't, and whom it interrupts that rules wouldn't."""
    rows = []
    for whose, netted, bare in [
        ("", measured.own, measured.bare_own),
        ("sets: ", measured.sets, measured.bare_sets),
    ]:
        alone = grouped(bare, _where)
        for name, own in grouped(netted if bare else (), _where).items():
            before, after = tally(alone[name]).share("right"), tally(own).share("right")
            gain = f"{after - before:+.3f}"
            rows.append([whose + name, str(len(own)), _share(before), _share(after), gain])
    return Table(
        "What the net adds",
        "Right by the rules alone, and with the net. Less is a price, paid in interruptions.",
        ("", "count", "rules alone", "with the net", "difference"),
        rows,
    )


def _where(example: Example) -> str | None:
    return f"{example.language} {example.wanted}" if example.wanted in KNOWN else None


def _times(judged: Sequence[Judged]) -> Table:
    rows = [[name, f"{ms:.2f}"] for name, ms in times(judged).items()] if judged else []
    return Table("Time", "Milliseconds a message.", ("", "ms"), rows)


def _worst(whose: str, judged: Sequence[Judged], shown: int, *, private: bool) -> Iterator[Table]:
    columns = ("kind", "voice", "taken for", "message")
    for title, found in [
        (f"Danger seen as nothing, {whose}", misses(judged)),
        (f"Quiet interrupted, {whose}", alarms(judged)),
    ]:
        rows = [_told(one) for one in found[:shown]]
        note = f"{len(rows)} of {len(found)}."
        yield Table(title, note, columns, rows, words=4, private=private)


def _told(one: Judged) -> list[str]:
    example = one.example
    rule = f" ({one.screening.rule})" if one.screening.rule else ""
    kind = f"{example.language} {example.wanted}: {example.kind}"
    return [kind, example.voice, f"{one.screening.outcome}{rule}", example.text]


def _share(share: float | None) -> str:
    return "–" if share is None else f"{share:.3f}"
