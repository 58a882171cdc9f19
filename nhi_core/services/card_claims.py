"""The phone's side of a card session, inside the caller's transaction: claim, confirm."""

from __future__ import annotations

from nhi_core.domain import codes
from nhi_core.domain.accounts import Account, Binding
from nhi_core.domain.binding import BindingEvent, Relation
from nhi_core.domain.card_session import (
    CLAIMED,
    STEP_TTL,
    CardSession,
    SessionEvent,
    SessionState,
    is_token,
)
from nhi_core.domain.errors import Invalid, ProposalExpired, RelationRefused
from nhi_core.domain.identifiers import plain
from nhi_core.ports import Clock, Fingerprints, Ids, UnitOfWork
from nhi_core.services.binding_edges import BindingEdges
from nhi_core.services.card_edges import CardEdges
from nhi_core.services.card_sessions import CODE_FINGERPRINT, TOKEN_FINGERPRINT


class CardClaims:
    """Lets an account claim what a kiosk shows, and say that the digits are the same."""

    def __init__(self, clock: Clock, ids: Ids, fingerprints: Fingerprints, edges: BindingEdges) -> None:
        self._clock = clock
        self._ids = ids
        self._fingerprints = fingerprints
        self._edges = edges
        self._cards = CardEdges(clock)

    def claim(self, uow: UnitOfWork, account: Account, secret: str) -> tuple[CardSession, Binding] | None:
        """Use up a code or token and propose the card's person; None when it is not good.

        Raises RelationRefused (a dependant's card, and the account has no person of its own, or the card is
        that person's), SessionRaced (another account was first).
        """
        session = self._shown(uow, secret)
        now = self._clock.now()
        if session is None or session.state is not SessionState.CODE:
            return None
        if session.step_expires_at <= now or session.over(now):
            return None
        if session.relation != Relation.SELF:
            own = uow.bindings.bound_of_account(account.id)
            if own is None or own.person_id == session.person_id:
                raise RelationRefused
        person = uow.people.get(session.person_id)
        if person is None:
            return None
        claimed = self._cards.move(
            uow,
            session,
            SessionEvent.CLAIM,
            account_id=account.id,
            digits=self._ids.code("0123456789", 2),
            step_expires_at=min(now + STEP_TTL, session.expires_at),
            code_hash=None,
            token_hash=None,
        )
        binding = self._edges.propose(
            uow,
            account,
            person,
            until=claimed.step_expires_at,
            relation=session.relation,
            card_session=session.id,
            detail={"card_session": session.id},
        )
        return claimed, binding

    def confirm(self, uow: UnitOfWork, proposed: Binding) -> bool:
        """The phone says that the digits are the same: True when the kiosk has said so too.

        Raises ProposalExpired (committed), SessionRaced.
        """
        session = self.session_of(uow, proposed)
        if session is None or session.state not in CLAIMED or session.over(self._clock.now()):
            self._edges.drop(uow, proposed, BindingEvent.EXPIRE)
            uow.commit()
            raise ProposalExpired
        if session.state is SessionState.PHONE_CONFIRMED:
            return False
        confirmed = self._cards.move(uow, session, SessionEvent.PHONE_CONFIRM)
        return confirmed.state is SessionState.BOUND

    def session_of(self, uow: UnitOfWork, proposed: Binding) -> CardSession | None:
        """Return the card session that a proposal came from, as long as it is this account's."""
        session = uow.card_sessions.get(proposed.card_session or "")
        return session if session is not None and session.account_id == proposed.account_id else None

    def _shown(self, uow: UnitOfWork, secret: str) -> CardSession | None:
        typed = plain(secret)
        if is_token(typed):
            return uow.card_sessions.by_hashes(self._fingerprints.candidates(TOKEN_FINGERPRINT, typed))
        try:
            code = codes.normalise(secret)
        except Invalid:
            return None
        return uow.card_sessions.by_hashes(self._fingerprints.candidates(CODE_FINGERPRINT, code))
