"""What promotion reports and group activity need from the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from nhi_core.domain.group_activity import Message, MessageKind
from nhi_core.domain.promotion import NotCounted, Photo, PhotoState, Report
from nhi_core.domain.promotion_figures import Cell
from nhi_core.domain.roc import PremiumMonth


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which photos of filed reports. None: any."""

    first: PremiumMonth
    last: PremiumMonth
    office_code: str | None = None
    theme: str | None = None
    channel: str | None = None
    counted: bool | None = None


@dataclass(frozen=True, slots=True)
class WallPhoto:
    """A photo of a filed report. `duplicate`: the office showed the same picture before in that month."""

    photo: Photo
    report: Report
    duplicate: bool

    @property
    def counted(self) -> bool:
        """Whether it makes its report count."""
        return not self.duplicate and self.photo.not_counted is None


class Promotions(Protocol):
    """Reports and their photos. A photo is unique by the message it came in."""

    def add(self, report: Report) -> None: ...
    def get(self, report_id: str) -> Report | None: ...
    def save(self, report: Report) -> bool:
        """Compare-and-set on `revision` (the stored one grows by one). False: somebody else changed it."""

    def lively_of(self, clerk_id: str, since: datetime) -> tuple[Report, ...]:
        """Return the clerk's open and filed reports heard of since then, the latest first."""

    def stale(self, before: datetime, limit: int) -> tuple[Report, ...]:
        """Return open reports last heard of before then."""

    def add_photo(self, photo: Photo) -> bool:
        """Insert. False: the message is known."""

    def photo(self, photo_id: str) -> Photo | None: ...
    def photo_of(self, message_id: str) -> Photo | None: ...
    def photos_of(self, report_id: str) -> tuple[Photo, ...]:
        """Return a report's photos in the order they came."""

    def due_photos(self, now: datetime, limit: int) -> tuple[Photo, ...]:
        """Return waiting photos whose next try is due, the longest waiting first."""

    def lease(self, photo: Photo, until: datetime) -> bool:
        """Compare-and-set: waiting, and tried as often as `photo` says. Counts a try."""

    def settle(self, photo: Photo, *, was: PhotoState) -> bool:
        """Compare-and-set on the state, along domain.promotion.PHOTO_MOVES."""

    def mark(self, photo_id: str, why: NotCounted | None) -> bool:
        """Set or take back that a photo is not counted. False: there is no such photo."""

    def duplicates_in(self, report: Report) -> frozenset[str]:
        """Return ids of the report's photos whose picture the office showed before in that month."""

    def referred(self, digests: Iterable[str]) -> frozenset[str]:
        """Return those digests that some photo still refers to."""

    def cells(
        self, first: PremiumMonth, last: PremiumMonth, office_code: str | None = None
    ) -> tuple[Cell, ...]:
        """Return what counts: filed reports with a photo that is neither a duplicate nor marked."""

    def wall(self, wanted: Wanted, *, offset: int, limit: int) -> tuple[int, tuple[WallPhoto, ...]]:
        """Return how many photos there are, and a page of them, the latest first."""

    def outlived(self, before: PremiumMonth, limit: int) -> tuple[Photo, ...]:
        """Return kept photos of months before that one."""

    def count_outlived(self, before: PremiumMonth) -> int:
        """Count kept photos of months before that one."""

    def count_ended(self, before: datetime) -> int:
        """Count abandoned and withdrawn reports last heard of before then."""

    def remove_ended(self, before: datetime, limit: int) -> tuple[int, tuple[Photo, ...]]:
        """Delete abandoned and withdrawn reports of before then; return how many, and their photos."""


class GroupTalk(Protocol):
    """Messages of the tied groups by kind, without text."""

    def put(self, message: Message) -> None:
        """Insert, or write over an earlier version of the same message (by `said_at`)."""

    def get(self, message_id: str) -> Message | None: ...
    def remove(self, message_id: str) -> bool:
        """Delete what was unsent. False: it is not known."""

    def last_question(self, group_id: str, before: datetime) -> datetime | None:
        """Return when a clerk last asked something in the group before then."""

    def counts(
        self, first: PremiumMonth, last: PremiumMonth, group_id: str | None = None
    ) -> Mapping[tuple[PremiumMonth, MessageKind], int]:
        """Return the counts of each month and kind, over one group or all."""

    def by_office(self, first: PremiumMonth, last: PremiumMonth) -> Mapping[str, tuple[int, int]]:
        """Return office code → (read-replies, discussion)."""

    def answers(self, first: PremiumMonth, last: PremiumMonth) -> Mapping[tuple[str, PremiumMonth], int]:
        """Return (office code, month) → read-replies and discussion together, where there are any."""
