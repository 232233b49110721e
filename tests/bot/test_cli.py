"""The command line: what it prints, what it answers to bad input, and how it exits."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from typer.testing import CliRunner, Result

from bot import supervisor, training
from bot.cli import app
from bot.settings import NAMES, PROJECT, Settings
from directory.database import open_engine
from directory.status import status


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CARENAV_STATE_DIR", str(tmp_path / "state"))
    return tmp_path / "state"


def carenav(*words: str, given: str | None = None) -> Result:
    return CliRunner().invoke(app, words, input=given)


def test_screen_answers_each_message_in_order() -> None:
    messages = [{"id": "a", "text": "I want to kill myself"}, {"id": 7, "text": "hello"}]
    result = carenav("screen", given="".join(json.dumps(each) + "\n" for each in messages))
    first, second = map(json.loads, result.stdout.splitlines())
    assert (first["id"], first["outcome"]) == ("a", "suicide_self_harm")
    assert (second["id"], second["outcome"], second["rule"]) == (7, "none", None)
    assert second["ms"] >= 0
    assert result.exit_code == 0


def test_screen_takes_the_language_of_each_message() -> None:
    result = carenav("screen", given='{"id": 1, "text": "Quiero matarme", "lang": "es"}\n')
    assert json.loads(result.stdout)["outcome"] == "suicide_self_harm"


def test_screen_names_each_bad_line_and_does_the_others() -> None:
    given = 'not json\n\n{"id": 1}\n["text"]\n{"id": 2, "text": "hello"}\n'
    result = carenav("screen", given=given)
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(a.get("line"), a.get("id"), "error" in a) for a in answers] == [
        (1, None, True),
        (3, 1, True),
        (4, None, True),
        (None, 2, False),
    ]
    assert result.exit_code == 1


def test_screen_answers_a_line_before_the_next_one_comes() -> None:
    command = [sys.executable, "-m", "bot.cli", "screen"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=PROJECT, stdin=pipe, stdout=pipe, text=True) as screen:
        assert screen.stdin is not None
        assert screen.stdout is not None
        for number in range(2):
            screen.stdin.write(json.dumps({"id": number, "text": "hello"}) + "\n")
            screen.stdin.flush()
            assert json.loads(screen.stdout.readline())["id"] == number


@pytest.fixture
def one_of_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few examples of ours, so that judging them takes no time."""
    from guardrails import examples

    texts = {"danger": "i want to kill myself", "everyday": "i burnt the rice"}
    own = [examples.Example(text, "en", wanted, "k", "plain") for wanted, text in texts.items()]
    monkeypatch.setattr(examples, "load_examples", lambda: own * 5)


@pytest.mark.usefixtures("one_of_each")
@pytest.mark.parametrize("command", ["screen", "evaluate"])
def test_a_rule_that_cannot_be_read_is_one_line(
    monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    from guardrails import screen
    from guardrails.rules import RuleError

    def broken(*_: object, **__: object) -> None:
        raise RuleError("en/suicide.yml: wants_to_die: there is no list <anyone>")

    monkeypatch.setattr(screen, "load_screener", broken)
    result = carenav(command, given="")
    assert result.exit_code == 1
    [line] = [line for line in result.stderr.splitlines() if line.startswith("carenav:")]
    assert line == "carenav: en/suicide.yml: wants_to_die: there is no list <anyone>"


@pytest.mark.usefixtures("one_of_each")
def test_evaluate_reports_on_our_examples_and_on_sets_and_writes_a_page(
    tmp_path: Path,
) -> None:
    (tmp_path / "forum.jsonl").write_text('{"id": 1, "text": "a quiet walk", "label": "walks"}\n')
    words = ("--set", str(tmp_path / "forum.jsonl"), "--page", str(tmp_path / "report.html"))
    result = carenav("evaluate", *words, "--rules-only", "--held-out")
    assert result.exit_code == 0
    for part in ("en danger", "By voice", "forum: walks", "Held out", "slowest"):
        assert part in result.stdout
    assert "What the net adds" not in result.stdout
    assert "<svg" in (tmp_path / "report.html").read_text("utf-8")


@pytest.mark.usefixtures("one_of_each")
def test_evaluate_shows_what_the_net_adds() -> None:
    assert "What the net adds" in carenav("evaluate").stdout


@pytest.mark.usefixtures("one_of_each")
@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--set", "/no/such.jsonl"), "/no/such.jsonl: can't be read"),
        (("--page", "/no/such/page.html"), "/no/such/page.html cannot be written"),
    ],
)
def test_evaluate_names_a_file_it_cannot_use(words: tuple[str, ...], says: str) -> None:
    result = carenav("evaluate", "--rules-only", *words)
    assert result.exit_code == 1
    [line] = [line for line in result.stderr.splitlines() if line.startswith("carenav:")]
    assert says in line


