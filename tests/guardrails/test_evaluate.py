"""The measure of screening: how it counts, what it refuses to read, and what its report shows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest

from guardrails.evaluate import (
    Judged,
    Measured,
    alarms,
    grouped,
    judge,
    judge_out_of_fold,
    measure,
    misses,
    slices,
    tally,
    times,
)
from guardrails.examples import Example
from guardrails.floors import below, load_floors
from guardrails.message_sets import SetError, read_held_out, read_set
from guardrails.report import page, tables
from guardrails.rules import RuleError
from guardrails.screen import Screener, load_screener
from guardrails.types import Outcome, Screening

HELD_OUT = Path(__file__).parent / "held_out"


def judged(
    wanted: str,
    outcome: Outcome,
    *,
    text: str = "words",
    kind: str = "kind",
    voice: str = "plain",
    language: str = "en",
    ms: float = 1.0,
) -> Judged:
    rule = None if outcome is Outcome.NONE else "a_rule"
    example = Example(text, language, wanted, kind, voice)
    return Judged(example, Screening(outcome, rule, None, language), ms)


@pytest.fixture(scope="module")
def screener() -> Screener:
    return load_screener(cache=None)


@pytest.mark.parametrize(
    ("wanted", "outcome", "right"),
    [
        ("danger", Outcome.SUICIDE_SELF_HARM, True),
        ("danger", Outcome.CHECK_IN, True),
        ("danger", Outcome.NONE, False),
        ("danger", Outcome.HUMAN, False),
        ("denied", Outcome.CHECK_IN, True),
        ("distress", Outcome.NONE, True),
        ("distress", Outcome.CHECK_IN, False),
        ("everyday", Outcome.DIAGNOSIS, True),
        ("education", Outcome.DIAGNOSIS, False),
        ("past", Outcome.ABUSE_DANGER, False),
        ("clinical", Outcome.MEDICATION, True),
        ("clinical", Outcome.IDENTITY, False),
        ("manipulation", Outcome.IDENTITY, True),
        ("a label of theirs", Outcome.SUICIDE_SELF_HARM, True),
    ],
)
def test_right_is_found_when_it_should_be_and_left_alone_when_it_should_be(
    wanted: str, outcome: Outcome, right: bool
) -> None:
    assert judged(wanted, outcome).right is right


def test_a_tally_counts_what_became_of_each_message() -> None:
    counts = tally(
        judged("danger", outcome)
        for outcome in (Outcome.ABUSE_DANGER, Outcome.CHECK_IN, Outcome.HUMAN, Outcome.NONE)
    )
    assert (counts.danger, counts.check_in, counts.refused, counts.none) == (1, 1, 1, 1)
    assert counts.share("right") == 0.5
    assert tally([]).share("right") == 0.0


def test_groups_are_in_the_order_of_their_names() -> None:
    found = grouped(
        [judged("past", Outcome.NONE), judged("denied", Outcome.NONE)], lambda e: e.wanted
    )
    assert list(found) == ["denied", "past"]
    assert grouped([judged("past", Outcome.NONE)], lambda e: None) == {}


def test_a_voice_more_than_a_twentieth_behind_its_language_is_pointed_out() -> None:
    seen, unseen = Outcome.SUICIDE_SELF_HARM, Outcome.NONE
    found = {
        one.voice: one
        for one in slices(
            [judged("danger", seen) for _ in range(18)]
            + [judged("danger", unseen, voice="elder") for _ in range(2)]
            + [judged("everyday", unseen) for _ in range(18)]
            + [judged("everyday", seen, voice="teen") for _ in range(2)]
            + [judged("danger", unseen, language="es")]
        )
    }
    assert found["en (whole)"].recall == 0.9
    assert found["en elder"].behind == ("recall",)
    assert found["en teen"].behind == ("false alarms",)
    assert found["en teen"].recall is None
    assert found["en plain"].behind == ()
    assert found["es plain"].behind == ()


def test_the_worst_misses_come_from_many_kinds() -> None:
    rows = [
        *(judged("danger", Outcome.NONE, kind="a", text=f"a{n}") for n in range(3)),
        judged("danger", Outcome.NONE, kind="b", text="b0"),
        judged("danger", Outcome.HUMAN, kind="c", text="not nothing"),
        judged("distress", Outcome.CHECK_IN, kind="d", text="asked"),
        judged("distress", Outcome.MEDICAL_EMERGENCY, kind="e", text="alarmed"),
        judged("a label of theirs", Outcome.CHECK_IN, text="theirs"),
    ]
    assert [one.example.text for one in misses(rows)] == ["a0", "b0", "a1", "a2"]
    assert [one.example.text for one in alarms(rows)] == ["alarmed", "asked"]


def test_times_are_the_median_the_hundredth_and_the_slowest() -> None:
    rows = [judged("danger", Outcome.NONE, ms=float(n)) for n in range(200)]
    assert times(rows) == {"median": 100.0, "p99": 198.0, "slowest": 199.0}
    assert times([])["slowest"] == 0.0


def test_no_message_is_judged_by_a_net_that_learnt_from_it(screener: Screener) -> None:
    odd = "zorblax quimper vandelay torvik"
    own = [Example(text, "en", "danger", "k", "plain") for text in (odd, "the end of me")]
    own += [Example(f"a fine day number {n}", "en", "everyday", "k", "plain") for n in range(199)]
    known = [*own, *(Example(odd, "en", "danger", "k", "plain") for _ in range(8))]
    assert not judge_out_of_fold(screener, own)[0].right
    assert judge_out_of_fold(screener, known)[0].right


def test_without_nets_only_the_rules_are_judged(screener: Screener) -> None:
    examples = [Example("i want to kill myself", "en", "danger", "k", "plain")]
    found = measure(screener, examples, examples)
    assert found.bare_own == ()
    assert found.own[0].screening == judge(screener, examples)[0].screening


# --- sets from elsewhere -------------------------------------------------------------------


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    def write(text: str, name: str = "forum.jsonl") -> Path:
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return path

    return write


def test_a_row_says_what_is_wanted_in_which_language_and_where_it_is_from(
    written: Callable[..., Path],
) -> None:
    path = written(
        '{"id": 1, "text": "a", "wanted": "danger", "lang": "es", "source": "s"}\n\n'
        '{"id": 2, "text": "b\u2028c", "label": "grief"}\n'
    )
    assert read_set(path) == [
        Example("a", "es", "danger", "danger", "s"),
        Example("b\u2028c", "en", "grief", "grief", "forum"),
    ]


@pytest.mark.parametrize(
    ("name", "row", "wanted"),
    [
        ("everyday_stress.jsonl", '{"text": "a", "label": "work"}', "everyday"),
        ("everyday_stress.jsonl", '{"text": "a", "label": "danger"}', "danger"),
        ("opt_out.jsonl", '{"text": "a"}', "opt_out"),
        ("humanity.jsonl", '{"text": "a", "label": "work"}', "work"),
    ],
)
def test_a_files_name_says_what_is_wanted_when_its_rows_do_not(
    written: Callable[..., Path], name: str, row: str, wanted: str
) -> None:
    assert read_set(written(row, name))[0].wanted == wanted


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("not json", "is not JSON"),
        ('["a"]', '"text"'),
        ('{"text": 5, "label": "x"}', '"text"'),
        ('{"text": "a"}', '"wanted" or a "label"'),
        ('{"text": "a", "label": 7}', '"wanted" or a "label"'),
        ('{"text": "a", "label": "x", "lang": 7}', '"lang" and "source"'),
    ],
)
def test_a_bad_line_is_named_with_the_mend(
    written: Callable[..., Path], line: str, says: str
) -> None:
    with pytest.raises(SetError, match=re.escape(says)) as told:
        read_set(written('{"text": "a", "label": "x"}\n' + line))
    assert "forum.jsonl: line 2" in str(told.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    for name in ("missing", "bytes", "."):
        with pytest.raises(SetError, match="can't be read"):
            read_set(tmp_path / name)


# --- the held-out set ----------------------------------------------------------------------


def test_a_held_out_message_that_someone_also_wrote_as_an_example_is_not_counted() -> None:
    every = read_held_out(HELD_OUT, [])
    assert len(every) > 1000
    assert read_held_out(HELD_OUT, every[1:]) == every[:1]


def test_a_fault_in_the_held_out_set_is_told_without_its_words(tmp_path: Path) -> None:
    with pytest.raises(SetError, match="from a checkout"):
        read_held_out(tmp_path, [])
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "twice.yml").write_text(
        "reviewed_on: 2026-11-21\nwanted: danger\nkind: x\nmessages:\n  plain: [secret, secret]\n"
    )
    with pytest.raises(SetError, match=r"twice\.yml") as told:
        read_held_out(tmp_path, [])
    assert "secret" not in str(told.value)


# --- the report ----------------------------------------------------------------------------

SEEN = judged("danger", Outcome.SUICIDE_SELF_HARM)
MISSED = judged("danger", Outcome.NONE, text="our <b>own</b> miss")
THEIRS = judged("danger", Outcome.NONE, text="a stranger's words", voice="forum")
HIDDEN = judged("danger", Outcome.NONE, text="held out words")
ODD = judged("their label", Outcome.CHECK_IN, voice="forum")
MEASURED = Measured([SEEN, MISSED], [THEIRS, ODD], [HIDDEN], [MISSED, MISSED], [THEIRS, ODD])


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.addresses: list[str | None] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.addresses += [value for name, value in attrs if name in ("src", "href", "action")]


def test_the_report_has_every_part() -> None:
    found = {table.title: table.rows for table in tables(MEASURED, 5)}
    assert found["By what is wanted"] == [["en danger", "2", "1", "0", "0", "1", "0.500"]]
    assert found["By kind"][0][0] == "en danger: kind"
    assert found["By voice"][1][:3] == ["en plain", "2", "0.500"]
    assert found["By source"][1] == ["forum: their label", "1", "0", "1", "0", "0", "–"]
    assert found["Held out"] == [["en danger", "1", "0", "0", "0", "1", "0.000"]]
    assert found["What the net adds"][0] == ["en danger", "2", "0.000", "0.500", "+0.500"]
    assert [row[0] for row in found["Time"]] == ["median", "p99", "slowest"]
    assert found["Danger seen as nothing, our own examples"][0][-1] == MISSED.example.text
    assert found["Danger seen as nothing, sets from elsewhere"][0][-1] == THEIRS.example.text


def test_as_many_misses_are_named_as_asked_for_and_empty_parts_are_left_out() -> None:
    assert not any("seen as nothing" in table.title for table in tables(MEASURED, 0))
    alone = [table.title for table in tables(Measured([SEEN], [], []), 5)]
    assert alone == ["By what is wanted", "By kind", "By voice", "Time"]


def test_held_out_messages_are_nowhere_in_the_report() -> None:
    report = tables(MEASURED, 100)
    assert HIDDEN.example.text not in str(report)


def test_the_page_is_one_file_without_script_or_address() -> None:
    text = page(tables(MEASURED, 5), date(2026, 11, 21), "Rules & net.")
    found = Page(text)
    assert found.addresses == []
    assert not {"script", "link", "img", "iframe", "form", "b"} & set(found.tags)
    assert not re.search(r"url\(|@import|\son\w+=|https?://", text)
    assert "Rules &amp; net." in text
    assert "our &lt;b&gt;own&lt;/b&gt; miss" in text


def test_every_plot_has_a_name_and_a_table_beside_it() -> None:
    text = page(tables(MEASURED, 5), date(2026, 11, 21), "")
    plots = re.findall(r'<svg .*? role="img" aria-labelledby="(t\d+) (d\d+)">', text)
    assert len(plots) == Page(text).tags["svg"] >= 4
    for title, told in plots:
        assert f'<title id="{title}">' in text
        assert f'<desc id="{told}">' in text
    assert Page(text).tags["table"] == Page(text).tags["section"]
    assert "prefers-color-scheme: dark" in text
    assert '<html lang="en">' in text


def test_what_strangers_wrote_is_not_on_the_page() -> None:
    assert THEIRS.example.text not in page(tables(MEASURED, 5), date(2026, 11, 21), "")


# --- floors --------------------------------------------------------------------------------

FLOORS = {"en": {"found_at_least": {"danger": 0.5}, "interrupted_at_most": {"everyday": 0.5}}}


def test_a_floor_that_is_not_met_is_named_with_both_figures() -> None:
    quiet, alarmed = judged("everyday", Outcome.NONE), judged("everyday", Outcome.CHECK_IN)
    assert list(below(FLOORS, [SEEN, MISSED, quiet, alarmed])) == []
    assert list(below(FLOORS, [MISSED, alarmed])) == [
        "en danger: 0.000 found, at least 0.5 asked for",
        "en everyday: 1.000 interrupted, at most 0.5",
    ]


def test_a_floor_without_examples_is_a_fault() -> None:
    assert list(below(FLOORS, [SEEN])) == ["en everyday: has a floor and no example"]


def test_the_floors_stand_for_both_languages_and_what_matters_most(tmp_path: Path) -> None:
    floors = load_floors()
    for language in ("en", "es"):
        assert {"danger", "clinical", "manipulation", "identity"} <= set(
            floors[language]["found_at_least"]
        )
        assert {"distress", "everyday", "education"} <= set(floors[language]["interrupted_at_most"])
    (tmp_path / "floors.yml").write_text("reviewed_on: 2026-11-21\nlanguages: {}\n")
    with pytest.raises(RuleError, match=r"floors\.yml"):
        load_floors(tmp_path / "floors.yml")
