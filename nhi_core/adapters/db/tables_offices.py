"""Township offices, their clerks, and LINE groups. Names of people and ids of groups are sealed."""

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
    text,
)

from nhi_core.adapters.db.tables import metadata
from nhi_core.adapters.db.types import Fingerprint, Sealed, UtcDateTime

_ID = String(64)
_WORD = String(32)
_OFFICE = String(16)
_LIVE = text("state <> 'ended'")
_PRESENT = text("until IS NULL")

offices = Table(
    "offices",
    metadata,
    Column("code", _OFFICE, primary_key=True),
    Column("name", String(64), nullable=False),
    Column("county", _WORD, nullable=False),
    Column("size_group", Integer, nullable=False),
    Column("active", Boolean, nullable=False),
    CheckConstraint("size_group BETWEEN 1 AND 4", name="size_group"),
)

clerks = Table(
    "clerks",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("account_id", _ID, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("office_code", _OFFICE, ForeignKey("offices.code"), index=True),
    Column("name", Sealed("clerks.name"), nullable=False),
    Column("role", _WORD, nullable=False),
    Column("state", _WORD, nullable=False, index=True),
    Column("registered_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    # An editor belongs to the division, everybody else to one office.
    CheckConstraint("(role = 'editor') = (office_code IS NULL)", name="office"),
    Index("uq_clerks_account_live", "account_id", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
)

clerk_postings = Table(
    "clerk_postings",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("clerk_id", _ID, ForeignKey("clerks.id"), nullable=False, index=True),
    Column("office_code", _OFFICE, ForeignKey("offices.code"), nullable=False, index=True),
    Column("since", Date, nullable=False),
    Column("until", Date),
    CheckConstraint("until IS NULL OR until >= since", name="order"),
    Index(
        "uq_clerk_postings_present", "clerk_id", unique=True, sqlite_where=_PRESENT, postgresql_where=_PRESENT
    ),
)

chat_groups = Table(
    "chat_groups",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("channel", _WORD, nullable=False),
    Column("channel_group", Sealed("chat_groups.channel_group"), nullable=False),
    Column("channel_group_fp", Fingerprint("channel_group", "channel-group:{channel}"), nullable=False),
    Column("state", _WORD, nullable=False),
    Column("joined_at", UtcDateTime, nullable=False),
    Column("division", _OFFICE),
    Column("tied_at", UtcDateTime),
    Column("tied_by", _ID, ForeignKey("clerks.id")),
    Column("left_at", UtcDateTime),
    Column("headcount", Integer),
    Column("counted_at", UtcDateTime),
    CheckConstraint("state <> 'tied' OR division IS NOT NULL", name="tied"),
    Index("uq_chat_groups_channel_group_fp", "channel_group_fp", unique=True),
)

group_members = Table(
    "group_members",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("group_id", _ID, ForeignKey("chat_groups.id"), nullable=False),
    Column("account_id", _ID, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("left_at", UtcDateTime),
    Index("uq_group_members_group_account", "group_id", "account_id", unique=True),
)
