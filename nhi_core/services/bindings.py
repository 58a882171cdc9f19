"""Tying an account to an insured person: code, proposal, confirmation; and untying. The chat's side."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from nhi_core.domain import codes
from nhi_core.domain.accounts import Account, AccountKind, Binding, CodePurpose, OneTimeCode
from nhi_core.domain.binding import BindingEvent, Relation
from nhi_core.domain.calendar import TAIPEI
from nhi_core.domain.card_session import SessionState
from nhi_core.domain.errors import (
    CodeRefused,
    IdentityRefused,
    Invalid,
    NotBound,
    NothingProposed,
    ProposalExpired,
    TooManyAttempts,
)
from nhi_core.domain.identifiers import mask_name, mask_number
from nhi_core.domain.people import Person
from nhi_core.ports import Clock, Fingerprints, Ids, Limiter, UnitOfWork, UnitOfWorkFactory
from nhi_core.services.binding_edges import BindingEdges, expired
from nhi_core.services.card_claims import CardClaims
from nhi_core.services.card_edges import SessionRaced, again
from nhi_core.services.clerk_edges import ClerkEdges
from nhi_core.services.conversations import load_account

KIOSK_CODE_TTL = timedelta(minutes=3)
PROPOSAL_TTL = timedelta(minutes=10)
ATTEMPTS = 5
ATTEMPT_WINDOW = timedelta(minutes=10)
CODE_FINGERPRINT = "bind-code"
# What may be typed one to one; a group's code means nothing here.
_TYPED = (CodePurpose.CITIZEN, CodePurpose.CLERK, CodePurpose.EDITOR)


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """A fresh one-time code: the only moment at which it exists in the clear."""

    code: str
    expires_at: datetime

    @property
    def display(self) -> str:
        """The code as a screen shows it: `ABCD-2345`."""
        return codes.display(self.code)

    def __repr__(self) -> str:
        """Keep the code out of tracebacks."""
        return f"IssuedCode(expires_at={self.expires_at!r})"


@dataclass(frozen=True, slots=True)
class BindingProposal:
    """Whom the code stands for, masked, to be confirmed. A clerk's code is CLERK, and stands for nobody:

    `clerk` is then the `ClerkStep` that comes next, `office` the office's name (empty: the division's).
    """

    kind: AccountKind
    masked_name: str = ""
    masked_number: str = ""
    expires_at: datetime | None = None
    relation: str = Relation.SELF.value
    digits: str | None = None
    """Two digits that kiosk and phone both show: a photographed code binds nobody."""
    clerk: str = ""
    office: str = ""


@dataclass(frozen=True, slots=True)
class Dependant:
    """Somebody whose card the account's person added; the answers are never about them."""

    masked_name: str
    relation: str


@dataclass(frozen=True, slots=True)
class BindingStatus:
    """Where an account stands. The masked name is the bound person's, else the proposed person's.

    `replaced_account_id` is set by `confirm` when another account lost the person and should be told, and
    `relation` there says who the card's person is. `waiting`: this phone has confirmed, the kiosk has not.
    """

    bound: bool
    pending: bool
    kind: AccountKind
    masked_name: str | None = None
    masked_number: str | None = None
    bound_on: date | None = None
    replaced_account_id: str | None = None
    relation: str = Relation.SELF.value
    waiting: bool = False
    digits: str | None = None
    dependants: tuple[Dependant, ...] = ()


