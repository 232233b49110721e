from datetime import date

import pytest

from directory.feed import Rejected
from directory.importers.plan_net import open_plan_net
from directory.records import ProviderRecord
from tests.directory.importers.plan_net.resources import as_ndjson

TODAY = date(2026, 11, 21)


class Read:
    """What a feed gave."""

    def __init__(self, place, known=(), **options):
        with open_plan_net(str(place), today=TODAY, **options) as feed:
            self.items = list(feed.items(set(known)))
            self.rows, self.left_out = feed.rows, dict(feed.left_out)
            self.total, self.done, self.source = feed.total, feed.done(), feed.source
        self.records = [one for one in self.items if isinstance(one, ProviderRecord)]
        self.rejected = [(one.row, one.reason) for one in self.items if isinstance(one, Rejected)]

    @property
    def only(self):
        [record] = self.records
        return record


@pytest.fixture
def read():
    return Read


@pytest.fixture
def bring(tmp_path):
    """Import resources as one NDJSON file."""

    def bring(*resources, **options):
        path = tmp_path / "directory.ndjson"
        path.write_text(as_ndjson(resources))
        return Read(path, **options)

    return bring
