"""When the model is trained again, and what is left when training goes wrong."""

from __future__ import annotations

import asyncio
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from rich.console import Console

from bot.training import (
    TrainingError,
    ensure_model,
    fingerprint,
    learned_from,
    model_path,
    shown,
)

FILES = {
    "config.yml": "pipeline:\n  - name: Tokenizer\n  - name: bot.engine.names.Names\npolicies:\n",
    "data/nlu/greet.yml": "nlu",
    "data/rules/greet.yml": "rules",
    "data/domain/intents.yml": "domain",
    "data/content/terms/role.yml": "terms",
    "data/content/messages/role.yml": "messages",
    "bot/engine/names.py": "import re\nfrom bot.engine import parts\nimport bot.engine.far\n",
    "bot/engine/parts.py": "import guardrails.fold\n",
    "bot/engine/far.py": "x = 1\n",
    "bot/engine/connector.py": "y = 1\n",
    "guardrails/fold.py": "from bot.engine import names\n",
    "README.md": "read me",
}
WRITES = "import pathlib, sys; print('Starting to train component \\'A\\'.'); "
TRAINED = WRITES + "pathlib.Path(sys.argv[1]).write_text('a model')"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        path = tmp_path / "root" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return tmp_path / "root"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state" / "models"


class Trainer:
    """Runs a line of Python in place of Rasa, and counts."""

    def __init__(self, code: str) -> None:
        self.code, self.times = code, 0

    def __call__(self, root: Path, model: Path) -> Sequence[str]:
        self.times += 1
        return [sys.executable, "-u", "-c", self.code, str(model)]


def quiet(step: str) -> None:
    pass


def test_the_model_depends_on_what_rasa_learns_and_on_our_components(root: Path) -> None:
    names = [path.relative_to(root).as_posix() for path in learned_from(root)]
    assert names == [
        "bot/engine/far.py",
        "bot/engine/names.py",
        "bot/engine/parts.py",
        "config.yml",
        "data/content/messages/role.yml",
        "data/content/terms/role.yml",
        "data/domain/intents.yml",
        "data/nlu/greet.yml",
        "data/rules/greet.yml",
        "guardrails/fold.py",
    ]


@pytest.mark.parametrize("changed", sorted(FILES))
def test_the_fingerprint_changes_with_these_files_only(root: Path, changed: str) -> None:
    learned = (root / changed) in learned_from(root)
    before = fingerprint(root)
    (root / changed).write_text(FILES[changed] + "\n# changed\n")
    assert (fingerprint(root) != before) == learned


def test_a_file_that_is_renamed_added_or_gone_changes_the_fingerprint(root: Path) -> None:
    seen = [fingerprint(root)]
    (root / "data/nlu/greet.yml").rename(root / "data/nlu/hello.yml")
    seen.append(fingerprint(root))
    (root / "data/stories").mkdir()
    (root / "data/stories/one.yml").write_text("")
    seen.append(fingerprint(root))
    (root / "data/nlu/hello.yml").unlink()
    seen.append(fingerprint(root))
    assert len(set(seen)) == 4


async def test_it_trains_once_and_again_when_something_changed(root: Path, folder: Path) -> None:
    trainer, steps = Trainer(TRAINED), []
    model = await ensure_model(folder, root, steps.append, trainer)
    assert model == model_path(folder, root)
    assert model.read_text() == "a model"
    assert steps == ["reading the data", "A"]
    assert await ensure_model(folder, root, quiet, trainer) == model
    assert trainer.times == 1
    (root / "data/nlu/greet.yml").write_text("more")
    assert await ensure_model(folder, root, quiet, trainer) != model
    assert trainer.times == 2


async def test_the_two_newest_models_are_kept(root: Path, folder: Path) -> None:
    models = []
    for number in range(4):
        (root / "data/nlu/greet.yml").write_text(f"version {number}")
        models.append(await ensure_model(folder, root, quiet, Trainer(TRAINED)))
        os.utime(models[-1], (number, number))
    assert sorted(folder.glob("*.tar.gz")) == sorted(models[-2:])


async def test_a_training_that_fails_shows_what_rasa_said_last(root: Path, folder: Path) -> None:
    code = WRITES + "print('2026 INFO rasa - chatter'); print('bad yaml in nlu'); sys.exit(1)"
    with pytest.raises(TrainingError) as caught:
        await ensure_model(folder, root, quiet, Trainer(code))
    assert str(caught.value).splitlines()[1:] == ["  bad yaml in nlu"]
    assert "exit code 1" in str(caught.value)
    assert list(folder.iterdir()) == []


async def test_a_training_that_leaves_no_model_is_a_failure(root: Path, folder: Path) -> None:
    with pytest.raises(TrainingError, match="there is no model"):
        await ensure_model(folder, root, quiet, Trainer("pass"))


async def test_a_training_that_is_stopped_leaves_nothing(root: Path, folder: Path) -> None:
    begun = asyncio.Event()

    def report(step: str) -> None:
        if step == "A":
            begun.set()

    training = asyncio.create_task(
        ensure_model(folder, root, report, Trainer(TRAINED + "; import time; time.sleep(600)"))
    )
    await asyncio.wait_for(begun.wait(), 20)
    training.cancel()
    with pytest.raises(asyncio.CancelledError):
        await training
    assert list(folder.iterdir()) == []


def test_without_a_terminal_each_step_is_a_line(folder: Path) -> None:
    out = io.StringIO()
    with shown(folder, Console(file=out)) as report:
        report("reading the data")
        report("CountVectorsFeaturizer")
    assert out.getvalue().splitlines() == [
        "Training the model: reading the data",
        "Training the model: CountVectorsFeaturizer",
    ]


def test_on_a_terminal_a_bar_moves_with_the_time_the_last_training_took(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "seconds.txt").write_text("42")
    out = io.StringIO()
    with shown(folder, Console(file=out, force_terminal=True, width=100)) as report:
        report("RulePolicy")
    assert "RulePolicy" in out.getvalue()
    assert "of about 42 s" in out.getvalue()
