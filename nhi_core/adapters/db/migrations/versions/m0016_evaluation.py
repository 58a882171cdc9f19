"""Figures of offices by month, the quality of what they handed in, and the runs of a year's evaluation.

New tables alone: the previous release goes on beside this one, and knows nothing of them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016_evaluation"
down_revision = "0014_notices"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them."""
    op.create_table(
        "evaluation_runs",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff", sa.String(length=64), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_evaluation_runs"),
    )
    op.create_index(
        "ix_evaluation_runs_year_computed_at", "evaluation_runs", ["year", "computed_at"], unique=False
    )
    op.create_table(
        "evaluation_figures",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("office_code", sa.String(length=16), nullable=False),
        sa.Column("item", sa.String(length=32), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint("count >= 0", name="ck_evaluation_figures_count"),
        sa.CheckConstraint("month BETWEEN 1 AND 12", name="ck_evaluation_figures_month"),
        sa.ForeignKeyConstraint(
            ["office_code"], ["offices.code"], name="fk_evaluation_figures_office_code_offices"
        ),
        sa.PrimaryKeyConstraint("year", "month", "office_code", "item", name="pk_evaluation_figures"),
    )
    op.create_table(
        "quality_months",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("office_code", sa.String(length=16), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("missing_proof", sa.Integer(), nullable=False),
        sa.Column("review_error", sa.Integer(), nullable=False),
        sa.Column("missing_key_in", sa.Integer(), nullable=False),
        sa.Column("wrong_key_in", sa.Integer(), nullable=False),
        sa.Column("system_check", sa.Integer(), nullable=False),
        sa.CheckConstraint("month BETWEEN 1 AND 12", name="ck_quality_months_month"),
        sa.CheckConstraint("received >= 0", name="ck_quality_months_received"),
        sa.ForeignKeyConstraint(
            ["office_code"], ["offices.code"], name="fk_quality_months_office_code_offices"
        ),
        sa.PrimaryKeyConstraint("year", "month", "office_code", name="pk_quality_months"),
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("evaluation_runs", "quality_months", "evaluation_figures"):
        op.drop_table(table)
