"""What the evaluation and the quality reports need from the store. Years are ROC years."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from nhi_core.domain.quality import OfficeQuality


@dataclass(frozen=True, slots=True)
class Figure:
    """Cases of one item, office and month."""

    year: int
    month: int
    office: str
    item: str
    count: int


@dataclass(frozen=True, slots=True)
class Run:
    """One computation of a year: the same `digest` is the same result. `result` is as it was exported."""

    id: str
    year: int
    digest: str
    computed_at: datetime
    staff: str
    result: Mapping[str, Any]


class Evaluations(Protocol):
    """Figures, quality and runs."""

    def put_figures(self, figures: Iterable[Figure]) -> int:
        """Insert or write over; return how many changed anything."""

    def figures(self, year: int, months: Collection[int]) -> Mapping[str, Mapping[str, int]]:
        """Return office → item → cases in these months."""

    def figure(self, year: int, month: int, office: str, item: str) -> int | None:
        """Return one figure; None where nothing is stated."""

    def stated(self, year: int, items: Collection[str]) -> frozenset[tuple[str, int, str]]:
        """Return the (office, month, item)s of these items that something is stated of, be it zero."""

    def by_month(self, year: int, months: Collection[int]) -> Mapping[tuple[int, str], int]:
        """Return (month, item) → cases of all offices in use."""

    def put_quality(self, year: int, month: int, offices: Iterable[OfficeQuality]) -> int:
        """Insert or write over a month; return how many changed anything."""

    def quality(
        self, year: int, months: Collection[int], office: str | None = None
    ) -> tuple[OfficeQuality, ...]:
        """Return each office's sums over these months, by office."""

    def quality_months(self) -> tuple[tuple[int, int], ...]:
        """Return the (year, month)s there is something of, the latest first."""

    def add_run(self, run: Run) -> None: ...
    def run(self, run_id: str) -> Run | None: ...
    def runs(self, year: int, limit: int = 20) -> tuple[Run, ...]:
        """Return a year's runs, the latest first."""
