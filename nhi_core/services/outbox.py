"""The outbox: letters are rows first, claimed before they go, and settled after.

Nothing is held open while the mail server is spoken to. What a letter says is put together only when it goes
(`Write`), so the figures are today's and the outbox holds nothing personal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from nhi_core.domain.errors import CounterError, IllegalMove
from nhi_core.domain.mail import CLAIM_LIFE, STUCK, Mail, MailEvent, MailKind, MailState
from nhi_core.ports import Clock, Ids, UnitOfWork, UnitOfWorkFactory
from nhi_core.ports_mail import Envelope, MailDeferred, Mailer, MailRefused, MailUnclear

log = structlog.get_logger(__name__)

# A run that takes longer stops between two letters; the next one goes on.
_RUN = timedelta(seconds=60)


class LetterNeedless(CounterError):
    """There is no reason to send the letter any more. `reason` is one word, recorded with it."""

    code = "letter_needless"

    def __init__(self, reason: str) -> None:
        """Keep the reason."""
        self.reason = reason
        super().__init__(reason)


Write = Callable[[Mail], Envelope]


@dataclass(frozen=True, slots=True)
class StuckMail:
    """A letter that waits for a person's word."""

    id: str
    kind: MailKind
    state: MailState
    tries: int
    created_at: datetime
    code: str | None


def queue(uow: UnitOfWork, ids: Ids, now: datetime, *, kind: MailKind, subject_id: str, key: str) -> bool:
    """Put a letter into the outbox, in the caller's transaction; False when it is there already."""
    return uow.mails.add(
        Mail(
            id=ids.uuid(),
            key=key,
            kind=kind,
            subject_id=subject_id,
            state=MailState.WAITING,
            tries=0,
            created_at=now,
            next_try_at=now,
        )
    )


class OutboxService:
    """Sends what is due; safe to run in several places at once. Without a mailer nothing is offered."""

    def __init__(self, uow: UnitOfWorkFactory, clock: Clock, ids: Ids, mailer: Mailer | None) -> None:
        self._uow = uow
        self._clock = clock
        self._ids = ids
        self._mailer = mailer

    @property
    def offered(self) -> bool:
        """Whether this deployment can send e-mail."""
        return self._mailer is not None

    def send_due(self, write: Write, *, limit: int = 50) -> int:
        """Send the letters that are due; return how many went out. Raises StoreUnavailable.

        `write` puts a letter together; it may raise LetterNeedless.
        """
        if self._mailer is None:
            return 0
        self._take_in_registrations(limit)
        self._give_up_on_the_dead(limit)
        began, sent = self._clock.now(), 0
        with self._uow() as uow:
            due = uow.mails.due(began, limit)
        for mail in due:
            if self._clock.now() - began > _RUN:
                break
            sent += self._send(self._mailer, mail, write)
        return sent

    def counts(self) -> Mapping[tuple[MailKind, MailState], int]:
        """Return how many letters of each kind stand in each state."""
        with self._uow() as uow:
            return uow.mails.counts()

    def stuck(self, *, limit: int = 50) -> tuple[StuckMail, ...]:
        """Return letters that only a person's word brings on."""
        with self._uow() as uow:
            found = uow.mails.in_states(*STUCK, limit=limit)
        return tuple(StuckMail(m.id, m.kind, m.state, m.tries, m.created_at, m.code) for m in found)

    def retry(self, mail_id: str) -> None:
        """Let a stuck letter be tried again, under the same Message-ID. Raises IllegalMove."""
        with self._uow() as uow:
            mail = uow.mails.get(mail_id)
            if mail is None:
                raise IllegalMove("no such letter")
            if not uow.mails.save(mail.moved(MailEvent.RETRY, self._clock.now()), was=mail):
                raise IllegalMove("somebody else moved it")
            self._mark(uow, mail, "sending")
            uow.audit.record("mail_retried", subject=mail.id, detail={"was": mail.state.value})
            uow.commit()

    def _take_in_registrations(self, limit: int) -> None:
        """Give each pre-registration that waits its letter."""
        with self._uow() as uow:
            for registration_id in uow.registrations.waiting(limit):
                queue(
                    uow,
                    self._ids,
                    self._clock.now(),
                    kind=MailKind.PREREGISTRATION,
                    subject_id=registration_id,
                    key=f"preregistration-{registration_id}",
                )
                uow.registrations.mark(registration_id, "sending")
            uow.commit()

    def _give_up_on_the_dead(self, limit: int) -> None:
        """A sender that ended in the middle may have sent: nobody knows, so nobody sends again unasked."""
        now = self._clock.now()
        with self._uow() as uow:
            for mail in uow.mails.claimed_before(now - CLAIM_LIFE, limit):
                if uow.mails.save(mail.moved(MailEvent.LOSE, now, "sender_ended"), was=mail):
                    log.warning("mail_unclear", mail=mail.id, reason="sender_ended")
            uow.commit()

    def _send(self, mailer: Mailer, mail: Mail, write: Write) -> bool:
        try:
            envelope = write(mail)
        except LetterNeedless as needless:
            self._settle(mail, MailEvent.DROP, needless.reason)
            return False
        except CounterError as error:
            self._settle(mail, MailEvent.DEFER, error.code)
            return False
        except Exception as error:  # one letter that cannot be written must not hold up the others
            log.exception("mail_not_written", mail=mail.id, error=type(error).__name__)
            self._settle(mail, MailEvent.GIVE_UP, "not_written")
            return False
        claimed = mail.moved(MailEvent.CLAIM, self._clock.now())
        with self._uow() as uow:
            mine = uow.mails.save(claimed, was=mail)
            uow.commit()
        if not mine:
            return False
        try:
            mailer.send(envelope, key=mail.key)
        except MailDeferred as later:
            self._settle(claimed, MailEvent.DEFER, later.reply)
        except MailRefused as refusal:
            self._settle(claimed, MailEvent.REFUSE, refusal.reply)
        except MailUnclear:
            self._settle(claimed, MailEvent.LOSE, "no_answer")
        else:
            self._settle(claimed, MailEvent.DELIVER, None)
            return True
        return False

    def _settle(self, mail: Mail, event: MailEvent, code: str | None) -> None:
        ended = mail.moved(event, self._clock.now(), code)
        with self._uow() as uow:
            if uow.mails.save(ended, was=mail):
                self._mark(uow, ended, _REGISTRATION_MARKS.get(ended.state))
            uow.commit()
        log.info("mail_settled", mail=mail.id, kind=mail.kind.value, state=ended.state.value, code=code)

    @staticmethod
    def _mark(uow: UnitOfWork, mail: Mail, mark: str | None) -> None:
        if mail.kind is MailKind.PREREGISTRATION and mark is not None:
            uow.registrations.mark(mail.subject_id, mark)


_REGISTRATION_MARKS: Mapping[MailState, str] = {
    MailState.SENT: "sent",
    MailState.REFUSED: "refused",
    MailState.GIVEN_UP: "refused",
}