class BindingService:
    """Issues codes, and moves bindings along their table. Each edge leaves an audit record."""

    def __init__(
        self, uow: UnitOfWorkFactory, clock: Clock, ids: Ids, fingerprints: Fingerprints, limiter: Limiter
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._ids = ids
        self._fingerprints = fingerprints
        self._limiter = limiter
        self._edges = BindingEdges(clock, ids)
        self._clerks = ClerkEdges(clock, ids, self._edges)
        self._claims = CardClaims(clock, ids, fingerprints, self._edges)

    def issue_code(
        self,
        subject: str,
        purpose: CodePurpose = CodePurpose.CITIZEN,
        *,
        ttl: timedelta = KIOSK_CODE_TTL,
        staff: str | None = None,
    ) -> IssuedCode:
        """Make a code for a person id (CITIZEN), an office's code (CLERK) or a division (EDITOR, GROUP).

        `staff`: who asked for it. Raises Invalid: no such person, no such open office.
        """
        code = codes.complete(self._ids.code(codes.ALPHABET, codes.RANDOM_LENGTH))
        expires_at = self._clock.now() + ttl
        with self._uow() as uow:
            if purpose is CodePurpose.CITIZEN and uow.people.get(subject) is None:
                raise Invalid("no such person")
            office = uow.offices.get(subject) if purpose is CodePurpose.CLERK else None
            if purpose is CodePurpose.CLERK and (office is None or not office.active):
                raise Invalid("no such office, or it is closed")
            row = OneTimeCode(
                id=self._ids.uuid(),
                purpose=purpose,
                code_hash=self._fingerprints.make(CODE_FINGERPRINT, code),
                subject=subject,
                expires_at=expires_at,
                used_at=None,
            )
            uow.codes.add(row)
            detail = {"code": row.id, "purpose": purpose.value, **({"staff": staff} if staff else {})}
            uow.audit.record("code_issued", subject=subject, detail=detail)
            uow.commit()
        return IssuedCode(code, expires_at)

    def propose(self, account_id: str, code: str) -> BindingProposal:
        """Use up a code, or what a kiosk shows, and propose its person; a clerk's code asks for the name.

        Raises TooManyAttempts after five tries in ten minutes, CodeRefused for any code that is not good
        (unknown, used, expired: the caller must not learn which), RelationRefused, CacheUnavailable,
        StoreUnavailable.
        """
        if not self._limiter.hit(f"bind-code:{account_id}", limit=ATTEMPTS, window=ATTEMPT_WINDOW):
            raise TooManyAttempts
        with self._uow() as uow:
            account = load_account(uow, account_id)
            used = self._use(uow, code)
            if used is None:
                standing = self._standing(uow, account, code)
                proposal = self._claim(uow, account, code) if standing is None else standing
            elif used.purpose in (CodePurpose.CLERK, CodePurpose.EDITOR):
                step, office = self._clerks.register(uow, account, used)
                proposal = BindingProposal(kind=AccountKind.CLERK, clerk=step.value, office=office)
            else:
                proposal = self._propose_person(uow, account, used)
            uow.commit()
            return proposal

    def propose_proved(self, account_id: str, person_id: str, *, by: str) -> BindingProposal:
        """Propose a person who proved who he or she is elsewhere (`by`: a word). Raises IdentityRefused."""
        with self._uow() as uow:
            account = load_account(uow, account_id)
            person = uow.people.get(person_id)
            if person is None:
                raise IdentityRefused
            until = self._clock.now() + PROPOSAL_TTL
            binding = self._edges.propose(uow, account, person, until=until, detail={"by": by})
            uow.commit()
            return _proposal(person, binding)

    def confirm(self, account_id: str) -> BindingStatus:
        """Bind the proposed person; the person's earlier account and the account's earlier person are let go.

        What was proposed at a kiosk waits (`waiting`) until the kiosk has confirmed it too.
        Raises NothingProposed, ProposalExpired.
        """
        return again(lambda: self._confirm(account_id))

    def _confirm(self, account_id: str) -> BindingStatus:
        with self._uow() as uow:
            account = load_account(uow, account_id)
            proposed = uow.bindings.proposed_of_account(account_id)
            if proposed is None:
                raise NothingProposed
            if expired(proposed, self._clock.now()):
                self._edges.drop(uow, proposed, BindingEvent.EXPIRE)
                uow.commit()
                raise ProposalExpired
            replaced = None
            if proposed.card_session is None or self._claims.confirm(uow, proposed):
                _bound, replaced = self._edges.bind(uow, proposed)
                account = load_account(uow, account_id)
            status = dataclasses.replace(self._status(uow, account), replaced_account_id=replaced)
            status = dataclasses.replace(status, relation=proposed.relation)
            uow.commit()
            return status

    def cancel(self, account_id: str) -> BindingStatus:
        """Drop the proposal, and the kiosk's session with it. Raises NothingProposed."""
        return again(lambda: self._cancel(account_id))

    def _cancel(self, account_id: str) -> BindingStatus:
        with self._uow() as uow:
            account = load_account(uow, account_id)
            proposed = uow.bindings.proposed_of_account(account_id)
            if proposed is None:
                raise NothingProposed
            self._edges.drop(uow, proposed, BindingEvent.CANCEL)
            status = self._status(uow, account)
            uow.commit()
            return status

    def status(self, account_id: str) -> BindingStatus:
        """Return where the account stands; changes nothing."""
        with self._uow() as uow:
            return self._status(uow, load_account(uow, account_id))

    def unbind(self, account_id: str) -> BindingStatus:
        """Untie the account from its person, its dependants and any proposal; a clerk stays a clerk.

        Raises NotBound.
        """
        return again(lambda: self._unbind(account_id))

    def _unbind(self, account_id: str) -> BindingStatus:
        with self._uow() as uow:
            account = load_account(uow, account_id)
            bound = uow.bindings.bound_of_account(account_id)
            if bound is None:
                raise NotBound
            proposed = uow.bindings.proposed_of_account(account_id)
            if proposed is not None:
                self._edges.drop(uow, proposed, BindingEvent.CANCEL)
            self._edges.untie(uow, bound)
            account = self._edges.release(uow, account)
            status = self._status(uow, account)
            uow.commit()
            return status

    def _claim(self, uow: UnitOfWork, account: Account, secret: str) -> BindingProposal:
        try:
            claimed = self._claims.claim(uow, account, secret)
        except SessionRaced:
            raise CodeRefused from None
        person = uow.people.get(claimed[1].person_id) if claimed is not None else None
        if claimed is None or person is None:
            uow.audit.record("code_refused", subject=account.id)
            uow.commit()
            raise CodeRefused
        session, binding = claimed
        return dataclasses.replace(_proposal(person, binding), digits=session.digits)

    def _use(self, uow: UnitOfWork, code: str) -> OneTimeCode | None:
        try:
            plain = codes.normalise(code)
        except Invalid:
            return None
        now = self._clock.now()
        hashes = self._fingerprints.candidates(CODE_FINGERPRINT, plain)
        for purpose in _TYPED:
            found = uow.codes.by_hashes(purpose, hashes)
            if found is not None and found.used_at is None and found.expires_at > now:
                # Two accounts may try at once: only the one whose compare-and-set succeeds goes on.
                return found if uow.codes.use(found.id, now) else None
        return None

    def _standing(self, uow: UnitOfWork, account: Account, code: str) -> BindingProposal | None:
        """Return the account's own proposal that this code led to: the answer to it may have been lost."""
        try:
            plain = codes.normalise(code)
        except Invalid:
            return None
        hashes = self._fingerprints.candidates(CODE_FINGERPRINT, plain)
        found = uow.codes.by_hashes(CodePurpose.CITIZEN, hashes)
        proposed = uow.bindings.proposed_of_account(account.id)
        if found is None or proposed is None or proposed.card_session is not None:
            return None
        if proposed.person_id != found.subject or expired(proposed, self._clock.now()):
            return None
        person = uow.people.get(proposed.person_id)
        return None if person is None else _proposal(person, proposed)

    def _propose_person(self, uow: UnitOfWork, account: Account, used: OneTimeCode) -> BindingProposal:
        person = uow.people.get(used.subject)
        if person is None:
            raise CodeRefused
        until = self._clock.now() + PROPOSAL_TTL
        binding = self._edges.propose(uow, account, person, until=until, detail={"code": used.id})
        return _proposal(person, binding)

    def _status(self, uow: UnitOfWork, account: Account) -> BindingStatus:
        bound = uow.bindings.bound_of_account(account.id)
        proposed = uow.bindings.proposed_of_account(account.id)
        if proposed is not None and expired(proposed, self._clock.now()):
            proposed = None
        session = self._claims.session_of(uow, proposed) if proposed is not None else None
        shown = bound or proposed
        person = uow.people.get(shown.person_id) if shown else None
        bound_at = bound.bound_at if bound else None
        return BindingStatus(
            bound=bound is not None,
            pending=proposed is not None,
            kind=account.kind,
            masked_name=mask_name(person.name) if person else None,
            masked_number=mask_number(person.number) if person else None,
            bound_on=bound_at.astimezone(TAIPEI).date() if bound_at else None,
            waiting=session is not None and session.state is SessionState.PHONE_CONFIRMED,
            digits=session.digits if session is not None else None,
            dependants=tuple(
                Dependant(mask_name(one.name), binding.relation)
                for binding in uow.bindings.dependants(account_id=account.id)
                if (one := uow.people.get(binding.person_id)) is not None
            ),
        )


def _proposal(person: Person, binding: Binding) -> BindingProposal:
    return BindingProposal(
        kind=AccountKind.BOUND,
        masked_name=mask_name(person.name),
        masked_number=mask_number(person.number),
        expires_at=binding.expires_at,
        relation=binding.relation,
    )
