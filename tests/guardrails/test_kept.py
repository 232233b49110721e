from __future__ import annotations

import pytest

from guardrails.kept import Kept


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "rules" / "en.yml"
    path.parent.mkdir()
    path.write_text("rules", "utf-8")
    return path


def test_what_was_kept_is_there_until_a_source_changes(tmp_path, source):
    kept = Kept(tmp_path / "cache", "rules", [source])
    assert kept.read() is None
    kept.keep(b"worked out")
    assert kept.read() == b"worked out"

    source.write_text("other rules", "utf-8")
    assert kept.read() is None


def test_the_oldest_versions_go_and_other_things_stay(tmp_path, source):
    folder = tmp_path / "cache"
    Kept(folder, "net-en", [source]).keep(b"net")
    for version in range(12):
        source.write_text(str(version), "utf-8")
        Kept(folder, "rules", [source]).keep(b"rules")

    assert len(list(folder.glob("rules-*"))) == 8
    assert Kept(folder, "rules", [source]).read() == b"rules"
    assert len(list(folder.glob("net-en-*"))) == 1


def test_a_folder_that_cannot_be_written_is_done_without(tmp_path, source):
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    kept = Kept(in_the_way / "cache", "rules", [source])
    kept.keep(b"worked out")
    assert kept.read() is None


def test_a_source_that_is_gone_is_nothing_kept(tmp_path, source):
    kept = Kept(tmp_path / "cache", "rules", [source])
    kept.keep(b"worked out")
    source.unlink()
    assert kept.read() is None
