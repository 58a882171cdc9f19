"""Outgoing e-mail: the life of a letter as a table, and how long we wait between tries.

A letter is sent at most once. A try that surely did nothing is repeated; one whose end is not known (the
connection broke after the whole letter was handed over, or our process ended in the middle) is `unclear` and
waits for a person's word: `nhi-counter mail retry`, under the same Message-ID.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from nhi_core.domain.errors import IllegalMove


class MailKind(StrEnum):
    """What a letter is about; its subject is a row of …"""

    ESLIP = "eslip"  # eslips
    ESLIP_CODE = "eslip_code"  # eslip_subscriptions
    PREREGISTRATION = "preregistration"  # preregistrations


class MailState(StrEnum):
    """Where a letter stands. DROPPED: there was no reason to send it any more."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    UNCLEAR = "unclear"
    GIVEN_UP = "given_up"
    DROPPED = "dropped"


class MailEvent(StrEnum):
    """What can happen to a letter."""

    CLAIM = "claim"
    DELIVER = "deliver"
    DEFER = "defer"
    REFUSE = "refuse"
    LOSE = "lose"
    GIVE_UP = "give_up"
    DROP = "drop"
    RETRY = "retry"


MOVES: Mapping[tuple[MailState, MailEvent], MailState] = {
    (MailState.WAITING, MailEvent.CLAIM): MailState.SENDING,
    (MailState.WAITING, MailEvent.DROP): MailState.DROPPED,
    (MailState.WAITING, MailEvent.DEFER): MailState.WAITING,
    (MailState.WAITING, MailEvent.GIVE_UP): MailState.GIVEN_UP,
    (MailState.SENDING, MailEvent.DELIVER): MailState.SENT,
    (MailState.SENDING, MailEvent.DEFER): MailState.WAITING,
    (MailState.SENDING, MailEvent.REFUSE): MailState.REFUSED,
    (MailState.SENDING, MailEvent.LOSE): MailState.UNCLEAR,
    (MailState.SENDING, MailEvent.GIVE_UP): MailState.GIVEN_UP,
    **{
        (state, MailEvent.RETRY): MailState.WAITING
        for state in (MailState.REFUSED, MailState.UNCLEAR, MailState.GIVEN_UP)
    },
}
# Where only a person's word goes on.
STUCK = (MailState.REFUSED, MailState.UNCLEAR, MailState.GIVEN_UP)

# Where nothing will happen any more.
OVER = (MailState.SENT, MailState.DROPPED)

# After so long a sender is taken for dead; no try lasts so long.
CLAIM_LIFE = timedelta(minutes=10)
_PAUSES = tuple(timedelta(minutes=n) for n in (1, 5, 15, 60, 180, 360, 720, 1440))


@dataclass(frozen=True, slots=True)
class Mail:
    """One letter. `key` makes it unique and becomes its Message-ID; recipient and text are not kept here.

    `code` is the server's answer or our reason: three digits or one word.
    """

    id: str
    key: str
    kind: MailKind
    subject_id: str
    state: MailState
    tries: int
    created_at: datetime
    next_try_at: datetime | None
    claimed_at: datetime | None = None
    settled_at: datetime | None = None
    code: str | None = None

    def moved(self, event: MailEvent, at: datetime, code: str | None = None) -> Mail:
        """Return the row after `event`. Raises errors.IllegalMove.

        A DEFER beyond the last pause is a GIVE_UP.
        """
        if event is MailEvent.DEFER and self.tries > len(_PAUSES):
            event = MailEvent.GIVE_UP
        state = next_state(self.state, event)
        if event is MailEvent.CLAIM:
            return dataclasses.replace(
                self, state=state, tries=self.tries + 1, claimed_at=at, next_try_at=None, code=None
            )
        if event is MailEvent.RETRY:
            return dataclasses.replace(self, state=state, tries=0, next_try_at=at, settled_at=None)
        if event is MailEvent.DEFER:
            pause = _PAUSES[max(0, self.tries - 1)]
            return dataclasses.replace(self, state=state, next_try_at=at + pause, code=code)
        return dataclasses.replace(self, state=state, next_try_at=None, settled_at=at, code=code)


def next_state(state: MailState, event: MailEvent) -> MailState:
    """Return the state after `event`. Raises errors.IllegalMove when the table has no such edge."""
    try:
        return MOVES[state, event]
    except KeyError:
        raise IllegalMove(f"letter: {event} from {state}") from None
