"""Rule files: what is wrong in one is said with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from guardrails.rules import RuleError
from guardrails.screen import check_examples, load_screener

RULE = """
reviewed_on: 2026-11-20
rules:
  says_hello:
    outcome: human
    patterns: [hello there]
    catches: [hello there, oh hello there]
    passes: [hello]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    language = tmp_path / "en"
    language.mkdir()
    (language / "words.yml").write_text("one: a | b\n")
    (language / "spelling.yml").write_text("{expansions: {}, repair: [], leave: []}\n")
    (language / "passes.yml").write_text("everyday: [good day]\n")
    (language / "greetings.yml").write_text(RULE)
    return tmp_path


def test_good_rules_have_no_failing_example(folder: Path) -> None:
    assert check_examples(folder) == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("oh hello there", "good bye", "says_hello: does not catch: good bye"),
        ("passes: [hello]", "passes: [well hello there]", "must not catch: well hello there"),
    ],
)
def test_each_failing_example_is_listed(folder: Path, old: str, new: str, says: str) -> None:
    (folder / "en" / "greetings.yml").write_text(RULE.replace(old, new))
    (failure,) = check_examples(folder)
    assert says in failure


def test_a_message_nothing_may_catch_is_checked_too(folder: Path) -> None:
    (folder / "en" / "passes.yml").write_text("everyday: [hello there]\n")
    (failure,) = check_examples(folder)
    assert "passes.yml: must pass, gives human" in failure


def test_an_example_that_another_rule_outranks_is_a_failure(folder: Path) -> None:
    louder = RULE.replace("says_hello", "louder").replace("outcome: human", "outcome: check_in")
    (folder / "en" / "louder.yml").write_text(louder)
    assert any("outranked by en.louder" in failure for failure in check_examples(folder))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("outcome: human", "outcome: hooman", "says_hello > outcome"),
        ("outcome: human", "reply: a.b", "has no outcome"),
        ("hello there]", "'(hello']", "not closed"),
        ("rules:", "rulez:", "rulez"),
        ("reviewed_on: 2026-11-20", "reviewed_on: [", "not valid YAML"),
    ],
)
def test_a_broken_file_is_named_with_what_is_wrong(
    folder: Path, old: str, new: str, says: str
) -> None:
    (folder / "en" / "greetings.yml").write_text(RULE.replace(old, new, 1))
    with pytest.raises(RuleError, match=says) as caught:
        load_screener(folder, cache=None)
    assert "greetings.yml" in str(caught.value)


def test_two_rules_of_one_name_are_refused(folder: Path) -> None:
    (folder / "en" / "more.yml").write_text(RULE)
    with pytest.raises(RuleError, match=r"is also in greetings\.yml"):
        load_screener(folder, cache=None)


def test_missing_files_and_folders_are_named(folder: Path, tmp_path: Path) -> None:
    (folder / "en" / "words.yml").unlink()
    with pytest.raises(RuleError, match=r"words\.yml: can't be read"):
        load_screener(folder, cache=None)
    empty = tmp_path / "en" / "nothing"
    empty.mkdir()
    with pytest.raises(RuleError, match="no language folder"):
        load_screener(empty, cache=None)
