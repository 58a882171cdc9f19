"""E-slips (電子繳款單): the life of a subscription as a table, and which month's slip a change reaches.

Cut-off, by the agency's own manual (健保櫃檯): a subscription or cancellation by the 5th holds from that
month's slip, a later one from the next. Slips go out from the 20th on. Two-month billing exists, so the slip
of a month holds the bills whose printed deadline falls into it, never "last month's premium".
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from nhi_core.domain.bills import Bill, BillKind
from nhi_core.domain.calendar import TAIPEI
from nhi_core.domain.contact import ContactKind, parse_contact
from nhi_core.domain.errors import CounterError, IllegalMove, Invalid
from nhi_core.domain.identifiers import parse_unit_code
from nhi_core.domain.late_fee import is_insured
from nhi_core.domain.people import Person
from nhi_core.domain.roc import PremiumMonth

CUT_OFF_DAY = 5
SLIP_DAY = 20
CODE_TTL = timedelta(minutes=15)
CODE_LENGTH = 6
CODE_TRIES = 5
CODES_A_DAY = 5
LINK_TTL = timedelta(minutes=15)
_PASSWORD = re.compile(r"[!-~]{8,32}", re.ASCII)
_RUNS_LONGEST = 3


class EslipLinkOver(CounterError):
    """The address of an e-slip page is over, forged, or its account is bound to that person no longer."""

    code = "eslip_link_over"


class CodeWrong(CounterError):
    """Not the code of the letter. `left` is how many tries remain."""

    code = "eslip_code_wrong"

    def __init__(self, left: int) -> None:
        """Keep how many tries remain."""
        self.left = left
        super().__init__(f"{left} tries left")


class CodeOver(CounterError):
    """The code of the letter is used up or past its time: a new one is needed."""

    code = "eslip_code_over"


class Holder(StrEnum):
    """Whose bills: the insured person's own, or those of the unit (or withholder) that the person heads."""

    PERSON = "person"
    UNIT = "unit"

    def bears(self, kind: BillKind) -> bool:
        """Whether bills of this kind are this holder's."""
        return is_insured(kind) == (self is Holder.PERSON)


class EslipState(StrEnum):
    """Where a subscription stands. LAPSED: the address was never confirmed."""

    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"


class EslipEvent(StrEnum):
    """What can happen to a subscription. REPLACE: another address was confirmed."""

    CONFIRM = "confirm"
    CANCEL = "cancel"
    REPLACE = "replace"
    LAPSE = "lapse"


MOVES: Mapping[tuple[EslipState, EslipEvent], EslipState] = {
    (EslipState.REQUESTED, EslipEvent.CONFIRM): EslipState.CONFIRMED,
    (EslipState.REQUESTED, EslipEvent.CANCEL): EslipState.CANCELLED,
    (EslipState.REQUESTED, EslipEvent.LAPSE): EslipState.LAPSED,
    (EslipState.CONFIRMED, EslipEvent.CANCEL): EslipState.CANCELLED,
    (EslipState.CONFIRMED, EslipEvent.REPLACE): EslipState.CANCELLED,
}
# Each edge names its audit event.
AUDIT_EVENTS: Mapping[EslipEvent, str] = {
    EslipEvent.CONFIRM: "eslip_confirmed",
    EslipEvent.CANCEL: "eslip_cancelled",
    EslipEvent.REPLACE: "eslip_replaced",
    EslipEvent.LAPSE: "eslip_lapsed",
}


def next_state(state: EslipState, event: EslipEvent) -> EslipState:
    """Return the state after `event`. Raises errors.IllegalMove when the table has no such edge."""
    try:
        return MOVES[state, event]
    except KeyError:
        raise IllegalMove(f"e-slip: {event} from {state}") from None


