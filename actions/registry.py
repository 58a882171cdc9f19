"""All custom actions. The contract test compares this list with the domain that Rasa is trained with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from actions import (
    binding,
    eslips,
    instalments,
    money,
    office_staff,
    payments,
    premiums,
    promotion,
    reminders,
    talk,
)
from actions.base import CounterAction

if TYPE_CHECKING:
    from nhi_core.bootstrap import Core

ACTIONS: tuple[type[CounterAction], ...] = (
    binding.BindAccount,
    binding.ConfirmBinding,
    binding.CancelBinding,
    binding.BindingStatus,
    binding.UnbindAccount,
    binding.ConfirmUnbind,
    binding.Affirm,
    binding.Deny,
    premiums.QueryArrears,
    premiums.EstimateLateFee,
    money.QueryPaymentHistory,
    money.QueryPremiumDetail,
    money.QuerySubsidy,
    money.AskDueDate,
    money.AskPostingDelay,
    money.RequestRefund,
    money.QueryUnitArrears,
    instalments.ApplyInstalment,
    instalments.AskInstalmentRules,
    instalments.InstalmentGuide,
    instalments.QueryInstalmentStatus,
    instalments.WithdrawInstalment,
    instalments.Inform,
    instalments.Stop,
    payments.PayPremium,
    payments.PayAtStore,
    payments.AskPaymentChannels,
    payments.RequestPaymentCertificate,
    eslips.SubscribeEslip,
    eslips.CancelEslip,
    eslips.ConfirmCancelEslip,
    eslips.DownloadSlip,
    reminders.SubscribeReminder,
    reminders.UnsubscribeReminder,
    reminders.SetReminder,
    office_staff.SearchNotice,
    office_staff.AcknowledgeNotice,
    office_staff.QueryOfficeScore,
    office_staff.QueryQualityReport,
    promotion.ReportPromotion,
    promotion.QueryGroupActivity,
    talk.DidYouMean,
    talk.OutOfScope,
    talk.TalkToPerson,
    talk.ChangeLanguage,
)


def all_actions(core: Core) -> list[CounterAction]:
    """Build one of each."""
    return [action(core) for action in ACTIONS]
