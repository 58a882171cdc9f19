"""Kiosks, the card sessions they hold, and counts of wrong second facts. Nothing here names a person."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, text

from nhi_core.adapters.db.tables import metadata
from nhi_core.adapters.db.types import UtcDateTime

_ID = String(64)
_WORD = String(32)
_LIVE = text("state NOT IN ('bound', 'ended')")

kiosks = Table(
    "kiosks",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("name", String(64), nullable=False),
    Column("office", String(64), nullable=False),
    Column("public_key", Text, nullable=False),
    Column("enrolled_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
)

card_sessions = Table(
    "card_sessions",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("kiosk_id", _ID, ForeignKey("kiosks.id"), nullable=False),
    Column("person_id", _ID, ForeignKey("persons.id"), nullable=False),
    Column("relation", _WORD, nullable=False),
    Column("state", _WORD, nullable=False),
    Column("consent_version", _WORD, nullable=False),
    Column("consent_language", String(16), nullable=False),
    Column("consent_at", UtcDateTime, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("step_expires_at", UtcDateTime, nullable=False),
    Column("code_hash", String(80)),
    Column("token_hash", String(80)),
    Column("digits", String(2)),
    Column("account_id", _ID, ForeignKey("accounts.id")),
    Column("ended_at", UtcDateTime),
    Column("reason", _WORD),
    Column("revision", Integer, nullable=False),
    # One reader holds one card, and a card is in one reader.
    Index("uq_card_sessions_kiosk_live", "kiosk_id", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
    Index(
        "uq_card_sessions_person_live", "person_id", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE
    ),
    Index("ix_card_sessions_code_hash", "code_hash"),
    Index("ix_card_sessions_token_hash", "token_hash"),
    Index("ix_card_sessions_ended_at", "ended_at"),
)

fact_attempts = Table(
    "fact_attempts",
    metadata,
    Column("subject", String(80), primary_key=True),
    Column("wrong", Integer, nullable=False),
    Column("since", UtcDateTime),
    Column("pauses", Integer, nullable=False),
    Column("paused_until", UtcDateTime),
)
