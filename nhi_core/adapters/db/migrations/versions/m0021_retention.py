"""When rules of retention were last done; and the trail may be shortened after ten years, not before.

The previous release goes on beside this one: it knows nothing of the table, and never deletes from the trail.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021_retention"
down_revision = "0019_erasures"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; let the trail's guard look at a row's age."""
    op.create_table(
        "retention_runs",
        sa.Column("rule", sa.String(length=32), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed", sa.BigInteger(), nullable=False),
        sa.Column("removed_ever", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("rule", name="pk_retention_runs"),
    )
    if op.get_bind().dialect.name == "postgresql":
        # Nested: a TRUNCATE has no row to look at.
        _refuse(
            "IF TG_OP = 'DELETE' THEN "
            "IF OLD.at < now() - interval '10 years' THEN RETURN OLD; END IF; END IF; "
        )
    else:
        _refuse_deletes("WHEN OLD.at >= datetime('now', '-10 years') ")


def downgrade() -> None:
    """Refuse every change again."""
    if op.get_bind().dialect.name == "postgresql":
        _refuse("")
    else:
        _refuse_deletes("")
    op.drop_table("retention_runs")


def _refuse(unless: str) -> None:
    op.execute(
        "CREATE OR REPLACE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"{unless}RAISE EXCEPTION 'audit_events is append-only'; END $$"
    )


def _refuse_deletes(when: str) -> None:
    op.execute("DROP TRIGGER audit_events_no_delete")
    op.execute(
        f"CREATE TRIGGER audit_events_no_delete BEFORE DELETE ON audit_events {when}"
        "BEGIN SELECT RAISE(ABORT, 'audit_events is append-only'); END"
    )
