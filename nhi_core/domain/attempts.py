"""Wrong answers, counted: a pause after some, and the staff's key after some pauses."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from nhi_core.domain.errors import FactLocked


@dataclass(frozen=True, slots=True)
class Policy:
    """`limit` wrong answers within `window` cost a pause; after `most_pauses` pauses only the staff helps."""

    limit: int
    window: timedelta
    pause: timedelta = timedelta(minutes=10)
    most_pauses: int = 3


# A person's own count: three wrong, ten minutes, three times (as the tax authority's log-in does it).
PERSON = Policy(limit=3, window=timedelta(hours=24))
# A kiosk serves many: its count is for somebody who tries card after card.
KIOSK = Policy(limit=10, window=timedelta(minutes=10))


@dataclass(frozen=True, slots=True)
class Attempts:
    """The count of one subject: `person:<id>` or `kiosk:<id>`."""

    subject: str
    wrong: int = 0
    since: datetime | None = None
    pauses: int = 0
    paused_until: datetime | None = None


def check(attempts: Attempts, policy: Policy, now: datetime) -> int:
    """Return how many wrong answers are still free. Raises FactLocked."""
    if attempts.pauses >= policy.most_pauses:
        raise FactLocked(0)
    if attempts.paused_until is not None and now < attempts.paused_until:
        raise FactLocked(ceil((attempts.paused_until - now).total_seconds()))
    return policy.limit - _running(attempts, policy, now)


def wrong(attempts: Attempts, policy: Policy, now: datetime) -> Attempts:
    """Return the count after a wrong answer."""
    running = _running(attempts, policy, now)
    count, since = running + 1, attempts.since if running else now
    if count < policy.limit:
        return dataclasses.replace(attempts, wrong=count, since=since)
    return Attempts(attempts.subject, pauses=attempts.pauses + 1, paused_until=now + policy.pause)


def _running(attempts: Attempts, policy: Policy, now: datetime) -> int:
    recent = attempts.since is not None and now < attempts.since + policy.window
    return attempts.wrong if recent else 0
