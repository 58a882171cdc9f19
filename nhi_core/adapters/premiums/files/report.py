"""The report of refused rows: where and why, never what. Safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from pathlib import Path

from nhi_core.domain.imports import SENTENCES, Reject

HEADING = ("row", "column", "reason", "說明", "explanation")
# A spreadsheet takes a cell that begins like this for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_report(path: Path, rejects: Iterable[Reject]) -> int:
    """Write the report (UTF-8 with a byte-order mark, for spreadsheets; mode 0600); return its rows.

    It is written beside and moved in place, so that nobody reads half of it.
    """
    partial = path.with_name(f".{path.name}.part")
    count = 0
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADING)
        for reject in rejects:
            row = (str(reject.line), reject.column, reject.reason.value, *SENTENCES[reject.reason])
            writer.writerow([safe_cell(text) for text in row])
            count += 1
    partial.replace(path)
    return count


def safe_cell(text: str) -> str:
    """Return `text` so that no spreadsheet computes it."""
    return f"'{text}" if text.startswith(_FORMULA) else text
