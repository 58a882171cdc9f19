"""Payment orders and the attempts to pay them: the records, and their lives as tables.

An order is what a person wants to pay; an attempt is one try at one gateway. Money that came in is money:
every state of an attempt but the settled ones has an edge for it, however late it is heard of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from nhi_core.domain.allocation import Claim
from nhi_core.domain.errors import CounterError, IllegalMove

ORDER_TTL = timedelta(minutes=30)
LINK_TTL = timedelta(hours=24)  # long enough to see how it ended
ATTEMPT_TTL = timedelta(minutes=25)  # past every gateway's own limit (JKOPay: 20 minutes)


class PaymentTooSoon(CounterError):
    """The binding is fresh: a payment link is given out when the cooling-off time is over."""

    code = "payment_too_soon"


class NothingToPay(CounterError):
    """Nothing can be asked for now."""

    code = "nothing_to_pay"


class PayLinkOver(CounterError):
    """The link stands for no order of the person who is bound now."""

    code = "pay_link_over"


class ChannelRefused(CounterError):
    """A channel that this deployment does not have, or that cannot take this amount."""

    code = "channel_refused"


class AmountChanged(CounterError):
    """What is to be paid is no longer what the page showed."""

    code = "amount_changed"


class OrderClosed(CounterError):
    """The order is paid, over, or looked at by staff: nothing new can be started."""

    code = "order_closed"


class AttemptPending(CounterError):
    """A payment at a gateway is still open; a second one beside it could be paid twice."""

    code = "attempt_pending"


class Purpose(StrEnum):
    """What an order pays."""

    ARREARS = "arrears"
    INSTALMENT = "instalment"


class OrderState(StrEnum):
    """Where an order stands. REVIEW: money came in that does not fit; staff look at it."""

    OPEN = "open"
    CONFIRMING = "confirming"
    PAID = "paid"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REVIEW = "review"


class OrderEvent(StrEnum):
    """What can happen to an order."""

    CONFIRM = "confirm"
    RELEASE = "release"
    SETTLE = "settle"
    EXPIRE = "expire"
    CANCEL = "cancel"
    QUESTION = "question"


class AttemptState(StrEnum):
    """Where one try at a gateway stands. SURPLUS: paid, but the order had been paid already."""

    STARTING = "starting"
    WAITING = "waiting"
    CONFIRMING = "confirming"
    PAID = "paid"
    REFUSED = "refused"
    LAPSED = "lapsed"
    REVIEW = "review"
    SURPLUS = "surplus"


class AttemptEvent(StrEnum):
    """What can happen to an attempt."""

    OPENED = "opened"
    CONFIRM = "confirm"
    PAY = "pay"
    REFUSE = "refuse"
    LAPSE = "lapse"
    MISMATCH = "mismatch"
    DOUBLE = "double"


LIVE_ORDERS = frozenset({OrderState.OPEN, OrderState.CONFIRMING})
LIVE_ATTEMPTS = frozenset({AttemptState.STARTING, AttemptState.WAITING, AttemptState.CONFIRMING})
# The money is in: nothing a gateway says changes these any more.
SETTLED_ATTEMPTS = frozenset({AttemptState.PAID, AttemptState.REVIEW, AttemptState.SURPLUS})

_UNPAID = (OrderState.OPEN, OrderState.CONFIRMING, OrderState.EXPIRED, OrderState.CANCELLED)
ORDER_MOVES: Mapping[tuple[OrderState, OrderEvent], OrderState] = {
    (OrderState.OPEN, OrderEvent.CONFIRM): OrderState.CONFIRMING,
    (OrderState.CONFIRMING, OrderEvent.RELEASE): OrderState.OPEN,
    (OrderState.OPEN, OrderEvent.EXPIRE): OrderState.EXPIRED,
    (OrderState.OPEN, OrderEvent.CANCEL): OrderState.CANCELLED,
    **{(state, OrderEvent.SETTLE): OrderState.PAID for state in _UNPAID},
    **{(state, OrderEvent.QUESTION): OrderState.REVIEW for state in _UNPAID},
}

_OPEN_TRIES = (AttemptState.STARTING, AttemptState.WAITING, AttemptState.CONFIRMING)
_ENDED_TRIES = (AttemptState.REFUSED, AttemptState.LAPSED)
ATTEMPT_MOVES: Mapping[tuple[AttemptState, AttemptEvent], AttemptState] = {
    (AttemptState.STARTING, AttemptEvent.OPENED): AttemptState.WAITING,
    (AttemptState.STARTING, AttemptEvent.CONFIRM): AttemptState.CONFIRMING,
    (AttemptState.WAITING, AttemptEvent.CONFIRM): AttemptState.CONFIRMING,
    **{(state, AttemptEvent.REFUSE): AttemptState.REFUSED for state in _OPEN_TRIES},
    **{(state, AttemptEvent.LAPSE): AttemptState.LAPSED for state in _OPEN_TRIES},
    **{(state, AttemptEvent.PAY): AttemptState.PAID for state in _OPEN_TRIES + _ENDED_TRIES},
    **{(state, AttemptEvent.MISMATCH): AttemptState.REVIEW for state in _OPEN_TRIES + _ENDED_TRIES},
    **{(state, AttemptEvent.DOUBLE): AttemptState.SURPLUS for state in _OPEN_TRIES + _ENDED_TRIES},
}

# Each edge names its audit event.
ORDER_AUDIT: Mapping[OrderEvent, str] = {event: f"payment_order_{event.value}" for event in OrderEvent}
ATTEMPT_AUDIT: Mapping[AttemptEvent, str] = {
    event: f"payment_attempt_{event.value}" for event in AttemptEvent
}


def next_order(state: OrderState, event: OrderEvent) -> OrderState:
    """Return the order's state after `event`. Raises errors.IllegalMove."""
    try:
        return ORDER_MOVES[state, event]
    except KeyError:
        raise IllegalMove(f"order: {event} from {state}") from None


def next_attempt(state: AttemptState, event: AttemptEvent) -> AttemptState:
    """Return the attempt's state after `event`. Raises errors.IllegalMove."""
    try:
        return ATTEMPT_MOVES[state, event]
    except KeyError:
        raise IllegalMove(f"attempt: {event} from {state}") from None


@dataclass(frozen=True, slots=True)
class Order:
    """What one person wants to pay, through one account. `amount` is the sum of `claims`, whole NT$.

    `plan_id` and `term` name the instalment that is paid (Purpose.INSTALMENT). `revision` counts changes:
    every write compares it.
    """

    id: str
    account_id: str
    person_id: str
    purpose: Purpose
    state: OrderState
    amount: int
    claims: tuple[Claim, ...]
    created_at: datetime
    expires_at: datetime
    plan_id: str | None = None
    term: int | None = None
    paid_at: datetime | None = None
    paid_by: str | None = None
    revision: int = 1


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at one gateway. Its id is the order number that the gateway sees.

    `received` is what the gateway says came in, NT$; `code` its last status word, as it gave it.
    """

    id: str
    order_id: str
    channel: str
    state: AttemptState
    amount: int
    created_at: datetime
    next_check_at: datetime | None
    checks: int = 0
    reference: str | None = None
    redirect_url: str | None = None
    code: str | None = None
    received: int | None = None
    settled_at: datetime | None = None

    @property
    def live(self) -> bool:
        """Whether it can still be paid the ordinary way."""
        return self.state in LIVE_ATTEMPTS
