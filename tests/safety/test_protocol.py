"""The published safety protocol (R18) is there, recent, and says what is so."""

from __future__ import annotations

import ast
import re
from datetime import date, timedelta

import pytest

from bot.settings import PROJECT
from bot.store.tables import metadata
from tests.bot.edge import Edge, ids

PAGE = (PROJECT / "docs" / "safety.md").read_text("utf-8")
HAZARDS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if re.match(r"\| H\d\d \|", line)
]
COLUMNS = 6
DANGER = "i want to kill myself"


def test_r18_the_protocol_has_its_parts() -> None:
    for heading in (
        "Purpose and limits",
        "What is watched for",
        "What is said, and why",
        "What is never said",
        "Across turns",
        "What is kept and counted",
        "How it is tested and measured",
        "Who reviews, and how often",
        "Known limits",
        "Hazard log",
        "How to report a problem",
    ):
        assert f"\n## {heading}\n" in PAGE


def test_r18_the_protocol_was_reviewed_within_twelve_months() -> None:
    found = re.search(r"^Reviewed on: (\d{4}-\d\d-\d\d)", PAGE, re.MULTILINE)
    assert found
    age = date.today() - date.fromisoformat(found[1])
    assert timedelta(0) <= age <= timedelta(days=366)


def test_r18_it_says_that_no_clinician_has_reviewed_it() -> None:
    assert "By a licensed clinician: **not yet**" in PAGE
    assert "No clinician has reviewed" in PAGE


def test_r18_every_hazard_has_a_cause_a_control_and_a_residual_risk() -> None:
    assert len(HAZARDS) >= 20
    assert [row[0] for row in HAZARDS] == [f"H{n:02}" for n in range(1, len(HAZARDS) + 1)]
    for row in HAZARDS:
        assert len(row) == COLUMNS
        assert all(row)
        assert row[4] in ("low", "medium", "high")


@pytest.mark.parametrize("test", [row[-1].strip("`") for row in HAZARDS])
def test_r18_every_hazard_names_a_test_that_exists(test: str) -> None:
    path, _, name = test.partition("::")
    tree = ast.parse((PROJECT / path).read_text("utf-8"))
    assert name in {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def test_no_table_has_a_place_for_a_score_or_a_label() -> None:
    columns = {str(column) for table in metadata.sorted_tables for column in table.columns}
    assert "messages.body" in columns
    columns -= {"handoffs.outcome"}  # what came of staff's work (`OUTCOMES`), never of the person
    assert not [c for c in columns if re.search("score|risk|outcome|rule|emotion|mood|signal", c)]


async def test_what_a_message_screened_as_is_not_kept(edge: Edge) -> None:
    await edge.begin()
    await edge.say(DANGER)
    for message in await edge.kept():
        assert not {"outcome", "rule", "screening", "signals"} & set(message.to_dict())


async def test_what_adds_up_is_gone_with_the_process_and_with_the_chat(edge: Edge) -> None:
    await edge.begin()
    await edge.say(DANGER)
    assert ids(await edge.say(DANGER))[0] == "safety.repeat"
    anew = Edge(edge.url, clock=edge.clock)
    assert ids(await anew.say(DANGER))[0] == "safety.suicide_self_harm"
    await edge.desk.erase(edge.session)
    assert not edge.turn.care.of(edge.session.conversation).replies
