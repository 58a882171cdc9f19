"""What clerks of offices ask: notices, their own office's score and quality. The server knows who is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from actions.base import Answer, Asked, CounterAction
from nhi_core.domain.errors import Invalid, NotAClerk
from nhi_core.domain.notice_acks import AckWay
from nhi_core.domain.notices import Category

if TYPE_CHECKING:
    from nhi_core.services.turns import TurnContext

FOR_CLERKS = "notice_for_clerks"


class SearchNotice(CounterAction):
    """「公告」: what holds now for this clerk, of one category where one is named."""

    verb = "search_notice"

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """Show the cards; who is no clerk reads how clerks register."""
        named = [one for one in Category if one.value in asked.entities.get("notice_category", ())]
        try:
            board = self.core.notice_reading.for_clerk(turn.account_id, named)
        except NotAClerk:
            return Answer(FOR_CLERKS)
        return Answer("notice_board", view=board) if board.cards else Answer("notice_none")


class AcknowledgeNotice(CounterAction):
    """「收到」: said of the one notice that waits; of several, each card has its own button."""

    verb = "acknowledge_notice"

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """Take the word when it can mean one notice alone."""
        try:
            waiting = self.core.notice_acks.waiting(turn.account_id)
            if len(waiting) != 1:
                how = "waiting" if waiting else "none"
                return Answer("notice_ack", args={"how": how, "n": len(waiting)})
            answer = self.core.notice_acks.by_id(turn.account_id, waiting[0].id, AckWay.WORDS)
        except NotAClerk:
            return Answer(FOR_CLERKS)
        return Answer("notice_ack", args={"how": answer.value, "n": 0})


class QueryOfficeScore(CounterAction):
    """「我們公所評比幾分」: the own office's, and what would raise it."""

    verb = "query_office_score"

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """Show the own office's score; nobody sees another office's."""
        try:
            return Answer("office_score", view=self.core.evaluations.for_clerk(turn.account_id))
        except NotAClerk:
            return Answer(FOR_CLERKS)
        except Invalid:
            return Answer("office_score_none")


class QueryQualityReport(CounterAction):
    """「收件品質」: the own office's last months."""

    verb = "query_quality_report"

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """Show the own office's quality; nobody sees another office's."""
        try:
            return Answer("office_quality", view=self.core.quality.for_clerk(turn.account_id))
        except NotAClerk:
            return Answer(FOR_CLERKS)
        except Invalid:
            return Answer("office_quality_none")
