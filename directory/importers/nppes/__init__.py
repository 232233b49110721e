"""Reading NPPES, the registry of all providers in the United States (CMS), into the directory.

CMS publishes a zip each month, with everything, and one each week, with what changed; besides, a
list of deactivated NPIs. Columns are found by name, in the 2018 layout and in V.2. An NPI is
neither a licence nor a promise that the provider is still there.
"""

from directory.importers.nppes.opening import open_nppes

__all__ = ["open_nppes"]
