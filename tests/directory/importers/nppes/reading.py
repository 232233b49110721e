"""Reading NPPES files in tests, as the intake does."""

import zipfile
from collections import Counter
from dataclasses import dataclass, field

from directory.feed import Gone, Rejected
from directory.importers.nppes import open_nppes
from directory.records import ProviderRecord


@dataclass
class Told:
    """What a file told, by kind of item."""

    records: list = field(default_factory=list)
    gone: list = field(default_factory=list)
    rejected: list = field(default_factory=list)
    left_out: Counter = field(default_factory=Counter)
    rows: int = 0

    @property
    def reasons(self):
        return dict(Counter(one.reason for one in self.rejected))

    def of(self, source):
        return [record for record in self.records if record.source == source]


def read(path, known=(), **how):
    """Everything in a file. `known` are the NPIs in the directory before."""
    told, npis = Told(), set(known)
    with open_nppes(path, **how) as feeds:
        for feed in feeds:
            for item in feed.items(frozenset(npis)):
                if isinstance(item, ProviderRecord):
                    told.records.append(item)
                    npis.add(item.npi)
                elif isinstance(item, Gone):
                    told.gone.append(item)
                else:
                    assert isinstance(item, Rejected)
                    told.rejected.append(item)
            told.left_out += feed.left_out
            told.rows += feed.rows
            assert feed.total is None or feed.done() == feed.total
    return told


def pack(path, members):
    """A zip of texts or bytes by name."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return path
