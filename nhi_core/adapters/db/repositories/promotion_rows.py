"""Promotion reports and photos as rows, and back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from nhi_core.adapters.db.sealing import ColumnSealer
from nhi_core.adapters.db.tables_promotion import promotion_photos, promotion_reports
from nhi_core.adapters.db.types import Envelope
from nhi_core.domain.promotion import NotCounted, Photo, PhotoState, Report, ReportState

REPORT_FIELDS = tuple(column.name for column in promotion_reports.columns if column.name != "last_sign")
PHOTO_FIELDS = tuple(column.name for column in promotion_photos.columns)
_NOTE = promotion_reports.c.note


def report_columns(report: Report, sealer: ColumnSealer) -> dict[str, object]:
    """Return the row of a report; its note sealed."""
    note = None if report.note is None else sealer.seal(_NOTE, report.note, row=report.id)
    values: dict[str, object] = {name: getattr(report, name) for name in REPORT_FIELDS}
    return {**values, "state": report.state.value, "note": note, "last_sign": report.last_sign}


def report_of(row: Row[Any], sealer: ColumnSealer) -> Report:
    """Return the report of a row."""
    values = {name: row._mapping[promotion_reports.c[name]] for name in REPORT_FIELDS}
    note = values["note"]
    opened = sealer.open(_NOTE, note, row=values["id"]) if isinstance(note, Envelope) else None
    return Report(**{**values, "state": ReportState(values["state"]), "note": opened})


def photo_columns(photo: Photo) -> dict[str, object]:
    """Return the row of a photo."""
    marked = None if photo.not_counted is None else photo.not_counted.value
    values: dict[str, object] = {name: getattr(photo, name) for name in PHOTO_FIELDS}
    return {**values, "state": photo.state.value, "not_counted": marked}


def photo_of(row: Row[Any]) -> Photo:
    """Return the photo of a row."""
    values = {name: row._mapping[promotion_photos.c[name]] for name in PHOTO_FIELDS}
    marked = values["not_counted"]
    return Photo(
        **{
            **values,
            "state": PhotoState(values["state"]),
            "not_counted": None if marked is None else NotCounted(marked),
        }
    )
