"""A check that can't fail is no check: each one is given something wrong."""

import shutil
from datetime import date, timedelta

import pytest

from bot import checks


@pytest.fixture
def data(tmp_path):
    shutil.copytree(checks.DATA / "content", tmp_path / "content")
    shutil.copytree(checks.DATA / "clinics", tmp_path / "clinics")
    return tmp_path


def write(data, name, words):
    (data / "content" / "messages" / name).write_text(
        f'reviewed_on: "2026-11-20"\nmessages:\n  test.words: {{kind: notice, en: "{words}"}}\n'
    )


def faults(check, data, today=None):
    return list(check(data, today or date.today()))


def test_the_data_as_it_is_has_no_fault(capsys, monkeypatch):
    # Screening is measured by `make check`, and takes most of a minute.
    quick = [check for check in checks.CHECKS if check is not checks.screening_floors]
    monkeypatch.setattr(checks, "CHECKS", quick)

    assert checks.main() == 0
    assert "FAIL" not in capsys.readouterr().out


def test_a_message_that_breaks_the_schema_is_named(data):
    write(data, "bad.yml", "Hello {nobody}.")
    assert any("test.words" in fault for fault in faults(checks.content, data))


def test_an_expired_help_line_is_named(data):
    later = date.today() + timedelta(days=400)
    assert faults(checks.help_lines, data, later)
    assert not faults(checks.help_lines, data)


def test_old_reviews_are_named(data):
    assert faults(checks.review_dates, data, date.today() + timedelta(days=400))


def test_a_banned_word_is_named(data):
    write(data, "bad.yml", "I understand how you feel.")
    assert any("test.words" in fault for fault in faults(checks.wording, data))


def test_hard_words_are_named(data):
    write(
        data,
        "bad.yml",
        "Psychopharmacological interventions necessitate comprehensive multidisciplinary "
        "evaluation of contraindications preceding administration.",
    )
    assert any("test.words" in fault for fault in faults(checks.reading, data))


def test_a_clinic_with_a_wildcard_origin_is_named(data):
    (data / "clinics" / "open.yml").write_text(
        'name: X\ncountry: US\nlanguages: [en]\norigins: ["*"]\nretention_days: 30\n'
    )
    assert any("open.yml" in fault for fault in faults(checks.clinics, data))


def test_a_table_without_its_migration_is_named(monkeypatch):
    import sqlalchemy as sa

    more = sa.MetaData()
    for table in checks.metadata.sorted_tables:
        table.to_metadata(more)
    sa.Table("forgotten", more, sa.Column("id", sa.Integer, primary_key=True))
    monkeypatch.setattr(checks, "metadata", more)
    assert any("forgotten" in fault for fault in faults(checks.migrations, checks.DATA))


def test_screening_below_a_floor_is_named(tmp_path):
    rules = tmp_path / "guardrails" / "en"
    (rules / "examples").mkdir(parents=True)
    for name in ("words.yml", "spelling.yml", "passes.yml", "opt_out.yml"):
        shutil.copy(checks.DATA / "guardrails" / "en" / name, rules)
    for wanted, word in (("danger", "cliff"), ("everyday", "rice")):
        texts = ", ".join(f"the {word} {n}" for n in range(5))
        (rules / "examples" / f"{wanted}.yml").write_text(
            f"reviewed_on: 2026-11-21\nwanted: {wanted}\nkind: x\nmessages: {{plain: [{texts}]}}\n"
        )
    (tmp_path / "guardrails" / "floors.yml").write_text(
        "reviewed_on: 2026-11-21\nlanguages:\n"
        "  en: {found_at_least: {danger: 1, denied: 1}, interrupted_at_most: {}}\n"
    )
    assert faults(checks.screening_floors, tmp_path)[-1] == "en denied: has a floor and no example"
