"""Figures of offices by month, quality of what they handed in, and the runs of a year's evaluation.

Years are ROC years, as everywhere in the evaluation. Nothing here names a person.
"""

from __future__ import annotations

from sqlalchemy import JSON, CheckConstraint, Column, ForeignKey, Index, Integer, String, Table

from nhi_core.adapters.db.tables import metadata
from nhi_core.adapters.db.types import UtcDateTime

_OFFICE = String(16)
_WORD = String(32)

evaluation_figures = Table(
    "evaluation_figures",
    metadata,
    Column("year", Integer, primary_key=True),
    Column("month", Integer, primary_key=True),
    Column("office_code", _OFFICE, ForeignKey("offices.code"), primary_key=True),
    Column("item", _WORD, primary_key=True),
    Column("count", Integer, nullable=False),
    CheckConstraint("month BETWEEN 1 AND 12", name="month"),
    CheckConstraint("count >= 0", name="count"),
)

quality_months = Table(
    "quality_months",
    metadata,
    Column("year", Integer, primary_key=True),
    Column("month", Integer, primary_key=True),
    Column("office_code", _OFFICE, ForeignKey("offices.code"), primary_key=True),
    Column("received", Integer, nullable=False),
    *(
        Column(kind, Integer, nullable=False)
        for kind in ("missing_proof", "review_error", "missing_key_in", "wrong_key_in", "system_check")
    ),
    CheckConstraint("month BETWEEN 1 AND 12", name="month"),
    CheckConstraint("received >= 0", name="received"),
)

evaluation_runs = Table(
    "evaluation_runs",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("year", Integer, nullable=False),
    # Of the scheme and all figures: the same digest is the same result.
    Column("digest", String(64), nullable=False),
    Column("computed_at", UtcDateTime, nullable=False),
    Column("staff", String(64), nullable=False),
    Column("result", JSON, nullable=False),
    Index("ix_evaluation_runs_year_computed_at", "year", "computed_at"),
)
