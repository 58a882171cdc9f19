"""Who wants to be reminded, the reminders, and how far a day's planning has come."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008_reminders"
down_revision = "0007_eslips"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the three tables."""
    op.create_table(
        "reminder_preferences",
        sa.Column("binding_id", sa.String(length=64), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("deadline", sa.Boolean(), nullable=False),
        sa.Column("instalment", sa.Boolean(), nullable=False),
        sa.Column("posting", sa.Boolean(), nullable=False),
        sa.Column("lead_days", sa.Integer(), nullable=False),
        sa.Column("time_of_day", sa.String(length=32), nullable=False),
        sa.CheckConstraint("lead_days BETWEEN 1 AND 30", name="ck_reminder_preferences_lead_days"),
        sa.ForeignKeyConstraint(
            ["binding_id"], ["bindings.id"], name="fk_reminder_preferences_binding_id_bindings"
        ),
        sa.PrimaryKeyConstraint("binding_id", name="pk_reminder_preferences"),
    )
    op.create_table(
        "reminders",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("binding_id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("push_id", sa.String(length=64), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('planned', 'claimed', 'sent', 'skipped', 'failed')", name="ck_reminders_state"
        ),
        sa.CheckConstraint(
            "(state IN ('skipped', 'failed')) = (reason IS NOT NULL)", name="ck_reminders_reason"
        ),
        sa.ForeignKeyConstraint(["binding_id"], ["bindings.id"], name="fk_reminders_binding_id_bindings"),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_reminders_person_id_persons"),
        sa.PrimaryKeyConstraint("id", name="pk_reminders"),
        sa.UniqueConstraint("person_id", "kind", "subject", name="uq_reminders_person_id_kind_subject"),
    )
    for column in ("binding_id", "last_day", "push_id"):
        op.create_index(f"ix_reminders_{column}", "reminders", [column], unique=False)
    op.create_index(
        "ix_reminders_state_due_at_binding_id", "reminders", ["state", "due_at", "binding_id"], unique=False
    )
    op.create_table(
        "reminder_walks",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("after", sa.String(length=64), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_reminder_walks"),
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("reminder_walks", "reminders", "reminder_preferences"):
        op.drop_table(table)
