"""What is owed, and what lateness costs."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from actions.base import Answer, Asked, CounterAction
from nhi_core.domain.calendar import TAIPEI

if TYPE_CHECKING:
    from nhi_core.services.turns import TurnContext


# "The bill came last week, what is the late fee": a day that was mentioned, not one to pay on.
MENTIONED = timedelta(days=62)


class QueryArrears(CounterAction):
    """All open bills of the bound person."""

    verb = "query_arrears"

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """Show the arrears of whoever the account is bound to, whatever was typed."""
        return Answer("arrears_summary", view=self.core.arrears.summary(turn.account_id))


class EstimateLateFee(CounterAction):
    """The late fee if everything is paid on a chosen day."""

    verb = "estimate_late_fee"

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """Use the day that was picked or said; one that cannot be read, or is just over, means today."""
        chosen, today = day(asked), self.core.clock.now().astimezone(TAIPEI).date()
        if chosen is not None and today - MENTIONED <= chosen < today:
            chosen = None
        return Answer("late_fee_estimate", view=self.core.late_fees.estimate(turn.account_id, chosen))


def day(asked: Asked) -> date | None:
    """Return the latest readable `date` entity (ISO), or None: "came last week, pay on Monday"."""
    days = []
    for value in asked.entities.get("date", ()):
        try:
            days.append(date.fromisoformat(value[:10]))
        except ValueError:
            continue
    return max(days, default=None)
