"""Staff of the console: accounts, roles, sessions, recovery codes; and approvals by a second pair of eyes."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, text

from nhi_core.adapters.db.tables import metadata
from nhi_core.adapters.db.types import Sealed, UtcDateTime

_ID = String(64)
_WORD = String(32)
_LIVE = text("state IN ('proposed', 'approved')")

staff = Table(
    "staff",
    metadata,
    Column("id", _ID, primary_key=True),
    # A name of work, not of a person: it is typed at each sign-in and stands in the clear.
    Column("username", _WORD, nullable=False),
    Column("name", Sealed("staff.name"), nullable=False),
    Column("active", Boolean, nullable=False),
    # Made up for the sandbox: production never lets this row in.
    Column("sandbox", Boolean, nullable=False),
    Column("password_hash", Text),
    Column("totp_secret", Sealed("staff.totp_secret")),
    Column("totp_confirmed", Boolean, nullable=False),
    Column("totp_step", BigInteger),
    # Keyed hash of the subject of a log-in that somebody else keeps.
    Column("subject_hash", String(80)),
    Column("created_at", UtcDateTime, nullable=False),
    Index("uq_staff_username", "username", unique=True),
    Index("uq_staff_subject_hash", "subject_hash", unique=True),
)

staff_roles = Table(
    "staff_roles",
    metadata,
    Column("staff_id", _ID, ForeignKey("staff.id"), primary_key=True),
    Column("role", _WORD, primary_key=True),
)

staff_sessions = Table(
    "staff_sessions",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("staff_id", _ID, ForeignKey("staff.id"), nullable=False, index=True),
    Column("token_hash", _ID, nullable=False),
    Column("stage", _WORD, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
    Column("agent", String(64), nullable=False),
    Column("failures", Integer, nullable=False),
    Index("uq_staff_sessions_token_hash", "token_hash", unique=True),
)

staff_recovery_codes = Table(
    "staff_recovery_codes",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("staff_id", _ID, ForeignKey("staff.id"), nullable=False, index=True),
    Column("code_hash", String(80), nullable=False),
    Column("used_at", UtcDateTime),
)

approvals = Table(
    "approvals",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("kind", _WORD, nullable=False),
    Column("subject", _ID, nullable=False),
    Column("digest", _ID, nullable=False),
    Column("state", _WORD, nullable=False),
    Column("proposed_by", _ID, ForeignKey("staff.id"), nullable=False),
    Column("proposed_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("decided_by", _ID, ForeignKey("staff.id")),
    Column("decided_at", UtcDateTime),
    Index("ix_approvals_state_proposed_at", "state", "proposed_at"),
    # One proposal of a matter is under way at a time.
    Index(
        "uq_approvals_kind_subject_live",
        "kind",
        "subject",
        unique=True,
        sqlite_where=_LIVE,
        postgresql_where=_LIVE,
    ),
)
