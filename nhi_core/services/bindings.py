"""Tying an account to an insured person: code, proposal, confirmation; and untying."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from nhi_core.domain import codes
from nhi_core.domain.accounts import Account, AccountKind, Binding, CodePurpose, OneTimeCode
from nhi_core.domain.binding import AUDIT_EVENTS, BindingEvent, BindingState, next_state
from nhi_core.domain.calendar import TAIPEI
from nhi_core.domain.errors import (
    CodeRefused,
    Invalid,
    NotBound,
    NothingProposed,
    ProposalExpired,
    TooManyAttempts,
)
from nhi_core.domain.identifiers import mask_name, mask_number
from nhi_core.ports import Clock, Fingerprints, Ids, Limiter, UnitOfWork, UnitOfWorkFactory
from nhi_core.services.conversations import load_account

KIOSK_CODE_TTL = timedelta(minutes=3)
PROPOSAL_TTL = timedelta(minutes=10)
ATTEMPTS = 5
ATTEMPT_WINDOW = timedelta(minutes=10)
CODE_FINGERPRINT = "bind-code"


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
    """Whom the code stands for, masked, to be confirmed. A clerk's code is done at once: CLERK, no names."""

    kind: AccountKind
    masked_name: str = ""
    masked_number: str = ""
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BindingStatus:
    """Where an account stands. The masked name is the bound person's, else the proposed person's.

    `replaced_account_id` is set by `confirm` when another account lost the person and should be told.
    """

    bound: bool
    pending: bool
    kind: AccountKind
    masked_name: str | None = None
    masked_number: str | None = None
    bound_on: date | None = None
    replaced_account_id: str | None = None


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

    def issue_code(
        self, subject: str, purpose: CodePurpose = CodePurpose.CITIZEN, *, ttl: timedelta = KIOSK_CODE_TTL
    ) -> IssuedCode:
        """Make a code for a person id (CITIZEN) or an office (CLERK). Raises Invalid: no such person."""
        code = codes.complete(self._ids.code(codes.ALPHABET, codes.RANDOM_LENGTH))
        expires_at = self._clock.now() + ttl
        with self._uow() as uow:
            if purpose is CodePurpose.CITIZEN and uow.people.get(subject) is None:
                raise Invalid("no such person")
            row = OneTimeCode(
                id=self._ids.uuid(),
                purpose=purpose,
                code_hash=self._fingerprints.make(CODE_FINGERPRINT, code),
                subject=subject,
                expires_at=expires_at,
                used_at=None,
            )
            uow.codes.add(row)
            uow.audit.record(
                "code_issued", subject=subject, detail={"code": row.id, "purpose": purpose.value}
            )
            uow.commit()
        return IssuedCode(code, expires_at)

    def propose(self, account_id: str, code: str) -> BindingProposal:
        """Use up a code and propose its person; a clerk's code takes effect at once.

        Raises TooManyAttempts after five tries in ten minutes, CodeRefused for any code that is not good
        (unknown, used, expired: the caller must not learn which), CacheUnavailable, StoreUnavailable.
        """
        if not self._limiter.hit(f"bind-code:{account_id}", limit=ATTEMPTS, window=ATTEMPT_WINDOW):
            raise TooManyAttempts
        with self._uow() as uow:
            account = load_account(uow, account_id)
            used = self._use(uow, code)
            if used is None:
                uow.audit.record("code_refused", subject=account_id)
                uow.commit()
                raise CodeRefused
            proposal = (
                self._make_clerk(uow, account, used)
                if used.purpose is CodePurpose.CLERK
                else self._propose_person(uow, account, used)
            )
            uow.commit()
            return proposal

    def confirm(self, account_id: str) -> BindingStatus:
        """Bind the proposed person; the person's earlier account and the account's earlier person are let go.

        Raises NothingProposed, ProposalExpired.
        """
        now = self._clock.now()
        with self._uow() as uow:
            account = load_account(uow, account_id)
            proposed = uow.bindings.proposed_of_account(account_id)
            if proposed is None:
                raise NothingProposed
            if _expired(proposed, now):
                self._move(uow, proposed, BindingEvent.EXPIRE)
                uow.commit()
                raise ProposalExpired
            replaced = self._let_go(uow, proposed)
            bound = self._move(uow, proposed, BindingEvent.CONFIRM)
            kind = AccountKind.CLERK if account.kind is AccountKind.CLERK else AccountKind.BOUND
            account = self._renew(uow, account, kind)
            status = dataclasses.replace(
                self._status(uow, account, bound, None), replaced_account_id=replaced
            )
            uow.commit()
            return status

    def cancel(self, account_id: str) -> BindingStatus:
        """Drop the proposal. Raises NothingProposed."""
        with self._uow() as uow:
            account = load_account(uow, account_id)
            proposed = uow.bindings.proposed_of_account(account_id)
            if proposed is None:
                raise NothingProposed
            self._move(uow, proposed, BindingEvent.CANCEL)
            status = self._status(uow, account, uow.bindings.bound_of_account(account_id), None)
            uow.commit()
            return status

    def status(self, account_id: str) -> BindingStatus:
        """Return where the account stands; changes nothing."""
        with self._uow() as uow:
            account = load_account(uow, account_id)
            proposed = uow.bindings.proposed_of_account(account_id)
            if proposed is not None and _expired(proposed, self._clock.now()):
                proposed = None
            return self._status(uow, account, uow.bindings.bound_of_account(account_id), proposed)

    def unbind(self, account_id: str) -> BindingStatus:
        """Untie the account from its person, its office and any proposal. Raises NotBound."""
        with self._uow() as uow:
            account = load_account(uow, account_id)
            bound = uow.bindings.bound_of_account(account_id)
            if bound is None and account.kind is not AccountKind.CLERK:
                raise NotBound
            proposed = uow.bindings.proposed_of_account(account_id)
            if proposed is not None:
                self._move(uow, proposed, BindingEvent.CANCEL)
            if bound is not None:
                self._move(uow, bound, BindingEvent.UNBIND)
            if account.kind is AccountKind.CLERK:
                uow.audit.record("clerk_unbound", subject=account_id)
            account = self._renew(uow, account, AccountKind.UNBOUND)
            status = self._status(uow, account, None, None)
            uow.commit()
            return status

    def _use(self, uow: UnitOfWork, code: str) -> OneTimeCode | None:
        try:
            plain = codes.normalise(code)
        except Invalid:
            return None
        now = self._clock.now()
        hashes = self._fingerprints.candidates(CODE_FINGERPRINT, plain)
        for purpose in CodePurpose:
            found = uow.codes.by_hashes(purpose, hashes)
            if found is not None and found.used_at is None and found.expires_at > now:
                # Two accounts may try at once: only the one whose compare-and-set succeeds goes on.
                return found if uow.codes.use(found.id, now) else None
        return None

    def _make_clerk(self, uow: UnitOfWork, account: Account, used: OneTimeCode) -> BindingProposal:
        self._renew(uow, account, AccountKind.CLERK)
        uow.audit.record("clerk_bound", subject=account.id, detail={"code": used.id, "office": used.subject})
        return BindingProposal(kind=AccountKind.CLERK)

    def _propose_person(self, uow: UnitOfWork, account: Account, used: OneTimeCode) -> BindingProposal:
        person = uow.people.get(used.subject)
        if person is None:
            raise CodeRefused
        now = self._clock.now()
        earlier = uow.bindings.proposed_of_account(account.id)
        if earlier is not None:
            self._move(uow, earlier, BindingEvent.EXPIRE if _expired(earlier, now) else BindingEvent.CANCEL)
        binding = Binding(
            id=self._ids.uuid(),
            account_id=account.id,
            person_id=person.id,
            state=BindingState.PROPOSED,
            proposed_at=now,
            expires_at=now + PROPOSAL_TTL,
            bound_at=None,
            ended_at=None,
        )
        uow.bindings.add(binding)
        detail = {"binding": binding.id, "code": used.id}
        uow.audit.record("binding_proposed", subject=account.id, detail=detail)
        return BindingProposal(
            kind=AccountKind.BOUND,
            masked_name=mask_name(person.name),
            masked_number=mask_number(person.number),
            expires_at=binding.expires_at,
        )

    def _let_go(self, uow: UnitOfWork, proposed: Binding) -> str | None:
        """End what the new binding replaces; return the other account that lost the person."""
        mine = uow.bindings.bound_of_account(proposed.account_id)
        if mine is not None:
            self._move(uow, mine, BindingEvent.REPLACE)
        replaced = None
        for other in uow.bindings.live_of_person(proposed.person_id):
            if other.state != BindingState.BOUND or other.account_id == proposed.account_id:
                continue
            self._move(uow, other, BindingEvent.REPLACE)
            account = load_account(uow, other.account_id)
            kind = AccountKind.CLERK if account.kind is AccountKind.CLERK else AccountKind.UNBOUND
            self._renew(uow, account, kind)
            replaced = account.id
        return replaced

    def _move(self, uow: UnitOfWork, binding: Binding, event: BindingEvent) -> Binding:
        state = next_state(binding.state, event)
        now = self._clock.now()
        if state is BindingState.BOUND:
            moved = dataclasses.replace(binding, state=state, bound_at=now, expires_at=None)
        else:
            moved = dataclasses.replace(binding, state=state, ended_at=now)
        if not uow.bindings.move(moved, was=binding.state):
            # Somebody else was first; nothing of this transaction may stand.
            raise NothingProposed if binding.state == BindingState.PROPOSED else NotBound
        if binding.state == BindingState.BOUND:
            uow.reminders.forget(binding.id, now)
        uow.audit.record(AUDIT_EVENTS[event], subject=binding.account_id, detail={"binding": binding.id})
        return moved

    def _renew(self, uow: UnitOfWork, account: Account, kind: AccountKind) -> Account:
        """Give the account a new session and conversation: old buttons are stale, the old dialogue gone."""
        renewed = dataclasses.replace(
            account,
            kind=kind,
            session=self._ids.token(9),
            session_at=self._clock.now(),
            conversation=self._ids.token(),
        )
        uow.accounts.save(renewed)
        return renewed

    def _status(
        self, uow: UnitOfWork, account: Account, bound: Binding | None, proposed: Binding | None
    ) -> BindingStatus:
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
        )


def _expired(binding: Binding, now: datetime) -> bool:
    return binding.expires_at is not None and binding.expires_at <= now
