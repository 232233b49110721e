"""The edge's process: `python -m bot.edge`, as `carenav run` starts it."""

from __future__ import annotations

import gc
import logging
import sys

import uvicorn

from bot.app import create_app
from bot.clinics import ClinicError
from bot.connections import SPARE, PatientProtocol, allow_files
from bot.settings import SettingsError, load_settings
from guardrails.catalogue import CatalogueError
from guardrails.helplines import HelplineError
from guardrails.pattern import PatternError
from guardrails.rules import RuleError

log = logging.getLogger(__name__)
_FAULTS = (
    SettingsError,
    ClinicError,
    CatalogueError,
    HelplineError,
    RuleError,
    PatternError,
    OSError,
)
CANNOT_START = 2  # the exit code when starting again would not help
_GOODBYE = 2  # seconds for open requests and event streams to end
_FEW_FILES = 4_096  # open files with which a crowd of chats would not fit


def main() -> int:
    """Serves until told to stop. A fault in a setting or in `data/` is told in one line."""
    try:
        settings = load_settings()
        gc.disable()  # content stays: looking for garbage in it only delays the first answer
        app = create_app(settings)
        gc.freeze()
        gc.enable()
    except _FAULTS as fault:
        print(f"cannot start: {fault}", file=sys.stderr)  # noqa: T201 - there is no log yet
        return CANNOT_START
    files = allow_files()
    if files < _FEW_FILES:
        log.warning(
            "only %d open files are allowed: %d chats at most can be connected; raise `ulimit -n`",
            files,
            files - SPARE,
        )
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_level="debug" if settings.log_level == "debug" else "warning",
        access_log=False,
        ws="none",
        http=PatientProtocol,
        limit_concurrency=files - SPARE,
        timeout_graceful_shutdown=_GOODBYE,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
