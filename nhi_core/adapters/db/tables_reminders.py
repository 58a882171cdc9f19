"""Who wants to be reminded, the reminders, and how far a day's planning has come. No names, no amounts."""

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
    UniqueConstraint,
)

from nhi_core.adapters.db.tables import metadata
from nhi_core.adapters.db.types import UtcDateTime

_ID = String(64)
_WORD = String(32)

# One row of a binding, in the order of whose ids the planning walks: it dies with the binding.
reminder_preferences = Table(
    "reminder_preferences",
    metadata,
    Column("binding_id", _ID, ForeignKey("bindings.id"), primary_key=True),
    Column("since", Date, nullable=False),
    Column("deadline", Boolean, nullable=False),
    Column("instalment", Boolean, nullable=False),
    Column("posting", Boolean, nullable=False),
    Column("lead_days", Integer, nullable=False),
    Column("time_of_day", _WORD, nullable=False),
    CheckConstraint("lead_days BETWEEN 1 AND 30", name="lead_days"),
)

reminders = Table(
    "reminders",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("binding_id", _ID, ForeignKey("bindings.id"), nullable=False, index=True),
    Column("person_id", _ID, ForeignKey("persons.id"), nullable=False),
    Column("kind", _WORD, nullable=False),
    # Premium month, term or day of payment. No foreign key: a source that is read again replaces its rows.
    Column("subject", String(80), nullable=False),
    Column("last_day", Date, nullable=False, index=True),
    Column("due_at", UtcDateTime, nullable=False),
    Column("state", _WORD, nullable=False),
    Column("reason", _WORD),
    Column("push_id", _ID, index=True),
    Column("claimed_at", UtcDateTime),
    Column("tried_at", UtcDateTime),
    Column("settled_at", UtcDateTime),
    # The database itself keeps the rule: of one thing a person is reminded once.
    UniqueConstraint("person_id", "kind", "subject", name="uq_reminders_person_id_kind_subject"),
    CheckConstraint("state IN ('planned', 'claimed', 'sent', 'skipped', 'failed')", name="state"),
    CheckConstraint("(state IN ('skipped', 'failed')) = (reason IS NOT NULL)", name="reason"),
    # Whoever sends reads in this order; one person's reminders stand together in it.
    Index("ix_reminders_state_due_at_binding_id", "state", "due_at", "binding_id"),
)

reminder_walks = Table(
    "reminder_walks",
    metadata,
    Column("day", Date, primary_key=True),
    Column("after", _ID, nullable=False),
    Column("done", Boolean, nullable=False),
)
