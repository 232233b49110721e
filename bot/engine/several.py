"""Several requests in one message: where one ends and the next begins.

"What is a psychologist? And can you find one near 78701" is two turns for Rasa, one for the
person. A sentence that is no request stays with one that is: what is told before it or after it.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MOST = 3  # requests answered of one message
Parsed = Mapping[str, Any]
""" ``intent``, ``entities`` and more, as Rasa parses a text."""
_QUESTIONS = frozenset({
    "ask_role", "compare_roles", "who_for", "first_visit", "ask_cost", "ask_format", "ask_approach",
    "ask_rights", "ask_care", "ask_sources", "ask_bot", "ask_storage", "ask_capabilities",
})  # fmt: skip
_TASKS = frozenset({"find_provider", "prepare_visit", "who_to_see", "find_by_name"})
_SURE = 0.5
_SENTENCE = re.compile(r"[^.?!\n;]*[.?!\n;]+|[^.?!\n;]+")
_QUESTION = (
    r"what|whats|who|whos|how|hows|where|when|why|which|can|could|do|does|did|is|are|will|would|"
    r"should|wat|wats|q|k|qu[eé]|ke|qui[eé]n|c[oó]mo|d[oó]nde|cu[aá]ndo|cu[aá]nto|cu[aá]l|puede|puedo|hay"
)
_ALSO = re.compile(
    rf"(?<=\w),?\s+(?=(?:and|also|plus|y|tambi[eé]n|adem[aá]s)\s+(?:(?:also|then|tambi[eé]n)\s+)?"
    rf"(?:{_QUESTION})\b)",
    re.IGNORECASE,
)
_ASKS = re.compile(
    rf"\?|^\W*(?:(?:and|y|also|so|pero|but|ok|okay|then)\W+)*(?:{_QUESTION}|tell me|explain|find|"
    r"look for|i need|i want|help me|busco|necesito|quiero|expl[ií]que|d[ií]game|ay[uú]deme)\b",
    re.IGNORECASE,
)
_ASKS_FOR = r"can you|could you|will you|would you|puede(?:s|n)? ayudarme|me puede"
_IS_QUESTION = re.compile(
    rf"^(?!\W*(?:{_ASKS_FOR})\b)(?:.*\?|\W*(?:(?:and|y|also|so|pero|but|ok|okay|then)\W+)*"
    rf"(?:{_QUESTION})\b)",
    re.IGNORECASE | re.DOTALL,
)
_ASKS_LAST = re.compile(  # "ketamine clinic what should i ask", "me dieron hojas, para qué son"
    r"[,;]\s+(?:para qu[eé]|qu[eé]|por qu[eé]|c[oó]mo|cu[aá]l|cu[aá]ndo|cu[aá]nto|what|why|how)\s|"
    r"\b(?:what|who|how|where|when)\s+(?:should|do|does|can|could|will)\s+(?:i|we|you|they|it)\b|"
    r"\b(?:qu[eé]|qui[eé]n|c[oó]mo|d[oó]nde|cu[aá]ndo)\s+(?:debo|puedo|tengo que|pregunto|hago)\b",
    re.IGNORECASE,
)
_WONDERS = re.compile(  # a question told: "quisiera saber qué preguntan"
    r"\b(?:want|like|need|love|good) to (?:know|understand)\b|\bwonder(?:ing)?\b|"
    r"\b(?:quiero|quisiera|queremos|necesito|gustar[ií]a|puedo) (?:saber|entender)\b|"
    r"\b(?:do not|don'?t|dont|no idea) (?:know|understand)? ?(?:how|what|who|where|which|if)\b|"
    r"\bno (?:s[eé]|entiendo) (?:si|c[oó]mo|qu[eé]|qui[eé]n|d[oó]nde|cu[aá]l)\b",
    re.IGNORECASE,
)
_WISHES = re.compile(
    r"^\W*(?:(?:please|por favor|hi|hello|hola|i|we|can you|could you|me puede)\W+)*"
    r"(?:help me|help us|i want|i need|want|need|make|prepare|get me|let's|lets|"
    r"ay[uú]d[ea]me|ayudarme|quiero|necesito|prepar[ae])\b",
    re.IGNORECASE,
)
_LEANS = re.compile(
    r"\b(?:they|them|their|it|its|that|those|these|he|she|her|him|one|ones|both|eso|esos|esas|"
    r"esto|ellos|ellas|ella|ambos|(?:uno|una)(?!\s+\w))\b",
    re.IGNORECASE,
)
_SHORT = 3  # words; fewer are no request of their own


@dataclass(frozen=True)
class Request:
    """A part of a message. It ``leans`` when it speaks of what the part before it named: "can they
    prescribe?"."""

    text: str
    leans: bool = False


