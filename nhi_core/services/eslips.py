"""Getting slips by e-mail: what stands, a page to change it, the code that proves the address, the end of it.

An address is never taken in the chat: the chat gives a short-lived page, and the address counts only when the
code that was mailed there comes back through the same page.
"""

from __future__ import annotations

import dataclasses
import hmac
from collections.abc import Callable
from datetime import datetime, timedelta

from nhi_core.domain.contact import Contact, ContactKind
from nhi_core.domain.errors import Invalid, NotBound, TooManyAttempts
from nhi_core.domain.eslip import (
    AUDIT_EVENTS,
    CODE_LENGTH,
    CODE_TRIES,
    CODE_TTL,
    CODES_A_DAY,
    CodeOver,
    CodeWrong,
    EslipEvent,
    EslipState,
    Holder,
    Subscription,
    parse_email,
    parse_password,
    reached_month,
)
from nhi_core.domain.mail import MailKind
from nhi_core.domain.payment import NothingToPay
from nhi_core.ports import Clock, Ids, Limiter, UnitOfWork, UnitOfWorkFactory
from nhi_core.services.eslip_content import SlipContent, SlipWriter
from nhi_core.services.eslip_links import EslipLinks, Visit
from nhi_core.services.eslip_views import (
    EslipEnd,
    EslipPage,
    EslipView,
    FieldInvalid,
    SlipFile,
    SlipOffer,
    Standing,
)
from nhi_core.services.outbox import queue

_DAY = timedelta(days=1)
_DIGITS = "0123456789"


