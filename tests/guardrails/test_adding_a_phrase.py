"""What docs/adding-a-phrase.md shows can be done as it stands."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from guardrails.examples import read_examples
from guardrails.rules import RULES, SCHEMAS
from guardrails.screen import check_examples

PAGE = (Path(__file__).parents[2] / "docs" / "adding-a-phrase.md").read_text("utf-8")
EXAMPLES, RULE = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def test_its_examples_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "examples.yml"
    path.write_text(f"reviewed_on: 2026-11-21\nwanted: danger\nkind: x\n{EXAMPLES}")
    assert len(list(read_examples(path, "en"))) == 2


def test_its_rule_holds(tmp_path: Path) -> None:
    folder = tmp_path / "en"
    folder.mkdir()
    (folder / "words.yml").write_text("{}")
    (folder / "spelling.yml").write_text("{expansions: {}, repair: [], leave: []}")
    (folder / "passes.yml").write_text("{all: [hello]}")
    (folder / "rule.yml").write_text(
        f"reviewed_on: 2026-11-21\noutcome: suicide_self_harm\nrules:\n{RULE}"
    )
    assert check_examples(tmp_path) == []


def test_its_voices_are_all_there_are() -> None:
    schema = json.loads((SCHEMAS / "examples.json").read_text("utf-8"))
    told = re.search(r"^The voices: `(.*?)`.*`(.*?)`\.$", PAGE, re.MULTILINE)
    assert told
    known = schema["properties"]["messages"]["propertyNames"]["enum"]
    assert [*told[1].split(), *told[2].split()] == known


@pytest.mark.parametrize("name", re.findall(r"`(\w+\.yml)`", PAGE))
def test_the_files_it_names_are_there(name: str) -> None:
    assert list((RULES / "en").rglob(name))
