"""After the storm: what the service's database and Twilio have, held against each other."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.sms.simulator.messages import Text
from bot.store.crypto import Sealer
from bot.store.tables import conversations, messages, phones, texts, texts_in
from tests.load.phones import ASKED, DANGER, Sent

CRISIS = "crisis"
NOT_YET = ("given", "waiting", "sending")


@dataclass(frozen=True)
class Before:
    """What the service had before the storm, by id: others' tests may have used it."""

    conversations: frozenset[str] = frozenset()
    sids: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()

    @staticmethod
    def of(engine: Engine) -> Before:
        with engine.connect() as connection:
            known = (
                frozenset(connection.scalars(sa.select(column)))
                for column in (conversations.c.id, texts_in.c.sid, texts.c.id)
            )
            return Before(*known)


@dataclass
class Found:
    """Each list is of faults; all must be empty."""

    lost_texts: list[str] = field(default_factory=list)
    """Texts of theirs that Twilio heard were taken, and are not kept."""
    unanswered: list[str] = field(default_factory=list)
    answered_twice: list[str] = field(default_factory=list)
    kept_twice: list[str] = field(default_factory=list)
    nobodys: list[str] = field(default_factory=list)
    """Kept in a conversation that no phone hangs on, so that its answer reaches nobody."""
    never_sent: list[str] = field(default_factory=list)
    """Texts of ours that Twilio never got."""
    sent_twice: list[str] = field(default_factory=list)
    altered: list[str] = field(default_factory=list)
    """Twilio got other words than those kept."""
    forged: list[str] = field(default_factory=list)
    """Kept, though no phone sent it."""
    crisis_late: list[str] = field(default_factory=list)
    """Taken, and not answered in the same response."""
    figures: dict[str, int] = field(default_factory=dict)

    def faults(self) -> dict[str, int]:
        return {name: len(of) for name, of in vars(self).items() if isinstance(of, list) and of}


def still_open(engine: Engine, at_twilio: Iterable[Text], before: Before) -> dict[str, int]:
    """What is under way yet: messages without an answer or a text, texts that Twilio lacks."""
    there = rows_at_twilio(at_twilio)
    with engine.connect() as connection:
        waiting = Counter(
            row.state
            for row in connection.execute(
                sa.select(messages.c.state, messages.c.conversation_id).where(
                    messages.c.state != "done"
                )
            )
            if row.conversation_id not in before.conversations
        )
        rows = connection.execute(
            sa.select(texts.c.id, texts.c.state).where(texts.c.state.in_(NOT_YET))
        ).all()
    rows = [row for row in rows if row.id not in before.texts]
    waiting.update(row.state for row in rows if row.state != "given" or row.id not in there)
    return dict(waiting)


def rows_at_twilio(at_twilio: Iterable[Text]) -> Counter[str]:
    """How many messages Twilio made of each row of ours."""
    found: Counter[str] = Counter()
    for text in at_twilio:
        if text.callback and text.error != 21610:
            found.update(parse_qs(urlsplit(text.callback).query).get("text", []))
    return found


def check(
    engine: Engine,
    sealer: Sealer,
    sent: Iterable[Sent],
    at_twilio: Mapping[str, Text],
    before: Before,
) -> Found:
    found = Found()
    by_sid = {one.came.text.sid: one for one in sent}
    _check_answers(engine, sealer, by_sid, found, before)
    _check_texts(engine, sealer, at_twilio, found, before)
    for sid, one in by_sid.items():
        if one.danger and one.taken and not one.answered_at_once:
            found.crisis_late.append(sid)
    return found


def _check_answers(
    engine: Engine, sealer: Sealer, by_sid: Mapping[str, Sent], found: Found, before: Before
) -> None:
    with engine.connect() as connection:
        said = connection.execute(sa.select(messages).order_by(messages.c.id)).all()
        noted = set(connection.scalars(sa.select(texts_in.c.sid))) - before.sids
        with_phone = set(connection.scalars(sa.select(phones.c.conversation_id)))
    said = [row for row in said if row.conversation_id not in before.conversations]
    times = Counter(row.client_id for row in said if row.sender == "person")
    kept = set(times)
    found.kept_twice += [sid for sid, n in times.items() if n > 1]
    found.nobodys += [
        row.client_id
        for row in said
        if row.client_id in by_sid
        and row.conversation_id not in with_phone
        and not by_sid[row.client_id].answered_at_once
    ]
    found.lost_texts += [sid for sid, one in by_sid.items() if one.taken and sid not in kept]
    found.forged += sorted((kept | noted) - set(by_sid))
    asked: Counter[tuple[str, str]] = Counter()
    answered: Counter[tuple[str, str]] = Counter()
    for row in said:
        if row.sender == "person" and row.client_id in by_sid:
            asked[row.conversation_id, _wanted(by_sid[row.client_id].body)] += 1
        elif row.sender == "bot" and (answer := _answer(json.loads(sealer.open(row.body)))):
            answered[row.conversation_id, answer] += 1
    found.unanswered += [f"{what} x{n}" for (_, what), n in (asked - answered).items()]
    found.answered_twice += [f"{what} x{n}" for (_, what), n in (answered - asked).items()]
    found.figures |= {
        "kept": len(kept),
        "answers": sum(answered.values()),
        "kept though Twilio heard nothing": len(
            [sid for sid, one in by_sid.items() if not one.taken and sid in kept]
        ),
    }


def _wanted(body: str) -> str:
    return CRISIS if body in DANGER else ASKED[body]


def _answer(message: Mapping[str, Any]) -> str | None:
    """Which of the answers that we wait for it is; None: something else, such as a notice."""
    name = message.get("message") or ""
    if name.startswith("safety."):
        return CRISIS
    return name if name in ASKED.values() else None


def _check_texts(
    engine: Engine,
    sealer: Sealer,
    at_twilio: Mapping[str, Text],
    found: Found,
    before: Before,
) -> None:
    there = rows_at_twilio(at_twilio.values())
    with engine.connect() as connection:
        rows = connection.execute(sa.select(texts)).all()
    rows = [row for row in rows if row.id not in before.texts]
    for row in rows:
        named = at_twilio.get(row.sid or "")
        if named is None or row.id in (named_by := rows_at_twilio([named])):
            continue
        there[row.id] += 1  # found by its words: an answer out of memory that was kept later, or
        there.subtract(named_by)  # the twin of another text to that phone, which went out for it
        found.figures["found by its words"] = found.figures.get("found by its words", 0) + 1
    for row in rows:
        if there[row.id] > 1:
            found.sent_twice.append(f"{row.id} {row.state} tries {row.tries}")
        if there[row.id] == 0 and row.state not in ("dropped", "failed"):
            found.never_sent.append(f"{row.id} {row.state} tries {row.tries}")
        text = at_twilio.get(row.sid or "")
        words = sealer.open(row.body).decode()  # none any more once it has been delivered
        if text and words and words != text.body:
            found.altered.append(row.id)
    found.figures |= {f"texts of ours: {state}": n for state, n in _states(rows).items()}


def _states(rows: Iterable[Any]) -> dict[str, int]:
    return dict(sorted(Counter(row.state for row in rows).items()))
