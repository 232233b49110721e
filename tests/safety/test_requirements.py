"""Each requirement of the law that we took on has a test named after it, or waits by name."""

from __future__ import annotations

import ast
import re
from collections import defaultdict

from bot.settings import PROJECT

REQUIREMENTS = [f"R{n}" for n in range(1, 24)]

ELSEWHERE = {
    "R17": "tests/staff/test_conversation_steps.py::"
    "test_each_view_and_action_is_a_row_without_a_word_of_anybody",
    "R21": "tests/e2e/test_finding.py::test_a_card_says_what_is_known_and_that_it_is_made_up",
}
"""Proved by a test that is named after what it shows."""


def named_tests() -> dict[str, set[str]]:
    found = defaultdict(set)
    for path in (PROJECT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found[path.relative_to(PROJECT).as_posix()].add(node.name)
    return found


def test_each_requirement_is_tested_by_name() -> None:
    named = {
        f"R{number}"
        for names in named_tests().values()
        for name in names
        if name.startswith("test_r")
        for number in re.findall(r"(?<=_)r(\d+)(?=_)", name)
    }
    assert named | ELSEWHERE.keys() == set(REQUIREMENTS)
    assert not named & ELSEWHERE.keys()


def test_what_is_proved_elsewhere_is_there() -> None:
    known = named_tests()
    for test in ELSEWHERE.values():
        path, _, name = test.partition("::")
        assert name in known[path], test
