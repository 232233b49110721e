"""In which language a web chat goes on, by what the person writes or asks for.

Whoever asks for a language gets it. Whoever clearly writes in another of the clinic's languages
(`bot/sms/language.py`) is answered in that one, told so once, and can turn back: after that only
their own asking changes it. Screening comes before, in every language, and knows nothing of this.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.conversation import Message, Session
from bot.sms.language import language_of
from guardrails.languages import Language, load_languages
from guardrails.normalise import fold

NOW = "language.now"
"""Says which language it is from here on."""
_LONGEST_ASKING = 80
"""Characters of a message that does nothing but ask for a language."""


@dataclass(frozen=True)
class Change:
    """The language to go on in. ``asked``: the message wanted this and nothing else."""

    to: str
    asked: bool


@dataclass
class Choosing:
    """``stays`` has the conversations, of this process, whose person turned back."""

    known: Mapping[str, Language] = field(default_factory=load_languages)
    stays: set[str] = field(default_factory=set)

    def heard(
        self, session: Session, person: Message, offered: Collection[str], *, asking: bool
    ) -> Change | None:
        """What a message of a web chat means for its language; None: nothing. While a question is
        ``asking``, the bare name of a language is an answer to it."""
        if session.channel != "web":
            return None
        if person.offer:
            tapped = person.offer.entities.get("speak") if person.offer.do == "speak" else None
            if tapped not in offered:
                return None
            self.stays.add(session.conversation)
            return Change(str(tapped), asked=True)
        if (wanted := self.asked_for(person.text, asking=asking)) in offered:
            self.stays.discard(session.conversation)
            return Change(str(wanted), asked=True)
        if session.conversation in self.stays:
            return None
        spoken = language_of(person.text, session.language, offered)
        return Change(spoken, asked=False) if spoken != session.language else None

    def asked_for(self, text: str, *, asking: bool) -> str | None:
        """The language that a message asks the chat to be in, when it says nothing else."""
        if len(text) > _LONGEST_ASKING:
            return None
        folded = fold(text)
        for code, language in self.known.items():
            if language.asked.fullmatch(folded):
                return code
            if not asking and language.asked_bare.fullmatch(folded):
                return code
        return None


def told(before: str, choices: Collection[str]) -> Mapping[str, Any]:
    """The draft that says so, with the way back to the language ``before`` it."""
    back = f"language.{before}"
    return {"message": NOW, "choices": [back] if back in choices else []}
