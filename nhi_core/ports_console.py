"""The long lists of the console. Filters come as `Ask`; what names a person is masked by the services."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from nhi_core.domain.application import Application
from nhi_core.domain.slices import Ask, Slice


@dataclass(frozen=True, slots=True)
class TrailLine:
    """One line of the audit trail: ids and stable words alone."""

    id: int
    at: datetime
    event: str
    subject: str
    staff: str | None
    detail: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class SendLine:
    """One send: `recipients` is what LINE counts of a push; a reply is free."""

    key: str
    kind: str
    messages: int
    recipients: int
    outcome: str | None
    claimed_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class InboundLine:
    """How one event ended. Holds no content."""

    id: str
    kind: str
    outcome: str
    reason: str | None
    closed_at: datetime


@dataclass(frozen=True, slots=True)
class ImportLine:
    """One import. `position` of `size` bytes are read; the rest counts rows."""

    id: str
    kind: str
    state: str
    size: int
    position: int
    staged: int
    rejected: int
    inserted: int
    updated: int
    unchanged: int
    started_at: datetime
    moved_at: datetime


class ConsoleLists(Protocol):
    """Reads parts of long lists, the newest first unless said otherwise."""

    def applications(self, ask: Ask) -> Slice[Application]:
        """Return what was handed in: `state`, `since`, `until` (days of handing in), `code` (a beginning).

        What waits for a decision comes the longest waiting first.
        """

    def application_counts(self) -> Mapping[str, int]:
        """Return how many applications that were handed in are in each state."""

    def names(self, person_ids: Iterable[str]) -> Mapping[str, str]:
        """Return id → full name."""

    def trail(self, ask: Ask) -> Slice[TrailLine]:
        """Return lines by `event`, `staff`, `subject`, `since`, `until`; endless, goes by `after`."""

    def trail_events(self) -> tuple[str, ...]:
        """Return every event that stands in the trail."""

    def sends(self, ask: Ask) -> Slice[SendLine]:
        """Return sends by `kind`, `outcome` (`open`: not settled), `since`, `until`; endless."""

    def inbound(self, ask: Ask) -> Slice[InboundLine]:
        """Return endings by `outcome`, `kind`, `since`, `until`; endless."""

    def inbound_counts(self, since: datetime) -> Mapping[str, int]:
        """Return how many events since then ended in each way."""

    def imports(self, ask: Ask) -> Slice[ImportLine]:
        """Return imports by `kind`, `state`."""

    def import_of(self, import_id: str) -> ImportLine | None: ...
    def rejects(self, import_id: str, ask: Ask) -> Slice[tuple[int, str, str]]:
        """Return (line, column, reason) of refused rows, in the order of the file."""
