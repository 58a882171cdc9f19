"""The monthly run: slips for those who wanted them by e-mail, their letters, and what is forgotten after.

A slip is a row first, one a holder and month; the letter is put together when it goes. All may run twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from nhi_core.domain.eslip import (
    CODE_TTL,
    EslipEvent,
    EslipState,
    Holder,
    Slip,
    Subscription,
    open_month,
    slip_month,
)
from nhi_core.domain.mail import Mail, MailKind
from nhi_core.domain.payment import NothingToPay
from nhi_core.domain.people import Person
from nhi_core.domain.roc import PremiumMonth
from nhi_core.ports import Clock, Ids, UnitOfWork, UnitOfWorkFactory
from nhi_core.services.eslip_content import SlipContent, SlipWriter
from nhi_core.services.eslips import code_key, move
from nhi_core.services.outbox import LetterNeedless, queue

# How long a request may still be renewed after its code ended, before it is forgotten.
_PATIENCE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class CodeLetter:
    """What the letter with the code says."""

    email: str = field(repr=False)
    code: str = field(repr=False)
    language: str
    minutes: int


@dataclass(frozen=True, slots=True)
class SlipLetter:
    """What the letter with the slip holds; `password` opens the file and stands nowhere in the letter."""

    email: str = field(repr=False)
    password: str = field(repr=False)
    language: str
    month: PremiumMonth
    holder: Holder
    content: SlipContent = field(repr=False)


class EslipRun:
    """Makes slips and says what letters hold."""

    def __init__(self, uow: UnitOfWorkFactory, clock: Clock, ids: Ids, writer: SlipWriter) -> None:
        self._uow = uow
        self._clock = clock
        self._ids = ids
        self._writer = writer

    def make_due(self, limit: int = 200) -> int:
        """Put the month's slips into the outbox; return how many. Raises StoreUnavailable."""
        month = open_month(self._clock.today())
        with self._uow() as uow:
            wanting = uow.eslips.wanting(month, limit)
        return sum(self._make(one, month) for one in wanting)

    def tidy(self, limit: int = 200) -> int:
        """Forget addresses that nothing will be sent to; return how many. Raises StoreUnavailable."""
        now, month = self._clock.now(), open_month(self._clock.today())
        done = 0
        with self._uow() as uow:
            for one in uow.eslips.unconfirmed(now - _PATIENCE, limit):
                move(uow, one, EslipEvent.LAPSE, now)
                done += 1
            for one in uow.eslips.orphaned(limit):
                # Whoever asked is not this person's account any more: nothing goes there again.
                uow.eslips.save(move(uow, one, EslipEvent.CANCEL, now).emptied())
                done += 1
            for one in uow.eslips.spent(month, limit):
                done += uow.eslips.save(one.emptied())
            uow.commit()
        return done

    def code_letter(self, mail: Mail) -> CodeLetter:
        """Return what the code's letter says. Raises LetterNeedless, StoreUnavailable."""
        with self._uow() as uow:
            one = uow.eslips.get(mail.subject_id)
        if one is None or one.state is not EslipState.REQUESTED or mail.key != code_key(one):
            raise LetterNeedless("superseded")
        if one.email is None or one.code is None or one.code_until is None:
            raise LetterNeedless("superseded")
        if self._clock.now() >= one.code_until:
            raise LetterNeedless("expired")
        return CodeLetter(one.email, one.code, one.language, int(CODE_TTL.total_seconds() // 60))

    def slip_letter(self, mail: Mail) -> SlipLetter:
        """Return what the slip's letter holds, as of today. Raises LetterNeedless, StoreUnavailable."""
        with self._uow() as uow:
            slip = uow.eslips.slip(mail.subject_id)
            one = uow.eslips.get(slip.subscription_id) if slip else None
            if slip is None or one is None or one.email is None or one.password is None:
                raise LetterNeedless("ended")
            person = _bound_person(uow, one)
            if person is None:
                raise LetterNeedless("not_bound")
            try:
                today = self._clock.today()
                content = self._writer.write(uow, person, one.holder, today, month=slip.month)
            except NothingToPay:
                raise LetterNeedless("nothing_due") from None
        return SlipLetter(one.email, one.password, one.language, slip.month, one.holder, content)

    def _make(self, one: Subscription, month: PremiumMonth) -> int:
        now = self._clock.now()
        with self._uow() as uow:
            outcome = self._outcome(uow, one, month)
            slip = Slip(self._ids.uuid(), one.id, one.person_id, one.holder, month, outcome, now)
            if not uow.eslips.add_slip(slip):
                return 0
            if outcome == "mailed":
                queue(uow, self._ids, now, kind=MailKind.ESLIP, subject_id=slip.id, key=f"eslip-{slip.id}")
            uow.audit.record("eslip_made", subject=slip.id, detail={"outcome": outcome})
            uow.commit()
        return int(outcome == "mailed")

    def _outcome(self, uow: UnitOfWork, one: Subscription, month: PremiumMonth) -> str:
        person = _bound_person(uow, one)
        if person is None:
            return "not_bound"
        still_open = self._writer.open_bills(uow, person, one.holder, self._clock.today())
        due = [one for one in still_open if slip_month(one.bill) == month]
        return "mailed" if due else "nothing_due"


def _bound_person(uow: UnitOfWork, one: Subscription) -> Person | None:
    """Return the person while the account that asked is bound to him or her."""
    binding = uow.bindings.bound_of_account(one.account_id)
    if binding is None or binding.person_id != one.person_id:
        return None
    return uow.people.get(one.person_id)
