"""Which rows are about a person, and what an erasure does with them.

Every table stands in RULES or in NOT_PERSONAL. Order matters: an erasure goes from top to bottom, so what
refers to a row stands above it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, or_, select

from nhi_core.adapters.db import tables as t
from nhi_core.adapters.db import tables_eslips as slips
from nhi_core.adapters.db import tables_imports as imported
from nhi_core.adapters.db import tables_instalments as instalments
from nhi_core.adapters.db import tables_kiosks as counter
from nhi_core.adapters.db import tables_ledger as ledger
from nhi_core.adapters.db import tables_notices as notices
from nhi_core.adapters.db import tables_offices as offices
from nhi_core.adapters.db import tables_payments as pay
from nhi_core.adapters.db import tables_privacy as privacy
from nhi_core.adapters.db import tables_promotion as promotion
from nhi_core.adapters.db import tables_reminders as reminding
from nhi_core.adapters.db import tables_satisfaction as opinions
from nhi_core.domain.privacy import Keep, Subject

Whose = Callable[[Subject], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete the rows; with `only` just those of them."""

    only: ColumnElement[bool] | None = None


@dataclass(frozen=True, slots=True)
class Empty:
    """Write these values into the rows: the row stays and says nothing about anybody."""

    values: Mapping[str, object]
    keep: Keep


@dataclass(frozen=True, slots=True)
class Stay:
    """Leave the rows, and say why."""

    keep: Keep


@dataclass(frozen=True, slots=True)
class Rule:
    """`secret`: columns never given out. `others`: names of other people, given out masked.

    `account`: the rows hang on an account, so an erasure touches only those of accounts that leave.
    """

    table: Table
    whose: Whose
    act: Delete | Empty | Stay
    secret: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    then: Stay | None = None
    account: bool = False


def _person(table: Table, column: str = "person_id") -> Whose:
    return lambda subject: table.c[column] == subject.person_id


def _account(table: Table, column: str = "account_id") -> Whose:
    return lambda subject: table.c[column].in_(subject.accounts)


def _either(table: Table) -> Whose:
    return lambda subject: or_(
        table.c.person_id == subject.person_id, table.c.account_id.in_(subject.accounts)
    )


def _through(table: Table, column: str, parent: Table, whose: Whose, key: str = "id") -> Whose:
    def ids(subject: Subject) -> Select[Any]:
        return select(parent.c[key]).where(whose(subject))

    return lambda subject: table.c[column].in_(ids(subject))


_bills = _person(t.bills, "payer_id")
_plans = _person(t.plans, "payer_id")
_orders = _person(pay.payment_orders)
_bindings = _either(t.bindings)
_clerks = _account(offices.clerks)
_reports = _through(promotion.promotion_reports, "clerk_id", offices.clerks, _clerks)


def _trail(subject: Subject) -> ColumnElement[bool]:
    # Indexed: the trail is long.
    about = (subject.person_id, f"person:{subject.person_id}", *subject.accounts)
    return t.audit_events.c.subject.in_(about)


def _mails(subject: Subject) -> ColumnElement[bool]:
    parents: tuple[Table, ...] = (slips.eslip_subscriptions, slips.eslips, imported.preregistrations)
    return or_(
        *(
            slips.mails.c.subject_id.in_(select(one.c.id).where(one.c.person_id == subject.person_id))
            for one in parents
        )
    )


_LEDGER = Stay(Keep.PREMIUM_LEDGER)
_FIGURES = Stay(Keep.NO_PERSON_LEFT)

