"""Requests for erasure. The LINE user id stays, sealed, for the moment until the rich menu is taken off."""

from __future__ import annotations

from sqlalchemy import JSON, CheckConstraint, Column, ForeignKey, Index, String, Table, text

from nhi_core.adapters.db.tables import metadata
from nhi_core.adapters.db.types import Sealed, UtcDateTime

_ID = String(64)
_WORD = String(32)
_OPEN = text("state <> 'done'")

erasures = Table(
    "erasures",
    metadata,
    Column("id", _ID, primary_key=True),
    # No foreign key: the record of an erasure outlives the agency's record of the person.
    Column("person_id", _ID, nullable=False),
    Column("proof", _WORD, nullable=False),
    Column("case", String(64), nullable=False),
    Column("state", _WORD, nullable=False),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("cleared_at", UtcDateTime),
    Column("done_at", UtcDateTime),
    # Counts of rows by table.
    Column("result", JSON),
    CheckConstraint("state IN ('requested', 'cleared', 'done')", name="state"),
    # One of a person is under way at a time.
    Index("uq_erasures_person_open", "person_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    Index("ix_erasures_state_requested_at", "state", "requested_at"),
)

erasure_accounts = Table(
    "erasure_accounts",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("erasure_id", _ID, ForeignKey("erasures.id"), nullable=False, index=True),
    Column("account_id", _ID, nullable=False),
    Column("conversation", _ID, nullable=False),
    Column("channel_user", Sealed("erasure_accounts.channel_user"), nullable=False),
)
