"""Bulk pre-registration of a unit's staff: rows with consent, a result to the contact, letters to persons.

It gives nobody access: the person's own card at a kiosk still does the binding.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Protocol

from nhi_core.domain.errors import CounterError
from nhi_core.domain.imports import FileRefused, ImportKind
from nhi_core.domain.imports_registrations import parse_file_name
from nhi_core.ports import Clock
from nhi_core.services.imports import ImportService, ImportView, Progress
from nhi_core.services.imports_letters import Letter, person_letter, result_letter

# A letter that was being sent for so long was not: its process ended.
_GIVEN_UP = timedelta(minutes=15)


class MailRefused(CounterError):
    """The mail server will never take this letter (a bad address). Another try does not help."""

    code = "mail_refused"


class Mailer(Protocol):
    """Sends one e-mail. Raises MailRefused; any other CounterError is worth another try.

    `key` becomes the Message-ID: a letter that is sent again after a crash is recognised as the same.
    """

    def send(self, to: str, *, subject: str, text: str, key: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Waiting:
    """A letter that is to be sent."""

    id: str
    email: str

    def __repr__(self) -> str:
        """Show the id alone."""
        return f"Waiting(id={self.id!r})"


class Registrations(Protocol):
    """The pre-registrations' letters. Each call is one transaction."""

    def claim_letters(self, limit: int, *, given_up_before: timedelta) -> tuple[Waiting, ...]:
        """Take letters that wait, or whose sender ended; nobody else gets them meanwhile."""

    def settle_letter(self, registration_id: str, outcome: str) -> None:
        """Write down `sent`, `refused`, or `waiting` (another try)."""


@dataclass(frozen=True, slots=True)
class RegistrationView:
    """What became of a file, whether its unit code looks right, and the letter to the contact."""

    file: ImportView
    unit_code: str
    plausible: bool
    letter: Letter


class RegistrationService:
    """Takes a unit's file in, and sends the letters."""

    def __init__(self, imports: ImportService, registrations: Registrations, clock: Clock) -> None:
        self._imports = imports
        self._registrations = registrations
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

    def send_letters(self, mailer: Mailer, *, limit: int = 100) -> int:
        """Send waiting letters; return how many went out. Safe to run in several places at once."""
        sent, letter = 0, person_letter()
        for waiting in self._registrations.claim_letters(limit, given_up_before=_GIVEN_UP):
            outcome = "sent"
            try:
                mailer.send(
                    waiting.email,
                    subject=letter.subject,
                    text=letter.text,
                    key=f"preregistration-{waiting.id}",
                )
                sent += 1
            except MailRefused:
                outcome = "refused"
            except CounterError:
                outcome = "waiting"
            self._registrations.settle_letter(waiting.id, outcome)
        return sent