RULES: tuple[Rule, ...] = (
    # Letters that wait are not sent any more. The service has cancelled what was subscribed.
    Rule(slips.mails, _mails, Delete()),
    Rule(imported.preregistrations, _person(imported.preregistrations), Delete()),
    Rule(
        slips.eslip_subscriptions,
        _person(slips.eslip_subscriptions),
        Empty(
            dict.fromkeys(("email", "password", "code", "code_until")),
            Keep.SLIP_SERVED,
        ),
        secret=("password", "code"),
    ),
    Rule(slips.eslips, _person(slips.eslips), Stay(Keep.SLIP_SERVED)),
    Rule(
        reminding.reminder_preferences,
        _through(reminding.reminder_preferences, "binding_id", t.bindings, _bindings),
        Delete(),
    ),
    Rule(
        reminding.reminders,
        lambda subject: or_(
            reminding.reminders.c.person_id == subject.person_id,
            reminding.reminders.c.binding_id.in_(select(t.bindings.c.id).where(_bindings(subject))),
        ),
        Delete(),
    ),
    Rule(t.bindings, _bindings, Delete()),
    Rule(counter.card_sessions, _either(counter.card_sessions), Delete(), secret=("code_hash", "token_hash")),
    Rule(
        counter.fact_attempts,
        lambda subject: counter.fact_attempts.c.subject == f"person:{subject.person_id}",
        Delete(),
    ),
    Rule(t.one_time_codes, _person(t.one_time_codes, "subject"), Delete(), secret=("code_hash",)),
    Rule(opinions.satisfaction_accounts, _account(opinions.satisfaction_accounts), Delete(), account=True),
    # Answers are tied to an account for two days; later nobody, not even we, can tell whose they are.
    Rule(opinions.satisfaction_answers, _account(opinions.satisfaction_answers), Delete(), account=True),
    Rule(t.sends, _account(t.sends), Empty({"account_id": None}, Keep.NO_PERSON_LEFT), account=True),
    Rule(offices.group_members, _account(offices.group_members), Delete(), account=True),
    Rule(
        promotion.group_messages,
        _account(promotion.group_messages),
        Empty({"account_id": None}, Keep.NO_PERSON_LEFT),
        account=True,
    ),
    Rule(
        promotion.promotion_photos,
        _through(promotion.promotion_photos, "report_id", promotion.promotion_reports, _reports),
        Empty(
            {
                **dict.fromkeys(("digest", "thumbnail", "source", "width", "height", "next_try_at")),
                "state": "expired",
            },
            Keep.NO_PERSON_LEFT,
        ),
        account=True,
    ),
    Rule(
        promotion.promotion_reports,
        _reports,
        Empty({"note": None}, Keep.NO_PERSON_LEFT),
        account=True,
    ),
    Rule(
        offices.clerk_postings,
        _through(offices.clerk_postings, "clerk_id", offices.clerks, _clerks),
        _FIGURES,
        account=True,
    ),
    Rule(
        notices.notice_acks,
        _through(notices.notice_acks, "clerk_id", offices.clerks, _clerks),
        _FIGURES,
        account=True,
    ),
    Rule(notices.notice_nudges, _account(notices.notice_nudges), _FIGURES, account=True),
    Rule(notices.notice_deliveries, _account(notices.notice_deliveries), _FIGURES, account=True),
    # Their names are written over by the repository, which can seal.
    Rule(offices.clerks, _clerks, _FIGURES, account=True),
    Rule(t.accounts, _account(t.accounts, "id"), _FIGURES, secret=("session", "conversation"), account=True),
    Rule(
        instalments.instalment_applications,
        _person(instalments.instalment_applications),
        Delete(only=instalments.instalment_applications.c.submitted_at.is_(None)),
        then=Stay(Keep.CASE_FILE),
    ),
    Rule(
        pay.payment_callbacks,
        lambda subject: pay.payment_callbacks.c.attempt_id.in_(
            select(pay.payment_attempts.c.id).where(_attempts(subject))
        ),
        _LEDGER,
        secret=("body_hash",),
    ),
    Rule(
        pay.payment_attempts,
        _through(pay.payment_attempts, "order_id", pay.payment_orders, _orders),
        _LEDGER,
        secret=("redirect_url",),
    ),
    Rule(pay.payment_claims, _through(pay.payment_claims, "order_id", pay.payment_orders, _orders), _LEDGER),
    Rule(pay.payment_orders, _orders, _LEDGER),
    Rule(ledger.refunds, _through(ledger.refunds, "bill_id", t.bills, _bills), _LEDGER),
    Rule(t.payments, _through(t.payments, "bill_id", t.bills, _bills), _LEDGER),
    # The others on a bill are its payer's dependants: named as the slip names them, masked.
    Rule(
        ledger.bill_items,
        _through(ledger.bill_items, "bill_id", t.bills, _bills),
        _LEDGER,
        others=("name",),
    ),
    Rule(t.bills, _bills, _LEDGER),
    Rule(t.plan_terms, _through(t.plan_terms, "plan_id", t.plans, _plans), _LEDGER),
    Rule(t.plans, _plans, _LEDGER),
    Rule(ledger.subsidies, _person(ledger.subsidies), Stay(Keep.AGENCY_RECORD)),
    Rule(t.persons, _person(t.persons, "id"), Stay(Keep.AGENCY_RECORD), secret=("story",)),
    Rule(t.audit_events, _trail, Stay(Keep.TRAIL)),
    Rule(privacy.erasures, _person(privacy.erasures), Stay(Keep.TRAIL)),
)


def _attempts(subject: Subject) -> ColumnElement[bool]:
    return pay.payment_attempts.c.order_id.in_(select(pay.payment_orders.c.id).where(_orders(subject)))


NOT_PERSONAL: Mapping[str, str] = {
    "households": "an opaque id that several persons share; the number itself stands with each person",
    "disaster_areas": "announced for everybody insured through an office",
    "inbound_events": "the event's own id, kind and outcome; no account",
    "usage_counts": "counts",
    "kiosks": "machines",
    "offices": "offices",
    "chat_groups": "groups, not persons",
    "notices": "what the division says to all",
    "notice_batches": "what the division says to all",
    "notice_posts": "messages of the bot itself",
    "reminder_walks": "how far a day's planning has come",
    "retention_runs": "when each rule of retention was last done",
    "evaluation_figures": "figures of offices",
    "evaluation_runs": "figures of offices",
    "quality_months": "figures of offices",
    "imports": "files and counts",
    "import_rejects": "line numbers and reasons, no content",
    "staged_persons": "lives for one import: sealed, gone when it ends",
    "staged_bills": "lives for one import: sealed, gone when it ends",
    "staged_payments": "lives for one import: sealed, gone when it ends",
    "staged_subsidies": "lives for one import: sealed, gone when it ends",
    "staged_registrations": "lives for one import: sealed, gone when it ends",
    "staff": "the agency's staff: looked after under `nhi-counter staff` and the console's account page",
    "staff_roles": "as staff",
    "staff_sessions": "as staff",
    "staff_recovery_codes": "as staff",
    "approvals": "as staff",
    "erasure_accounts": "empty again within minutes: an erasure that is under way",
}