class EslipService:
    """Answers for the person an account is bound to, and for nobody else."""

    def __init__(
        self,
        uow: UnitOfWorkFactory,
        clock: Clock,
        ids: Ids,
        limiter: Limiter,
        *,
        links: EslipLinks,
        writer: SlipWriter,
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._ids = ids
        self._limiter = limiter
        self._links = links
        self._writer = writer

    def offer(self, account_id: str, language: str) -> EslipView:
        """Return where things stand, with the page to change them. Raises NotBound."""
        with self._uow() as uow:
            url = self._links.page(uow, account_id, language)
            confirmed = [one for one in _mine(uow, account_id) if one.state is EslipState.CONFIRMED]
        first = confirmed[0].first_slip if confirmed else None
        return EslipView(
            subscribed=bool(confirmed),
            email_masked=_masked(confirmed[0]) if confirmed else "",
            first_slip=first.iso if first else None,
            reaches=reached_month(self._clock.today()).iso,
            url=url,
            minutes=self._links.minutes,
        )

    def ending(self, account_id: str) -> EslipEnd | None:
        """Return what a cancellation would end; None when nothing is in force. Raises NotBound."""
        with self._uow() as uow:
            mine = _mine(uow, account_id)
        return self._end(mine)

    def cancel(self, account_id: str) -> EslipEnd | None:
        """End the account's subscriptions; None when there is none (a second tap). Raises NotBound."""
        with self._uow() as uow:
            mine = _mine(uow, account_id)
            for one in mine:
                move(uow, one, EslipEvent.CANCEL, self._clock.now())
            uow.commit()
        return self._end(mine)

    def slip(self, account_id: str, language: str) -> SlipOffer:
        """Return the page of today's slip. Raises NotBound, NothingToPay."""
        today = self._clock.today()
        with self._uow() as uow:
            url = self._links.page(uow, account_id, language, part="slip")
            person = self._person(uow, account_id)
            written = [
                self._writer.write(uow, person.person, holder, today)
                for holder in Holder
                if self._writer.open_bills(uow, person.person, holder, today)
            ]
        if not written:
            raise NothingToPay
        return SlipOffer(
            total=sum(one.total for one in written),
            until=min(one.until for one in written),
            url=url,
            minutes=self._links.minutes,
        )

    def page(self, token: str) -> EslipPage:
        """Return what the page shows. Raises EslipLinkOver."""
        with self._uow() as uow:
            visit = self._links.read(uow, token)
            return EslipPage(
                standings=tuple(_standing(one) for one in _mine(uow, visit.account_id)),
                units=uow.eslips.has_bills(visit.person.id, Holder.UNIT),
                reaches=reached_month(self._clock.today()).iso,
            )

    def request(self, token: str, *, email: str, password: str, holder: Holder, language: str) -> None:
        """Keep the address until its code comes back, and mail the code.

        Raises EslipLinkOver, FieldInvalid, TooManyAttempts.
        """
        with self._uow() as uow:
            visit = self._links.read(uow, token)
            email = _named("email", lambda: parse_email(email))
            password = _named(
                "password", lambda: parse_password(password, holder=holder, person=visit.person)
            )
            if holder is Holder.UNIT and not uow.eslips.has_bills(visit.person.id, holder):
                raise FieldInvalid("holder")
            self._spend_a_code(visit)
            now = self._clock.now()
            waiting = next(
                (
                    one
                    for one in uow.eslips.live_of_person(visit.person.id)
                    if (one.holder, one.state) == (holder, EslipState.REQUESTED)
                ),
                None,
            )
            if waiting is not None and waiting.account_id != visit.account_id:
                move(uow, waiting, EslipEvent.LAPSE, now)
                waiting = None
            if waiting is None:
                fresh = Subscription(
                    id=self._ids.uuid(), person_id=visit.person.id, account_id=visit.account_id,
                    holder=holder, state=EslipState.REQUESTED, language=language, email=email,
                    password=password, code=self._code(), code_until=now + CODE_TTL, code_tries=0,
                    codes_sent=1, requested_at=now,
                )  # fmt: skip
                if not uow.eslips.add(fresh):
                    raise TooManyAttempts  # asked twice in the same moment; the other one counts
                uow.audit.record("eslip_requested", subject=fresh.id)
                self._mail_code(uow, fresh, now)
            else:
                renewed = dataclasses.replace(waiting, email=email, password=password, language=language)
                self._renew_code(uow, renewed, now)
            uow.commit()

    def again(self, token: str, holder: Holder) -> None:
        """Mail a new code; the one before is worth nothing.

        Raises EslipLinkOver, CodeOver, TooManyAttempts.
        """
        with self._uow() as uow:
            visit = self._links.read(uow, token)
            waiting = _requested(uow, visit, holder)
            if waiting is None:
                raise CodeOver
            self._spend_a_code(visit)
            self._renew_code(uow, waiting, self._clock.now())
            uow.commit()

    def confirm(self, token: str, holder: Holder, code: str) -> None:
        """Put the address in force. Raises EslipLinkOver, CodeWrong, CodeOver."""
        now = self._clock.now()
        with self._uow() as uow:
            visit = self._links.read(uow, token)
            waiting = _requested(uow, visit, holder)
            if waiting is None or waiting.code is None or waiting.code_until is None:
                raise CodeOver
            if now >= waiting.code_until or waiting.code_tries >= CODE_TRIES:
                raise CodeOver
            if not hmac.compare_digest(waiting.code.encode(), code.encode()):
                left = CODE_TRIES - waiting.code_tries - 1
                counted = dataclasses.replace(waiting, code_tries=waiting.code_tries + 1)
                _save(uow, counted)
                uow.commit()
                raise CodeWrong(left) if left else CodeOver
            for one in uow.eslips.live_of_person(visit.person.id):
                if (one.holder, one.state) == (holder, EslipState.CONFIRMED):
                    move(uow, one, EslipEvent.REPLACE, now)
            move(uow, waiting, EslipEvent.CONFIRM, now)
            uow.commit()

    def slips(self, token: str) -> tuple[tuple[SlipContent, bool], ...]:
        """Return today's slips of the page, each with whether a confirmed password opens it.

        Raises EslipLinkOver.
        """
        today = self._clock.today()
        with self._uow() as uow:
            visit = self._links.read(uow, token)
            mine = _mine(uow, visit.account_id)
            return tuple(
                (self._writer.write(uow, visit.person, holder, today), _password(mine, holder) is not None)
                for holder in Holder
                if self._writer.open_bills(uow, visit.person, holder, today)
            )

    def download(self, token: str, holder: Holder, password: str | None = None) -> SlipFile:
        """Return a slip to draw, under the confirmed password, or under `password`, which is not kept.

        Raises EslipLinkOver, NothingToPay, FieldInvalid.
        """
        with self._uow() as uow:
            visit = self._links.read(uow, token)
            kept = _password(_mine(uow, visit.account_id), holder)
            if kept is None:
                kept = _named(
                    "password", lambda: parse_password(password or "", holder=holder, person=visit.person)
                )
            content = self._writer.write(uow, visit.person, holder, self._clock.today())
            uow.audit.record("eslip_downloaded", subject=visit.person.id, detail={"holder": holder.value})
            uow.commit()
        return SlipFile(content, kept)

    def _person(self, uow: UnitOfWork, account_id: str) -> Visit:
        binding = uow.bindings.bound_of_account(account_id)
        person = uow.people.get(binding.person_id) if binding else None
        if person is None:
            raise NotBound
        return Visit(account_id, person)

    def _end(self, mine: tuple[Subscription, ...]) -> EslipEnd | None:
        if not mine:
            return None
        told = next((one for one in mine if one.state is EslipState.CONFIRMED), mine[0])
        return EslipEnd(_masked(told), reached_month(self._clock.today()).iso)

    def _spend_a_code(self, visit: Visit) -> None:
        """Somebody else's mailbox must not be filled from here."""
        if not self._limiter.hit(f"eslip-code:{visit.person.id}", limit=CODES_A_DAY, window=_DAY):
            raise TooManyAttempts

    def _renew_code(self, uow: UnitOfWork, waiting: Subscription, now: datetime) -> None:
        renewed = dataclasses.replace(
            waiting,
            code=self._code(),
            code_until=now + CODE_TTL,
            code_tries=0,
            codes_sent=waiting.codes_sent + 1,
        )
        _save(uow, renewed)
        self._mail_code(uow, renewed, now)

    def _mail_code(self, uow: UnitOfWork, one: Subscription, now: datetime) -> None:
        key = code_key(one)
        queue(uow, self._ids, now, kind=MailKind.ESLIP_CODE, subject_id=one.id, key=key)

    def _code(self) -> str:
        return self._ids.code(_DIGITS, CODE_LENGTH)


def code_key(one: Subscription) -> str:
    """Return the outbox key of the present code's letter: a letter of an older code is not written."""
    return f"eslip-code-{one.id}-{one.codes_sent}"


def move(uow: UnitOfWork, one: Subscription, event: EslipEvent, now: datetime) -> Subscription:
    """Move a subscription along its table, with its audit record. Raises IllegalMove, TooManyAttempts."""
    moved = one.moved(event, now)
    _save(uow, moved)
    uow.audit.record(AUDIT_EVENTS[event], subject=one.id)
    return dataclasses.replace(moved, revision=moved.revision + 1)


def _save(uow: UnitOfWork, one: Subscription) -> None:
    if not uow.eslips.save(one):
        raise TooManyAttempts  # two at the same moment: the other one counts


def _mine(uow: UnitOfWork, account_id: str) -> tuple[Subscription, ...]:
    """Return the account's live subscriptions for the person it is bound to. Raises NotBound."""
    binding = uow.bindings.bound_of_account(account_id)
    if binding is None:
        raise NotBound
    live = uow.eslips.live_of_person(binding.person_id)
    return tuple(one for one in live if one.account_id == account_id)


def _requested(uow: UnitOfWork, visit: Visit, holder: Holder) -> Subscription | None:
    wanted = (holder, EslipState.REQUESTED)
    mine = _mine(uow, visit.account_id)
    return next((one for one in mine if (one.holder, one.state) == wanted), None)


def _password(mine: tuple[Subscription, ...], holder: Holder) -> str | None:
    wanted = (holder, EslipState.CONFIRMED)
    return next((one.password for one in mine if (one.holder, one.state) == wanted), None)


def _masked(one: Subscription) -> str:
    return Contact(ContactKind.EMAIL, one.email or "").masked if one.email else ""


def _standing(one: Subscription) -> Standing:
    return Standing(
        holder=one.holder,
        state=one.state,
        email_masked=_masked(one),
        first_slip=one.first_slip.iso if one.first_slip else None,
        ended_slip=one.ended_slip.iso if one.ended_slip else None,
        code_until=one.code_until,
    )


def _named(field: str, parse: Callable[[], str]) -> str:
    """Say which field was wrong."""
    try:
        return parse()
    except Invalid as error:
        raise FieldInvalid(field) from error
