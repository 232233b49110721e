"""Importing a list of services in Open Referral's HSDS 3, such as a 211's: `open_hsds`."""

from directory.importers.hsds.importer import Hsds, open_hsds

__all__ = ["Hsds", "open_hsds"]
