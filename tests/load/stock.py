"""Stock Rasa beside our service: same model and actions, its own REST channel and memory."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.e2e.service import PROJECT, Service, free_ports, wait_until


@contextmanager
def stock_rasa(service: Service, folder: Path) -> Iterator[str]:
    """The address of a `rasa run` with the service's newest model; ended with the block."""
    model = max((service.state / "models").rglob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    endpoints, credentials = folder / "endpoints.yml", folder / "credentials.yml"
    actions = f"http://127.0.0.1:{service.actions_port}/webhook"
    endpoints.write_text(f"action_endpoint:\n  url: {actions}\n")
    credentials.write_text("rest:\n")
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "rasa", "run", "--interface", "127.0.0.1", "--port", str(port)]
    command += ["--model", str(model), "--endpoints", str(endpoints)]
    command += ["--credentials", str(credentials), "--log-file", str(folder / "stock.log")]
    with (folder / "stock.out").open("wb") as out:
        process = subprocess.Popen(
            command,
            cwd=PROJECT,
            env={**os.environ, "RASA_TELEMETRY_ENABLED": "false", "SANIC_WORKERS": "1"},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    base = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: _up(base), 120, "stock Rasa to be up", every=0.5)
        yield base
    finally:
        process.terminate()
        process.wait(15)


def _up(base: str) -> bool:
    try:
        return httpx.get(base, timeout=2).status_code == 200
    except httpx.TransportError:
        return False
