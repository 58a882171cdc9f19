"""Staged persons hold what a kiosk checks: entry permit, passport, number of the current card.

The columns may be empty: the previous release pours persons without them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011_import_proofs"
down_revision = "0010_import_matching"
branch_labels = None
depends_on = None

_PROOFS = ("entry_permit", "passport", "card_number")


def upgrade() -> None:
    """Add them."""
    for proof in _PROOFS:
        op.add_column("staged_persons", sa.Column(proof, sa.Text(), nullable=True))


def downgrade() -> None:
    """Drop them."""
    for proof in reversed(_PROOFS):
        op.drop_column("staged_persons", proof)
