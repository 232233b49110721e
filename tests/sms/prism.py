"""Our requests against Twilio's own mock: Prism on Twilio's description of its API.

    python -m tests.sms.prism [SPEC]

starts Prism (Node 20; `npx` fetches it) on SPEC, which is the part of Twilio's description that is
kept beside this file unless another is named, sends and looks for texts with our real client, and
prints what was taken and what was refused. Three requests that Twilio must refuse come last: a
mock that takes those proves nothing. Exit code 1 when anything is not as it should be.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from bot.sms.account import Account
from bot.sms.twilio_api import TwilioApi
from bot.sms.values import NotNow, Refused

PRISM = "@stoplight/prism-cli@5.14.2"
SPEC = Path(__file__).parent / "twilio_messages.json"
STARTS_IN = 120.0
"""Seconds, with its download."""
ACCOUNT = Account("AC" + "0" * 32, "t" * 32, "https://care.example.org")
NUMBER, SERVICE = "+15005550006", "MG" + "a1" * 16
BODIES = ("Hi", "x" * 160, "x" * 1_600, "¿Sí? 😀 &=%+ <b>", "one\ntwo", " ")
MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT.sid}/Messages.json"
SIGNED_IN = (ACCOUNT.sid, ACCOUNT.token)


@contextmanager
def prism(spec: Path) -> Iterator[str]:
    """The URL of a Prism on that description."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["npx", "--yes", PRISM, "mock", "-h", "127.0.0.1", "-p", str(port), str(spec)]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, start_new_session=True)
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_for(url, process)
            yield url
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(20)


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + STARTS_IN
    while time.monotonic() < end:
        if process.poll() is not None:
            raise SystemExit("Prism did not start. Node 20 is needed, and a registry of packages.")
        try:
            httpx.get(url, timeout=2)
        except httpx.TransportError:
            time.sleep(0.3)
        else:
            return
    raise SystemExit(f"Prism did not answer within {STARTS_IN:.0f} seconds.")


async def ask(url: str) -> Counter[str]:
    """What came of every kind of request that we make."""
    api = TwilioApi(Account(ACCOUNT.sid, ACCOUNT.token, ACCOUNT.public_url, url))
    came: Counter[str] = Counter()
    for ours in (NUMBER, SERVICE):
        for n, body in enumerate(BODIES):
            for call in (
                api.send(NUMBER, ours, body, f"{n:024x}"),
                api.find(NUMBER, ours, body, time.time(), ["SM" + "0" * 32]),
            ):
                name = call.__name__
                try:
                    await call
                except (NotNow, Refused) as fault:
                    came[f"{name} refused: {fault}"] += 1
                else:
                    came[f"{name} taken"] += 1
    api.close()
    return came


def wrong(url: str) -> list[int]:
    """The statuses of requests that Twilio must refuse: nobody signed in, no ``To``, a messaging
    service that is none."""
    form = {"To": NUMBER, "From": NUMBER, "Body": "Hi"}
    where = url + MESSAGES
    no_service = {"To": NUMBER, "MessagingServiceSid": "none", "Body": "Hi"}
    return [
        httpx.post(where, data=form).status_code,
        httpx.post(where, data={"From": NUMBER, "Body": "Hi"}, auth=SIGNED_IN).status_code,
        httpx.post(where, data=no_service, auth=SIGNED_IN).status_code,
    ]


def main() -> int:
    spec = Path(sys.argv[1]) if len(sys.argv) > 1 else SPEC
    with prism(spec) as url:
        came, refused = asyncio.run(ask(url)), wrong(url)
    lines = [f"{n:4} {what}" for what, n in sorted(came.items())]
    sys.stdout.write("\n".join([*lines, f"   wrong requests: {refused}", ""]))
    fine = set(came) == {"send taken", "find taken"} and all(400 <= s < 500 for s in refused)
    return 0 if fine else 1


if __name__ == "__main__":
    raise SystemExit(main())
