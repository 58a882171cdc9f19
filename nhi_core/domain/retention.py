"""How long what is kept, and why: the one table. What deletes is elsewhere; what is not here is not deleted.

Dated like every rule: a change is a new row with its day, the old row stays as the record of what held.
PDPA: Personal Data Protection Act (個人資料保護法); APA: Administrative Procedure Act (行政程序法).
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from nhi_core.domain.calendar import TAIPEI


class Means(StrEnum):
    """What ends it."""

    SWEEP = "sweep"  # the retention sweep: `nhi-counter retention`
    FEATURE = "feature"  # a step in the life of the thing itself
    OPERATOR = "operator"  # whoever runs the machines
    STAYS = "stays"  # nothing here ends it


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of thing, kept for `months` and `days` after its end. `what` goes, for the reason `why`."""

    name: str
    since: date
    what: str
    why: str
    days: int = 0
    months: int = 0
    means: Means = Means.SWEEP

    def before(self, now: datetime) -> datetime:
        """Return the moment before which it must have ended. Months are those of Taipei's calendar."""
        local = now.astimezone(TAIPEI)
        year, month = divmod(local.year * 12 + local.month - 1 - self.months, 12)
        day = min(local.day, calendar.monthrange(year, month + 1)[1])
        return local.replace(year=year, month=month + 1, day=day) - timedelta(days=self.days)

    @property
    def period(self) -> str:
        """Return how long, in words."""
        words = [f"{self.months} months"] if self.months else []
        words += [f"{self.days} day" + "s" * (self.days != 1)] if self.days else []
        return " and ".join(words)


_FIRST = date(1995, 3, 1)
_PURPOSE = "PDPA §11 III: its purpose is fulfilled"
_HALF_YEAR = "the next half-yearly review reads it, nothing after that does (PDPA §5, §11 III)"
_YEARS_EVALUATION = "the year's evaluation, and the questions the year after it; figures stay (PDPA §11 III)"
_TEN_YEARS = "APA §131 I: claims of the people against the agency end after ten years"

