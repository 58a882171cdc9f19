"""What gateways say, and what becomes of it. Everything here may be killed anywhere and run again.

A row is written before each call to a gateway and after it; a gateway is never called inside a transaction.
What a callback or a browser says is only a reason to ask: money is booked on the gateway's own answer alone.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog

from nhi_core.domain.allocation import allocate
from nhi_core.domain.bills import Payment
from nhi_core.domain.payment import (
    ATTEMPT_AUDIT,
    ATTEMPT_TTL,
    ORDER_AUDIT,
    SETTLED_ATTEMPTS,
    Attempt,
    AttemptEvent,
    AttemptState,
    Order,
    OrderEvent,
    OrderState,
    Purpose,
    next_attempt,
    next_order,
)
from nhi_core.domain.payment_matching import imported_before
from nhi_core.ports import Clock, UnitOfWork, UnitOfWorkFactory
from nhi_core.ports_payments import GatewayAway, PaymentProvider, Standing, Verdict
from nhi_core.services.payment_claims import Owed

log = structlog.get_logger(__name__)

# When a live attempt is asked about again, by how often it was asked; then every last step.
_AGAIN = tuple(timedelta(seconds=s) for s in (15, 30, 60, 120, 300, 600))
# An ended attempt is asked about twice more: late money is still money.
_LATE_LOOKS = (timedelta(hours=1), timedelta(hours=24))
_NEVER_ARRIVED = timedelta(minutes=5)
# We died before we had the gateway's address: nobody was sent there, and somebody waits to try again.
_NEVER_SENT = timedelta(minutes=1)
_STUCK = timedelta(hours=24)


class Settler:
    """Brings attempts to their end."""

    def __init__(
        self,
        uow: UnitOfWorkFactory,
        clock: Clock,
        owed: Owed,
        providers: Mapping[str, PaymentProvider],
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._owed = owed
        self._providers = providers

    def check(self, attempt_id: str) -> AttemptState | None:
        """Ask the gateway and act on its answer. Returns where the attempt stands now; None: no such one.

        Raises StoreUnavailable; a gateway that is away only puts the next look off.
        """
        with self._uow() as uow:
            attempt = uow.orders.attempt(attempt_id)
        if attempt is None or attempt.state in SETTLED_ATTEMPTS:
            return attempt.state if attempt else None
        provider = self._providers.get(attempt.channel)
        if provider is None:
            log.error("payment_channel_gone", channel=attempt.channel, attempt=attempt.id)
            return self._put_off(attempt.id, "no_provider")
        try:
            verdict = provider.inquire(attempt)
        except GatewayAway:
            return self._put_off(attempt.id, "away")
        return self._act(provider, attempt, verdict)

    def give_up(self, attempt_id: str, code: str) -> AttemptState | None:
        """End an attempt at which no money can move any more."""
        return self._end(attempt_id, AttemptEvent.LAPSE, code)

    def refuse(self, attempt_id: str, code: str) -> AttemptState | None:
        """End an attempt that the gateway turned down."""
        return self._end(attempt_id, AttemptEvent.REFUSE, code)

    def reconcile(self, limit: int = 50) -> int:
        """Ask about every attempt that is due, and close orders past their time; return how many."""
        now = self._clock.now()
        with self._uow() as uow:
            due = uow.orders.due_attempts(now, limit)
            overdue = uow.orders.overdue(now, limit)
        for attempt in due:
            self.check(attempt.id)
        return len(due) + sum(self._expire(order.id) for order in overdue)

    def _act(self, provider: PaymentProvider, attempt: Attempt, verdict: Verdict) -> AttemptState | None:
        standing = verdict.standing
        if standing is Standing.PAID and verdict.amount is not None:
            return self._book(attempt.id, verdict, verdict.amount)
        if attempt.live and standing is Standing.APPROVED:
            return self._confirm(provider, attempt.id)
        if attempt.live and standing is Standing.REFUSED:
            return self._end(attempt.id, AttemptEvent.REFUSE, verdict.code)
        if attempt.live and _hopeless(attempt, standing, self._clock.now() - attempt.created_at):
            return self._end(attempt.id, AttemptEvent.LAPSE, verdict.code)
        if standing in (Standing.UNCLEAR, Standing.PAID):
            log.error("payment_word_unclear", channel=attempt.channel, code=verdict.code)
        return self._put_off(attempt.id, verdict.code)

    def _confirm(self, provider: PaymentProvider, attempt_id: str) -> AttemptState | None:
        attempt = self._claim_confirmation(attempt_id)
        if attempt is None or attempt.state is not AttemptState.CONFIRMING:
            return attempt.state if attempt else None
        try:
            verdict = provider.confirm(attempt)
        except GatewayAway:
            return self._put_off(attempt_id, "away")
        if verdict.standing is Standing.PAID and verdict.amount is not None:
            return self._book(attempt_id, verdict, verdict.amount)
        if verdict.standing is Standing.REFUSED:
            return self._end(attempt_id, AttemptEvent.REFUSE, verdict.code)
        return self._put_off(attempt_id, verdict.code)

    def _claim_confirmation(self, attempt_id: str) -> Attempt | None:
        """Write down that this attempt is about to be confirmed: for one order at most one ever is."""
        now = self._clock.now()
        with self._uow() as uow:
            attempt, order = _load(uow, attempt_id)
            if attempt is None or order is None or not attempt.live:
                return attempt
            if attempt.state is AttemptState.CONFIRMING:
                return attempt
            owed = self._owed.now(uow, order.person_id, order.purpose, self._clock.today())
            if order.state is not OrderState.OPEN or owed.amount < attempt.amount:
                # Paid another way meanwhile, or cancelled: the money is not taken.
                lapsed = self._moved(attempt, AttemptEvent.LAPSE, code="not_needed")
                uow.orders.save_attempt(lapsed, was=attempt.state)
                uow.audit.record(ATTEMPT_AUDIT[AttemptEvent.LAPSE], subject=order.id)
                uow.commit()
                return lapsed
            confirming = dataclasses.replace(
                attempt,
                state=next_attempt(attempt.state, AttemptEvent.CONFIRM),
                next_check_at=now + _AGAIN[0],
            )
            order = dataclasses.replace(order, state=next_order(order.state, OrderEvent.CONFIRM))
            if not (
                uow.orders.save(order) and uow.orders.save_attempt(confirming, was=attempt.state)
            ):  # somebody else is at it
                return None
            uow.audit.record(ATTEMPT_AUDIT[AttemptEvent.CONFIRM], subject=order.id)
            uow.commit()
            return confirming

    def _book(self, attempt_id: str, verdict: Verdict, received: int) -> AttemptState | None:
        """Book money that came in: attempt, order, ledger and trail in one transaction, once."""
        now = self._clock.now()
        with self._uow() as uow:
            attempt, order = _load(uow, attempt_id)
            if attempt is None or order is None or attempt.state in SETTLED_ATTEMPTS:
                return attempt.state if attempt else None
            payments, complete = self._payments(uow, order, attempt, received)
            if order.state in (OrderState.PAID, OrderState.REVIEW):
                event, order_event = AttemptEvent.DOUBLE, None
            elif received != attempt.amount or not complete:
                event, order_event = AttemptEvent.MISMATCH, OrderEvent.QUESTION
            else:
                event, order_event = AttemptEvent.PAY, OrderEvent.SETTLE
            settled = dataclasses.replace(
                attempt,
                state=next_attempt(attempt.state, event),
                next_check_at=None,
                code=verdict.code,
                received=received,
                reference=verdict.reference or attempt.reference,
                settled_at=now,
            )
            if not uow.orders.save_attempt(settled, was=attempt.state):
                return None
            if order_event is not None:
                order = dataclasses.replace(
                    order, state=next_order(order.state, order_event), paid_at=now, paid_by=attempt.id
                )
                if not uow.orders.save(order):
                    return None
                uow.audit.record(ORDER_AUDIT[order_event], subject=order.id)
            self._enter(uow, order, payments)
            if event is AttemptEvent.PAY and order.purpose is Purpose.INSTALMENT:
                uow.orders.pay_term(order.plan_id or "", order.term or 0, self._clock.today())
            uow.audit.record(ATTEMPT_AUDIT[event], subject=order.id, detail={"attempt": attempt.id})
            uow.orders.end_callbacks_of(attempt.id, settled.state.value)
            uow.commit()
        if event is not AttemptEvent.PAY:
            log.warning("payment_needs_staff", attempt=attempt.id, state=settled.state.value)
        return settled.state

    def _payments(
        self, uow: UnitOfWork, order: Order, attempt: Attempt, received: int
    ) -> tuple[list[Payment], bool]:
        """Return ledger rows for the money, and whether each of its bills still stands."""
        bills = uow.bills.of_payer(order.person_id)
        by_id, by_month = {bill.id: bill.id for bill in bills}, {bill.month: bill.id for bill in bills}
        spread = allocate(received, order.claims)
        amounts: dict[str, int] = {}
        months = {claim.bill_id: claim.month for claim in order.claims}
        complete = True
        parts = [(share.bill_id, share.amount) for share in spread.shares]
        if spread.rest:
            # Beyond every claim: on the last bill, where it shows as overpaid and can be asked back.
            parts.append((order.claims[-1].bill_id, spread.rest))
        for bill_id, amount in parts:
            # A premium source that was read again may have given the same month a new row.
            target = by_id.get(bill_id) or by_month.get(months[bill_id])
            if target is None:
                complete = False
                log.error("payment_without_bill", attempt=attempt.id)
            else:
                amounts[target] = amounts.get(target, 0) + amount
        today = self._clock.today()
        return [
            Payment(f"{attempt.id}:{number}", bill_id, amount, today, None, attempt.channel)
            for number, (bill_id, amount) in enumerate(amounts.items(), start=1)
        ], complete

    def _enter(self, uow: UnitOfWork, order: Order, payments: list[Payment]) -> None:
        """Book payments; what the agency's file brought before us is the same row, not a second one."""
        standing = {one.id: one for one in uow.bills.payments_for_booking(order.person_id)}
        matching = imported_before(payments, standing.values())
        ours = {one.id: one for one in payments}
        for agency_id, own_id in matching.pairs.items():
            posted_on = standing[agency_id].posted_on
            mine = dataclasses.replace(ours.pop(own_id), posted_on=posted_on, agency_id=agency_id)
            uow.bills.replace_payment(agency_id, mine)
        uow.bills.add_payments(ours.values())
        if matching.unclear:
            log.warning("payment_match_unclear", order=order.id)
            uow.audit.record("payment_match_unclear", subject=order.id)

    def _end(self, attempt_id: str, event: AttemptEvent, code: str) -> AttemptState | None:
        with self._uow() as uow:
            attempt, order = _load(uow, attempt_id)
            if attempt is None or order is None or not attempt.live:
                return attempt.state if attempt else None
            ended = self._moved(attempt, event, code=code)
            if not uow.orders.save_attempt(ended, was=attempt.state):
                return None
            if order.state is OrderState.CONFIRMING and attempt.state is AttemptState.CONFIRMING:
                uow.orders.save(dataclasses.replace(order, state=next_order(order.state, OrderEvent.RELEASE)))
            uow.audit.record(ATTEMPT_AUDIT[event], subject=order.id, detail={"attempt": attempt.id})
            uow.orders.end_callbacks_of(attempt.id, ended.state.value)
            uow.commit()
            return ended.state

    def _moved(self, attempt: Attempt, event: AttemptEvent, *, code: str) -> Attempt:
        return dataclasses.replace(
            attempt,
            state=next_attempt(attempt.state, event),
            code=code[:32],
            next_check_at=self._clock.now() + _LATE_LOOKS[0],
        )

    def _put_off(self, attempt_id: str, code: str) -> AttemptState | None:
        """Note what was heard and when to ask again."""
        now = self._clock.now()
        with self._uow() as uow:
            attempt = uow.orders.attempt(attempt_id)
            if attempt is None or attempt.state in SETTLED_ATTEMPTS:
                return attempt.state if attempt else None
            later = dataclasses.replace(
                attempt,
                code=code[:32],
                checks=attempt.checks + 1,
                next_check_at=_next_look(attempt, now, code),
            )
            uow.orders.save_attempt(later, was=attempt.state)
            uow.commit()
            return attempt.state

    def _expire(self, order_id: str) -> bool:
        """Close an order past its time, unless something at a gateway is still open for it."""
        with self._uow() as uow:
            order = uow.orders.get(order_id)
            if order is None or order.state is not OrderState.OPEN or order.expires_at > self._clock.now():
                return False
            if any(attempt.live for attempt in uow.orders.attempts_of(order_id)):
                return False
            closed = uow.orders.save(
                dataclasses.replace(order, state=next_order(order.state, OrderEvent.EXPIRE))
            )
            uow.audit.record(ORDER_AUDIT[OrderEvent.EXPIRE], subject=order.id)
            uow.commit()
            return closed


