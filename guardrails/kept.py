"""What takes seconds to work out, kept as a file until what it was worked out from changes."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "care-navigator"
"""Where it is kept when nobody says where."""
_KEPT = 8
"""Versions of one thing that stay."""
_CODE = sorted(Path(__file__).parent.glob("*.py"))


@dataclass(frozen=True)
class Kept:
    """One thing in `folder`, worked out by our code from `sources`.

    A folder that can't be read or written is done without.
    """

    folder: Path
    name: str
    sources: Iterable[Path]

    @property
    def path(self) -> Path:
        digest = hashlib.sha256(sys.version.encode())
        for path in (*_CODE, *self.sources):
            digest.update(f"\0{path.parent.name}/{path.name}\0".encode() + path.read_bytes())
        return self.folder / f"{self.name}-{digest.hexdigest()[:16]}"

    def read(self) -> bytes | None:
        """What was kept, or None."""
        try:
            return self.path.read_bytes()
        except OSError:
            return None

    def keep(self, data: bytes) -> None:
        """Keeps it, whole or not at all, and removes the oldest versions."""
        try:
            path = self.path
            draft = path.with_suffix(f".{os.getpid()}")
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft.write_bytes(data)
            draft.replace(path)
            versions = sorted(self.folder.glob(f"{self.name}-*"), key=_age)
            for old in versions[:-_KEPT]:
                old.unlink(missing_ok=True)
        except OSError:
            return


def _age(path: Path) -> float:
    return path.stat().st_mtime