def is_question(text: str) -> bool:
    """Whether it asks, rather than wishes for something ("help me get ready")."""
    asks = _ASKS_LAST.search(text) or any(_IS_QUESTION.search(one) for one in _sentences(text))
    return bool((asks and not _WISHES.search(text)) or _WONDERS.search(text))


async def understand(
    text: str, parse: Callable[[str], Awaitable[dict[str, Any]]]
) -> list[dict[str, Any]]:
    """What each request of a message means; of one message where fewer than two are clear.

    Questions come before a task, whose own first question then stands last. Of two tasks only
    the first is begun.
    """
    whole = await parse(text)
    parts = requests(text)
    if len(parts) < 2:
        return [whole]
    clear: list[dict[str, Any]] = []
    before: Sequence[Mapping[str, Any]] = ()
    names = ""  # of those, as they were written
    for part in parts:
        parsed = await parse(part.text)
        named = parsed["entities"]
        if part.leans and before:
            kinds = {one["entity"] for one in named}
            parsed["entities"] = [*named, *(e for e in before if e["entity"] not in kinds)]
            in_full = await parse(f"{part.text} {names}")
            parsed |= {"topics": in_full.get("topics", [])}
        else:
            names = " ".join(dict.fromkeys(part.text[e["start"] : e["end"]] for e in named))
        before = [{**one, "start": None, "end": None} for one in parsed["entities"]]
        if parsed["intent"]["confidence"] >= _SURE and _name(parsed) in _QUESTIONS | _TASKS:
            clear.append(parsed)
    tasks = [one for one in clear if _name(one) in _TASKS]
    asked = [one for one in clear if _name(one) in _QUESTIONS]
    several = [*asked[: MOST - len(tasks[:1])], *tasks[:1]]
    return several if len(several) > 1 else [whole]


def _name(parsed: Parsed) -> str:
    return str(parsed["intent"]["name"])


def requests(text: str) -> list[Request]:
    """The parts of the text that could each be a request, in order; one part when there is but
    one. Nothing of the text is lost."""
    groups: list[list[str]] = []
    told: list[str] = []  # before its request
    for sentence in _sentences(text):
        if _ASKS.search(sentence) and len(sentence.split()) >= _SHORT:
            groups.append([*told, sentence])
            told = []
        elif groups:
            groups[-1].append(sentence)
        else:
            told.append(sentence)
    if len(groups) < 2:
        return [Request(text)]
    return [
        Request("".join(group).strip(), leans=at > 0 and bool(_LEANS.search("".join(group))))
        for at, group in enumerate(groups)
    ]


def _sentences(text: str) -> list[str]:
    """Sentences with their marks and the blanks behind them; marks alone go with the one before."""
    joined: list[str] = []
    for sentence in _SENTENCE.findall(text):
        for piece in _halves(sentence):
            if joined and not re.search(r"\w", piece):
                joined[-1] += piece
            else:
                joined.append(piece)
    return joined


def _halves(sentence: str) -> list[str]:
    """ "what is a superbill and how do I get to the office": two questions without a mark."""
    ends = [match.end() for match in _ALSO.finditer(sentence)]
    return [sentence[a:b] for a, b in zip([0, *ends], [*ends, len(sentence)], strict=True)]
