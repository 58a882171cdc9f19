"""Promotion reports and group activity in words; buttons and photos are the bot's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from actions.base import Answer, Asked, CounterAction
from nhi_core.domain.errors import NotAClerk

if TYPE_CHECKING:
    from nhi_core.services.turns import TurnContext


# What a clerk is shown at each step of a report.
SHOWN = {
    "waiting": "promotion_waiting",
    "theme": "promotion_theme",
    "channel": "promotion_channel",
    "filed": "promotion_filed",
    "withdrawn": "promotion_withdrawn",
}


class ReportPromotion(CounterAction):
    """「宣導回報」: a clerk goes on with the open report, or begins one."""

    verb = "report_promotion"

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """Show what is to be done next; who is no clerk reads what this is, and how clerks register."""
        try:
            report = self.core.promotion.open(turn.account_id)
        except NotAClerk:
            return Answer("report_promotion")
        return Answer(SHOWN[report.step], view=report)


class QueryGroupActivity(CounterAction):
    """「群組活躍度」."""

    verb = "query_group_activity"

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """Show clerks and editors the last months; nobody else."""
        try:
            return Answer("group_activity", view=self.core.group_activity.for_clerk(turn.account_id))
        except NotAClerk:
            return Answer("query_group_activity")