RULES: tuple[Rule, ...] = (
    # Access and its traces
    Rule("codes", _FIRST, "one-time codes after they end", _PURPOSE, days=1),
    Rule("card_sessions", _FIRST, "card sessions after they end", "questions of the month", days=30),
    Rule("wrong_facts", _FIRST, "counts of wrong second facts; never one that is paused", _PURPOSE, days=1),
    Rule("staff_sessions", _FIRST, "sessions of staff that expired", _PURPOSE),
    Rule("approvals", _FIRST, "proposals that are over", "the trail has them for ten years", months=24),
    Rule(
        "bindings",
        _FIRST,
        "bindings that ended",
        "PDPA §30: claims for damage end after five years",
        months=60,
    ),
    Rule("accounts", _FIRST, "accounts that blocked us and are tied to nothing", _PURPOSE, months=13),
    Rule("trail", _FIRST, "the trail; the database refuses it earlier", _TEN_YEARS, months=121),
    Rule("erasures", _FIRST, "requests for erasure that are done", _TEN_YEARS, months=121),
    # What came in and went out
    Rule("inbound", _FIRST, "how events ended", "a month is compared with the same of last year", months=13),
    Rule("sends", _FIRST, "what was sent", "a month is compared with the same of last year", months=13),
    Rule("letters", _FIRST, "letters sent or dropped", "questions of the person", days=90),
    Rule("letters_stuck", _FIRST, "letters nobody decided about", _PURPOSE, months=13),
    Rule(
        "reminders", _FIRST, "reminders that ended, after their last day", "questions of the person", days=180
    ),
    Rule("reminder_walks", _FIRST, "how far a day's planning came", "nothing asks for it", days=30),
    # The person's words
    Rule("satisfaction_people", _FIRST, "whose answer it was", "figures need nobody (PDPA §5)", days=2),
    Rule("satisfaction_words", _FIRST, "a word, after its month", _HALF_YEAR, days=180),
    Rule("satisfaction_moments", _FIRST, "when an account was asked", "it may be asked again then", days=30),
    Rule("application_words", _FIRST, "reason, contact, note of a closed application", _PURPOSE, months=24),
    # Files of the agency and of units
    Rule("import_rows", _FIRST, "rows of a file that nobody went on with", _PURPOSE, days=7),
    Rule("import_rejects", _FIRST, "which lines were refused", "the agency mends its file", months=13),
    Rule("preregistrations", _FIRST, "addresses from a unit, after the letter", _PURPOSE, months=6),
    Rule("payment_addresses", _FIRST, "gateways' addresses of settled tries", _PURPOSE, days=30),
    # Offices
    Rule(
        "notice_traces",
        _FIRST,
        "who got, read, was asked about a closed notice",
        _YEARS_EVALUATION,
        months=24,
    ),
    Rule("notice_files", _FIRST, "files of closed notices, and files of none", _YEARS_EVALUATION, months=24),
    Rule("promotion_photos", _FIRST, "photos, after their report's month", _YEARS_EVALUATION, months=24),
    Rule("promotion_notes", _FIRST, "notes, after their report's month", _YEARS_EVALUATION, months=24),
    Rule("promotion_ended", _FIRST, "reports given up, with their photos", _PURPOSE, days=30),
    Rule("promotion_orphans", _FIRST, "contents that no report knows", "left by a crash"),
    Rule("group_people", _FIRST, "whose message in a group it was", _YEARS_EVALUATION, months=24),
    Rule("group_members", _FIRST, "who left a group", _YEARS_EVALUATION, months=24),
    # Redis ends its keys by itself; the sweep looks for one that was left without an end.
    Rule(
        "redis_keys", _FIRST, "mailbox marks, tickets, links, trackers left without an end", _PURPOSE, days=1
    ),
    # Ended by the thing's own life
    Rule("dialogue", _FIRST, "the dialogue engine's tracker: 12 hours", _PURPOSE, means=Means.FEATURE),
    Rule("mailbox", _FIRST, "mail until it is answered; parked for an hour", _PURPOSE, means=Means.FEATURE),
    Rule(
        "eslip_addresses",
        _FIRST,
        "address and password: the last slip, cancelling, unbinding",
        _PURPOSE,
        means=Means.FEATURE,
    ),
    Rule("erasing", _FIRST, "an account under erasure: minutes", _PURPOSE, means=Means.FEATURE),
    Rule(
        "uploads", _FIRST, "files of the console, after their import", _PURPOSE, days=7, means=Means.FEATURE
    ),
    Rule("drafts", _FIRST, "drafts of applications: emptied", _PURPOSE, days=7, means=Means.FEATURE),
    Rule("preferences", _FIRST, "wishes to be reminded: with the binding", _PURPOSE, means=Means.FEATURE),
    Rule("clerk", _FIRST, "a clerk's name: with the account, by erasure", _PURPOSE, means=Means.FEATURE),
    Rule("member", _FIRST, "an account of the console: when staff leave", _PURPOSE, means=Means.FEATURE),
    Rule("kiosk", _FIRST, "a machine: revoked, never reused", "an id names one machine", means=Means.STAYS),
    Rule(
        "logs",
        _FIRST,
        "logs and traces, without names",
        "the operator's choice",
        days=90,
        means=Means.OPERATOR,
    ),
    Rule(
        "backups",
        _FIRST,
        "sealed backups",
        "what was deleted is gone there too",
        days=35,
        means=Means.OPERATOR,
    ),
    # Kept
    Rule(
        "agency",
        _FIRST,
        "the agency's books: as long as its record",
        "NHI Act §30, §35: premiums are collected",
        means=Means.STAYS,
    ),
    Rule(
        "payments", _FIRST, "what was paid through us: as the agency's books", _TEN_YEARS, means=Means.STAYS
    ),
    Rule("groups", _FIRST, "a group's id: one invited again is known", "it may come back", means=Means.STAYS),
    Rule(
        "official",
        _FIRST,
        "what is about offices, figures and official texts",
        "nobody's data",
        means=Means.STAYS,
    ),
)


def rules_at(day: date) -> Mapping[str, Rule]:
    """Return name → the rule that holds on `day`, in the table's order."""
    return {rule.name: rule for rule in RULES if rule.since <= day}
