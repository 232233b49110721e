"""What may go out. A draft (a message id and typed slots) becomes words only here.

What the catalogue does not know, or what does not fit its slot's type, is `Withheld`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from guardrails.cards import provider_card
from guardrails.catalogue import PLACEHOLDER, Catalogue, Choice, Message, Source
from guardrails.glossary import Explained, Glossary
from guardrails.helplines import Helplines
from guardrails.sheets import link_card, sheet_card
from guardrails.slots import PLAIN, Withheld, as_list, as_mapping
from guardrails.tables import table_card

__all__ = ["Draft", "Offer", "Released", "Releaser", "Withheld"]

Draft = Mapping[str, Any]
NOON = 12
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = (
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
)  # fmt: skip


@dataclass(frozen=True)
class Offer:
    """A choice as released: its label, and what it does when taken."""

    label: str
    intent: str | None = None
    entities: Mapping[str, Any] = field(default_factory=dict)
    do: str | None = None


@dataclass(frozen=True)
class Released:
    message: str
    kind: str
    text: str
    choices: tuple[Offer, ...] = ()
    cards: tuple[Mapping[str, Any], ...] = ()
    sources: tuple[Source, ...] = ()
    reviewed_on: str | None = None
    print: bool = False
    glossary: tuple[Explained, ...] = ()
    """Its hard words, each where it first stands; none in the words for a text message."""
    withheld: int = 0
    """Cards of the draft that may not be shown."""


@dataclass(frozen=True)
class Releaser:
    """Turns drafts into words. ``today`` decides which listings are called old."""

    catalogue: Catalogue
    helplines: Helplines
    today: Callable[[], date] = date.today
    glossary: Glossary = field(default_factory=Glossary)

    def release(
        self, draft: Draft, language: str = "en", country: str = "US", *, short: bool = False
    ) -> Released:
        """Raises `Withheld` when any part of the draft is not in the catalogue or of its type.

        ``short`` takes the words for a text message, where a message has any.
        """
        filler = _Filler(self.catalogue, self.helplines, language, country, short)
        message = filler.message(draft)
        about = filler.message({"message": draft.get("lines", message.id)}).id
        filler = replace(filler, about=about)
        chosen = draft.get("choices")
        offers = filler.choices(message) if chosen is None else chosen
        drafted = as_list(draft.get("cards", ()), "cards")
        cards = self._cards(filler, drafted)
        shown = len(cards)
        if message.kind == "safety":
            cards += self.helplines.cards(about, country, language)
        answer = message.kind == "answer"
        text = filler.whole(message, as_mapping(draft.get("slots", {}), "slots"))
        spoken = filler.spoken(message)
        return Released(
            message=message.id,
            kind=message.kind,
            text=text,
            choices=tuple(filler.offer(choice) for choice in as_list(offers, "choices")),
            cards=tuple(cards),
            sources=message.sources if answer else (),
            reviewed_on=message.reviewed_on if answer else None,
            print=message.print,
            glossary=() if short else self.glossary.explain(message, text, spoken),
            withheld=len(drafted) - shown,
        )

    def _cards(self, filler: _Filler, drafted: Sequence[Any]) -> list[dict[str, Any]]:
        """The cards that may be shown. A faulty listing takes no other with it; a sheet and the
        link to one are all there is to show, and a fault in one is a fault of the whole draft."""
        alone = {"sheet": sheet_card, "link": link_card}
        for name, made in alone.items():
            if any(isinstance(card, Mapping) and name in card for card in drafted):
                return [made(filler, as_mapping(card, "card").get(name)) for card in drafted]
        cards = []
        for card in drafted:
            try:
                cards.append(self._card(filler, as_mapping(card, "card")))
            except Withheld:
                continue
        if drafted and not cards:
            raise Withheld("cards: none may be shown")
        return cards

    def _card(self, filler: _Filler, card: Mapping[str, Any]) -> dict[str, Any]:
        if "table" in card:
            return table_card(filler, card)
        return provider_card(filler, card, self.today(), short=filler.short)


@dataclass(frozen=True)
class _Filler:
    catalogue: Catalogue
    helplines: Helplines
    language: str
    country: str
    short: bool = False
    about: str = ""
    """The message whose help lines are meant."""

    def message(self, draft: Draft) -> Message:
        known = self.catalogue.messages.get(str(as_mapping(draft, "draft").get("message")))
        if known is None:
            raise Withheld("a message that is not in the catalogue")
        return known

    def words(self, by_language: Mapping[str, str]) -> str:
        return by_language.get(self.language) or by_language["en"]

    def whole(self, message: Message, slots: Mapping[str, Any]) -> str:
        """A message in one language: its names are in English too when its words are."""
        return replace(self, language=self.spoken(message)).text(message, slots)

    def spoken(self, message: Message) -> str:
        return self.language if self.language in self._of(message) else "en"

    def text(self, message: Message, slots: Mapping[str, Any]) -> str:
        return self._fill(self.words(self._of(message)), message.slots, slots, message.id)

    def choices(self, message: Message) -> tuple[str, ...]:
        if self.short and message.short_choices is not None:
            return message.short_choices
        return message.choices

    def _of(self, message: Message) -> Mapping[str, str]:
        return message.short if self.short and message.short else message.words

    def _fill(
        self, words: str, types: Mapping[str, str], slots: Mapping[str, Any], where: str
    ) -> str:
        def value(match: re.Match[str]) -> str:
            name = match.group(1)
            kind = types[name]
            if kind in ("emergency", "crisis_line", "route_line"):
                return self._line(kind)
            if name not in slots:
                raise Withheld(f"{where}: no value for {name}")
            try:
                return self._slot(kind, slots[name])
            except (TypeError, ValueError, KeyError):
                raise Withheld(f"{where}: {name} is not a {kind}") from None

        return PLACEHOLDER.sub(value, words)

    def _line(self, kind: str) -> str:
        if kind == "emergency":
            return self.helplines.emergency(self.country, self.language, short=self.short)
        if kind == "route_line":
            return self.helplines.route_line(self.about, self.country, self.language)
        return self.helplines.crisis_line(self.country, self.language, short=self.short)

    def _slot(self, kind: str, value: Any) -> str:
        if kind == "fragment":
            return self.fragment(value if isinstance(value, Mapping) else {"message": value})
        if kind == "lines":
            lines = [self.fragment(draft) for draft in as_list(value, "lines")]
            return "\n".join(f"{n}. {line}" for n, line in enumerate(lines, 1))
        if kind == "label":
            return self.label(value)
        if kind == "labels":
            return self._joined([self._named(item) for item in as_list(value, "labels")])
        in_words = {"moment": self._moment, "date": self._date}
        return in_words[kind](value) if kind in in_words else PLAIN[kind](value)

    def _date(self, value: Any) -> str:
        """``2026-11-24``, with the name of the month."""
        day = date.fromisoformat(str(value))
        return self.say("time.date", n=day.day, month=_month(day), year=f"{day.year:04}")

    def _moment(self, value: Any) -> str:
        """``2026-11-24T15:00``, a time on the person's clock, with the names of day and month."""
        at = datetime.fromisoformat(value)
        half = "time.am" if at.hour < NOON else "time.pm"
        clock = {"message": half, "slots": {"clock": f"{at.hour % NOON or NOON}:{at.minute:02d}"}}
        day = {"message": f"time.{_DAYS[at.weekday()]}"}
        return self.say("time.moment", day=day, n=at.day, month=_month(at), clock=clock)

    def fragment(self, draft: Draft) -> str:
        message = self.message(draft)
        return self.text(message, as_mapping(draft.get("slots", {}), "slots"))

    def label(self, term: Any) -> str:
        return self.words(self.catalogue.terms[str(term)].label)

    def _named(self, item: Any) -> str:
        """A term's label, or a fragment where there is no term."""
        return self.fragment(item) if isinstance(item, Mapping) else self.label(item)

    def _joined(self, labels: Sequence[str]) -> str:
        """Labels in a row, with the word for "and" from the catalogue."""
        if len(labels) < 2:
            return "".join(labels)
        return f"{', '.join(labels[:-1])} {self.say('card.and')} {labels[-1]}"

    def offer(self, choice: Any) -> Offer:
        given = {"choice": choice} if isinstance(choice, str) else as_mapping(choice, "choice")
        known = self.catalogue.choices.get(str(given.get("choice")))
        if known is None:
            raise Withheld("a choice that is not in the catalogue")
        return self._offer(known, given)

    def _offer(self, known: Choice, given: Mapping[str, Any]) -> Offer:
        words = known.short if self.short and known.short else known.label
        label = self._fill(
            self.words(words), known.slots, given.get("slots", {}), f"choice {known.id}"
        )
        entities = {**known.entities, **as_mapping(given.get("entities", {}), "entities")}
        return Offer(label, known.intent, entities, known.do)

    def say(self, message: str, **slots: Any) -> str:
        """A fragment of the catalogue, filled."""
        return self.fragment({"message": message, "slots": slots})


def _month(day: date) -> Draft:
    """The name of its month."""
    return {"message": f"time.{_MONTHS[day.month - 1]}"}
