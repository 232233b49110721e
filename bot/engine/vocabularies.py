"""What vectorizers have learned, packed: as its parts a vocabulary of a hundred thousand terms
takes minutes to write and to read, as one text no time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sklearn.feature_extraction.text import TfidfVectorizer

_BETWEEN = "\n"  # in no term: every text is folded into one line

Packed = dict[str, dict[str, Any]]
Vectorizers = dict[str, TfidfVectorizer]


def pack(vectorizers: Mapping[str, TfidfVectorizer]) -> Packed:
    """The terms of each in the order of their columns, and how much each of them says."""
    return {
        name: {
            "terms": _BETWEEN.join(sorted(one.vocabulary_, key=one.vocabulary_.__getitem__)),
            "idf": one.idf_,
        }
        for name, one in vectorizers.items()
    }


def unpack(packed: Packed, empty: Vectorizers) -> Vectorizers:
    """``empty`` vectorizers, set up as those that were packed, with what they had learned."""
    for name, one in empty.items():
        terms = packed[name]["terms"].split(_BETWEEN) if packed[name]["terms"] else []
        one.vocabulary_ = {term: column for column, term in enumerate(terms)}
        one.idf_ = packed[name]["idf"]
    return empty
