"""A clerk's side of promotion reports: photos come, theme and channel are chosen, mistakes are mended.

Row first: what came is written before anything is answered or fetched, and a message that comes twice finds
its row. Who may report is decided by the clerk's registration at each call.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from nhi_core.domain.errors import IllegalMove, MonthClosed, NotAClerk
from nhi_core.domain.group_activity import looks_like_question
from nhi_core.domain.offices import Clerk, ClerkState
from nhi_core.domain.promotion import (
    ABANDONED_AFTER,
    AUDIT_EVENTS,
    MOST_NOTE,
    NOTE_WINDOW,
    OPEN,
    QUIET_WINDOW,
    Photo,
    PhotoState,
    Report,
    ReportEvent,
    ReportState,
    closed,
    joins,
    month_of,
)
from nhi_core.domain.promotion_lists import channels_of, themes_of
from nhi_core.ports import Clock, Ids, UnitOfWork, UnitOfWorkFactory
from nhi_core.services.promotion_views import ReportView, report_view

_T = TypeVar("_T")
_TRIES = 3  # when two of the clerk's own doings meet


@dataclass(frozen=True, slots=True)
class Taken:
    """A photo that was taken. `asks`: its event is answered with the report's question."""

    report: ReportView
    photo_id: str
    asks: bool


class PromotionService:
    """Every method raises NotAClerk for an account that is no active clerk of an office, StoreUnavailable."""

    def __init__(self, uow: UnitOfWorkFactory, clock: Clock, ids: Ids) -> None:
        self._uow = uow
        self._clock = clock
        self._ids = ids

    def check(self, account_id: str) -> None:
        """Pass for somebody who may report."""
        with self._uow() as uow:
            _clerk(uow, account_id)

    def open(self, account_id: str, *, group_id: str | None = None) -> ReportView:
        """Return the report the clerk is at, or begin one; photos that come now belong to it."""
        now = self._clock.now()
        with self._uow() as uow:
            clerk = _clerk(uow, account_id)
            report = self._latest_open(uow, clerk, group_id)
            if report is None:
                report = self._new(clerk, now, group_id)
                uow.promotions.add(report)
            elif report.state is ReportState.COLLECTING:
                report = dataclasses.replace(report, opened_at=now)
                if not uow.promotions.save(report):
                    raise IllegalMove("somebody else changed the report")
            uow.commit()
            return self._view(uow, report.id)

    def take(
        self, account_id: str, message_id: str, *, set_id: str | None = None, group_id: str | None = None
    ) -> Taken | None:
        """Take a photo's message; its content is fetched later. A message that is known changes nothing.

        In a group a photo is taken only while a report that was announced there is open; else None.
        """

        def work(uow: UnitOfWork) -> Taken | None:
            clerk, now = _clerk(uow, account_id), self._clock.now()
            known = uow.promotions.photo_of(message_id)
            if known is not None:
                return Taken(self._view(uow, known.report_id), known.id, known.asks)
            found = self._home(uow, clerk, set_id, now, group_id)
            if found is None and group_id is not None:
                return None
            report, photos = found or (self._new(clerk, now, None), ())
            if found is None:
                uow.promotions.add(report)
            changes: dict[str, object] = {"last_photo_at": now}
            if not photos:
                changes["month"] = month_of(now)
            _save(uow, report.moved(ReportEvent.PHOTO, **changes))
            photo = Photo(
                self._ids.uuid(),
                report.id,
                message_id,
                PhotoState.WAITING,
                now,
                asks=_asks(report, photos, set_id, now),
                set_id=set_id,
                next_try_at=now,
            )
            if not uow.promotions.add_photo(photo):
                raise _Overtaken("the message came twice at once")
            uow.commit()
            return Taken(self._view(uow, report.id), photo.id, photo.asks)

        return self._again(work)

    def show(self, account_id: str, report_id: str) -> ReportView:
        """Return a report of the clerk's own. Raises IllegalMove."""
        with self._uow() as uow:
            return self._view(uow, _own(uow, _clerk(uow, account_id), report_id).id)

    def choose_theme(self, account_id: str, report_id: str, theme: str) -> ReportView:
        """Set the theme. Raises IllegalMove (another's, over, not in the list), MonthClosed."""

        def change(report: Report) -> Report:
            if theme not in {one.code for one in themes_of(report.month.year)}:
                raise IllegalMove("not a theme of that year")
            return report.moved(ReportEvent.THEME, theme=theme)

        return self._change(account_id, report_id, ReportEvent.THEME, change)

    def choose_channel(self, account_id: str, report_id: str, channel: str) -> ReportView:
        """Set the channel, which files the report. Raises as `choose_theme` does."""
        now = self._clock.now()

        def change(report: Report) -> Report:
            if channel not in {one.code for one in channels_of(report.month.year)}:
                raise IllegalMove("not a channel of that year")
            return report.moved(ReportEvent.CHANNEL, channel=channel, filed_at=report.filed_at or now)

        return self._change(account_id, report_id, ReportEvent.CHANNEL, change)

    def withdraw(self, account_id: str, report_id: str) -> ReportView:
        """Take a report back; it counts no longer. Raises IllegalMove, MonthClosed."""
        return self._change(
            account_id, report_id, ReportEvent.WITHDRAW, lambda report: report.moved(ReportEvent.WITHDRAW)
        )

    def note(self, account_id: str, words: str) -> ReportView | None:
        """Keep a word or two said right after the photos; None when this is no such word.

        A question is none, nor is a second text: it is answered like any other.
        """
        text = " ".join(words.split())
        if not text or len(text) > MOST_NOTE or looks_like_question(text):
            return None

        def work(uow: UnitOfWork) -> ReportView | None:
            now = self._clock.now()
            clerk = uow.clerks.live_of_account(account_id)
            if clerk is None:
                return None
            for report in uow.promotions.lively_of(clerk.id, now - NOTE_WINDOW):
                if report.last_photo_at is not None and report.noted_at is None and report.group_id is None:
                    _save(uow, dataclasses.replace(report, note=text, noted_at=now))
                    uow.commit()
                    return self._view(uow, report.id)
            return None

        return self._again(work)

    def drop_note(self, account_id: str, report_id: str) -> ReportView:
        """Forget the note: it was meant otherwise. Raises IllegalMove."""

        def work(uow: UnitOfWork) -> ReportView:
            report = _own(uow, _clerk(uow, account_id), report_id)
            _save(uow, dataclasses.replace(report, note=None))
            uow.commit()
            return self._view(uow, report.id)

        return self._again(work)

    def abandon_stale(self, limit: int = 200) -> int:
        """End open reports that nobody went on with for a day; return how many. Nobody is told by push."""
        with self._uow() as uow:
            found = uow.promotions.stale(self._clock.now() - ABANDONED_AFTER, limit)
            done = 0
            for report in found:
                if uow.promotions.save(report.moved(ReportEvent.EXPIRE)):
                    _audit(uow, report, ReportEvent.EXPIRE)
                    done += 1
            uow.commit()
        return done

    def _change(
        self, account_id: str, report_id: str, event: ReportEvent, change: Callable[[Report], Report]
    ) -> ReportView:
        def work(uow: UnitOfWork) -> ReportView:
            report = _own(uow, _clerk(uow, account_id), report_id)
            changed = change(report)
            if changed != report:
                if report.state is ReportState.FILED and closed(report.month, self._clock.now()):
                    raise MonthClosed("the report's month is closed")
                _save(uow, changed)
                _audit(uow, changed, event)
                uow.commit()
            return self._view(uow, report.id)

        return self._again(work)

    def _again(self, work: Callable[[UnitOfWork], _T]) -> _T:
        """Do it in a transaction of its own; when somebody else changed the row meanwhile, look anew."""
        for _ in range(_TRIES - 1):
            try:
                with self._uow() as uow:
                    return work(uow)
            except _Overtaken:
                continue
        with self._uow() as uow:
            return work(uow)

    def _home(
        self, uow: UnitOfWork, clerk: Clerk, set_id: str | None, now: datetime, group_id: str | None
    ) -> tuple[Report, tuple[Photo, ...]] | None:
        """Return the report a photo belongs to, with the photos it has; None when there is none."""
        for report in uow.promotions.lively_of(clerk.id, now - ABANDONED_AFTER):
            photos = uow.promotions.photos_of(report.id)
            if report.group_id == group_id and joins(report, photos, set_id, now):
                return report, photos
        return None

    def _latest_open(self, uow: UnitOfWork, clerk: Clerk, group_id: str | None) -> Report | None:
        """Return the report to go on with: in the one-to-one chat also one that was announced in a group."""
        lively = uow.promotions.lively_of(clerk.id, self._clock.now() - ABANDONED_AFTER)
        fitting = (one for one in lively if group_id is None or one.group_id == group_id)
        return next((one for one in fitting if _goes_on(one, group_id)), None)

    def _new(self, clerk: Clerk, now: datetime, group_id: str | None) -> Report:
        return Report(
            self._ids.uuid(),
            clerk.id,
            clerk.account_id,
            clerk.office_code or "",
            month_of(now),
            ReportState.COLLECTING,
            now,
            group_id=group_id,
        )

    def _view(self, uow: UnitOfWork, report_id: str) -> ReportView:
        return report_view(uow, report_id, self._clock.now())


