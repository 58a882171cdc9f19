"""What the services need for e-mail: the mail server, the outbox, and the subscriptions to e-slips."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from nhi_core.domain.errors import CounterError
from nhi_core.domain.eslip import Holder, Slip, Subscription
from nhi_core.domain.mail import Mail, MailKind, MailState
from nhi_core.domain.roc import PremiumMonth


class MailDeferred(CounterError):
    """The letter surely did not go out (no server, a 4xx answer): another try is right. `reply`: its code."""

    code = "mail_deferred"

    def __init__(self, reply: str) -> None:
        """Keep the server's three digits, or one word."""
        self.reply = reply
        super().__init__(reply)


class MailRefused(CounterError):
    """The mail server will never take this letter (a 5xx answer). Another try does not help."""

    code = "mail_refused"

    def __init__(self, reply: str) -> None:
        """Keep the server's three digits, or one word."""
        self.reply = reply
        super().__init__(reply)


class MailUnclear(CounterError):
    """The whole letter was handed over and no answer came: it may have gone out, so it is not sent again."""

    code = "mail_unclear"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file beside a letter."""

    name: str
    mimetype: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Envelope:
    """A letter ready to go. Nothing of it belongs in a log."""

    to: str = field(repr=False)
    subject: str
    text: str = field(repr=False)
    language: str = "zh-TW"
    attachments: tuple[Attachment, ...] = ()


class Mailer(Protocol):
    """Sends one e-mail. Raises MailDeferred, MailRefused, MailUnclear.

    `key` becomes the Message-ID: a letter that is sent again is recognised as the same.
    """

    def send(self, envelope: Envelope, *, key: str) -> None: ...


class Mails(Protocol):
    """The outbox."""

    def add(self, mail: Mail) -> bool:
        """Insert; False when a letter of this key stands."""

    def get(self, mail_id: str) -> Mail | None: ...
    def due(self, now: datetime, limit: int) -> tuple[Mail, ...]:
        """Return letters that wait and whose pause is over, the longest waiting first."""

    def claimed_before(self, moment: datetime, limit: int) -> tuple[Mail, ...]:
        """Return letters whose sender began before `moment` and never ended."""

    def in_states(self, *states: MailState, limit: int = 200) -> tuple[Mail, ...]: ...
    def counts(self) -> Mapping[tuple[MailKind, MailState], int]: ...
    def save(self, mail: Mail, *, was: Mail) -> bool:
        """Compare-and-set on `state` and `tries`: False when somebody else moved it."""


class Eslips(Protocol):
    """Subscriptions and slips. A person has one requested and one confirmed subscription a holder."""

    def add(self, subscription: Subscription) -> bool:
        """Insert; False when one in that state stands."""

    def get(self, subscription_id: str) -> Subscription | None: ...
    def live_of_person(self, person_id: str) -> tuple[Subscription, ...]:
        """Return what is requested or confirmed."""

    def save(self, subscription: Subscription) -> bool:
        """Compare-and-set on `revision` (given as it was read; the row gets the next one)."""

    def wanting(self, month: PremiumMonth, limit: int) -> tuple[Subscription, ...]:
        """Return subscriptions that cover `month`, with bills due in it, and no slip of it yet."""

    def unconfirmed(self, before: datetime, limit: int) -> tuple[Subscription, ...]:
        """Return requests whose code ended before that moment."""

    def orphaned(self, limit: int) -> tuple[Subscription, ...]:
        """Return live subscriptions whose account is bound to that person no longer."""

    def spent(self, month: PremiumMonth, limit: int) -> tuple[Subscription, ...]:
        """Return ended subscriptions past their last slip that still hold an address."""

    def add_slip(self, slip: Slip) -> bool:
        """Insert; False when that holder's slip of the month stands."""

    def slip(self, slip_id: str) -> Slip | None: ...
    def has_bills(self, person_id: str, holder: Holder) -> bool:
        """Whether the person pays bills of this holder at all."""


@dataclass(frozen=True, slots=True)
class Registered:
    """A pre-registration's letter: where it goes."""

    id: str
    email: str = field(repr=False)


class RegistrationLetters(Protocol):
    """The pre-registrations whose letters are to be sent."""

    def waiting(self, limit: int) -> tuple[str, ...]:
        """Return the ids of those that have no letter in the outbox yet."""

    def get(self, registration_id: str) -> Registered | None: ...
    def mark(self, registration_id: str, state: str) -> None:
        """Write down `sending` (in the outbox), `sent` or `refused`."""