def _next_look(attempt: Attempt, now: datetime, code: str) -> datetime | None:
    if attempt.live:
        return now + _AGAIN[min(attempt.checks, len(_AGAIN) - 1)]
    last = attempt.created_at + _LATE_LOOKS[-1]
    if now < last:
        return last
    # The gateway was away at the last look: it is asked until it answers.
    return now + _LATE_LOOKS[0] if code == "away" else None


def _hopeless(attempt: Attempt, standing: Standing, age: timedelta) -> bool:
    """Tell whether an attempt will not be paid any more, by what its gateway says and how old it is."""
    if attempt.state is AttemptState.CONFIRMING:
        return standing in (Standing.UNPAID, Standing.UNKNOWN) and age > _STUCK
    if attempt.state is AttemptState.STARTING and standing in (Standing.UNPAID, Standing.UNKNOWN):
        return age > _NEVER_SENT
    limits = {Standing.UNPAID: ATTEMPT_TTL, Standing.UNKNOWN: _NEVER_ARRIVED}
    return standing in limits and age > limits[standing]


def _load(uow: UnitOfWork, attempt_id: str) -> tuple[Attempt | None, Order | None]:
    attempt = uow.orders.attempt(attempt_id)
    return attempt, uow.orders.get(attempt.order_id) if attempt else None
