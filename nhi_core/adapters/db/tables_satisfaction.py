"""Satisfaction and usage. A word is scrubbed of identifiers and sealed all the same; counts name nobody."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Date, Index, Integer, String, Table

from nhi_core.adapters.db.tables import metadata
from nhi_core.adapters.db.types import Month, Sealed, UtcDateTime

_ID = String(64)
_WORD = String(32)
_LANGUAGE = String(16)

# When an account was last asked. No foreign key: erasing an account deletes the row by itself.
satisfaction_accounts = Table(
    "satisfaction_accounts",
    metadata,
    Column("account_id", _ID, primary_key=True),
    Column("asked_at", UtcDateTime, nullable=False, index=True),
    Column("off", Boolean, nullable=False),
)

satisfaction_answers = Table(
    "satisfaction_answers",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("matter", _WORD, nullable=False),
    Column("language", _LANGUAGE, nullable=False),
    Column("month", Month, nullable=False, index=True),
    Column("state", _WORD, nullable=False),
    # These four tie the answer to a person; they are emptied after two days.
    Column("account_id", _ID, index=True),
    Column("event_id", String(128)),
    Column("message_id", _ID),
    Column("asked_at", UtcDateTime, index=True),
    Column("ease", Integer),
    Column("speed", Integer),
    Column("word", Sealed("satisfaction_answers.word")),
    Column("revision", Integer, nullable=False),
    CheckConstraint("ease BETWEEN 1 AND 3", name="ease"),
    CheckConstraint("speed BETWEEN 1 AND 3", name="speed"),
    CheckConstraint(
        "state IN ('asked', 'ease_given', 'rated', 'writing', 'worded', 'declined')", name="state"
    ),
)

usage_counts = Table(
    "usage_counts",
    metadata,
    Column("day", Date, primary_key=True),
    Column("language", _LANGUAGE, primary_key=True),
    Column("wish", _ID, primary_key=True),
    Column("outcome", _WORD, primary_key=True),
    Column("band", _WORD, primary_key=True),
    Column("month", Month, nullable=False),
    Column("count", Integer, nullable=False),
    CheckConstraint("count > 0", name="count"),
    Index("ix_usage_counts_month", "month"),
)
