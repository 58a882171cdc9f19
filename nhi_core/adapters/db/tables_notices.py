"""Notices, their batches, deliveries, posts and acknowledgements. Ids alone: names stand elsewhere."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from nhi_core.adapters.db.tables import metadata
from nhi_core.adapters.db.types import UtcDateTime

_ID = String(64)
_WORD = String(32)

notices = Table(
    "notices",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("code", _WORD, nullable=False),
    Column("category", _WORD, nullable=False),
    Column("title", String(200), nullable=False),
    Column("body", Text, nullable=False),
    Column("way", _WORD, nullable=False),
    Column("audience", JSON, nullable=False),
    Column("owner", _ID, nullable=False),
    Column("state", _WORD, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date),
    Column("send_at", UtcDateTime),
    Column("needs_ack", Boolean, nullable=False),
    Column("ack_deadline", Date),
    Column("supersedes", _ID, ForeignKey("notices.id")),
    Column("ends", _ID, ForeignKey("notices.id")),
    Column("attachments", JSON, nullable=False),
    Column("proposed_by", _ID),
    Column("approved_by", _ID),
    Column("stop", _WORD),
    Column("sent_at", UtcDateTime),
    Column("closed_at", UtcDateTime),
    CheckConstraint("approved_by IS NULL OR approved_by <> proposed_by", name="four_eyes"),
    CheckConstraint("(state = 'stopped') = (stop IS NOT NULL)", name="stop"),
    # A notice has one end notice, and is replaced once.
    Index("uq_notices_ends", "ends", unique=True),
    Index("uq_notices_code", "code", unique=True),
    Index("ix_notices_state_send_at", "state", "send_at"),
    Index("ix_notices_created_at", "created_at"),
)

notice_batches = Table(
    "notice_batches",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("notice_id", _ID, ForeignKey("notices.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("language", String(16), nullable=False),
    Column("messages", JSON, nullable=False),
    Column("receivers", Integer, nullable=False),
    Column("state", _WORD, nullable=False),
    Column("group_id", _ID, ForeignKey("chat_groups.id")),
    Column("claimed_at", UtcDateTime),
    Column("tried_at", UtcDateTime),
    Index("uq_notice_batches_notice_id_number", "notice_id", "number", unique=True),
    Index("ix_notice_batches_state", "state"),
)

notice_deliveries = Table(
    "notice_deliveries",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("notice_id", _ID, ForeignKey("notices.id"), nullable=False),
    Column("account_id", _ID, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("clerk_id", _ID, ForeignKey("clerks.id"), index=True),
    Column("batch_id", _ID, ForeignKey("notice_batches.id"), index=True),
    Column("sent_at", UtcDateTime),
    Column("reason", _WORD),
    # The database itself keeps the rule: a notice reaches an account once.
    Index("uq_notice_deliveries_notice_id_account_id", "notice_id", "account_id", unique=True),
)

# What LINE called the messages that showed a notice in a group: a quoted reply names one of them.
notice_posts = Table(
    "notice_posts",
    metadata,
    Column("message_id", _ID, primary_key=True),
    Column("notice_id", _ID, ForeignKey("notices.id"), nullable=False, index=True),
    Column("group_id", _ID, ForeignKey("chat_groups.id"), index=True),
    Column("posted_at", UtcDateTime, nullable=False),
)

notice_acks = Table(
    "notice_acks",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("notice_id", _ID, ForeignKey("notices.id"), nullable=False),
    Column("clerk_id", _ID, ForeignKey("clerks.id"), nullable=False, index=True),
    Column("office_code", String(16), index=True),
    Column("way", _WORD, nullable=False),
    Column("message_id", _ID),
    Column("said_at", UtcDateTime, nullable=False),
    Column("taken_back_at", UtcDateTime),
    # Counted once, whichever way and however often.
    Index("uq_notice_acks_notice_id_clerk_id", "notice_id", "clerk_id", unique=True),
    Index("ix_notice_acks_message_id", "message_id"),
)

notice_nudges = Table(
    "notice_nudges",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("notice_id", _ID, ForeignKey("notices.id"), nullable=False),
    Column("clerk_id", _ID, ForeignKey("clerks.id"), nullable=False, index=True),
    Column("account_id", _ID, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("state", _WORD, nullable=False),
    Column("reason", _WORD),
    Column("claimed_at", UtcDateTime, nullable=False),
    Column("tried_at", UtcDateTime, nullable=False),
    Column("settled_at", UtcDateTime),
    CheckConstraint("state IN ('claimed', 'sent', 'skipped', 'failed')", name="state"),
    Index("uq_notice_nudges_notice_id_clerk_id", "notice_id", "clerk_id", unique=True),
    Index("ix_notice_nudges_state_tried_at", "state", "tried_at"),
)
