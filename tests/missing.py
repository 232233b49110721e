"""What becomes of tests whose outside part is not on this machine: a failure where ``CI`` is set,
elsewhere a skip, said loudly once for each part."""

from __future__ import annotations

import os
import warnings
from typing import NoReturn

import pytest

_warned: set[str] = set()


def missing(part: str) -> NoReturn:
    """Fail or skip the test that asks. ``part`` says what is missing, and how to get it."""
    if os.environ.get("CI"):
        pytest.fail(part, pytrace=False)
    if part not in _warned:
        _warned.add(part)
        warnings.warn(part, stacklevel=2)
    pytest.skip(part)
