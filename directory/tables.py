"""The tables of the directory.

"Not known" is never the same as "no". A fact with one value is null while nobody told us.
A fact with many values has a table of its own and a `..._known` mark on the provider: no rows
and a true mark mean "none", no rows and a false mark mean "the source does not say".
"""

import sqlalchemy as sa

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
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("npi", sa.String(10), nullable=False, unique=True),
    sa.Column("kind", sa.String(12), nullable=False),
    sa.Column("name", sa.String(120), nullable=False),
    sa.Column("credential", sa.String(40)),
    sa.Column("organization", sa.String(120)),
    sa.Column("source", sa.String(20), nullable=False),
    sa.Column("source_updated", sa.Date),
    sa.Column("verified_on", sa.Date, nullable=False),
    sa.Column("sample", sa.Boolean, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("new_patients", sa.Boolean),
    sa.Column("payers_known", sa.Boolean, nullable=False),
    sa.Column("languages_known", sa.Boolean, nullable=False),
    sa.Column("age_groups_known", sa.Boolean, nullable=False),
    sa.Column("identities_known", sa.Boolean, nullable=False),
    sa.Column("times_known", sa.Boolean, nullable=False),
    # Digest of everything the source said, so that the same again is seen as nothing new.
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.CheckConstraint("kind IN ('individual', 'organization')", name="kind"),
)


def _of_provider() -> "sa.Column[int]":
    """The column that ties a row to its provider, and goes when the provider goes."""
    return sa.Column(
        "provider_id",
        sa.Integer,
        sa.ForeignKey("providers.id", ondelete="CASCADE"),
        primary_key=True,
    )


def _position() -> "sa.Column[int]":
    """The order in which the source gave them, from 0."""
    return sa.Column("position", sa.Integer, primary_key=True, autoincrement=False)


provider_roles = sa.Table(
    "provider_roles",
    metadata,
    _of_provider(),
    _position(),
    sa.Column("role", sa.String(40), nullable=False),
    sa.Column("taxonomy_code", sa.String(10)),
    sa.Column("license_number", sa.String(40)),
    sa.Column("license_state", sa.String(2)),
    sa.Index(None, "role", "license_state"),
)

locations = sa.Table(
    "locations",
    metadata,
    _of_provider(),
    _position(),
    sa.Column("address", sa.String(200)),
    sa.Column("city", sa.String(60)),
    sa.Column("state", sa.String(2)),
    sa.Column("zip", sa.String(5)),
    sa.Column("phone", sa.String(10)),
    sa.Column("lat", sa.Float),
    sa.Column("lon", sa.Float),
    sa.Column("in_person", sa.Boolean),
    sa.Column("online", sa.Boolean),
    sa.Index(None, "lat", "lon"),
    sa.Index(None, "state"),
)


def _many(name: str, value: str) -> sa.Table:
    """A fact with many values, one row for each."""
    return sa.Table(
        name,
        metadata,
        _of_provider(),
        sa.Column(value, sa.String(40), primary_key=True),
    )


provider_payers = _many("provider_payers", "payer")
provider_languages = _many("provider_languages", "language")
provider_age_groups = _many("provider_age_groups", "age_group")
provider_identities = _many("provider_identities", "identity")
provider_times = _many("provider_times", "time")

telehealth_states = sa.Table(
    "telehealth_states",
    metadata,
    _of_provider(),
    sa.Column("state", sa.String(2), primary_key=True),
    sa.Index(None, "state"),
)
