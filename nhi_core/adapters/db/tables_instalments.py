"""Instalment applications. What names a person's trouble (reason, contact, the clerk's words) is sealed."""

from __future__ import annotations

from sqlalchemy import JSON, CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, text

from nhi_core.adapters.db.tables import metadata
from nhi_core.adapters.db.types import Sealed, UtcDateTime

_HANDED_IN = text("submitted_at IS NOT NULL")
_OPEN = text("state IN ('draft', 'submitted', 'returned')")

instalment_applications = Table(
    "instalment_applications",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("code", String(16), nullable=False),
    Column("person_id", String(64), ForeignKey("persons.id"), nullable=False, index=True),
    Column("state", String(32), nullable=False, index=True),
    # Grows by one with each change: compare-and-set, and what a confirmation button refers to.
    Column("revision", Integer, nullable=False),
    Column("step", String(32), nullable=False),
    Column("terms", Integer),
    Column("total", Integer, nullable=False),
    # [[bill id, premium outstanding, late fee], …] as the person saw them.
    Column("claims", JSON, nullable=False),
    Column("reason", Sealed("instalment_applications.reason")),
    Column("contact", Sealed("instalment_applications.contact")),
    Column("note", Sealed("instalment_applications.note")),
    # No foreign key: a premium source that is read again puts other plans in place.
    Column("plan_id", String(64)),
    # The last state that the person was told by push.
    Column("told", String(32)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("submitted_at", UtcDateTime),
    Column("decided_at", UtcDateTime),
    CheckConstraint("terms >= 2", name="terms"),
    CheckConstraint("total >= 0", name="total"),
    Index("uq_instalment_applications_code", "code", unique=True),
    # The console lists what was handed in, by state or all of it, in order of time.
    *(
        Index(
            f"ix_instalment_applications_{'_'.join(columns)}",
            *columns,
            sqlite_where=_HANDED_IN,
            postgresql_where=_HANDED_IN,
        )
        for columns in (("state", "submitted_at", "id"), ("submitted_at", "id"))
    ),
    # The database itself keeps the rule: one application of a person is under way at a time.
    Index(
        "uq_instalment_applications_person_open",
        "person_id",
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    ),
)