@pytest.mark.parametrize(
    "command",
    [
        ("run",),
        ("train",),
        ("migrate",),
        ("import", "nppes", "x"),
        ("directory", "status"),
        ("directory", "settle", "1", "--fixed"),
    ],
)
def test_a_wrong_setting_stops_every_command_that_has_settings_with_one_line(
    monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("CARENAV_PORT", "many")
    result = carenav(*command)
    assert result.stderr.splitlines() == [
        "carenav: CARENAV_PORT is 'many'; a port is a whole number from 1 to 65535."
    ]
    assert result.exit_code == 2


def test_migrate_makes_the_tables_and_can_be_done_again(state: Path) -> None:
    assert carenav("migrate").exit_code == 0
    assert (state / "carenav.db").exists()
    assert (state / "directory.db").exists()
    assert carenav("migrate").stdout == "The tables are up to date.\n"


@pytest.mark.parametrize(("environment", "sample"), [("development", True), ("production", False)])
def test_a_start_makes_the_directory_ready_with_a_sample_only_in_development(
    state: Path, monkeypatch: pytest.MonkeyPatch, environment: str, sample: bool
) -> None:
    for name, value in {
        "CARENAV_ENV": environment,
        "CARENAV_TOKEN_SECRET": "t" * 40,
        "CARENAV_ENGINE_TOKEN": "e" * 40,
        "CARENAV_LOOKUP_SECRET": "l" * 40,
        "CARENAV_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
    }.items():
        monkeypatch.setenv(name, value)
    filled: list[str] = []

    async def run(
        settings: Settings, say: object, console: object, fill: Callable[[], None]
    ) -> None:
        fill()
        filled.append(settings.directory_url)

    monkeypatch.setattr(supervisor, "run", run)
    assert carenav("run").exit_code == 0
    engine = open_engine(filled[0])
    assert status(engine).sample == status(engine).providers
    assert bool(status(engine).sample) == sample


@pytest.mark.parametrize(
    ("name", "what"), [("CARENAV_DATABASE_URL", "database"), ("CARENAV_DIRECTORY_URL", "directory")]
)
def test_migrate_tells_when_the_database_is_away(
    monkeypatch: pytest.MonkeyPatch, name: str, what: str
) -> None:
    monkeypatch.setenv(name, "sqlite:////no/such/folder/file.db")
    result = carenav("migrate")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"carenav: {name}: the {what} did not answer")
    assert len(result.stderr.splitlines()) == 1


def test_train_does_nothing_when_the_model_is_there(state: Path) -> None:
    model = training.model_path(state / "models", PROJECT)
    model.parent.mkdir(parents=True)
    model.write_text("a model")
    assert carenav("train").stdout.startswith("The model is up to date: ")


def test_train_tells_why_it_could_not(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*_: object) -> Path:
        raise training.TrainingError("Rasa could not train")

    monkeypatch.setattr(training, "ensure_model", fails)
    result = carenav("train")
    assert result.stderr == "carenav: Rasa could not train\n"
    assert result.exit_code == 1


def test_help_needs_none_of_the_heavy_parts() -> None:
    code = """
import sys, bot.cli
heavy = ("sqlalchemy", "spacy", "rasa", "starlette", "sklearn", "jinja2")
print([part for part in heavy if part in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
