"""The words that the guardrails and their callers share. No dependencies."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Outcome(str, Enum):
    """What a message asks of us. Its value is the word used in data, logs and the command line."""

    MEDICAL_EMERGENCY = "medical_emergency"
    SUICIDE_SELF_HARM = "suicide_self_harm"
    HARM_TO_OTHERS = "harm_to_others"
    ABUSE_DANGER = "abuse_danger"
    THIRD_PARTY_RISK = "third_party_risk"
    CHECK_IN = "check_in"
    OPT_OUT = "opt_out"
    MINOR = "minor"
    PRIVACY = "privacy"
    IDENTITY = "identity"
    HUMAN = "human"
    MEDICATION = "medication"
    DIAGNOSIS = "diagnosis"
    TREATMENT_ADVICE = "treatment_advice"
    THERAPY_REQUEST = "therapy_request"
    MANIPULATION = "manipulation"
    NONE = "none"

    def __str__(self) -> str:
        return self.value


DANGER = frozenset(
    {
        Outcome.MEDICAL_EMERGENCY,
        Outcome.SUICIDE_SELF_HARM,
        Outcome.HARM_TO_OTHERS,
        Outcome.ABUSE_DANGER,
        Outcome.THIRD_PARTY_RISK,
    }
)


@dataclass(frozen=True)
class Context:
    """What screening may know of the conversation. It lives in memory only and holds no score.

    `asked` is the message id of the bot's last question. `signals` are the weak signals heard
    since the last check-in question, `fired` the rules that have fired. `checked` is whether that
    question was ever asked, `careful` whether a crisis reply was given: from then on one signal
    is enough to ask.
    """

    asked: str | None = None
    signals: frozenset[str] = frozenset()
    fired: frozenset[str] = frozenset()
    checked: bool = False
    careful: bool = False


@dataclass(frozen=True)
class Screening:
    """The result for one message.

    `reply` is the message id to send, None when the outcome is none. `language` is that of
    the rule that fired, and the language asked for when none did. `signals` are the weak
    signals of this message, for the next message's `Context`.
    """

    outcome: Outcome
    rule: str | None
    reply: str | None
    language: str
    signals: frozenset[str] = frozenset()
