"""`carenav sms simulate`: one phone at a terminal, that texts the running service."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from http import HTTPStatus

from bot.sms.simulator.keyboard import Keyboard
from bot.sms.simulator.messages import Text
from bot.sms.simulator.screen import Screen
from bot.sms.simulator.twilio import Came, Twilio, read_twiml
from bot.sms.simulator.webhooks import NotTaken

QUIT, PICTURE, AGAIN = "/quit", "/picture", "/again"


@dataclass
class Phone:
    """Sends what is typed, and shows what comes. Of lines with a slash only our own commands are
    kept back; every other line is sent as it stands."""

    twilio: Twilio
    number: str
    ours: str
    screen: Screen
    wait: float
    """Seconds without a text after which lines from a file count as answered."""
    last: Came | None = None
    _heard: asyncio.Event = field(default_factory=asyncio.Event)
    _sending: set[asyncio.Task[None]] = field(default_factory=set)

    def show(self, text: Text) -> None:
        """A text has reached this phone."""
        self.screen.came(text.body)
        self._heard.set()

    async def use(self, keyboard: Keyboard) -> None:
        """Until /quit, or the end of the lines and of what comes to them."""
        async for line in keyboard.lines():
            if line.strip() == QUIT:
                break
            self._shown_as_sent(line)
            if keyboard.typed:
                self._start(line)
                self.screen.ask()
            else:
                await self._one_by_one(line)
        if not keyboard.typed:
            await self._quiet()

    def _shown_as_sent(self, line: str) -> None:
        self.screen.wipe(line)
        if line.strip() == PICTURE:
            self.screen.sent(self.screen.words["picture"])
        elif line.strip() not in ("", AGAIN):
            self.screen.sent(line)

    def _start(self, line: str) -> None:
        task = asyncio.create_task(self.do(line.strip()))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _one_by_one(self, line: str) -> None:
        """The next line answers what came to this one, so that comes first."""
        self._heard.clear()
        await self.do(line.strip())
        if self.last and not self.last.fault and line.strip() != AGAIN:
            await self._next_text()

    async def _next_text(self) -> bool:
        try:
            await asyncio.wait_for(self._heard.wait(), self.wait)
        except asyncio.TimeoutError:
            return False
        return True

    async def _quiet(self) -> None:
        self._heard.clear()
        while await self._next_text():
            self._heard.clear()

    async def do(self, line: str) -> None:
        if line == AGAIN:
            return await self._again()
        if not line:
            return None
        picture = line == PICTURE
        self.last = await self.twilio.text(
            self.number, self.ours, "" if picture else line, media=int(picture)
        )
        if self.last.fault:
            self._tell(self.last.fault)
        elif any(text.error for text in self.last.given):
            self.screen.note("blocked")
        return None

    def _tell(self, fault: NotTaken) -> None:
        if fault.status == HTTPStatus.FORBIDDEN:
            self.screen.note("not_believed")
        elif fault.status:
            self.screen.note("failed", status=fault.status)
        else:
            self.screen.note("gone", code=fault.code)

    async def _again(self) -> None:
        """The last text a second time: the same answer, or none once it is an old one."""
        if self.last is None or self.last.answer is None:
            return self.screen.note("nothing_before")
        try:
            answer = await self.twilio.webhooks.incoming(self.twilio.fields_of(self.last.text))
        except NotTaken as fault:
            refused = fault.status == HTTPStatus.FORBIDDEN
            return self.screen.note("again_old") if refused else self._tell(fault)
        same = read_twiml(answer) == read_twiml(self.last.answer)
        return self.screen.note("again_same" if same else "again_other")
