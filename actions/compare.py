"""Two or three roles side by side: a table of the same facts of each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from actions.drafts import Draft, draft

ASPECTS = ("diagnose", "therapy", "prescribe", "training", "visit", "cost", "check")
"""The rows. What is said in a row of a role is the fragment ``role.<role>.<aspect>``."""
MOST = 3
_THIRD = ("therapist", "psychologist", "psychiatrist", "psychiatric_nurse_practitioner")
"""Whom to offer beside two others: the first of these that is not there yet."""


def comparison(roles: Sequence[str], written: Collection[str]) -> Draft:
    """The first three of the roles that there is something to say of, in their order; the question
    which ones are meant when they are fewer than two."""
    known = [role for role in dict.fromkeys(roles) if f"role.{role}.{ASPECTS[0]}" in written][:MOST]
    if len(known) < 2:
        return draft("compare.which")
    names = [f"role.{role}" for role in known]
    rows = [
        {"head": f"compare.aspect.{aspect}", "cells": [f"{name}.{aspect}" for name in names]}
        for aspect in ASPECTS
    ]
    table = {"table": "compare.caption", "columns": names, "rows": rows}
    return draft("compare.roles", choices=_next(known), cards=[table], roles=names)


def _next(roles: Sequence[str]) -> list[str | dict[str, Any]]:
    """Each of the roles by itself, one more beside two, and on to a search or another pair."""
    choices: list[str | dict[str, Any]] = [f"about.role.{role}" for role in roles]
    if len(roles) < MOST:
        third = next(role for role in _THIRD if role not in roles)
        label, entities = {"role": f"role.{third}"}, {"role": [*roles, third]}
        choices.append({"choice": "compare.add", "slots": label, "entities": entities})
    return [*choices, "menu.compare", "find.start"]
