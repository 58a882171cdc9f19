"""Payments, bills taken apart, subsidies, deadlines, postings, refunds, units.

Who is bound gets the own figures; who is not gets the general answer, with a way to bind.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from actions.base import Answer, Asked, CounterAction
from actions.followups import one_month
from nhi_core.domain.errors import CacheUnavailable, NotBound
from nhi_core.domain.matters import Matter, Topic

if TYPE_CHECKING:
    from nhi_core.services.history import PaymentHistoryView
    from nhi_core.services.turns import TurnContext


class QueryPaymentHistory(CounterAction):
    """A year of payments, page by page, with its chart."""

    verb = "query_payment_history"

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """Show the year and page that were tapped, or the year of a month that was named."""
        month = asked.month
        year = number(asked, "year") or (month.year if month else None)
        try:
            view = self.core.history.year(turn.account_id, year, number(asked, "page") or 1)
        except NotBound:
            return Answer("query_payment_history")
        return Answer("payment_history", view=self._with_picture(turn, view), about=Matter(Topic.HISTORY))

    def _with_picture(self, turn: TurnContext, view: PaymentHistoryView) -> PaymentHistoryView:
        try:
            link = self.core.pictures.offer_year(turn.account_id, int(view.year), turn.language)
        except CacheUnavailable:
            return view  # the figures are in the card's words too
        return dataclasses.replace(view, picture=link.url, picture_embeds=link.embeds)


class QueryPremiumDetail(CounterAction):
    """Who is on a bill and what each costs."""

    verb = "query_premium_detail"

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """Take the bill of the named month apart, or the newest."""
        try:
            view = self.core.premium_details.of_month(turn.account_id, asked.month)
        except NotBound:
            return Answer("query_premium_detail")
        about = Matter(Topic.DETAIL, one_month([view.month] if view.month else []))
        return Answer("premium_detail", view=view, about=about)


class QuerySubsidy(CounterAction):
    """What the government pays of the premium."""

    verb = "query_subsidy"

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """Show the subsidies on record."""
        try:
            return Answer("subsidy", view=self.core.premium_details.subsidies(turn.account_id))
        except NotBound:
            return Answer("query_subsidy")


class AskDueDate(CounterAction):
    """What has to be paid by when."""

    verb = "ask_due_date"

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """Show the open deadlines."""
        try:
            view = self.core.standing.due_dates(turn.account_id, asked.month)
        except NotBound:
            return Answer("ask_due_date")
        months = [month for group in (*view.upcoming, *view.overdue) for month in group.months]
        return Answer("due_dates", view=view, about=Matter(Topic.DUE_DATES, one_month(months)))


class AskPostingDelay(CounterAction):
    """Paid, and it still shows."""

    verb = "ask_posting_delay"

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """Show which payments are on their way, and until when."""
        try:
            return Answer("postings", view=self.core.standing.postings(turn.account_id))
        except NotBound:
            return Answer("ask_posting_delay")


class RequestRefund(CounterAction):
    """Paid twice."""

    verb = "request_refund"

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """Show what can be refunded, and how."""
        try:
            return Answer("refunds", view=self.core.standing.refunds(turn.account_id))
        except NotBound:
            return Answer("request_refund")


class QueryUnitArrears(CounterAction):
    """What the unit owes that the bound person answers for."""

    verb = "query_unit_arrears"

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """Show the unit's open bills."""
        try:
            return Answer("unit_arrears", view=self.core.standing.units(turn.account_id))
        except NotBound:
            return Answer("query_unit_arrears")


def number(asked: Asked, name: str) -> int | None:
    """Return a small whole number that a button carried, or None."""
    value = asked.entity(name) or ""
    return int(value) if value.isascii() and value.isdigit() and len(value) <= 4 else None
