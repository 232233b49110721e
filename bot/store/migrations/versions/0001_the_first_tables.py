"""The first tables

Revision: 0001, after
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("clinic", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("last_seen_at", sa.Float(), nullable=False),
        sa.Column("disclosed_at", sa.Float(), nullable=False),
        sa.Column("asking", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
    )
    op.create_table(
        "erased",
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_erased")),
    )
    op.create_table(
        "trackers",
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_trackers")),
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("sender", sa.String(length=8), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_messages_conversation_id_conversations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint(
            "conversation_id", "client_id", name=op.f("uq_messages_conversation_id_client_id")
        ),
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_messages_conversation_id_id"), ["conversation_id", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_messages_state_id"), ["state", "id"], unique=False)

    op.create_table(
        "providers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("npi", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("credential", sa.String(length=40), nullable=True),
        sa.Column("organization", sa.String(length=120), nullable=True),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("source_updated", sa.Date(), nullable=True),
        sa.Column("verified_on", sa.Date(), nullable=False),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("new_patients", sa.Boolean(), nullable=True),
        sa.Column("payers_known", sa.Boolean(), nullable=False),
        sa.Column("languages_known", sa.Boolean(), nullable=False),
        sa.Column("age_groups_known", sa.Boolean(), nullable=False),
        sa.Column("identities_known", sa.Boolean(), nullable=False),
        sa.Column("times_known", sa.Boolean(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "kind IN ('individual', 'organization')", name=op.f("ck_providers_kind")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_providers")),
        sa.UniqueConstraint("npi", name=op.f("uq_providers_npi")),
    )
    op.create_table(
        "locations",
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("city", sa.String(length=60), nullable=True),
        sa.Column("state", sa.String(length=2), nullable=True),
        sa.Column("zip", sa.String(length=5), nullable=True),
        sa.Column("phone", sa.String(length=10), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("in_person", sa.Boolean(), nullable=True),
        sa.Column("online", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["providers.id"],
            name=op.f("fk_locations_provider_id_providers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("provider_id", "position", name=op.f("pk_locations")),
    )
    with op.batch_alter_table("locations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_locations_lat_lon"), ["lat", "lon"], unique=False)
        batch_op.create_index(batch_op.f("ix_locations_state"), ["state"], unique=False)

    op.create_table(
        "provider_age_groups",
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("age_group", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["providers.id"],
            name=op.f("fk_provider_age_groups_provider_id_providers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("provider_id", "age_group", name=op.f("pk_provider_age_groups")),
    )
    op.create_table(
        "provider_identities",
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("identity", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["providers.id"],
            name=op.f("fk_provider_identities_provider_id_providers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("provider_id", "identity", name=op.f("pk_provider_identities")),
    )
    op.create_table(
        "provider_languages",
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["providers.id"],
            name=op.f("fk_provider_languages_provider_id_providers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("provider_id", "language", name=op.f("pk_provider_languages")),
    )
    op.create_table(
        "provider_payers",
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("payer", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["providers.id"],
            name=op.f("fk_provider_payers_provider_id_providers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("provider_id", "payer", name=op.f("pk_provider_payers")),
    )
    op.create_table(
        "provider_roles",
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("taxonomy_code", sa.String(length=10), nullable=True),
        sa.Column("license_number", sa.String(length=40), nullable=True),
        sa.Column("license_state", sa.String(length=2), nullable=True),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["providers.id"],
            name=op.f("fk_provider_roles_provider_id_providers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("provider_id", "position", name=op.f("pk_provider_roles")),
    )
    with op.batch_alter_table("provider_roles", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_provider_roles_role_license_state"),
            ["role", "license_state"],
            unique=False,
        )

    op.create_table(
        "provider_times",
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("time", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["providers.id"],
            name=op.f("fk_provider_times_provider_id_providers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("provider_id", "time", name=op.f("pk_provider_times")),
    )
    op.create_table(
        "telehealth_states",
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=2), nullable=False),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["providers.id"],
            name=op.f("fk_telehealth_states_provider_id_providers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("provider_id", "state", name=op.f("pk_telehealth_states")),
    )
    with op.batch_alter_table("telehealth_states", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_telehealth_states_state"), ["state"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("telehealth_states", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_telehealth_states_state"))

    op.drop_table("telehealth_states")
    op.drop_table("provider_times")
    with op.batch_alter_table("provider_roles", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_provider_roles_role_license_state"))

    op.drop_table("provider_roles")
    op.drop_table("provider_payers")
    op.drop_table("provider_languages")
    op.drop_table("provider_identities")
    op.drop_table("provider_age_groups")
    with op.batch_alter_table("locations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_locations_state"))
        batch_op.drop_index(batch_op.f("ix_locations_lat_lon"))

    op.drop_table("locations")
    op.drop_table("providers")
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_messages_state_id"))
        batch_op.drop_index(batch_op.f("ix_messages_conversation_id_id"))

    op.drop_table("messages")
    op.drop_table("trackers")
    op.drop_table("erased")
    op.drop_table("conversations")
