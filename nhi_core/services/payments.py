"""Payment orders: made in the chat, looked at and paid on our page."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from nhi_core.domain.allocation import Claim
from nhi_core.domain.calendar import TAIPEI
from nhi_core.domain.errors import NotBound
from nhi_core.domain.ledger import posting_expected
from nhi_core.domain.payment import (
    ORDER_AUDIT,
    ORDER_TTL,
    SETTLED_ATTEMPTS,
    AmountChanged,
    Attempt,
    AttemptEvent,
    AttemptPending,
    AttemptState,
    ChannelRefused,
    NothingToPay,
    Order,
    OrderClosed,
    OrderEvent,
    OrderState,
    PayLinkOver,
    PaymentTooSoon,
    Purpose,
    next_attempt,
    next_order,
)
from nhi_core.ports import Clock, Ids, UnitOfWork, UnitOfWorkFactory, WorkingDays
from nhi_core.ports_payments import Callback, GatewayRefused, PaymentProvider, RawCallback
from nhi_core.services.payment_claims import Due, Owed
from nhi_core.services.payment_links import PayLinks
from nhi_core.services.payment_settling import Settler

_FIRST_LOOK = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class OrderLink:
    """What the chat shows: how much, for how many bills, and the address. Whole NT$."""

    order_id: str
    amount: int
    purpose: Purpose
    bills: int
    url: str
    store_url: str
    minutes: int
    estimated: bool


@dataclass(frozen=True, slots=True)
class PaidOrder:
    """A payment made through us, with the address of its record (PDF). Whole NT$."""

    day: date
    amount: int
    url: str


@dataclass(frozen=True, slots=True)
class PayView:
    """An order as its page shows it. `pending` is the attempt that is still open at a gateway.

    `received` is what came in (it differs from `amount` in REVIEW), `surplus` what was paid a second time.
    """

    order_id: str
    state: OrderState
    purpose: Purpose
    amount: int
    claims: tuple[Claim, ...]
    estimated: bool
    term: int | None
    expires_at: datetime
    pending: Attempt | None
    channel: str | None
    received: int
    surplus: int
    paid_at: datetime | None
    posted_by: date | None


class PaymentService:
    """Makes orders, shows them, starts attempts, and hears gateways out. Settling is `Settler`'s."""

    def __init__(
        self,
        uow: UnitOfWorkFactory,
        clock: Clock,
        ids: Ids,
        *,
        calendar: WorkingDays,
        owed: Owed,
        links: PayLinks,
        providers: Mapping[str, PaymentProvider],
        cooling_off: timedelta = timedelta(0),
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._ids = ids
        self._calendar = calendar
        self._owed = owed
        self._providers = providers
        self._cooling_off = cooling_off
        self.links = links
        self.settler = Settler(uow, clock, owed, providers)

    def order(
        self, account_id: str, purpose: Purpose | None = None, *, language: str | None = None
    ) -> OrderLink:
        """Return the account's order for what is due now: the one that stands, or a new one.

        Raises NotBound, PaymentTooSoon, NothingToPay, AttemptPending (an attempt of an earlier account).
        """
        now = self._clock.now()
        with self._uow() as uow:
            binding = uow.bindings.bound_of_account(account_id)
            if binding is None:
                raise NotBound
            if binding.bound_at is not None and now < binding.bound_at + self._cooling_off:
                raise PaymentTooSoon
            due = self._owed.now(uow, binding.person_id, purpose, self._clock.today())
            if due.amount == 0:
                raise NothingToPay
            order = self._standing(uow, account_id, binding.person_id, due, now)
            uow.commit()
        return OrderLink(
            order_id=order.id,
            amount=order.amount,
            purpose=order.purpose,
            bills=len(order.claims),
            url=self.links.page(order.id, language),
            store_url=self.links.page(order.id, language, part="show/store"),
            minutes=max(1, int((order.expires_at - now).total_seconds() // 60)),
            estimated=due.estimated,
        )

    def latest_paid(self, account_id: str) -> PaidOrder | None:
        """Return the newest order this account paid for its person. Raises NotBound."""
        with self._uow() as uow:
            binding = uow.bindings.bound_of_account(account_id)
            if binding is None:
                raise NotBound
            orders = uow.orders.of_person(binding.person_id)
        for order in orders:
            if order.state is OrderState.PAID and order.account_id == account_id and order.paid_at:
                day = order.paid_at.astimezone(TAIPEI).date()
                return PaidOrder(day, order.amount, self.links.page(order.id, part="receipt.pdf"))
        return None

    def page(self, order_id: str) -> PayView:
        """Return the order as it stands; an open one is judged anew first. Raises PayLinkOver."""
        with self._uow() as uow:
            order = bound_order(uow, order_id)
            attempts = uow.orders.attempts_of(order_id)
            order, due = self._fresh(uow, order, attempts)
            uow.commit()
        return self._view(order, due, attempts)

    def start(self, order_id: str, channel: str, *, amount: int, language: str) -> str:
        """Begin to pay `amount` (what the page showed) through a gateway; return where to send the person.

        Asked twice, it returns the same address. Raises PayLinkOver, ChannelRefused, AmountChanged,
        OrderClosed, AttemptPending, GatewayAway.
        """
        provider = self._providers.get(channel)
        if provider is None:
            raise ChannelRefused("no such gateway here")
        self._look_at_pending(order_id, channel)
        begun = self._begin(order_id, channel, amount)
        if begun.redirect_url is not None:
            return begun.redirect_url
        addresses = self.links.addresses(order_id, channel, language)
        try:
            opened = provider.open(begun, addresses, language=language)
        except GatewayRefused as refusal:
            self.settler.refuse(begun.id, refusal.gateway_code)
            raise ChannelRefused("the gateway turned it down") from refusal
        with self._uow() as uow:
            waiting = dataclasses.replace(
                begun,
                state=next_attempt(begun.state, AttemptEvent.OPENED),
                reference=opened.reference,
                redirect_url=opened.redirect_url,
            )
            if not uow.orders.save_attempt(waiting, was=begun.state):
                # It was heard of and ended in the meantime.
                raise OrderClosed("the attempt is over already")
            uow.commit()
        return opened.redirect_url

    def came_back(self, order_id: str, *, cancelled: bool = False) -> None:
        """Ask about the order's open attempt: a browser came back, which proves nothing. Raises PayLinkOver.

        `cancelled`: the person turned back; where money needs our word, the attempt is let go.
        """
        with self._uow() as uow:
            bound_order(uow, order_id)
            attempts = uow.orders.attempts_of(order_id)
        for attempt in attempts:
            if attempt.live:
                state = self.settler.check(attempt.id)
                provider = self._providers.get(attempt.channel)
                if cancelled and state is AttemptState.WAITING and provider and not provider.captures:
                    self.settler.give_up(attempt.id, "turned_back")

    def called_back(self, channel: str, raw: RawCallback, body_hash: str) -> str:
        """Take a gateway's callback: its row first, then ask the gateway. Returns what became of it.

        Raises ChannelRefused (no such gateway), CallbackForged.
        """
        provider = self._providers.get(channel)
        if provider is None:
            raise ChannelRefused("no such gateway here")
        attempt_id = provider.attempt_of(raw)[:64]
        now = self._clock.now()
        callback = Callback(self._ids.uuid(), channel, body_hash, attempt_id, now)
        with self._uow() as uow:
            attempt = uow.orders.attempt(attempt_id)
            known = attempt is not None and attempt.channel == channel
            # What nothing more can become of has its end at once; the others get it with their attempt's.
            over = attempt.state.value if attempt and attempt.state in SETTLED_ATTEMPTS else None
            uow.orders.add_callback(dataclasses.replace(callback, outcome=over if known else "unknown_order"))
            if attempt is not None and known and attempt.next_check_at is not None:
                # If we end here, the sweeper asks at once.
                uow.orders.save_attempt(dataclasses.replace(attempt, next_check_at=now), was=attempt.state)
            uow.commit()
        state = self.settler.check(attempt_id) if known else None
        outcome = state.value if state is not None else "unknown_order"
        with self._uow() as uow:
            uow.orders.end_callback(callback.id, outcome)
            uow.commit()
        return outcome

    def reconcile(self, limit: int = 50) -> int:
        """See Settler.reconcile."""
        return self.settler.reconcile(limit)

    def _standing(self, uow: UnitOfWork, account_id: str, person_id: str, due: Due, now: datetime) -> Order:
        """Return the live order, renewed, or a new one."""
        live = uow.orders.live_of_person(person_id, due.purpose)
        if live is not None:
            busy = any(attempt.live for attempt in uow.orders.attempts_of(live.id))
            if live.account_id == account_id:
                if busy:
                    return live
                renewed = dataclasses.replace(_with(live, due), expires_at=now + ORDER_TTL)
                if uow.orders.save(renewed):
                    return dataclasses.replace(renewed, revision=renewed.revision + 1)
                raise AttemptPending
            if busy or live.state is not OrderState.OPEN:
                raise AttemptPending
            self._move(uow, live, OrderEvent.CANCEL)
        order = Order(
            id=self._ids.token(12),
            account_id=account_id,
            person_id=person_id,
            purpose=due.purpose,
            state=OrderState.OPEN,
            amount=due.amount,
            claims=due.claims,
            created_at=now,
            expires_at=now + ORDER_TTL,
            plan_id=due.plan_id,
            term=due.term,
        )
        if uow.orders.add(order):
            uow.audit.record("payment_order_made", subject=order.id)
            return order
        other = uow.orders.live_of_person(person_id, due.purpose)
        if other is None or other.account_id != account_id:
            raise AttemptPending
        return other

    def _begin(self, order_id: str, channel: str, amount: int) -> Attempt:
        """Write the attempt down before anything is asked of the gateway."""
        now = self._clock.now()
        with self._uow() as uow:
            order = bound_order(uow, order_id)
            attempts = uow.orders.attempts_of(order_id)
            same = next((one for one in attempts if one.live), None)
            if same is not None:
                if same.channel == channel and same.state is AttemptState.WAITING and same.redirect_url:
                    return same
                raise AttemptPending
            order, _due = self._fresh(uow, order, attempts)
            uow.commit()
            if order.state is not OrderState.OPEN:
                raise OrderClosed
            if order.amount != amount:
                raise AmountChanged
            attempt = Attempt(
                id=self._ids.uuid(),
                order_id=order.id,
                channel=channel,
                state=AttemptState.STARTING,
                amount=order.amount,
                created_at=now,
                next_check_at=now + _FIRST_LOOK,
            )
            if not uow.orders.add_attempt(attempt):
                raise AttemptPending
            uow.audit.record("payment_attempt_made", subject=order.id, detail={"attempt": attempt.id})
            uow.commit()
            return attempt

    def _look_at_pending(self, order_id: str, channel: str) -> None:
        """Before another try, ask about one that is open, and let go of it where no money can have moved."""
        with self._uow() as uow:
            bound_order(uow, order_id)
            open_one = next((one for one in uow.orders.attempts_of(order_id) if one.live), None)
        if open_one is None or (open_one.channel == channel and open_one.redirect_url):
            return
        state = self.settler.check(open_one.id)
        provider = self._providers.get(open_one.channel)
        if state is AttemptState.WAITING and provider is not None and not provider.captures:
            self.settler.give_up(open_one.id, "another_channel")

    def _fresh(
        self, uow: UnitOfWork, order: Order, attempts: tuple[Attempt, ...]
    ) -> tuple[Order, Due | None]:
        """Judge an open order anew, unless a gateway was told its amount: then that amount stands."""
        if order.state is not OrderState.OPEN or any(attempt.live for attempt in attempts):
            return order, None
        if order.expires_at <= self._clock.now():
            return self._move(uow, order, OrderEvent.EXPIRE), None
        due = self._owed.now(uow, order.person_id, order.purpose, self._clock.today())
        if due.amount == 0:
            return self._move(uow, order, OrderEvent.CANCEL), due
        changed = _with(order, due)
        if changed == order or not uow.orders.save(changed):
            return order, due
        return dataclasses.replace(changed, revision=changed.revision + 1), due

    def _move(self, uow: UnitOfWork, order: Order, event: OrderEvent) -> Order:
        moved = dataclasses.replace(order, state=next_order(order.state, event))
        if not uow.orders.save(moved):
            raise OrderClosed("somebody else moved it")
        uow.audit.record(ORDER_AUDIT[event], subject=order.id)
        return dataclasses.replace(moved, revision=moved.revision + 1)

    def _view(self, order: Order, due: Due | None, attempts: tuple[Attempt, ...]) -> PayView:
        paying = next((one for one in attempts if one.id == order.paid_by), None)
        paid_on = order.paid_at.astimezone(TAIPEI).date() if order.paid_at else None
        return PayView(
            order_id=order.id,
            state=order.state,
            purpose=order.purpose,
            amount=order.amount,
            claims=order.claims,
            estimated=due is not None and due.estimated,
            term=order.term,
            expires_at=order.expires_at,
            pending=next((one for one in attempts if one.live), None),
            channel=paying.channel if paying else None,
            received=paying.received or 0 if paying else 0,
            surplus=sum(one.received or 0 for one in attempts if one.state is AttemptState.SURPLUS),
            paid_at=order.paid_at,
            posted_by=posting_expected(paid_on, self._calendar) if paid_on else None,
        )


def _with(order: Order, due: Due) -> Order:
    return dataclasses.replace(
        order, amount=due.amount, claims=due.claims, plan_id=due.plan_id, term=due.term
    )


def bound_order(uow: UnitOfWork, order_id: str) -> Order:
    """Return the order while its account is still bound to its person. Raises PayLinkOver."""
    order = uow.orders.get(order_id)
    binding = uow.bindings.bound_of_account(order.account_id) if order else None
    if order is None or binding is None or binding.person_id != order.person_id:
        raise PayLinkOver
    return order
