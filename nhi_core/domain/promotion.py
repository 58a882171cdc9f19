"""Promotion reports (宣導回報): photos that a clerk sends, with theme and channel, and when they count.

One report is one 件: one theme through one channel, however many photos show it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from nhi_core.domain.calendar import TAIPEI
from nhi_core.domain.errors import IllegalMove
from nhi_core.domain.roc import PremiumMonth

# Photos that come within this time after the last one belong to the same report: not every telephone says
# which photos were sent together, and the platform delivers them in any order.
JOIN_WINDOW = timedelta(minutes=10)
# Within this time a photo is taken for one of those just sent: it is not answered by itself.
QUIET_WINDOW = timedelta(seconds=60)
# How long after its filing a photo that says it belongs to the same set still joins a report.
LATE_WINDOW = timedelta(hours=1)
# A word or two right after the photos is the report's note.
NOTE_WINDOW = timedelta(minutes=3)
MOST_NOTE = 200  # characters
MOST_PHOTOS = 30
# A report that nobody went on with is over; nobody is reminded by push.
ABANDONED_AFTER = timedelta(hours=24)
# Corrections are taken until the end of this day of the next month.
CLOSES_ON_DAY = 5


class ReportState(StrEnum):
    """Where a report stands."""

    COLLECTING = "collecting"  # opened by a word; no photo has come yet
    ASKED_THEME = "asked_theme"
    ASKED_CHANNEL = "asked_channel"
    FILED = "filed"
    ABANDONED = "abandoned"
    WITHDRAWN = "withdrawn"


class ReportEvent(StrEnum):
    """What can happen to a report."""

    PHOTO = "photo"
    THEME = "theme"
    CHANNEL = "channel"
    EXPIRE = "expire"
    WITHDRAW = "withdraw"
    EMPTY = "empty"  # its last photo was unsent


_S, _E = ReportState, ReportEvent
MOVES: Mapping[tuple[ReportState, ReportEvent], ReportState] = {
    (_S.COLLECTING, _E.PHOTO): _S.ASKED_THEME,
    (_S.COLLECTING, _E.EXPIRE): _S.ABANDONED,
    (_S.COLLECTING, _E.WITHDRAW): _S.WITHDRAWN,
    (_S.ASKED_THEME, _E.PHOTO): _S.ASKED_THEME,
    (_S.ASKED_THEME, _E.THEME): _S.ASKED_CHANNEL,
    (_S.ASKED_THEME, _E.EXPIRE): _S.ABANDONED,
    (_S.ASKED_THEME, _E.WITHDRAW): _S.WITHDRAWN,
    (_S.ASKED_THEME, _E.EMPTY): _S.WITHDRAWN,
    (_S.ASKED_CHANNEL, _E.PHOTO): _S.ASKED_CHANNEL,
    (_S.ASKED_CHANNEL, _E.THEME): _S.ASKED_CHANNEL,
    (_S.ASKED_CHANNEL, _E.CHANNEL): _S.FILED,
    (_S.ASKED_CHANNEL, _E.EXPIRE): _S.ABANDONED,
    (_S.ASKED_CHANNEL, _E.WITHDRAW): _S.WITHDRAWN,
    (_S.ASKED_CHANNEL, _E.EMPTY): _S.WITHDRAWN,
    # Corrections, until the month closes; and photos of the set that came late.
    (_S.FILED, _E.PHOTO): _S.FILED,
    (_S.FILED, _E.THEME): _S.FILED,
    (_S.FILED, _E.CHANNEL): _S.FILED,
    (_S.FILED, _E.WITHDRAW): _S.WITHDRAWN,
    (_S.FILED, _E.EMPTY): _S.WITHDRAWN,
}
# Each edge names its audit event; photos are rows of their own.
AUDIT_EVENTS: Mapping[ReportEvent, str] = {
    _E.THEME: "promotion_theme_chosen",
    _E.CHANNEL: "promotion_channel_chosen",
    _E.EXPIRE: "promotion_abandoned",
    _E.WITHDRAW: "promotion_withdrawn",
    _E.EMPTY: "promotion_emptied",
}
OPEN = frozenset({_S.COLLECTING, _S.ASKED_THEME, _S.ASKED_CHANNEL})


def next_state(state: ReportState, event: ReportEvent) -> ReportState:
    """Return the state after `event`. Raises errors.IllegalMove when the table has no such edge."""
    try:
        return MOVES[state, event]
    except KeyError:
        raise IllegalMove(f"{event} from {state}") from None


@dataclass(frozen=True, slots=True)
class Report:
    """One report. `month` is the month it counts in. `note` may name people: sealed at rest, never in `repr`.

    `group_id` is the tied group in which the clerk announced it; None: the one-to-one chat.
    """

    id: str
    clerk_id: str
    account_id: str
    office_code: str
    month: PremiumMonth
    state: ReportState
    opened_at: datetime
    last_photo_at: datetime | None = None
    group_id: str | None = None
    theme: str | None = None
    channel: str | None = None
    note: str | None = None
    noted_at: datetime | None = None
    filed_at: datetime | None = None
    revision: int = 0

    def __repr__(self) -> str:
        """Show nothing personal."""
        return f"Report(id={self.id!r}, office_code={self.office_code!r}, state={self.state.value!r})"

    @property
    def last_sign(self) -> datetime:
        """When its clerk was last heard of."""
        return self.last_photo_at or self.opened_at

    def moved(self, event: ReportEvent, **changes: object) -> Report:
        """Return the report after `event`. Raises IllegalMove."""
        changed: Report = replace(self, state=next_state(self.state, event), **changes)  # type: ignore[arg-type]
        return changed


class PhotoState(StrEnum):
    """Where a photo stands."""

    WAITING = "waiting"  # the row is written, the content not yet fetched
    KEPT = "kept"
    REFUSED = "refused"  # see `reason`: a domain.files.Refusal
    GONE = "gone"  # the platform has it no longer
    UNSENT = "unsent"
    EXPIRED = "expired"  # its time was over: the content is deleted, the figures stay


# The content's life. `waiting → unsent` wins over a download under way: its compare-and-set fails.
PHOTO_MOVES: Mapping[PhotoState, frozenset[PhotoState]] = {
    PhotoState.WAITING: frozenset({PhotoState.KEPT, PhotoState.REFUSED, PhotoState.GONE, PhotoState.UNSENT}),
    PhotoState.KEPT: frozenset({PhotoState.UNSENT, PhotoState.EXPIRED}),
    PhotoState.REFUSED: frozenset({PhotoState.UNSENT}),
    PhotoState.GONE: frozenset({PhotoState.UNSENT}),
    PhotoState.UNSENT: frozenset(),
    PhotoState.EXPIRED: frozenset(),
}
# A photo that may still show something.
LIVE_PHOTOS = frozenset({PhotoState.WAITING, PhotoState.KEPT})
# What counts, or counted.
SHOWN_PHOTOS = frozenset({PhotoState.KEPT, PhotoState.EXPIRED})


class NotCounted(StrEnum):
    """Why the staff does not count a photo."""

    NO_PROMOTION = "no_promotion"
    UNREADABLE = "unreadable"
    SAME_AS_ANOTHER = "same_as_another"
    WRONG_MONTH = "wrong_month"
    SHOWS_PERSONAL_DATA = "shows_personal_data"


@dataclass(frozen=True, slots=True)
class Photo:
    """One photo. `source` is the SHA-256 of what was sent, `digest` and `thumbnail` of what is kept.

    `asks`: its event got the question as its answer; all others of the set stay unanswered.
    """

    id: str
    report_id: str
    message_id: str
    state: PhotoState
    received_at: datetime
    asks: bool
    set_id: str | None = None
    reason: str | None = None
    source: str | None = None
    digest: str | None = None
    thumbnail: str | None = None
    width: int | None = None
    height: int | None = None
    tries: int = 0
    next_try_at: datetime | None = None
    not_counted: NotCounted | None = None


# Seconds between tries to fetch a photo; then it is given up as gone. A photo is not ready for moments only,
# but the platform, the disk or we may be away for longer.
RETRY_AFTER: tuple[int, ...] = (2, 3, 5, 10, 30, 60, 300, 900, 3600, 3600, 10800, 21600)


def month_of(moment: datetime) -> PremiumMonth:
    """Return the Taipei month of a moment."""
    return PremiumMonth.of(moment.astimezone(TAIPEI).date())


def closed(month: PremiumMonth, now: datetime) -> bool:
    """Whether reports of the month can be corrected no longer."""
    today = now.astimezone(TAIPEI).date()
    return today > month.plus(1).first_day.replace(day=CLOSES_ON_DAY)


def joins(report: Report, photos: tuple[Photo, ...], set_id: str | None, now: datetime) -> bool:
    """Whether a photo that comes now belongs to this report rather than to a new one."""
    if len(photos) >= MOST_PHOTOS:
        return False
    same_set = set_id is not None and any(one.set_id == set_id for one in photos)
    if report.state in OPEN:
        return same_set or now - report.last_sign <= JOIN_WINDOW
    return report.state is ReportState.FILED and same_set and now - report.last_sign <= LATE_WINDOW
