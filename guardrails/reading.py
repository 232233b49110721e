"""How plain our words are: a school grade for each message in each language, and how long it is.

A formula gives a grade for a text; which one is right depends on the language (Flesch-Kincaid for
English, Crawford's for Spanish). This file holds none: `bot/book/formulas.py` brings textstat's.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from guardrails.catalogue import PLACEHOLDER
from guardrails.wording import READ_IN_FULL, SHORT, Words, read_words

HARDEST = 8.0  # school grade of any message
MEDIAN = 6.0  # and of the one in the middle
LONGEST_SENTENCE = 25  # words
LONGEST_MESSAGE = 60  # words

Formulas = Mapping[str, Callable[[str], float]]
"""By language; one without a formula is not graded."""


@dataclass(frozen=True)
class Reading:
    """One message in one language. ``words`` counts a slot as one word, a list mark as none."""

    file: str
    id: str
    language: str
    grade: float
    words: int


def readings(folder: Path, formulas: Formulas) -> list[Reading]:
    """Every message that is read in full. Names of roles and other hard words count as they are;
    fragments and labels are not sentences and are left out."""
    return [
        Reading(words.file, words.id, words.language, formulas[words.language](text), _count(text))
        for words, text in _in_full(folder)
        if words.language in formulas
    ]


def check_reading(folder: Path, formulas: Formulas) -> list[str]:
    """Messages above grade 8 or with a sentence over 25 words, and a median above grade 6."""
    found = readings(folder, formulas)
    faults = [
        f"{one.file}: {one.id} ({one.language}): reading grade {one.grade:.1f}, over {HARDEST:g}"
        for one in found
        if one.grade > HARDEST
    ]
    for language in formulas:
        grades = [one.grade for one in found if one.language == language]
        if grades and (middle := statistics.median(grades)) > MEDIAN:
            faults.append(f"the median of {language} is grade {middle:.1f}, over {MEDIAN:g}")
    for words, text in _in_full(folder):
        faults += [
            f"{words.file}: {words.id} ({words.language}): "
            f"{len(sentence.split())} words in one sentence: {sentence}"
            for sentence in re.split(r"(?<=[.?!])\"?\s+", text)
            if len(sentence.split()) > LONGEST_SENTENCE
        ]
    return faults


def check_length(folder: Path) -> list[str]:
    """Messages of more than 60 words in any language.

    Words for text messages are measured in segments instead (`bot/sms/table.py`).
    """
    return [
        f"{words.file}: {words.id} ({words.language}): {count} words, over {LONGEST_MESSAGE}"
        for words, text in _in_full(folder)
        if words.kind != SHORT and (count := _count(text)) > LONGEST_MESSAGE
    ]


def reading_text(words: str) -> str:
    """The text as a formula should see it.

    List marks go; a paragraph or list item that lacks an end gets a full stop, since a reader
    stops there; a placeholder counts as one short word.
    """
    lines = [re.sub(r"^(?:- |\d+\. )", "", line.strip()) for line in words.splitlines()]
    ended = [line if line[-1] in ".?!" else line.rstrip(":;,") + "." for line in lines if line]
    return PLACEHOLDER.sub("this", " ".join(ended))


def _in_full(folder: Path) -> Iterator[tuple[Words, str]]:
    for words in read_words(folder):
        if words.kind in READ_IN_FULL:
            yield words, reading_text(words.text)


def _count(text: str) -> int:
    return len(re.findall(r"[^\W_](?:\S*[^\W_])?", text))
