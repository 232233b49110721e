"""How we read YAML that people edit."""

from __future__ import annotations

import re
from typing import Any

import yaml

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C one is ten times faster


class PlainLoader(_Loader):  # type: ignore[misc]
    """YAML in which dates and yes/no stay the words that were written; true and false don't."""


PlainLoader.yaml_implicit_resolvers = {
    first: [kind for kind in kinds if kind[0].rpartition(":")[2] not in {"bool", "timestamp"}]
    for first, kinds in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
PlainLoader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile("^(true|false)$"), ["t", "f"]
)
