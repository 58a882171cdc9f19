"""Slips and reminders."""

from __future__ import annotations

revision = "0005_slips_reminders"
down_revision = "0004_payments"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
