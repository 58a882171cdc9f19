"""Reminders in the chat: what is on, switched by taps, chosen days and hour, everything off by one tap."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from actions.base import Answer, Asked, CounterAction
from nhi_core.domain.errors import Invalid, NotBound
from nhi_core.domain.reminders import ReminderKind, TimeOfDay
from nhi_core.services.reminders import RemindersView

if TYPE_CHECKING:
    from nhi_core.services.turns import TurnContext


class SubscribeReminder(CounterAction):
    """「提醒我繳費」: switches nothing on by itself."""

    verb = "subscribe_reminder"

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """Show the kinds with their switches; who is not bound reads what there is, and how to bind."""
        try:
            return Answer("reminder_settings", view=self.core.reminders.view(turn.account_id))
        except NotBound:
            return Answer("subscribe_reminder")


class UnsubscribeReminder(CounterAction):
    """「不要再提醒我」: all at once, or one of them."""

    verb = "unsubscribe_reminder"

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """Offer what can be stopped; with nothing on, say so."""
        try:
            view = self.core.reminders.view(turn.account_id)
        except NotBound:
            return Answer("unsubscribe_reminder")
        return Answer("reminder_stop", view=view) if view.any_on else Answer("reminders_off")


class SetReminder(CounterAction):
    """The switches' buttons: `on_<kind>`, `off_<kind>`, `days_<n>`, `time_<when>`, and `stop` of a push."""

    verb = "set_reminder"

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """Do what the button says and show how it stands now."""
        to = asked.entity("to") or ""
        if to == "stop":
            return self._stop(turn.account_id)
        verb, _, value = to.partition("_")
        try:
            view = self._set(turn.account_id, verb, value)
        except (Invalid, ValueError):
            return Answer("stale_button")
        return Answer("reminder_settings", view=view)

    def _stop(self, account_id: str) -> Answer:
        # After an unbinding there is nothing left to stop: what the person wants is so already.
        with suppress(NotBound):
            self.core.reminders.stop(account_id)
        return Answer("reminders_off")

    def _set(self, account_id: str, verb: str, value: str) -> RemindersView:
        reminders = self.core.reminders
        match verb:
            case "on" | "off":
                return reminders.switch(account_id, ReminderKind(value), on=verb == "on")
            case "days":
                return reminders.choose_days(account_id, int(value))
            case "time":
                return reminders.choose_time(account_id, TimeOfDay(value))
            case _:
                raise Invalid("not a button of ours")
