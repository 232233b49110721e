import multiprocessing
import os
from collections import Counter
from contextlib import contextmanager
from functools import partial

import pytest

from directory.feed import Gone, ImportFault, Rejected
from directory.importers.aside import aside


class Numbers:
    """A feed of so many items, that may break at one of them."""

    def __init__(self, source, count, breaks=None, fault=None):
        self.source, self.total, self.rows = source, count, 0
        self.left_out = Counter()
        self._breaks, self._fault = breaks, fault

    def done(self):
        return self.rows

    def items(self, known):
        for number in range(self.total):
            if number == self._breaks:
                if self._fault is None:
                    os._exit(1)
                raise self._fault
            self.rows += 1
            if str(number) in known:
                yield Gone(str(number))
            elif number % 2:
                yield Rejected(number, "odd", "")
            else:
                self.left_out["even"] += 1


@contextmanager
def opened(*feeds, fault=None):
    if fault:
        raise fault
    yield [Numbers(*feed) for feed in feeds]


def test_feeds_tell_the_same_as_here_in_order():
    several = ("one", 2_000), ("two", 10), ("three", 0)
    known = frozenset({"4", "7"})

    with opened(*several) as here, aside(partial(opened, *several)) as there:
        for feed, same in zip(here, there, strict=True):
            assert list(same.items(known)) == list(feed.items(known))
            assert (same.source, same.total) == (feed.source, feed.total)
            assert (same.rows, same.left_out) == (feed.rows, feed.left_out)
            assert same.done() == feed.done()


def test_a_fault_in_opening_is_a_fault_here():
    with (
        pytest.raises(ImportFault, match="no such thing"),
        aside(partial(opened, fault=ImportFault("no such thing"))),
    ):
        pass


def test_a_fault_half_way_comes_after_what_was_before():
    seen = []

    cut = partial(opened, ("one", 2_000, 1_000, ImportFault("cut")))
    with aside(cut) as [feed], pytest.raises(ImportFault, match="cut"):
        seen.extend(feed.items(frozenset()))

    assert len(seen) >= 400


def test_a_reader_that_dies_is_a_fault_too():
    dies = partial(opened, ("one", 2_000, 1_000))
    with aside(dies) as [feed], pytest.raises(ImportFault, match="ended before its time"):
        list(feed.items(frozenset()))


def test_a_reader_that_nobody_listens_to_ends():
    with aside(partial(opened, ("one", 1_000_000))) as [feed]:
        next(feed.items(frozenset()))
        [reader] = multiprocessing.active_children()

    assert reader.exitcode == 0
    assert multiprocessing.active_children() == []
