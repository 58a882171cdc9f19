"""What the bound person wants to be reminded of: shown, switched on and off, the days and the hour chosen."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

from nhi_core.domain.errors import Invalid, NotBound
from nhi_core.domain.reminders import (
    HOURS,
    LEAD_DAYS,
    Preferences,
    Reason,
    ReminderKind,
    TimeOfDay,
)
from nhi_core.ports import Clock, UnitOfWork, UnitOfWorkFactory
from nhi_core.ports_reminders import Subscriber
from nhi_core.services.reminder_planning import ReminderPlanner


@dataclass(frozen=True, slots=True)
class KindView:
    """One kind of reminder, on or off."""

    kind: ReminderKind
    on: bool


@dataclass(frozen=True, slots=True)
class RemindersView:
    """What is on, how many days before and when in the day; `other_…` are the choices not taken."""

    kinds: tuple[KindView, ...]
    any_on: bool
    lead_days: int
    other_lead_days: tuple[int, ...]
    time_of_day: TimeOfDay
    other_times: tuple[TimeOfDay, ...]


class ReminderService:
    """Answers for the binding in force of an account. A change takes effect on what is planned already."""

    def __init__(self, uow: UnitOfWorkFactory, clock: Clock, planner: ReminderPlanner) -> None:
        self._uow = uow
        self._clock = clock
        self._planner = planner

    def view(self, account_id: str) -> RemindersView:
        """Return what is on; nothing was switched on by us. Raises NotBound, StoreUnavailable."""
        with self._uow() as uow:
            return _view(self._load(uow, account_id).wanted)

    def switch(self, account_id: str, kind: ReminderKind, *, on: bool) -> RemindersView:
        """Switch one kind on or off. Raises NotBound, StoreUnavailable."""
        today = self._clock.today()
        return self._change(account_id, lambda wanted: wanted.with_kind(kind, on=on, today=today))

    def stop(self, account_id: str) -> RemindersView:
        """Switch everything off; the chosen days and hour stay. Raises NotBound, StoreUnavailable."""
        return self._change(account_id, lambda wanted: dataclasses.replace(wanted, kinds=frozenset()))

    def choose_days(self, account_id: str, days: int) -> RemindersView:
        """Set how many days before. Raises Invalid for what is not offered, NotBound, StoreUnavailable."""
        if days not in LEAD_DAYS:
            raise Invalid("not one of the choices")
        return self._change(account_id, lambda wanted: dataclasses.replace(wanted, lead_days=days))

    def choose_time(self, account_id: str, time_of_day: TimeOfDay) -> RemindersView:
        """Set when in the day. Raises NotBound, StoreUnavailable."""
        return self._change(account_id, lambda wanted: dataclasses.replace(wanted, time_of_day=time_of_day))

    def _change(self, account_id: str, change: Callable[[Preferences], Preferences]) -> RemindersView:
        with self._uow() as uow:
            mine = self._load(uow, account_id)
            wanted = change(mine.wanted)
            if wanted != mine.wanted:
                uow.reminders.prefer(wanted)
                # What was planned under the old wish is taken back, and planned again under the new one.
                uow.reminders.skip_planned(wanted.binding_id, Reason.UNSUBSCRIBED, self._clock.now())
                self._planner.plan(uow, [dataclasses.replace(mine, wanted=wanted)])
                kinds = sorted(kind.value for kind in wanted.kinds)
                uow.audit.record("reminders_changed", subject=account_id, detail={"kinds": kinds})
                uow.commit()
            return _view(wanted)

    def _load(self, uow: UnitOfWork, account_id: str) -> Subscriber:
        binding = uow.bindings.bound_of_account(account_id)
        if binding is None:
            raise NotBound
        wanted = uow.reminders.preferences(binding.id) or Preferences(binding.id, self._clock.today())
        return Subscriber(account_id, binding.person_id, wanted)


def _view(wanted: Preferences) -> RemindersView:
    return RemindersView(
        kinds=tuple(KindView(kind, kind in wanted.kinds) for kind in ReminderKind),
        any_on=bool(wanted.kinds),
        lead_days=wanted.lead_days,
        other_lead_days=tuple(days for days in LEAD_DAYS if days != wanted.lead_days),
        time_of_day=wanted.time_of_day,
        other_times=tuple(time for time in HOURS if time is not wanted.time_of_day),
    )
