"""Promotion reports with their photos, and the offices' group by kinds of message. Contents: the file store.

The note may name people: it is sealed. Digests say nothing of what is on a picture.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
)

from nhi_core.adapters.db.tables import metadata
from nhi_core.adapters.db.types import Month, Sealed, UtcDateTime

_ID = String(64)
_WORD = String(32)
_OFFICE = String(16)
_DIGEST = String(64)

promotion_reports = Table(
    "promotion_reports",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("clerk_id", _ID, ForeignKey("clerks.id"), nullable=False),
    # No foreign key: a report outlives an erased account.
    Column("account_id", _ID, nullable=False),
    # The office at that time; a clerk may move to another one.
    Column("office_code", _OFFICE, ForeignKey("offices.code"), nullable=False),
    Column("month", Month, nullable=False),
    Column("state", _WORD, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("last_photo_at", UtcDateTime),
    Column("last_sign", UtcDateTime, nullable=False),
    Column("group_id", _ID, ForeignKey("chat_groups.id")),
    Column("theme", _WORD),
    Column("channel", _WORD),
    Column("note", Sealed("promotion_reports.note")),
    Column("noted_at", UtcDateTime),
    Column("filed_at", UtcDateTime),
    Column("revision", Integer, nullable=False),
    CheckConstraint(
        "state IN ('collecting', 'asked_theme', 'asked_channel', 'filed', 'abandoned', 'withdrawn')",
        name="state",
    ),
    CheckConstraint(
        "state <> 'filed' OR (theme IS NOT NULL AND channel IS NOT NULL AND filed_at IS NOT NULL)",
        name="filed",
    ),
    Index("ix_promotion_reports_clerk_id_last_sign", "clerk_id", "last_sign"),
    Index("ix_promotion_reports_month_office_code", "month", "office_code"),
    Index("ix_promotion_reports_state_last_sign", "state", "last_sign"),
)

promotion_photos = Table(
    "promotion_photos",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("report_id", _ID, ForeignKey("promotion_reports.id"), nullable=False, index=True),
    Column("message_id", _ID, nullable=False),
    Column("state", _WORD, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("asks", Boolean, nullable=False),
    Column("set_id", String(128)),
    Column("reason", _WORD),
    # SHA-256: of what was sent (the same picture again is found by it), of what is kept, of its thumbnail.
    Column("source", _DIGEST),
    Column("digest", _DIGEST, index=True),
    Column("thumbnail", _DIGEST, index=True),
    Column("width", Integer),
    Column("height", Integer),
    Column("tries", Integer, nullable=False),
    Column("next_try_at", UtcDateTime),
    Column("not_counted", _WORD),
    CheckConstraint("state IN ('waiting', 'kept', 'refused', 'gone', 'unsent', 'expired')", name="state"),
    CheckConstraint("(state = 'kept') = (digest IS NOT NULL)", name="digest"),
    Index("uq_promotion_photos_message_id", "message_id", unique=True),
    Index("ix_promotion_photos_state_next_try_at", "state", "next_try_at"),
)

group_messages = Table(
    "group_messages",
    metadata,
    Column("message_id", _ID, primary_key=True),
    Column("group_id", _ID, ForeignKey("chat_groups.id"), nullable=False),
    # No foreign key: the counts outlive an erased account. Emptied when its time is over.
    Column("account_id", _ID, index=True),
    Column("office_code", _OFFICE),
    Column("kind", _WORD, nullable=False),
    Column("day", Date, nullable=False, index=True),
    Column("said_at", UtcDateTime, nullable=False),
    CheckConstraint(
        "kind IN ('editor', 'read_reply', 'discussion', 'question', 'answer', 'other')", name="kind"
    ),
    Index("ix_group_messages_group_id_kind_said_at", "group_id", "kind", "said_at"),
)
