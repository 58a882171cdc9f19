"""Files that staff hand in at the console for import: what waits, and what became of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from nhi_core.domain.imports import ImportKind

MOST_BYTES = 50_000_000
"""Of one file handed in at the console; larger ones are imported by the command line."""
KINDS = (ImportKind.PERSONS, ImportKind.BILLS, ImportKind.PAYMENTS, ImportKind.SUBSIDIES)
"""What can be handed in. A unit's registrations have a command of their own: somebody sends its letter."""
KEPT = timedelta(days=7)
"""How long the outcome can be read; the file itself goes as soon as there is one."""


class UploadState(StrEnum):
    """Where an upload stands."""

    WAITING = "waiting"
    IMPORTED = "imported"
    KNOWN = "known"
    BAD_ROWS = "bad_rows"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Upload:
    """One file. `import_id` once it was read; `why` (English, nothing of its rows) when it could not be."""

    id: str
    kind: ImportKind
    staff: str
    at: datetime
    state: UploadState = UploadState.WAITING
    import_id: str | None = None
    why: str = ""
