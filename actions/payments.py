"""Paying: a link for what is due, barcodes for the store, the ways to pay, the record of a payment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from actions.base import Answer, Asked, CounterAction
from nhi_core.domain.errors import NotBound
from nhi_core.domain.matters import Matter, Topic
from nhi_core.domain.payment import AttemptPending, NothingToPay, PaymentTooSoon
from nhi_core.domain.payment_channels import CHANNELS, Way

if TYPE_CHECKING:
    from nhi_core.services.turns import TurnContext


class PayPremium(CounterAction):
    """A payment link for what the bound person owes; for anybody else, how one pays."""

    verb = "pay_premium"
    general = "pay_premium"
    for_store = False

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """Make the order, or say kindly why there is none."""
        try:
            link = self.core.payments.order(turn.account_id, language=turn.language)
        except NotBound:
            return Answer(self.general)
        except NothingToPay:
            return Answer("pay_not_now", args={"why": "nothing"})
        except PaymentTooSoon:
            return Answer("pay_not_now", args={"why": "too_soon"})
        except AttemptPending:
            return Answer("pay_not_now", args={"why": "busy"})
        own = self.core.hand_offs.offered_for(link.order_id)
        offered = "store" in own and CHANNEL_OF["store"].takes(link.amount)
        if self.for_store and not offered:
            return Answer(self.general)
        return Answer("pay_link", view=link, args={"store": self.for_store}, about=Matter(Topic.PAYMENT))


class PayAtStore(PayPremium):
    """The same order, opened at its barcodes."""

    verb = "pay_at_store"
    general = "pay_at_store"
    for_store = True


class AskPaymentChannels(CounterAction):
    """Every way to pay that this deployment has, with its fee and how long posting takes."""

    verb = "ask_payment_channels"

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """List them from the data, gateways only where there is a contract."""
        here = {*self.core.payment_means.providers, *self.core.hand_offs.offered}
        ways = [
            {"key": one.key, "fee": one.fee}
            for one in CHANNELS
            if one.way in (Way.LINK, Way.COUNTER) or one.key in here
        ]
        return Answer("ask_payment_channels", view={"ways": ways, "days": CHANNELS[0].posting_days})


class RequestPaymentCertificate(CounterAction):
    """The record of the latest payment made here, and where the agency's own certificate comes from."""

    verb = "request_payment_certificate"

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """Offer the record when there is one."""
        try:
            paid = self.core.payments.latest_paid(turn.account_id)
        except NotBound:
            paid = None
        return Answer("payment_record", view=paid) if paid else Answer("request_payment_certificate")


CHANNEL_OF = {channel.key: channel for channel in CHANNELS}
