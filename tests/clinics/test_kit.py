"""The clinic kit: papers filled from a clinic's settings, with what they can't know left marked."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from bot.cli import app
from bot.clinic import Clinic
from bot.clinic_file import clinic_of
from bot.clinic_kit import TEMPLATES, KitError, Paper, papers, write_papers
from bot.settings import PROJECT
from guardrails.helplines import load_helplines

TODAY = date(2026, 11, 20)
LINES = load_helplines(PROJECT / "data" / "content" / "helplines.yml", TODAY)
FULL: dict[str, Any] = {
    "name": "Elm & Oak Clinic",
    "country": "US",
    "state": "IL",
    "languages": ["en", "es"],
    "phone": "5125550100",
    "origins": ["https://elm.example"],
    "hours": {
        "timezone": "America/Chicago",
        "weekly": {"monday": ["09:00-12:00", "13:00-17:00"], "friday": ["09:00-17:00"]},
    },
    "handoff": {"to": "staff", "reply_hours": 48, "unanswered_minutes": 15},
    "texts": {"numbers": ["+15125550101"]},
    "retention_days": 12,
}
BARE: dict[str, Any] = {"name": "Ash Clinic", "country": "US", "languages": ["en"], "origins": []}
BARE["retention_days"] = 30


def made(settings: dict[str, Any]) -> dict[str, str]:
    return {paper.name: paper.text for paper in papers(a_clinic(settings), LINES, TODAY)}


def a_clinic(settings: dict[str, Any]) -> Clinic:
    return clinic_of("elm", yaml.safe_dump(settings))


def changed(**settings: Any) -> dict[str, str]:
    return made({**FULL, **settings})


def test_every_paper_names_the_clinic_and_says_that_it_is_a_draft() -> None:
    for name, text in made(FULL).items():
        assert "Elm & Oak Clinic" in text, name
        assert "2026-11-20" in text, name
        assert re.search("Not legal advice|No es consejo legal", text), name


@pytest.mark.parametrize("settings", [FULL, BARE], ids=["full", "bare"])
def test_nothing_of_a_template_is_left_over(settings: dict[str, Any]) -> None:
    for name, text in made(settings).items():
        assert not re.search(r"\{[{%#]|[}%#]\}|\bNone\b|Undefined", text), name


def test_what_the_settings_know_is_filled_in() -> None:
    kit = made(FULL)
    assert "for 12 days after the last message" in kit["consent.en.md"]
    assert "12 días después del último mensaje" in kit["consent.es.md"]
    assert "Monday 09:00–12:00, 13:00–17:00; Friday 09:00–17:00" in kit["staff-guide.md"]
    assert "lunes 09:00–12:00, 13:00–17:00; viernes 09:00–17:00" in kit["page-notice.es.md"]
    assert "within 48 hours" in kit["staff-guide.md"]
    assert "| 15 minutes |" in kit["staff-guide.md"]
    assert "English and Spanish" in kit["ai-use-policy.md"]
    assert "(512) 555-0101" in kit["page-notice.en.md"]
    assert "(512) 555-0100" in kit["consent.es.md"]
    assert "https://elm.example" in kit["data-flow.md"]
    assert "| State | IL |" in kit["ai-use-policy.md"]


def test_what_they_do_not_know_is_a_marked_blank_and_counted() -> None:
    bare = {paper.name: paper for paper in papers(a_clinic(BARE), LINES, TODAY)}
    assert "[FILL IN: the clinic's phone number]" in bare["consent.en.md"].text
    assert "[FILL IN: the hours in which a person answers]" in bare["staff-guide.md"].text
    full = {paper.name: paper for paper in papers(a_clinic(FULL), LINES, TODAY)}
    assert 0 < full["staff-guide.md"].blanks < bare["staff-guide.md"].blanks


def test_what_people_read_comes_in_the_clinics_languages_alone() -> None:
    assert {"consent.es.md", "page-notice.es.md", "consent.en.md"} <= made(FULL).keys()
    assert not [name for name in made(BARE) if ".es." in name]
    assert "consent.en.md" not in changed(languages=["es"])
    assert "staff-guide.md" in changed(languages=["es"])


def test_the_spanish_papers_mark_their_blanks_in_spanish() -> None:
    for name, text in made(FULL).items():
        assert ("[FILL IN" in text) != (".es." in name), name


@pytest.mark.parametrize(
    ("way", "says"),
    [
        ({"to": "phone", "phone": "+15125550102", "phone_from": "+15125550101"}, "on call"),
        (
            {
                "to": "webhook",
                "webhook": {"url": "https://elm.example/in", "secret_env": "ELM_SECRET"},
            },
            "https://elm.example/in",
        ),
        (
            {
                "to": "chatwoot",
                "chatwoot": {
                    "url": "https://inbox.elm.example",
                    "inbox": "v4fX9kQ2",
                    "secret_env": "ELM_SECRET",
                },
            },
            "https://inbox.elm.example",
        ),
    ],
)
def test_the_way_of_a_hand_off_is_told(way: dict[str, Any], says: str) -> None:
    kit = changed(handoff=way)
    assert all(says in kit[f"{name}.md"] for name in ("staff-guide", "data-flow", "ai-use-policy"))
    assert (way["to"] == "phone") != (says in kit["baa-checklist.md"])


def test_a_clinic_without_texts_promises_none() -> None:
    kit = made({key: value for key, value in FULL.items() if key != "texts"})
    assert "sends no text messages" in kit["page-notice.en.md"]
    assert "no envía mensajes de texto" in kit["page-notice.es.md"]
    assert "Twilio" not in kit["data-flow.md"] + kit["baa-checklist.md"]


def test_keeping_nothing_and_being_open_always_are_said_as_such() -> None:
    kit = changed(retention_days=0, hours={"timezone": "America/Chicago", "weekly": "always"})
    assert "until the conversation ends" in kit["data-flow.md"]
    assert "every day, day and night" in kit["staff-guide.md"]


def test_danger_brings_the_lines_of_the_clinics_country() -> None:
    assert "988" in made(FULL)["page-notice.en.md"]
    british = made({**BARE, "country": "GB"})
    assert "999" in british["page-notice.en.md"]
    assert "988" not in british["page-notice.en.md"]


def test_a_paper_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    write_papers([Paper("a.md", "first")], tmp_path / "kit")
    with pytest.raises(KitError, match=r"holds a\.md already.*name another folder"):
        write_papers([Paper("b.md", "x"), Paper("a.md", "second")], tmp_path / "kit")
    assert (tmp_path / "kit" / "a.md").read_text() == "first"
    assert not (tmp_path / "kit" / "b.md").exists()


def test_a_folder_that_cannot_be_made_and_missing_templates_are_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(KitError, match="cannot be written to"):
        write_papers([Paper("a.md", "x")], tmp_path / "file" / "kit")
    with pytest.raises(KitError, match="holds no templates"):
        papers(a_clinic(BARE), LINES, TODAY, tmp_path)


def test_a_faulty_template_is_named(tmp_path: Path) -> None:
    (tmp_path / "odd.md.j2").write_text("{{ clinic.no_such_thing }}")
    with pytest.raises(KitError, match=r"cannot be filled.*no_such_thing"):
        papers(a_clinic(BARE), LINES, TODAY, tmp_path)


def test_the_command_writes_the_kit_and_says_what_is_left(tmp_path: Path) -> None:
    run = CliRunner().invoke(app, ["clinic", "kit", "demo", "--to", str(tmp_path / "kit")])
    assert run.exit_code == 0, run.output
    written = {path.name for path in (tmp_path / "kit").iterdir()}
    assert written == {path.name.removesuffix(".j2") for path in TEMPLATES.glob("*.md.j2")}
    assert re.search(r"staff-guide\.md: \d+ to fill in", run.output)
    assert (
        CliRunner().invoke(app, ["clinic", "kit", "demo", "--to", str(tmp_path / "kit")]).exit_code
    )
