"""One import as it stands between two steps, and what one step adds to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from nhi_core.domain.imports import ImportKind, ImportState, Reject
from nhi_core.domain.imports_fields import Value


@dataclass(frozen=True, slots=True)
class Journal:
    """One import. `position` (byte) and `line` say where the next batch begins; the rest counts rows."""

    id: str
    kind: ImportKind
    state: ImportState
    owner: str
    encoding: str
    batches: int
    position: int
    line: int
    staged: int
    rejected: int
    inserted: int
    updated: int
    unchanged: int
    unit_code: str | None
    consented_on: date | None


@dataclass(frozen=True, slots=True)
class Batch:
    """One block's rows, ready for the database. `end` and `next_line`: where the batch after it begins."""

    end: int
    next_line: int
    packed: bytes | Sequence[tuple[Value, ...]]
    rows: int
    rejects: tuple[Reject, ...]

    def __repr__(self) -> str:
        """Show where it ends, not what it holds."""
        return f"Batch(end={self.end}, rows={self.rows})"


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What is known of a file before its rows are read.

    `first_byte` and `first_line` are those of the first row; `absent` are optional columns its heading lacks.
    """

    size: int
    sha256: str
    encoding: str
    first_byte: int
    first_line: int
    positions: tuple[int | None, ...]
    width: int
    absent: frozenset[str]
