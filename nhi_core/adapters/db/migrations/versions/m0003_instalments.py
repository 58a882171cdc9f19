"""Instalment applications: the guide's drafts and what was handed in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003_instalments"
down_revision = "0002_ledger"
branch_labels = None
depends_on = None

_OPEN = sa.text("state IN ('draft', 'submitted', 'returned')")


def upgrade() -> None:
    """Add the applications."""
    op.create_table(
        "instalment_applications",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("terms", sa.Integer(), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("claims", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("plan_id", sa.String(length=64), nullable=True),
        sa.Column("told", sa.String(length=32), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("terms >= 2", name="ck_instalment_applications_terms"),
        sa.CheckConstraint("total >= 0", name="ck_instalment_applications_total"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name="fk_instalment_applications_person_id_persons"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_instalment_applications"),
    )
    op.create_index("uq_instalment_applications_code", "instalment_applications", ["code"], unique=True)
    op.create_index(
        "ix_instalment_applications_person_id", "instalment_applications", ["person_id"], unique=False
    )
    op.create_index("ix_instalment_applications_state", "instalment_applications", ["state"], unique=False)
    op.create_index(
        "uq_instalment_applications_person_open",
        "instalment_applications",
        ["person_id"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("instalment_applications")
