"""E-slips in the chat: a page to subscribe on, an end by two taps, today's slip to download.

No address and no password is taken in the chat. Who is not bound gets the general answer; so does everybody
where this deployment sends no e-mail.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from actions.base import Answer, Asked, CounterAction
from nhi_core.domain.errors import NotBound
from nhi_core.domain.payment import NothingToPay

if TYPE_CHECKING:
    from nhi_core.bootstrap import Core
    from nhi_core.services.turns import TurnContext

CANCEL = "eslip_cancel"


class SubscribeEslip(CounterAction):
    """「用電子郵件寄繳款單給我」: also where things stand, and another address."""

    verb = "subscribe_eslip"

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """Give the page."""
        if not self.core.outbox.offered:
            return Answer("subscribe_eslip")
        try:
            return Answer("eslip_page", view=self.core.eslips.offer(turn.account_id, turn.language))
        except NotBound:
            return Answer("subscribe_eslip")


class CancelEslip(CounterAction):
    """Asks once before it ends."""

    verb = "cancel_eslip"

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """Show what would end; what we do not send ends at the agency."""
        try:
            ending = self.core.eslips.ending(turn.account_id)
        except NotBound:
            ending = None
        return Answer(CANCEL, view=ending) if ending else Answer("cancel_eslip")


class ConfirmCancelEslip(CounterAction):
    """Ends it."""

    verb = "confirm_cancel_eslip"

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """End what is in force; raises NotBound."""
        return ended(self.core, turn)


class DownloadSlip(CounterAction):
    """Today's slip, as an encrypted file behind a short-lived page."""

    verb = "download_slip"

    def answer(self, turn: TurnContext, asked: Asked) -> Answer:
        """Give the page, or say that nothing is to be paid."""
        try:
            return Answer("eslip_download", view=self.core.eslips.slip(turn.account_id, turn.language))
        except NotBound:
            return Answer("download_slip")
        except NothingToPay:
            return Answer("pay_not_now", args={"why": "nothing"})


def ended(core: Core, turn: TurnContext) -> Answer:
    """End the account's subscriptions; a second tap shows that nothing is in force. Raises NotBound."""
    end = core.eslips.cancel(turn.account_id)
    if end is None:
        return Answer("eslip_page", view=core.eslips.offer(turn.account_id, turn.language))
    return Answer("eslip_cancelled", view=end)