@dataclass(frozen=True, slots=True)
class Subscription:
    """One wish to get slips by e-mail. `email`, `password` and `code` are sealed at rest and shown nowhere.

    `first_slip` is the first month whose slip is mailed, `ended_slip` the first that is not any more.
    `revision` counts changes: every write compares it.
    """

    id: str
    person_id: str
    account_id: str
    holder: Holder
    state: EslipState
    language: str
    email: str | None
    password: str | None
    code: str | None
    code_until: datetime | None
    code_tries: int
    codes_sent: int
    requested_at: datetime
    confirmed_at: datetime | None = None
    ended_at: datetime | None = None
    first_slip: PremiumMonth | None = None
    ended_slip: PremiumMonth | None = None
    revision: int = 1

    def __repr__(self) -> str:
        """Show the id and the state alone."""
        return f"Subscription(id={self.id!r}, state={self.state.value!r})"

    def covers(self, month: PremiumMonth) -> bool:
        """Whether the slip of `month` is mailed under this subscription."""
        if self.first_slip is None or month < self.first_slip:
            return False
        return self.ended_slip is None or month < self.ended_slip

    def moved(self, event: EslipEvent, at: datetime) -> Subscription:
        """Return the row after `event` at the moment `at`. Raises errors.IllegalMove.

        Who cancels after the 5th still gets this month's slip, so what it needs is kept until then.
        """
        state = next_state(self.state, event)
        month = reached_month(at.astimezone(TAIPEI).date())
        if event is EslipEvent.CONFIRM:
            return dataclasses.replace(
                self, state=state, confirmed_at=at, first_slip=month, code=None, code_until=None
            )
        ended = dataclasses.replace(
            self, state=state, ended_at=at, ended_slip=month, code=None, code_until=None
        )
        first = self.first_slip
        return ended if first is not None and first < month else ended.emptied()

    def emptied(self) -> Subscription:
        """Return the row without the address, the password and the code."""
        return dataclasses.replace(self, email=None, password=None, code=None, code_until=None)


@dataclass(frozen=True, slots=True)
class Slip:
    """That the slip of a month was taken in hand. `outcome`: `mailed`, or why nothing was sent."""

    id: str
    subscription_id: str
    person_id: str
    holder: Holder
    month: PremiumMonth
    outcome: str
    made_at: datetime


def reached_month(day: date) -> PremiumMonth:
    """Return the first month whose slip a change on `day` reaches: by the 5th, this one."""
    this = PremiumMonth.of(day)
    return this if day.day <= CUT_OFF_DAY else this.plus(1)


def slip_month(bill: Bill) -> PremiumMonth:
    """Return the month in whose slip a bill stands: that of its printed deadline."""
    return PremiumMonth.of(bill.due)


def open_month(today: date) -> PremiumMonth:
    """Return the month whose slips may go out on `today`.

    From the 20th this one; until then still the one before, for bills that the agency's data brought late.
    """
    this = PremiumMonth.of(today)
    return this if today.day >= SLIP_DAY else this.plus(-1)


def parse_email(text: str) -> str:
    """Return a mail address in lower case. Raises errors.Invalid."""
    contact = parse_contact(text)
    if contact.kind is not ContactKind.EMAIL:
        raise Invalid("not a mail address")
    return contact.value


def parse_password(text: str, *, holder: Holder, person: Person | None = None) -> str:
    """Return the password that opens the holder's slips. Raises errors.Invalid.

    A unit's is its code (the agency's own practice). A person's is chosen: 8 to 32 visible ASCII characters,
    because readers disagree about others; not the person's number or birthday, not one character only.
    """
    if holder is Holder.UNIT:
        return parse_unit_code(text).value
    if not _PASSWORD.fullmatch(text) or len(set(text)) <= _RUNS_LONGEST:
        raise Invalid("a password of 8 to 32 letters, digits and signs")
    if person is not None and _guessable(text.upper(), person):
        raise Invalid("a password that others can guess")
    return text


def _guessable(text: str, person: Person) -> bool:
    born = person.birth
    roc = born.year - 1911
    days = (
        f"{born:%Y%m%d}",
        f"{born:%Y-%m-%d}",
        f"{born:%Y/%m/%d}",
        f"{roc:03d}{born:%m%d}",
        f"{roc}{born:%m%d}",
    )
    return person.number.upper() in text or text in days
