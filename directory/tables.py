"""The tables of the directory.

`source_records` holds what each source says, as it said it. Everything else is worked out from
it: `providers`, `provider_roles` and `locations` are one provider with its sources put together
(`merge.py`), and `entries` is what a search reads (`entries.py`).

"Not known" is never the same as "no": a fact with one value is null while nobody told us, and a
fact with many is null too, or "" when it is known to be none.
"""

import sqlalchemy as sa

from directory.records import FACTS

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

providers = sa.Table(
    "providers",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("npi", sa.String(10), unique=True),
    sa.Column("kind", sa.String(12), nullable=False),
    sa.Column("name", sa.String(120), nullable=False),
    # The name in plain letters, by which records without an NPI are compared.
    sa.Column("name_key", sa.String(120), nullable=False, index=True),
    sa.Column("credential", sa.String(40)),
    sa.Column("organization", sa.String(120)),
    sa.Column("website", sa.String(200)),
    sa.Column("sample", sa.Boolean, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("new_patients", sa.Boolean),
    # Values with spaces between: null is not known, "" is known to be none.
    *(sa.Column(fact, sa.Text) for fact in FACTS),
    # The facts that are listed in full, with spaces between.
    sa.Column("complete", sa.String(80), nullable=False),
    # What several people in chats say is wrong, with spaces between ("number payer.aetna").
    sa.Column("doubts", sa.String(200), nullable=False),
    # Where it comes from, as JSON: "*" is all its sources with their days, the first of them that
    # of every field but those named: {"*": [["nppes", "2026-11-01"], …], "payers": ["hsds", …]}.
    sa.Column("origins", sa.Text, nullable=False),
    sa.CheckConstraint("kind IN ('individual', 'organization')", name="kind"),
)


def _of_provider(**more: bool) -> "sa.Column[int]":
    """The column that ties a row to its provider, and goes when the provider goes."""
    return sa.Column(
        "provider_id", sa.Integer, sa.ForeignKey("providers.id", ondelete="CASCADE"), **more
    )


def _position(**more: bool) -> "sa.Column[int]":
    """The order in which they are shown, from 0."""
    return sa.Column("position", sa.Integer, autoincrement=False, **more)


imports = sa.Table(
    "imports",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("source", sa.String(80), nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
    # What became of the rows, as JSON.
    sa.Column("summary", sa.Text, nullable=False),
)

source_records = sa.Table(
    "source_records",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("source", sa.String(80), nullable=False),
    sa.Column("source_id", sa.String(120), nullable=False),
    _of_provider(nullable=False, index=True),
    sa.Column("dated", sa.Date, nullable=False),
    # The last import that saw it.
    sa.Column("import_id", sa.Integer, nullable=False),
    # The day from which it no longer counts, or null while it does. `ended` says that from then
    # on nobody works under its NPI, so that no older record of another source counts either.
    sa.Column("gone_on", sa.Date),
    sa.Column("ended", sa.Boolean, nullable=False),
    # Digest of everything the source said, so that the same again is seen as nothing new.
    sa.Column("fingerprint", sa.String(32), nullable=False),
    sa.Column("record", sa.Text, nullable=False),
    sa.UniqueConstraint("source", "source_id"),
)

provider_roles = sa.Table(
    "provider_roles",
    metadata,
    _of_provider(primary_key=True),
    _position(primary_key=True),
    sa.Column("role", sa.String(40), nullable=False),
    sa.Column("taxonomy_code", sa.String(10)),
    sa.Column("license_number", sa.String(40)),
    sa.Column("license_state", sa.String(2)),
)

locations = sa.Table(
    "locations",
    metadata,
    _of_provider(primary_key=True),
    _position(primary_key=True),
    sa.Column("address", sa.String(200)),
    sa.Column("city", sa.String(60)),
    sa.Column("state", sa.String(2)),
    sa.Column("zip", sa.String(5)),
    sa.Column("phone", sa.String(10)),
    sa.Column("lat", sa.Float),
    sa.Column("lon", sa.Float),
    sa.Column("in_person", sa.Boolean),
    sa.Column("online", sa.Boolean),
    sa.Column("verified_on", sa.Date, nullable=False),
)

# Compared byte by byte, so that words which begin alike stand together.
_PLAIN = sa.String(40).with_variant(sa.String(40, collation="C"), "postgresql")

# The words of every name of a provider, in plain letters.
name_words = sa.Table(
    "name_words",
    metadata,
    sa.Column("word", _PLAIN, primary_key=True),
    _of_provider(primary_key=True, index=True),
    sqlite_with_rowid=False,
)

# The plans a provider is listed with, by the name of the plan in plain letters.
plans = sa.Table(
    "plans",
    metadata,
    sa.Column("plan", sa.String(120), primary_key=True),
    _of_provider(primary_key=True, index=True),
    sqlite_with_rowid=False,
)

# What a person in a chat says of a listing. Nothing in it tells who said so.
reports = sa.Table(
    "reports",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    _of_provider(nullable=False, index=True),
    sa.Column("what", sa.String(20), nullable=False),
    # With `what` "payer": the id of the payer.
    sa.Column("payer", sa.String(40)),
    sa.Column("reported_on", sa.Date, nullable=False),
    # The day a fresher source or a person settled it, and how: import, fixed or dismissed.
    sa.Column("settled_on", sa.Date),
    sa.Column("settled_by", sa.String(20)),
    sa.CheckConstraint("what IN ('number', 'new_patients', 'payer')", name="what"),
)

# The values of the facts as bits: of one fact, each value has its own.
bits = sa.Table(
    "bits",
    metadata,
    sa.Column("fact", sa.String(20), primary_key=True),
    sa.Column("value", sa.String(40), primary_key=True),
    sa.Column("bit", sa.Integer, nullable=False),
    sa.UniqueConstraint("fact", "bit"),
)

# What a search reads, and nothing else: a row for each role of a provider at each location and in
# each state where it may work. Facts are bits, so that a row is judged without leaving it.
entries = sa.Table(
    "entries",
    metadata,
    sa.Column("role", sa.Integer, primary_key=True, autoincrement=False),
    # A square of the map, or a state (below zero).
    sa.Column("cell", sa.Integer, primary_key=True, autoincrement=False),
    _of_provider(primary_key=True, index=True),
    _position(primary_key=True),
    # What every search reads comes first: it costs less to reach.
    # Yes and no of what is either, and which facts are listed in full: see `entries.py`.
    sa.Column("flags", sa.Integer, nullable=False),
    # How many things several people say are wrong.
    sa.Column("doubts", sa.Integer, nullable=False),
    sa.Column("roles", sa.BigInteger, nullable=False),
    # The place on a globe of radius 1; 0, 0, 0 for a state.
    sa.Column("x", sa.Float, nullable=False),
    sa.Column("y", sa.Float, nullable=False),
    sa.Column("z", sa.Float, nullable=False),
    *(sa.Column(fact, sa.BigInteger, nullable=False) for fact in FACTS),
    sqlite_with_rowid=False,
)
