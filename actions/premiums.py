"""What is owed, and what lateness costs."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from actions.base import Answer, Asked, CounterAction
from actions.followups import one_month
from nhi_core.domain.calendar import TAIPEI
from nhi_core.domain.matters import Matter, Topic

if TYPE_CHECKING:
    from nhi_core.services.turns import TurnContext


# "The bill came last week, what is the late fee": a day that was mentioned, not one to pay on.
MENTIONED = timedelta(days=62)


class QueryArrears(CounterAction):
    """All open bills of the bound person."""

    verb = "query_arrears"

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """Show the arrears of whoever the account is bound to, whatever was typed."""
        view = self.core.arrears.summary(turn.account_id)
        about = Matter(Topic.ARREARS, one_month(bill.month for bill in view.bills))
        return Answer("arrears_summary", view=view, about=about)


class EstimateLateFee(CounterAction):
    """The late fee if everything is paid on a chosen day."""

    verb = "estimate_late_fee"

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """Use the day that was picked or said; one that cannot be read, or is just over, means today."""
        chosen, today = day(asked), self.core.clock.now().astimezone(TAIPEI).date()
        if chosen is not None and today - MENTIONED <= chosen < today:
            chosen = None
        view = self.core.late_fees.estimate(turn.account_id, chosen, asked.month)
        about = Matter(Topic.LATE_FEE, one_month(bill.month for bill in view.bills), view.pay_on)
        return Answer("late_fee_estimate", view=view, about=about)


def day(asked: Asked) -> date | None:
    """Return the latest readable `date` entity (ISO), or None: "came last week, pay on Monday"."""
    days = []
    for value in asked.entities.get("date", ()):
        try:
            days.append(date.fromisoformat(value[:10]))
        except ValueError:
            continue
    return max(days, default=None)
