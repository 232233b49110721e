"""The tables of the edge. What people write is in ``body`` columns, sealed (``crypto.py``).

Times are unix seconds, UTC. Conversation ids are random; message ids sort in the order of time.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

OPEN = "state in ('asked', 'waiting', 'claimed', 'active')"

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
    Column("channel", String(8), nullable=False, server_default="web"),  # web | sms
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
    # pending (waits for an answer) | unsent (is to be texted: bot/sms/book.py) | done
    Column("state", String(8), nullable=False),
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


# --- a person at the other end ---------------------------------------------------------------

handoffs = Table(
    "handoffs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column(
        "conversation_id",
        String(32),
        ForeignKey("conversations.id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("clinic", String(64), nullable=False),
    Column("channel", String(8), nullable=False),  # web | sms
    Column("language", String(8), nullable=False),
    Column("kind", String(8), nullable=False),  # live | message (left out of hours)
    Column("state", String(12), nullable=False),  # bot/handoff/states.py
    Column("step", String(12), nullable=True),  # while asked: shares | note | substance
    Column("shares", String(8), nullable=True),  # chat | note: what the person agreed to show
    Column("substance", Boolean, nullable=False),  # agreed to show words on alcohol and drugs too
    Column("note", LargeBinary, nullable=True),  # the person's own note or message, sealed
    Column("since", String(32), nullable=False),  # id of the last message before staff may see all
    Column("staff_id", String(32), ForeignKey("staff.id"), nullable=True),
    Column("staff_name", String(60), nullable=True),  # the first name that the person is told
    Column("staff_title", String(60), nullable=True),
    Column("asked_at", Float, nullable=False),
    Column("waiting_at", Float, nullable=True),
    Column("claimed_at", Float, nullable=True),
    Column("active_at", Float, nullable=True),
    Column("ended_at", Float, nullable=True),
    Column("told", Integer, nullable=False),  # how often the waiting person was told the truth
    Column("lines_at", Float, nullable=True),  # crisis lines went out meanwhile: staff are alerted
    Column("seen_at", Float, nullable=True),  # staff opened it since `lines_at`
    Column("ended_by", String(8), nullable=True),  # staff | person | clock
    Column("outcome", String(24), nullable=True),
    Index(None, "clinic", "state"),
    Index(None, "conversation_id"),
    Index(
        "uq_handoffs_open",
        "conversation_id",
        "kind",
        unique=True,
        sqlite_where=text(OPEN),
        postgresql_where=text(OPEN),
    ),
)

handoff_notes = Table(  # staff's private notes; the person never sees them
    "handoff_notes",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("handoff_id", String(32), ForeignKey("handoffs.id", ondelete="CASCADE"), nullable=False),
    Column("staff_id", String(32), ForeignKey("staff.id"), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at", Float, nullable=False),
    Index(None, "handoff_id", "id"),
)

handoff_reads = Table(  # up to which message a member of staff has read
    "handoff_reads",
    metadata,
    Column(
        "handoff_id", String(32), ForeignKey("handoffs.id", ondelete="CASCADE"), primary_key=True
    ),
    Column("staff_id", String(32), ForeignKey("staff.id"), primary_key=True),
    Column("message_id", String(32), nullable=False),
)

deliveries = Table(  # what goes to a webhook, a Chatwoot inbox or the on-call phone
    "deliveries",
    metadata,
    Column("id", String(32), primary_key=True),  # also the receiver's idempotency key
    Column("handoff_id", String(32), ForeignKey("handoffs.id", ondelete="CASCADE"), nullable=False),
    Column("destination", String(12), nullable=False),  # webhook | chatwoot | phone
    Column("event", String(24), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("state", String(8), nullable=False),  # waiting | done | failed
    Column("tries", Integer, nullable=False),
    Column("next_at", Float, nullable=False),
    Column("at", Float, nullable=False),
    Index(None, "state", "next_at"),
    Index(None, "handoff_id", "id"),
)

outside_ids = Table(  # what a hand-off is called elsewhere: Chatwoot's contact and conversation
    "outside_ids",
    metadata,
    Column(
        "handoff_id", String(32), ForeignKey("handoffs.id", ondelete="CASCADE"), primary_key=True
    ),
    Column("destination", String(12), primary_key=True),
    Column("value", String(200), nullable=False),
    UniqueConstraint("destination", "value"),
)

# --- staff -----------------------------------------------------------------------------------

staff = Table(
    "staff",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("email", String(254), nullable=False, unique=True),  # lower case
    Column("name", String(60), nullable=False),
    Column("title", String(60), nullable=False),  # the role that people are told, such as "nurse"
    Column("role", String(8), nullable=False),  # staff | admin | auditor
    Column("password", String(200), nullable=True),  # argon2id; none until the invitation is taken
    Column("totp", LargeBinary, nullable=True),  # sealed secret; none: a password is enough
    Column("totp_step", Integer, nullable=False),  # the last time step used: a code works once
    Column("failures", Integer, nullable=False),
    Column("locked_until", Float, nullable=True),
    Column("created_at", Float, nullable=False),
    Column("disabled_at", Float, nullable=True),
)

staff_clinics = Table(
    "staff_clinics",
    metadata,
    Column("staff_id", String(32), ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True),
    Column("clinic", String(64), primary_key=True),  # a clinic's key, or * for every one
)

staff_sessions = Table(
    "staff_sessions",
    metadata,
    Column("id", String(64), primary_key=True),  # SHA-256 of the cookie's value
    Column("staff_id", String(32), ForeignKey("staff.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", Float, nullable=False),
    Column("seen_at", Float, nullable=False),
    Index(None, "staff_id"),
)

staff_invitations = Table(
    "staff_invitations",
    metadata,
    Column("id", String(64), primary_key=True),  # SHA-256 of the link's token
    Column("staff_id", String(32), ForeignKey("staff.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", Float, nullable=False),
    Column("used_at", Float, nullable=True),
    Index(None, "staff_id"),
)

audit = Table(  # who did what to what, for ever: each row holds the hash of the one before
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Float, nullable=False),
    Column("actor", String(40), nullable=False),  # a staff id, command, or clock
    Column("action", String(40), nullable=False),
    Column("subject", String(64), nullable=False),  # an id; never what a person wrote
    Column("clinic", String(64), nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

clinic_settings = Table(  # what an admin changed on the pages; it wins over the clinic's file
    "clinic_settings",
    metadata,
    Column("clinic", String(64), primary_key=True),
    Column("name", String(32), primary_key=True),
    Column("value", Text, nullable=False),  # JSON
    Column("changed_at", Float, nullable=False),
    Column("changed_by", String(32), nullable=False),
)

canned_replies = Table(
    "canned_replies",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("clinic", String(64), nullable=False),
    Column("language", String(8), nullable=False),
    Column("label", String(60), nullable=False),
    Column("words", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Index(None, "clinic", "language", "position"),
)

# --- counting and clearing --------------------------------------------------------------------

counts = Table(  # how many, by day and clinic; nothing that could say who
    "counts",
    metadata,
    Column("day", String(10), primary_key=True),  # of the clinic's time zone, ISO
    Column("clinic", String(64), primary_key=True),
    Column("name", String(40), primary_key=True),
    Column("count", Integer, nullable=False),
)

clearings = Table(  # the proof that retention ran
    "clearings",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("clinic", String(64), nullable=False),
    Column("at", Float, nullable=False),
    Column("before", Float, nullable=False),  # conversations last seen before this were deleted
    Column("conversations", Integer, nullable=False),
    Column("left", Integer, nullable=False),  # how many as old were found afterwards: 0
    Index(None, "clinic", "at"),
)

# --- text messages ----------------------------------------------------------------------------
# A phone number is sealed, and found by a keyed hash of it (``lookup``, bot/sms/numbers.py).

phones = Table(  # one person's phone, at one clinic
    "phones",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("clinic", String(64), nullable=False),
    Column("lookup", String(64), nullable=False),
    Column("number", LargeBinary, nullable=False),  # E.164, sealed
    Column("ours", String(40), nullable=False),  # the clinic's number or MG... that they text with
    Column(
        "conversation_id",
        String(32),
        ForeignKey("conversations.id", ondelete="SET NULL"),
        nullable=True,
    ),
    Column("introduced_at", Float, nullable=True),  # when they were told what this is, STOP, rates
    Column("asked", String(32), nullable=True),  # the message whose choices were numbered last
    Column("more", LargeBinary, nullable=True),  # what MORE gives next: sealed JSON list of texts
    Column("created_at", Float, nullable=False),
    Column("last_at", Float, nullable=False),
    UniqueConstraint("clinic", "lookup"),
    Index(None, "conversation_id"),
)

consents = Table(  # who may be texted; only ever added to, the newest row of a phone counts
    "consents",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("clinic", String(64), nullable=False),
    Column("lookup", String(64), nullable=False),
    Column("agreed", Boolean, nullable=False),
    Column("how", String(16), nullable=False),  # bot/sms/consent.py has the list
    Column("words", String(64), nullable=False),  # what they had been shown: message id@reviewed_on
    Column("at", Float, nullable=False),
    Index(None, "clinic", "lookup", "id"),
)

texts_in = Table(  # what came, so that the same text again is the same
    "texts_in",
    metadata,
    Column("sid", String(34), primary_key=True),  # Twilio's MessageSid
    Column("phone_id", String(32), ForeignKey("phones.id", ondelete="SET NULL"), nullable=True),
    Column("at", Float, nullable=False),
    Index(None, "at"),
)

texts = Table(  # what goes out, kept before it is sent
    "texts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("phone_id", String(32), ForeignKey("phones.id", ondelete="CASCADE"), nullable=False),
    Column(
        "conversation_id",
        String(32),
        ForeignKey("conversations.id", ondelete="CASCADE"),
        nullable=True,
    ),
    Column("message_id", String(32), nullable=True),  # the newest message of the chat in it
    Column("kind", String(12), nullable=False),  # reply | staff | reminder | invite | opt_out
    Column("reply_to", String(34), nullable=True),  # given in the answer to this text of theirs
    Column("body", LargeBinary, nullable=False),  # sealed
    Column("segments", Integer, nullable=False),
    Column("state", String(20), nullable=False),  # bot/sms/states.py
    Column("sid", String(34), nullable=True, unique=True),  # Twilio's name for it
    Column("error", Integer, nullable=True),  # Twilio's code
    Column("tries", Integer, nullable=False),
    Column("next_at", Float, nullable=False),
    Column("at", Float, nullable=False),
    Index(None, "state", "next_at"),
    Index(None, "phone_id", "id"),
    Index(None, "reply_to"),
)

reminders = Table(  # what somebody asked to be texted later
    "reminders",
    metadata,
    Column("id", String(32), primary_key=True),
    Column(
        "conversation_id",
        String(32),
        ForeignKey("conversations.id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("kind", String(8), nullable=False),  # visit | reached
    Column("timezone", String(40), nullable=False),  # whose night it must not disturb
    Column("body", LargeBinary, nullable=False),  # sealed JSON: what it is about
    Column("state", String(10), nullable=False),  # waiting | sent | cancelled | missed
    Column("at", Float, nullable=False),  # when it is due
    Column("agreed_at", Float, nullable=False),
    Index(None, "state", "at"),
    Index(None, "conversation_id"),
)

text_requests = Table(  # a web chat asks to go on by text: nothing goes there before a yes from it
    "text_requests",
    metadata,
    Column("id", String(32), primary_key=True),
    Column(
        "conversation_id",
        String(32),
        ForeignKey("conversations.id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("clinic", String(64), nullable=False),
    Column("lookup", String(64), nullable=True),  # none yet: the number is being asked for
    Column("number", LargeBinary, nullable=True),  # E.164, sealed
    Column("body", LargeBinary, nullable=False),  # sealed JSON: what is to be texted
    Column("state", String(10), nullable=False),  # asked | sent | agreed | refused | dropped
    Column("at", Float, nullable=False),
    Index(None, "lookup", "at"),
    Index(None, "conversation_id"),
)

# --- the sheet for a visit -----------------------------------------------------------------------

sheets = Table(  # a page of its own for one, made when the person asks for a link
    "sheets",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("lookup", String(64), nullable=False, unique=True),  # SHA-256 of the link's token
    Column("body", LargeBinary, nullable=False),  # the card, sealed JSON
    Column(
        "conversation_id",
        String(32),
        ForeignKey("conversations.id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("clinic", String(64), nullable=False),
    Column("language", String(8), nullable=False),
    Column("expires_at", Float, nullable=False),
    Index(None, "conversation_id"),
    Index(None, "expires_at"),
)
