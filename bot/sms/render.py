"""A turn's messages as text messages: one now, and what is left of it for MORE.

What a person must see is in the first part whole, whatever its length: danger, a question, what
staff write, the link to a list. The rest is cut to two segments, or to a few more where there are
listings. So a question comes at once even after a long answer, whose end is then for MORE.

Choices come with the end of their message: with the first part, even when that makes it longer, or
else with the last. Number n is the message's offer n-1. Listings have no numbers and no letters:
there is nothing to choose about one, and a digit before each would compete with the choices'.
A list and a visit sheet have numbers: then the choices have none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.conversation import Message
from bot.sheet.lines import plain_lines
from bot.sms.answers import MOST_CHOICES
from bot.sms.cutting import cut
from bot.sms.segments import LONGEST, plain, segments
from guardrails.catalogue import Catalogue
from guardrails.sheets import SHEET

FIRST, FIRST_WITH_LISTINGS, LATER = 2, 5, 4
"""Segments of a part that can be cut. Whoever asks for MORE wants to read, so there is more."""
_BESIDE = 1  # segments for the rest of a turn beside what may not be cut
_ON_A_PAGE = ("text_me",)  # always the last choice, so that the others keep their numbers
_HOLDS_UP = ("human", "erase")  # what a text of danger has no room to offer

Link = Callable[[Message], str]
"""The address at which a person can open a list."""


@dataclass(frozen=True)
class Rendered:
    """``asked`` is the id of the message whose choices are numbered."""

    parts: tuple[str, ...]
    asked: str | None


@dataclass(frozen=True)
class _Block:
    """A piece of a message. ``firm``: in the first part, uncut. ``whole``: uncut in any part.
    ``spare``: no reason to cut the turn in two."""

    message: str
    text: str
    firm: bool = False
    whole: bool = False
    spare: bool = False


@dataclass(frozen=True)
class Renderer:
    """``words`` are those of ``data/content/sms/rendering.yml``, by language."""

    words: Mapping[str, Mapping[str, str]]
    catalogue: Catalogue

    def render(
        self, messages: Sequence[Message], language: str, link: Link | None = None
    ) -> Rendered:
        """The texts that say what the bot and staff say in ``messages``; () when that is nothing.

        ``link`` makes the address of a list that can be printed. It may be known by whoever has
        the phone in hand: it is for this person only.
        """
        words = self.words.get(language) or self.words["en"]
        said = [message for message in messages if message.sender != "person"]
        blocks = [block for one in said for block in self._blocks(one, words, link)]
        asking = next((one for one in reversed(said) if one.offers or one.sender == "staff"), None)
        numbered = asking is not None and not asking.print and not _sheets(asking)
        choices = self._choices(asking, blocks, words) if asking and numbered else ""
        paper = _Paper(plain(words["more"]))
        most = FIRST_WITH_LISTINGS if any(block.whole for block in blocks) else FIRST
        parts = paper.parts(blocks, choices, asking.id if asking else "", most)
        return Rendered(tuple(parts), asking.id if asking and choices else None)

    def _blocks(
        self, message: Message, words: Mapping[str, str], link: Link | None
    ) -> list[_Block]:
        text = _tidy(f"{message.author}: {message.text}" if message.author else message.text)
        lines = [] if self._is_short(message) else _help_lines(message.cards)
        firm = message.sender == "staff" or message.kind in ("safety", "question")
        blocks = [_Block(message.id, "\n".join([text, *lines]), firm=firm)]
        listings = [_listing(card) for card in message.cards if card["type"] == "provider"]
        if listings:
            blocks.append(_Block(message.id, plain(words["listed"])))
        blocks += [_Block(message.id, listing, whole=True) for listing in listings]
        tables = [card for card in message.cards if card["type"] == "table"]
        blocks += [_Block(message.id, _table(card)) for card in tables]
        sheets = _sheets(message)
        listed = [part for one in sheets for part in plain_lines(one, message.text)]
        blocks += [_Block(message.id, _tidy(part)) for part in listed]
        if sheets:
            blocks.append(_Block(message.id, plain(words["sheet"]), firm=True))
        elif message.print and link:
            line = words["link"].format(link=link(message))
            blocks.append(_Block(message.id, plain(line), firm=True))
        if message.sources:
            blocks.append(_Block(message.id, _source(message, words), spare=True))
        return [block for block in blocks if block.text]

    def _is_short(self, message: Message) -> bool:
        """Whether it has words for a text, which name the lines that they need themselves."""
        known = self.catalogue.messages.get(message.message or "")
        return bool(known and known.short)

    def _choices(self, message: Message, blocks: Sequence[_Block], words: Mapping[str, str]) -> str:
        given = [offer for offer in message.offers if offer.do not in _ON_A_PAGE]
        offers = given[:MOST_CHOICES]
        labels = [_tidy(offer.label) for offer in offers]
        if not labels:
            return ""
        if len(labels) == 1:
            choices = words["choose_one"].format(label=labels[0])
        else:
            numbers = [str(n) for n in range(1, len(labels) + 1)]
            listed = f"{', '.join(numbers[:-1])} {words['or']} {numbers[-1]}"
            lines = [f"{n} {label}" for n, label in enumerate(labels, 1)]
            choices = "\n".join([words["choose"].format(numbers=listed), *lines])
        if message.kind == "safety" and all(offer.do in _HOLDS_UP for offer in offers):
            whole = _join([*(block.text for block in blocks), choices])
            return plain(choices) if segments(whole) <= 1 else ""
        return plain(choices)


@dataclass(frozen=True)
class _Paper:
    """Puts blocks into parts. ``more`` is the line that ends a part which has a next one."""

    more: str

    def parts(self, blocks: Sequence[_Block], choices: str, asking: str, most: int) -> list[str]:
        needed = _join([block.text for block in blocks if not block.spare])
        fits = segments(needed) <= most
        kept, rest = ([one.text for one in blocks], []) if fits else self._fill(blocks, most)
        parts = []
        while kept:
            if choices and all(block.message != asking for block in rest):
                kept, choices = [*kept, choices], ""
            parts.append(_join(kept))
            kept, rest = self._fill(rest, LATER)
        return [piece for part in parts for piece in self._bounded(part)]

    def _fill(self, blocks: Sequence[_Block], most: int) -> tuple[list[str], list[_Block]]:
        """What goes into a part, and what is left for the next."""
        firm = [block.text for block in blocks if block.firm]
        most = max(most, segments(_join(firm)) + _BESIDE if firm else 0)
        kept: list[str] = []
        rest: list[_Block] = []
        for at, block in enumerate(blocks):
            if block.firm:
                cut_before = not kept and rest
                kept.append(f"{block.text}\n{self.more}" if cut_before else block.text)
            elif rest:
                rest.append(block)
            else:
                head, tail = self._head(block, kept, blocks[at + 1 :], most)
                kept += [head] if head else []
                rest += [replace(block, text=tail)] if tail else []
                if tail and kept:
                    kept[-1] += f"\n{self.more}"
        return kept, rest

    def _head(
        self, block: _Block, kept: Sequence[str], after: Sequence[_Block], most: int
    ) -> tuple[str, str]:
        """As much of the block as has room beside what is kept and what must come, and its rest."""
        must = [one.text for one in after if one.firm]
        last = len(must) == len(after)
        alone = not (kept or must)

        def fits(text: str) -> bool:
            more = "" if last and text == block.text else f"\n{self.more}"
            return segments(_join([*kept, text + more, *must])) <= most

        if fits(block.text) or (block.whole and alone):
            return block.text, ""
        return ("", block.text) if block.whole else cut(block.text, fits, words=alone)

    def _bounded(self, part: str) -> list[str]:
        """The part in as many as it takes: Twilio sends no longer ones."""
        room = LONGEST - len(self.more) - 1
        pieces = []
        while _places(part) > LONGEST:
            head, part = cut(part, lambda text: _places(text) <= room)
            pieces.append(f"{head}\n{self.more}")
        return [*pieces, part]


def _places(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _join(texts: Sequence[str]) -> str:
    return "\n\n".join(texts)


def _tidy(text: str) -> str:
    """In plain letters, with no more than one blank line at a time."""
    lines = (line.rstrip() for line in plain(text).strip().splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))


def _listing(card: Mapping[str, Any]) -> str:
    """A provider's card in lines. Its number is written as phones make a link of it."""
    called = [action["label"] for action in card["actions"]]
    return _tidy("\n".join([card["title"], *card["lines"], *called, card["note"]]))


def _table(card: Mapping[str, Any]) -> str:
    """A table row by row, each cell with the name of its column. What the columns are is said by
    the message."""
    rows = []
    for row in card["rows"]:
        cells = zip(card["columns"], row["cells"], strict=True)
        rows.append("\n".join([row["head"], *(f"- {name}: {cell}" for name, cell in cells)]))
    return _tidy("\n\n".join(rows))


def _sheets(message: Message) -> list[Mapping[str, Any]]:
    """Its lines have numbers of their own, which choices would compete with."""
    return [card for card in message.cards if card["type"] == SHEET]


def _help_lines(cards: Sequence[Mapping[str, Any]]) -> list[str]:
    return [
        _tidy(f"{card['title']}: {', '.join(action['label'] for action in card['actions'])}")
        for card in cards
        if card["type"] == "line"
    ]


def _source(message: Message, words: Mapping[str, str]) -> str:
    """Whose pages an answer rests on: "NIMH, Psychotherapies" is NIMH's."""
    names = dict.fromkeys(source["name"].partition(", ")[0] for source in message.sources)
    sources, reviewed_on = "; ".join(names), message.reviewed_on
    return plain(words["source"].format(sources=sources, reviewed_on=reviewed_on))
