from __future__ import annotations

from pathlib import Path

import pytest

from bot.engine.cues import CueFinder, CuesError, read_cues


def test_a_cue_is_found_whatever_the_case_accents_and_quotes() -> None:
    finder = CueFinder({"yes": [r"\bsi\b"], "not": [r"don't"]})
    assert finder.find("SÍ, claro") == ["yes"]
    assert finder.find("I don\u2019t") == ["not"]
    assert finder.find("maybe") == []


def test_the_real_cues_know_rare_words_by_their_family(root: Path) -> None:
    finder = CueFinder(read_cues(root / "data/nlu/cues.yml"))
    assert "yes_words" in finder.find("mhm")
    assert "thanks" in finder.find("tysm")
    assert "bye" in finder.find("chao")
    assert "no_words_at_all" in finder.find("asdfgh")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [("cues: {bye: ['(']}", "bye"), ("cues: [", "not valid YAML"), (None, "no such file")],
)
def test_a_bad_file_of_cues_is_named(tmp_path: Path, content: str | None, complaint: str) -> None:
    path = tmp_path / "cues.yml"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(CuesError, match=complaint) as error:
        read_cues(path)
    assert "cues.yml" in str(error.value)
