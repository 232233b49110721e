from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx
import pytest
from twilio.rest import Client

from bot.sms.account import Account
from bot.sms.simulator.api import api
from bot.sms.simulator.messages import Text
from bot.sms.simulator.serving import served
from bot.sms.simulator.twilio import Twilio
from bot.sms.simulator.webhooks import Rules, Webhooks
from tests.e2e.service import free_ports
from tests.sms.fake.little import Little

OURS, PHONE = "+15125550101", "+15125550123"
SERVICE = "MG" + "a" * 32


@dataclass
class Line:
    """Twilio's stand-in and a little service, connected. ``got`` is what reached the phones."""

    account: Account
    little: Little
    twilio: Twilio
    client: Client
    got: list[Text] = field(default_factory=list)

    @property
    def bodies(self) -> list[str]:
        return [text.body for text in self.got]

    def with_rules(self, **rules: float) -> None:
        self.twilio.webhooks.rules = Rules(**rules)


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    here, there = free_ports(2)
    account = Account(
        "AC" + "1" * 32,
        "a token of tests",
        f"http://127.0.0.1:{here}",
        f"http://127.0.0.1:{there}",
        simulated=True,
    )
    little = Little(account)
    async with httpx.AsyncClient(trust_env=False, timeout=20) as http:
        twilio = Twilio(
            account,
            Webhooks(account, http),
            frozenset({OURS}),
            services={SERVICE: OURS},
            own_words={"STOP": "stopped", "START": "started", "HELP": "helped"},
            pace=0.0,
        )
        client = Client(account.sid, account.token)
        client.api.base_url = account.base_url
        found = Line(account, little, twilio, client)
        twilio.arrived = found.got.append
        async with served(little.app(), here), served(api(twilio), there):
            yield found
            await twilio.close()
