"""Staff of the console, approvals by a second pair of eyes, and indexes for the console's lists.

The trail's new column may be empty: the previous release goes on writing beside this one.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013_staff"
down_revision = "0015_promotion"
branch_labels = None
depends_on = None

_LIVE = sa.text("state IN ('proposed', 'approved')")
_HANDED_IN = sa.text("submitted_at IS NOT NULL")
_BY_STAFF = sa.text("staff IS NOT NULL")
_INDEXES = (
    ("ix_audit_events_event_id", "audit_events", ["event", "id"], None),
    ("ix_audit_events_at", "audit_events", ["at"], None),
    ("ix_audit_events_staff_id", "audit_events", ["staff", "id"], _BY_STAFF),
    ("ix_sends_claimed_at", "sends", ["claimed_at"], None),
    ("ix_inbound_events_outcome_closed_at", "inbound_events", ["outcome", "closed_at"], None),
    (
        "ix_instalment_applications_state_submitted_at_id",
        "instalment_applications",
        ["state", "submitted_at", "id"],
        _HANDED_IN,
    ),
    (
        "ix_instalment_applications_submitted_at_id",
        "instalment_applications",
        ["submitted_at", "id"],
        _HANDED_IN,
    ),
)


def upgrade() -> None:
    """Create the tables, the column and the indexes."""
    _staff()
    _sessions()
    _approvals()
    op.add_column("audit_events", sa.Column("staff", sa.String(length=64), nullable=True))
    for name, table, columns, where in _INDEXES:
        op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Drop them."""
    for name, table, _columns, _where in reversed(_INDEXES):
        op.drop_index(name, table_name=table)
    op.drop_column("audit_events", "staff")
    for table in ("approvals", "staff_recovery_codes", "staff_sessions", "staff_roles", "staff"):
        op.drop_table(table)


def _staff() -> None:
    op.create_table(
        "staff",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("username", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("sandbox", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("totp_secret", sa.Text(), nullable=True),
        sa.Column("totp_confirmed", sa.Boolean(), nullable=False),
        sa.Column("totp_step", sa.BigInteger(), nullable=True),
        sa.Column("subject_hash", sa.String(length=80), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
    )
    for column in ("username", "subject_hash"):
        op.create_index(f"uq_staff_{column}", "staff", [column], unique=True)
    op.create_table(
        "staff_roles",
        sa.Column("staff_id", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_staff_roles_staff_id_staff"),
        sa.PrimaryKeyConstraint("staff_id", "role", name="pk_staff_roles"),
    )


def _sessions() -> None:
    op.create_table(
        "staff_sessions",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("stage", sa.String(length=32), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agent", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_staff_sessions_staff_id_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_staff_sessions"),
    )
    op.create_index("uq_staff_sessions_token_hash", "staff_sessions", ["token_hash"], unique=True)
    for column in ("staff_id", "expires_at"):
        op.create_index(f"ix_staff_sessions_{column}", "staff_sessions", [column])
    op.create_table(
        "staff_recovery_codes",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.String(length=64), nullable=False),
        sa.Column("code_hash", sa.String(length=80), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_staff_recovery_codes_staff_id_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_staff_recovery_codes"),
    )
    op.create_index("ix_staff_recovery_codes_staff_id", "staff_recovery_codes", ["staff_id"])


def _approvals() -> None:
    op.create_table(
        "approvals",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("proposed_by", sa.String(length=64), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["proposed_by"], ["staff.id"], name="fk_approvals_proposed_by_staff"),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name="fk_approvals_decided_by_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_approvals"),
    )
    op.create_index("ix_approvals_state_proposed_at", "approvals", ["state", "proposed_at"])
    op.create_index(
        "uq_approvals_kind_subject_live",
        "approvals",
        ["kind", "subject"],
        unique=True,
        sqlite_where=_LIVE,
        postgresql_where=_LIVE,
    )
