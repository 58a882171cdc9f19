"""Bulk pre-registration of a unit's staff: rows with consent, a result to the contact, letters to persons.

It gives nobody access: the person's own card at a kiosk still does the binding.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from nhi_core.domain.imports import FileRefused, ImportKind
from nhi_core.domain.imports_registrations import parse_file_name
from nhi_core.ports import Clock
from nhi_core.services.imports import ImportService, ImportView, Progress
from nhi_core.services.imports_letters import Letter, result_letter


@dataclass(frozen=True, slots=True)
class RegistrationView:
    """What became of a file, whether its unit code looks right, and the letter to the contact."""

    file: ImportView
    unit_code: str
    plausible: bool
    letter: Letter


class RegistrationService:
    """Takes a unit's file in. The outbox sends each person's letter."""

    def __init__(self, imports: ImportService, clock: Clock) -> None:
        self._imports = imports
        self._clock = clock

    def take_in(
        self, path: Path, *, consented_on: date, progress: Progress | None = None
    ) -> RegistrationView:
        """Register the file's good rows. `consented_on`: since when the unit holds each person's consent.

        Raises FileRefused (also for a name that is not `<unit><YYYYMMDD>.CSV`, and consent in the future).
        """
        named = parse_file_name(path.name)
        if consented_on > self._clock.today():
            raise FileRefused("the day of consent is in the future")
        view = self._imports.run(
            ImportKind.REGISTRATIONS,
            path,
            only_good_rows=True,
            unit_code=named.unit_code,
            consented_on=consented_on,
            progress=progress,
        )
        letter = result_letter(
            path.name,
            succeeded=view.inserted + view.updated + view.unchanged,
            failed=view.rejected,
            rejects=self._imports.rejects(view.import_id),
        )
        return RegistrationView(view, named.unit_code, named.plausible, letter)
