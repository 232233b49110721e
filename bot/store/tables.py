"""The tables of the edge. What people write is in ``body`` columns, sealed (``crypto.py``).

Times are unix seconds, UTC. Conversation ids are random; message ids sort in the order of time.
"""

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("clinic", String(64), nullable=False),
    Column("language", String(8), nullable=False),
    Column("created_at", Float, nullable=False),
    Column("last_seen_at", Float, nullable=False),
    Column("disclosed_at", Float, nullable=False),
    Column("asking", LargeBinary, nullable=True),  # the form's pending question, a sealed draft
)

messages = Table(
    "messages",
    metadata,
    Column("id", String(32), primary_key=True),
    Column(
        "conversation_id",
        String(32),
        ForeignKey("conversations.id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("sender", String(8), nullable=False),  # person | bot | staff | system
    Column("client_id", String(64), nullable=True),  # a person's messages only
    Column("state", String(8), nullable=False),  # pending (waits for an answer) | done
    Column("body", LargeBinary, nullable=False),
    Column("at", Float, nullable=False),
    UniqueConstraint("conversation_id", "client_id"),
    Index(None, "conversation_id", "id"),
    Index(None, "state", "id"),
)

trackers = Table(
    "trackers",
    metadata,
    Column("conversation_id", String(32), primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("updated_at", Float, nullable=False),
)

# A conversation that was erased stays closed while its token could still be shown.
erased = Table(
    "erased",
    metadata,
    Column("conversation_id", String(32), primary_key=True),
    Column("at", Float, nullable=False),
)