class _Overtaken(IllegalMove):
    """A compare-and-set failed: somebody else was first."""


def _clerk(uow: UnitOfWork, account_id: str) -> Clerk:
    clerk = uow.clerks.live_of_account(account_id)
    if clerk is None or clerk.state is not ClerkState.ACTIVE or clerk.office_code is None:
        raise NotAClerk
    return clerk


def _own(uow: UnitOfWork, clerk: Clerk, report_id: str) -> Report:
    report = uow.promotions.get(report_id)
    if report is None or report.clerk_id != clerk.id:
        raise IllegalMove("no report of this clerk")
    return report


def _goes_on(report: Report, group_id: str | None) -> bool:
    """A report that only waits for photos is gone on with where it was opened."""
    if report.state is ReportState.COLLECTING:
        return report.group_id == group_id
    return report.state in OPEN


def _asks(report: Report, photos: tuple[Photo, ...], set_id: str | None, now: datetime) -> bool:
    """Whether this photo is answered: the first one, and one that comes by itself later on."""
    if not photos:
        return True
    if report.state not in OPEN or (set_id is not None and any(one.set_id == set_id for one in photos)):
        return False
    return now - report.last_sign > QUIET_WINDOW


def _save(uow: UnitOfWork, report: Report) -> None:
    if not uow.promotions.save(report):
        raise _Overtaken("somebody else changed the report")


def _audit(uow: UnitOfWork, report: Report, event: ReportEvent) -> None:
    detail = {"clerk": report.clerk_id, "office": report.office_code, "theme": report.theme,
              "channel": report.channel}  # fmt: skip
    uow.audit.record(AUDIT_EVENTS[event], subject=f"promotion:{report.id}", detail=detail)
