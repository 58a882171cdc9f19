"""Subscriptions to e-slips, and the slips made of them."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, case, exists, or_, select, update

from nhi_core.adapters.db.repositories.statements import insert_if_absent
from nhi_core.adapters.db.sealing import ColumnSealer
from nhi_core.adapters.db.tables import bills, bindings
from nhi_core.adapters.db.tables_eslips import eslip_subscriptions, eslips
from nhi_core.domain.bills import BillKind
from nhi_core.domain.binding import BindingState
from nhi_core.domain.eslip import EslipState, Holder, Slip, Subscription
from nhi_core.domain.roc import PremiumMonth

_c = eslip_subscriptions.c
_SEALED = (_c.email, _c.password, _c.code)
_LIVE = (EslipState.REQUESTED.value, EslipState.CONFIRMED.value)
_OF_UNITS = [kind.value for kind in BillKind if Holder.UNIT.bears(kind)]


class SqlEslips:
    """Fulfils ports_mail.Eslips."""

    def __init__(self, connection: Connection, sealer: ColumnSealer) -> None:
        """Work on one connection."""
        self._connection = connection
        self._sealer = sealer

    def add(self, subscription: Subscription) -> bool:
        """Insert; False when one in that state stands (the index decides, not we)."""
        return insert_if_absent(self._connection, eslip_subscriptions, self._row(subscription))

    def get(self, subscription_id: str) -> Subscription | None:
        """Return the subscription."""
        found = self._found(select(eslip_subscriptions).where(_c.id == subscription_id))
        return found[0] if found else None

    def live_of_person(self, person_id: str) -> tuple[Subscription, ...]:
        """Return what is requested or confirmed."""
        query = select(eslip_subscriptions).where(_c.person_id == person_id, _c.state.in_(_LIVE))
        return self._found(query.order_by(_c.holder, _c.state))

    def save(self, subscription: Subscription) -> bool:
        """Write the row as the next revision; False when somebody else wrote it meanwhile."""
        row = {**self._row(subscription), "revision": subscription.revision + 1}
        done = self._connection.execute(
            update(eslip_subscriptions)
            .where(_c.id == subscription.id, _c.revision == subscription.revision)
            .values(row)
        )
        return done.rowcount == 1

    def wanting(self, month: PremiumMonth, limit: int) -> tuple[Subscription, ...]:
        """Return subscriptions that cover `month`, with bills due in it, and no slip of it yet."""
        # An enumeration of both holders' kinds would hide a new kind: what is not a unit's is a person's.
        holder_of_bill = case((bills.c.kind.in_(_OF_UNITS), Holder.UNIT.value), else_=Holder.PERSON.value)
        billed = exists().where(
            bills.c.payer_id == _c.person_id,
            bills.c.due.between(month.first_day, month.last_day),
            holder_of_bill == _c.holder,
        )
        made = exists().where(
            eslips.c.person_id == _c.person_id, eslips.c.holder == _c.holder, eslips.c.month == month
        )
        query = select(eslip_subscriptions).where(
            _c.first_slip <= month,
            or_(_c.ended_slip.is_(None), _c.ended_slip > month),
            _c.email.is_not(None),
            billed,
            ~made,
        )
        return self._found(query.order_by(_c.id).limit(limit))

    def unconfirmed(self, before: datetime, limit: int) -> tuple[Subscription, ...]:
        """Return requests whose code ended before that moment."""
        query = select(eslip_subscriptions).where(
            _c.state == EslipState.REQUESTED.value, _c.code_until < before
        )
        return self._found(query.limit(limit))

    def orphaned(self, limit: int) -> tuple[Subscription, ...]:
        """Return live subscriptions whose account is bound to that person no longer."""
        bound = exists().where(
            bindings.c.account_id == _c.account_id,
            bindings.c.person_id == _c.person_id,
            bindings.c.state == BindingState.BOUND.value,
        )
        query = select(eslip_subscriptions).where(_c.state.in_(_LIVE), ~bound)
        return self._found(query.limit(limit))

    def spent(self, month: PremiumMonth, limit: int) -> tuple[Subscription, ...]:
        """Return ended subscriptions past their last slip that still hold an address."""
        query = select(eslip_subscriptions).where(
            and_(_c.ended_slip.is_not(None), _c.ended_slip <= month, _c.email.is_not(None))
        )
        return self._found(query.limit(limit))

    def add_slip(self, slip: Slip) -> bool:
        """Insert; False when that holder's slip of the month stands."""
        row = {field.name: getattr(slip, field.name) for field in dataclasses.fields(slip)}
        return insert_if_absent(self._connection, eslips, {**row, "holder": slip.holder.value})

    def slip(self, slip_id: str) -> Slip | None:
        """Return the slip."""
        row = self._connection.execute(select(eslips).where(eslips.c.id == slip_id)).mappings().first()
        return Slip(**{**row, "holder": Holder(row["holder"])}) if row else None

    def has_bills(self, person_id: str, holder: Holder) -> bool:
        """Whether the person pays bills of this holder at all."""
        of_unit = bills.c.kind.in_(_OF_UNITS)
        mine = of_unit if holder is Holder.UNIT else ~of_unit
        query = select(bills.c.id).where(bills.c.payer_id == person_id, mine).limit(1)
        return self._connection.execute(query).first() is not None

    def _found(self, query: Any) -> tuple[Subscription, ...]:
        return tuple(self._subscription(row) for row in self._connection.execute(query).mappings())

    def _subscription(self, row: RowMapping) -> Subscription:
        values: dict[str, Any] = dict(row)
        for column in _SEALED:
            if (stored := values[column.name]) is not None:
                values[column.name] = self._sealer.open(column, stored, row=row["id"])
        return Subscription(**{**values, "holder": Holder(row["holder"]), "state": EslipState(row["state"])})

    def _row(self, subscription: Subscription) -> dict[str, object]:
        row: dict[str, Any] = {
            field.name: getattr(subscription, field.name) for field in dataclasses.fields(subscription)
        }
        for column in _SEALED:
            if (value := row[column.name]) is not None:
                row[column.name] = self._sealer.seal(column, value, row=subscription.id)
        return {**row, "holder": subscription.holder.value, "state": subscription.state.value}
