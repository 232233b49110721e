"""The directory moves out: it has a database, or at least tables, of its own

Revision: 0002, after 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_OLD = (
    "telehealth_states",
    "provider_times",
    "provider_roles",
    "provider_payers",
    "provider_languages",
    "provider_identities",
    "provider_age_groups",
    "locations",
    "providers",
)


def upgrade() -> None:
    """Drop the tables that the first revision used to make; what was in them is imported again."""
    there = sa.inspect(op.get_bind())
    if "provider_payers" in there.get_table_names():
        for table in _OLD:
            op.drop_table(table)


def downgrade() -> None:
    """Nothing: the directory keeps its own tables."""
