"""When each rule of retention was last done to its end. Nothing here is about anybody."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, String, Table

from nhi_core.adapters.db.tables import metadata
from nhi_core.adapters.db.types import UtcDateTime

retention_runs = Table(
    "retention_runs",
    metadata,
    Column("rule", String(32), primary_key=True),
    Column("done_at", UtcDateTime, nullable=False),
    # By that run, and by all.
    Column("removed", BigInteger, nullable=False),
    Column("removed_ever", BigInteger, nullable=False),
)
