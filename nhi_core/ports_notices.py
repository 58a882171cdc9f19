"""What notices need from the store."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from nhi_core.domain.notice_acks import Ack, Nudge, NudgeState
from nhi_core.domain.notice_sending import Batch, BatchState, Receiver, Unsent
from nhi_core.domain.notices import Audience, Category, Notice, NoticeState


@dataclass(frozen=True, slots=True)
class NoticeFilter:
    """What of the notices is wanted; empty means all."""

    categories: frozenset[Category] = frozenset()
    states: frozenset[NoticeState] = frozenset()
    since: date | None = None
    until: date | None = None


class Notices(Protocol):
    """Notices as such."""

    def add(self, notice: Notice) -> None: ...
    def get(self, notice_id: str) -> Notice | None: ...
    def by_code(self, code: str) -> Notice | None: ...
    def end_of(self, notice_id: str) -> Notice | None:
        """Return the end notice of a notice."""

    def save(self, notice: Notice, *, was: int) -> bool:
        """Compare-and-set on `revision`: False when somebody else changed it."""

    def found(self, wanted: NoticeFilter, *, limit: int, offset: int = 0) -> tuple[Notice, ...]:
        """Return notices, the newest first."""

    def count(self, wanted: NoticeFilter) -> int: ...
    def due(self, now: datetime, limit: int = 50) -> tuple[Notice, ...]:
        """Return scheduled notices whose moment has come, the earliest first."""

    def in_state(self, *states: NoticeState, limit: int = 200) -> tuple[Notice, ...]:
        """Return notices in these states, the oldest first."""

    def over(self, day: date, *, limit: int = 500) -> tuple[Notice, ...]:
        """Return what has gone out and whose last day is before this day."""

    def valid_on(self, day: date, *, limit: int = 200) -> tuple[Notice, ...]:
        """Return what has gone out and holds on this day, the newest first."""

    def outlived_files(self, before: datetime, limit: int) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Return (notice, digests of its files) of notices closed before then that have any."""

    def forget_files(self, notice_id: str) -> None:
        """Take the files off a closed notice."""

    def named_files(self) -> frozenset[str]:
        """Return the digests of all files that any notice names."""


class NoticeSends(Protocol):
    """What a notice leaves behind while it goes out."""

    def receivers(self, audience: Audience) -> tuple[Receiver, ...]:
        """Return everybody an audience means now, by account id, those who blocked the account among them."""

    def plan(self, batch: Batch, receivers: Iterable[Receiver]) -> None:
        """Insert a batch with its deliveries."""

    def skip(self, notice_id: str, receivers: Iterable[Receiver], reason: Unsent) -> None:
        """Insert deliveries that will not be made, and why."""

    def next_batch(self, notice_id: str, tried_before: datetime) -> Batch | None:
        """Return a batch that waits, or one that was claimed, last tried before then, and has no end."""

    def claim(self, batch: Batch, at: datetime) -> bool:
        """Compare-and-set on the state and the last try: False when another was first."""

    def release(self, batch: Batch) -> None:
        """Let a claimed batch wait again: it surely was not sent."""

    def addressees(self, batch_id: str) -> tuple[str, ...]:
        """Return the channel's ids of the batch's receivers, in an order that stays."""

    def settle(self, batch: Batch, state: BatchState, reason: Unsent | None, at: datetime) -> None:
        """End a batch with its deliveries."""

    def split(self, batch: Batch, halves: tuple[Batch, Batch], at: datetime) -> None:
        """Move the batch's deliveries to two new batches, first half and second."""

    def drop(self, notice_id: str, at: datetime) -> int:
        """End what has not been claimed of a notice that was withdrawn; return how many deliveries."""

    def open_batches(self, notice_id: str) -> int: ...
    def next_number(self, notice_id: str) -> int: ...
    def outcome(self, notice_id: str) -> Mapping[str, int]:
        """Return deliveries by how they stand: `planned`, `sent`, and the reasons."""

    def got(self, notice_id: str, account_id: str) -> bool:
        """Whether an account is among a notice's receivers."""

    def post(self, notice_id: str, group_id: str | None, message_ids: Sequence[str], at: datetime) -> None:
        """Note what LINE called the messages that showed a notice."""

    def posted(self, message_id: str) -> str | None:
        """Return the notice that a message of ours showed."""


class NoticeAcks(Protocol):
    """Who has said that a notice was read."""

    def record(self, ack: Ack) -> bool:
        """Insert, or give again what was taken back; False when it stands already."""

    def by_message(self, message_id: str) -> tuple[Ack, ...]: ...
    def take_back(self, ack_id: str, at: datetime) -> None: ...
    def of(self, notice_id: str) -> tuple[Ack, ...]:
        """Return acknowledgements in force, the earliest first."""

    def counts(self, notice_ids: Collection[str]) -> Mapping[str, int]:
        """Return notice id → acknowledgements in force."""

    def nudge(self, nudge: Nudge) -> bool:
        """Claim a nudge; False when this clerk was nudged about this notice before."""

    def nudges_stuck(self, tried_before: datetime, limit: int) -> tuple[Nudge, ...]:
        """Return claimed nudges without an end, last tried before then."""

    def nudge_again(self, nudge: Nudge, at: datetime) -> bool:
        """Compare-and-set on `tried_at`."""

    def nudge_settle(self, nudge_id: str, state: NudgeState, reason: str | None, at: datetime) -> None: ...
    def nudged(self, notice_id: str) -> Mapping[str, NudgeState]:
        """Return clerk id → how the nudge stands."""
