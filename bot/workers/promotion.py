"""The photos of promotion reports: fetched at once, swept until they are.

The queue carries a photo's id. All of it may run twice: a try is leased in the database.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import structlog

from bot import metrics
from bot.handlers.promotion import FETCH
from bot.line import LineError, Refused
from bot.workers import runtime
from bot.workers.queue import task
from bot.workers.runtime import Office
from nhi_core.domain.errors import CounterError, FilesUnavailable

log = structlog.get_logger(__name__)

# A sweep ends well before the next one's time limit.
ROUND = timedelta(seconds=45)
_GONE = frozenset({404, 410})


def fetch(office: Office, photo_id: str) -> str | None:
    """Fetch one photo; return what became of it, or None when it was not ours to fetch."""
    photos = office.desk.core.promotion_photos
    photo = photos.claim(photo_id)
    if photo is None:
        return None
    try:
        data = office.desk.line.content(photo.message_id)
    except LineError as error:
        if isinstance(error.result, Refused) and error.result.status in _GONE:
            photos.gone(photo)
            return _told(photo_id, "gone")
        return _told(photo_id, "later" if photos.later(photo) else "gone")
    if data is None:  # not ready yet
        return _told(photo_id, "later" if photos.later(photo) else "gone")
    try:
        return _told(photo_id, photos.received(photo, data).value)
    except FilesUnavailable as error:
        # Nothing is lost: the platform still has it, and so has the row.
        log.error("promotion_photo_not_kept", photo=photo_id, code=error.code)  # noqa: TRY400 - no values
        photos.later(photo)
        return _told(photo_id, error.code)


def sweep(office: Office) -> int:
    """Fetch what waits; return how many were tried."""
    clock = office.desk.core.clock
    began, tried = clock.now(), 0
    for photo in office.desk.core.promotion_photos.due():
        if clock.now() - began > ROUND:
            break
        tried += fetch(office, photo.id) is not None
    return tried


def tidy(office: Office) -> int:
    """End what nobody went on with; return how many reports."""
    return office.desk.core.promotion.abandon_stale()


def _told(photo_id: str, outcome: str) -> str:
    log.info("promotion_photo_fetched", photo=photo_id, outcome=outcome)
    metrics.PROMOTION_PHOTOS.labels(outcome=outcome).inc()
    return outcome


@task(FETCH)
def fetch_task(photo_id: str) -> None:
    """See `fetch`."""
    try:
        fetch(runtime.office(), photo_id)
    except CounterError as error:
        log.warning("promotion_photo_waits", photo=photo_id, code=error.code)


@task("sweeps.promotion_photos")
def sweep_task() -> None:
    """See `sweep`."""
    _swept("promotion_photos", sweep)


@task("sweeps.promotion")
def tidy_task() -> None:
    """See `tidy`."""
    _swept("promotion", tidy)


def _swept(what: str, work: Callable[[Office], int]) -> None:
    try:
        count = work(runtime.office())
    except CounterError as error:
        log.warning("promotion_waits", what=what, code=error.code)
        return
    if count:
        metrics.SWEPT.labels(what=what).inc(count)
        log.info("swept", what=what, count=count)
