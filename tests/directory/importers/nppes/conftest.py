import pytest

from tests.directory.importers.nppes.layouts import V2, as_text
from tests.directory.importers.nppes.reading import read


@pytest.fixture
def told(tmp_path):
    """What a main table of these rows tells."""

    def told(*rows, header=V2, **how):
        path = tmp_path / "npidata_pfile_20261101-20261108.csv"
        path.write_text(as_text(rows, header))
        return read(path, **how)

    return told
