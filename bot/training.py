"""The Rasa model: trained when what it learns from has changed, and only then."""

from __future__ import annotations

import ast
import hashlib
import os
import re
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

import yaml
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, Task, TextColumn, TimeElapsedColumn
from rich.progress_bar import ProgressBar

from bot.processes import lines, start, stop

Report = Callable[[str], None]  # told the name of each step as it begins
Trainer = Callable[[Path, Path], Sequence[str]]  # root, file to write → the command that trains

_TRAINED_ON = ("data/nlu", "data/rules", "data/stories")
_READ_TOO = ("data/domain", "data/content/terms", "data/content/messages", "config.yml")
_OURS = ("bot", "guardrails")
_KEPT_MODELS = 2
_SHOWN_LINES = 20
_FIRST_GUESS = 60.0  # seconds, until a training has been timed
_TIMED = "seconds.txt"
_STEP = re.compile(r"Starting to train component '(\w+)'")
_CHATTER = re.compile(r"^(Processed |Epochs:)| INFO ")


class TrainingError(Exception):
    """Rasa did not train: what to do, then the last lines it printed."""


def rasa_train(root: Path, model: Path) -> list[str]:
    data = [str(root / folder) for folder in _TRAINED_ON if (root / folder).exists()]
    command = [sys.executable, "-m", "rasa", "train", "--skip-validation", "--data", *data]
    command += ["--domain", str(root / "data/domain"), "--config", str(root / "config.yml")]
    return [*command, "--out", str(model.parent), "--fixed-model-name", model.name]


def model_path(folder: Path, root: Path) -> Path:
    """Where the model of the files as they are now belongs."""
    return folder / f"{fingerprint(root)}.tar.gz"


async def ensure_model(
    folder: Path, root: Path, report: Report, trainer: Trainer = rasa_train
) -> Path:
    """The model's file, trained first when it is not there. Keeps the one before it too.

    Raises TrainingError. Cancelled, it stops the training and leaves nothing half done.
    """
    model = model_path(folder, root)
    if not model.exists():
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f"training-{os.getpid()}-{model.name}"
        began = time.monotonic()
        try:
            await _train(trainer(root, draft), folder, root, report)
            if not draft.exists():
                raise TrainingError("Rasa said it had trained, but there is no model.")
            draft.replace(model)
        finally:
            draft.unlink(missing_ok=True)
        (folder / _TIMED).write_text(f"{time.monotonic() - began:.0f}")
    model.touch()
    for old in sorted(folder.glob("*.tar.gz"), key=_age)[_KEPT_MODELS:]:
        old.unlink(missing_ok=True)
    return model


def _age(path: Path) -> float:
    return -path.stat().st_mtime


async def _train(command: Sequence[str], folder: Path, root: Path, report: Report) -> None:
    last: deque[str] = deque(maxlen=_SHOWN_LINES)
    process = await start(command, rasa_environment(folder), root)
    try:
        report("reading the data")
        async for line in lines(process):
            step = _STEP.search(line)
            if step:
                report(step[1])
            elif not _CHATTER.search(line):
                last.append(line)
        code = await process.wait()
    finally:
        await stop(process)
    if code != 0:
        said = "\n".join(f"  {line}" for line in last)
        raise TrainingError(
            f"Rasa could not train the model (exit code {code}). Look at data/ and config.yml; "
            f"`rasa data validate` says more. Its last lines:\n{said}"
        )


def rasa_environment(models: Path) -> Mapping[str, str]:
    """The environment for Rasa's processes: no telemetry, no GPU, no chatter."""
    return {
        **os.environ,
        "RASA_TELEMETRY_ENABLED": "false",
        "RASA_CACHE_DIRECTORY": str(models / "cache"),
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "",
        "PYTHONUNBUFFERED": "1",
    }


def fingerprint(root: Path) -> str:
    """Changes with what Rasa learns from, how it learns, our components' source and its version."""
    digest = hashlib.sha256(_version("rasa").encode())
    for path in learned_from(root):
        content = path.read_bytes()
        digest.update(f"\0{path.relative_to(root).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:16]


def learned_from(root: Path) -> list[Path]:
    """Every file that the model depends on, in a fixed order."""
    found: set[Path] = set()
    for name in (*_TRAINED_ON, *_READ_TOO):
        path = root / name
        found.update(path.rglob("*.yml") if path.is_dir() else [path])
    for component in _components(root / "config.yml"):
        _add_module(root, component, found)
    return sorted(path for path in found if path.is_file())


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def _components(config: Path) -> Iterator[str]:
    """The modules of our own components: `bot.engine.entities` for its class in config.yml."""
    if not config.is_file():
        return
    content = yaml.safe_load(config.read_text(encoding="utf-8")) or {}
    for part in [*(content.get("pipeline") or []), *(content.get("policies") or [])]:
        module, dot, _ = str(part.get("name", "")).rpartition(".")
        if dot:
            yield module


def _add_module(root: Path, module: str, found: set[Path]) -> None:
    """Adds the module's file and, in turn, those of ours that it imports."""
    path = root.joinpath(*module.split(".")).with_suffix(".py")
    if module.split(".")[0] not in _OURS or path in found or not path.is_file():
        return
    found.add(path)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        for name in names:
            _add_module(root, name, found)


@contextmanager
def shown(folder: Path, console: Console) -> Iterator[Report]:
    """Shows the steps: a moving bar on a terminal, one line each elsewhere."""
    if not console.is_terminal:
        yield lambda step: console.print(f"Training the model: {step}", highlight=False)
        return
    expected = _expected_seconds(folder)
    columns = (
        SpinnerColumn(),
        TextColumn("Training the model: {task.description}"),
        _TimeBar(),
        TimeElapsedColumn(),
        TextColumn(f"of about {expected:.0f} s"),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("starting Rasa", total=expected)
        yield lambda step: progress.update(task, description=step)


class _TimeBar(BarColumn):
    """Fills with time: Rasa does not tell how far a step has come."""

    def render(self, task: Task) -> ProgressBar:
        total = task.total or _FIRST_GUESS
        return ProgressBar(total, min(task.elapsed or 0.0, total * 0.98), width=30)


def _expected_seconds(folder: Path) -> float:
    try:
        return float((folder / _TIMED).read_text())
    except (OSError, ValueError):
        return _FIRST_GUESS
