"""A card in a kiosk: the kiosk's side of a binding. Every call names the kiosk, and sees its own sessions."""

from __future__ import annotations

import hmac
from urllib.parse import quote

from nhi_core.domain import codes
from nhi_core.domain.accounts import Binding
from nhi_core.domain.binding import BindingEvent, BindingState, News, Relation
from nhi_core.domain.card_session import (
    CLAIMED,
    LIVE,
    SESSION_TTL,
    STEP_TTL,
    TOKEN_LENGTH,
    TOKEN_PREFIX,
    CardSession,
    EndReason,
    SessionEvent,
    SessionState,
    of_age,
)
from nhi_core.domain.errors import (
    CardNotCurrent,
    DigitsWrong,
    FactLocked,
    IllegalMove,
    Invalid,
    NotBound,
    RelationRefused,
    SecondFactWrong,
    SessionOver,
    SessionUnknown,
    UnknownPerson,
)
from nhi_core.domain.identifiers import mask_name, parse_number
from nhi_core.domain.people import Person
from nhi_core.ports import Clock, Fingerprints, Ids, UnitOfWork, UnitOfWorkFactory
from nhi_core.services.binding_edges import BindingEdges
from nhi_core.services.card_edges import CardEdges, SessionRaced, again
from nhi_core.services.card_views import CardClaim, CardSessionView, ConsentGiven, Opened, Shown
from nhi_core.services.conversations import load_account
from nhi_core.services.second_facts import FactKind, SecondFacts

CODE_FINGERPRINT = "card-code"
TOKEN_FINGERPRINT = "card-token"  # noqa: S105 - the name of a purpose
BIND_WORD = "綁定"


class CardSessionService:
    """Opens, proves, shows, confirms and ends card sessions."""

    def __init__(
        self,
        uow: UnitOfWorkFactory,
        clock: Clock,
        ids: Ids,
        fingerprints: Fingerprints,
        *,
        line_id: str,
    ) -> None:
        """`line_id`: the official account's, as `@counter`."""
        self._uow = uow
        self._clock = clock
        self._ids = ids
        self._fingerprints = fingerprints
        self._line_id = line_id
        self._edges = BindingEdges(clock, ids)
        self._cards = CardEdges(clock)
        self.facts = SecondFacts(clock, fingerprints)

    def open(self, kiosk_id: str, card: CardClaim, consent: ConsentGiven, relation: Relation) -> Opened:
        """Begin; what this kiosk and this person had open ends.

        Raises UnknownPerson, CardNotCurrent, RelationRefused, FactLocked.
        """
        return again(lambda: self._open(kiosk_id, card, consent, relation))

    def prove(self, kiosk_id: str, session_id: str, kind: FactKind, value: str) -> Shown:
        """Check the second fact and show a code.

        Raises SecondFactWrong, FactLocked, SessionUnknown, SessionOver, IllegalMove.
        """
        return again(lambda: self._prove(kiosk_id, session_id, kind, value))

    def view(self, kiosk_id: str, session_id: str) -> CardSessionView:
        """Return where the session stands. Raises SessionUnknown."""

        def work() -> CardSessionView:
            with self._uow() as uow:
                return self._view(uow, self._mine(uow, kiosk_id, session_id))

        return again(work)

    def renew(self, kiosk_id: str, session_id: str) -> Shown:
        """Show a fresh code; the old one dies, and a phone that claimed it is let go and told.

        Raises SessionUnknown, SessionOver, IllegalMove.
        """

        def work() -> Shown:
            with self._uow() as uow:
                session = self._live(uow, kiosk_id, session_id)
                self._drop_claim(uow, session, news=News.STOPPED)
                shown = self._show(uow, session, SessionEvent.RENEW)
                uow.commit()
                return shown

        return again(work)

    def confirm(self, kiosk_id: str, session_id: str, digits: str) -> CardSessionView:
        """The person at the kiosk says that the phone shows these digits; bound when the phone said so too.

        Raises DigitsWrong, SessionUnknown, SessionOver, IllegalMove (nobody has sent the code yet).
        """
        return again(lambda: self._confirm(kiosk_id, session_id, digits))

    def end(self, kiosk_id: str, session_id: str, reason: EndReason) -> None:
        """End it; idempotent. Raises SessionUnknown."""

        def work() -> None:
            with self._uow() as uow:
                session = self._mine(uow, kiosk_id, session_id)
                if session.state in LIVE:
                    self.close(uow, session, reason)
                    uow.commit()

        again(work)

    def unbind(self, kiosk_id: str, session_id: str) -> CardSessionView:
        """Untie the card's person from whatever account, which is told.

        Raises NotBound, SessionUnknown, SessionOver, IllegalMove (the second fact is missing).
        """

        def work() -> CardSessionView:
            with self._uow() as uow:
                session = self._live(uow, kiosk_id, session_id)
                if session.state is not SessionState.CODE:
                    raise IllegalMove("unbinding needs the second fact, and nothing else under way")
                self.untie_person(uow, session.person_id)
                ended = self._cards.end(uow, session, EndReason.UNBOUND)
                uow.commit()
                return self._view(uow, ended)

        return again(work)

    def untie_person(self, uow: UnitOfWork, person_id: str) -> None:
        """End the person's binding and where the person is a dependant; the accounts are told.

        Raises NotBound. For the kiosk and for the staff.
        """
        bound = [one for one in uow.bindings.live_of_person(person_id) if one.state == BindingState.BOUND]
        added = uow.bindings.dependants(person_id=person_id)
        if not bound and not added:
            raise NotBound
        for one in bound:
            account = load_account(uow, one.account_id)
            self._edges.untie(uow, one, news=News.UNBOUND)
            self._edges.release(uow, account)
        for one in added:
            self._edges.move(uow, one, BindingEvent.UNBIND, news=News.UNBOUND)

    def close(self, uow: UnitOfWork, session: CardSession, reason: EndReason) -> CardSession:
        """End a live session and what a phone has claimed of it. Raises SessionRaced."""
        # A phone that only looked, and let the time pass, hears of it when it taps: no push for that.
        quiet = reason is EndReason.EXPIRED and session.state is not SessionState.PHONE_CONFIRMED
        self._drop_claim(uow, session, news=None if quiet else News.STOPPED, late=reason is EndReason.EXPIRED)
        return self._cards.end(uow, session, reason)

    def tidy(self) -> int:
        """End sessions whose time is up; return how many. For the sweeper."""
        now = self._clock.now()
        with self._uow() as uow:
            overdue = uow.card_sessions.overdue(now)
            for session in overdue:
                self.close(uow, session, EndReason.EXPIRED)
            uow.commit()
        return len(overdue)

    def _open(self, kiosk_id: str, card: CardClaim, consent: ConsentGiven, relation: Relation) -> Opened:
        now = self._clock.now()
        with self._uow() as uow:
            person = self._person_of(uow, card)
            needed = self.facts.needed(person) if person is not None else None
            if person is None or needed is None:
                uow.audit.record("card_refused", subject=f"kiosk:{kiosk_id}")
                uow.commit()
                raise UnknownPerson
            if relation is Relation.CHILD and of_age(person.birth, self._clock.today()):
                raise RelationRefused
            left = self.facts.check(uow, person_id=person.id, kiosk_id=kiosk_id)
            for earlier in uow.card_sessions.live(kiosk_id=kiosk_id, person_id=person.id):
                self.close(uow, earlier, EndReason.EXPIRED if earlier.over(now) else EndReason.REPLACED)
            session = CardSession(
                id=self._ids.token(),
                kiosk_id=kiosk_id,
                person_id=person.id,
                relation=relation,
                state=SessionState.SECOND_FACT,
                consent_version=consent.version,
                consent_language=consent.language,
                consent_at=consent.given_at,
                opened_at=now,
                expires_at=now + SESSION_TTL,
                step_expires_at=now + SESSION_TTL,
            )
            try:
                uow.card_sessions.add(session)
            except IllegalMove as error:
                raise SessionRaced("another session was opened meanwhile") from error
            detail = {"kiosk": kiosk_id, "relation": relation.value, "consent": consent.version}
            uow.audit.record("card_session_opened", subject=session.id, detail=detail)
            uow.commit()
        return Opened(session.id, needed, left, session.left(now))

    def _person_of(self, uow: UnitOfWork, card: CardClaim) -> Person | None:
        """Return whom the card speaks of. Raises CardNotCurrent."""
        try:
            person = uow.people.by_number(parse_number(card.id_number))
        except Invalid:
            return None
        if person is None or person.birth != card.birth:
            return None
        known = person.proofs.card_number
        if known is not None and not hmac.compare_digest(known.encode(), card.card_number.encode()):
            raise CardNotCurrent
        return person

    def _prove(self, kiosk_id: str, session_id: str, kind: FactKind, value: str) -> Shown:
        with self._uow() as uow:
            session = self._live(uow, kiosk_id, session_id)
            if session.state is not SessionState.SECOND_FACT:
                raise IllegalMove("the second fact was given already")
            whose = {"person_id": session.person_id, "kiosk_id": kiosk_id}
            try:
                self.facts.check(uow, **whose)
                person = self._person(uow, session)
                if not self.facts.matches(person, kind, value):
                    left = self.facts.count_wrong(uow, **whose)
                    uow.audit.record("second_fact_wrong", subject=session.id, detail={"kiosk": kiosk_id})
                    uow.commit()
                    raise SecondFactWrong(left)
            except FactLocked:
                self.close(uow, session, EndReason.LOCKED)
                uow.commit()
                raise
            self.facts.count_right(uow, person_id=session.person_id)
            shown = self._show(uow, session, SessionEvent.FACT_RIGHT)
            uow.commit()
            return shown

    def _show(self, uow: UnitOfWork, session: CardSession, event: SessionEvent) -> Shown:
        """Make a code and a token; only their hashes stay."""
        now = self._clock.now()
        code = codes.complete(self._ids.code(codes.ALPHABET, codes.RANDOM_LENGTH))
        token = TOKEN_PREFIX + self._ids.code(codes.ALPHABET, TOKEN_LENGTH)
        saved = self._cards.move(
            uow,
            session,
            event,
            code_hash=self._fingerprints.make(CODE_FINGERPRINT, code),
            token_hash=self._fingerprints.make(TOKEN_FINGERPRINT, token),
            step_expires_at=min(now + STEP_TTL, session.expires_at),
            digits=None,
            account_id=None,
        )
        text = quote(f"{BIND_WORD} {token}", safe="")
        qr = f"https://line.me/R/oaMessage/{quote(self._line_id, safe='')}/?{text}"
        live = uow.bindings.live_of_person(session.person_id)
        bound = any(one.state == BindingState.BOUND for one in live)
        bound = bound or bool(uow.bindings.dependants(person_id=session.person_id))
        return Shown(codes.display(code), qr, saved.left(now), bound)

    def _confirm(self, kiosk_id: str, session_id: str, digits: str) -> CardSessionView:
        with self._uow() as uow:
            session = self._live(uow, kiosk_id, session_id, also=SessionState.BOUND)
            if session.state in (SessionState.KIOSK_CONFIRMED, SessionState.BOUND):
                return self._view(uow, session)
            if session.digits is not None and not hmac.compare_digest(session.digits, digits):
                raise DigitsWrong
            claim = self._claim_of(uow, session)
            confirmed = self._cards.move(uow, session, SessionEvent.KIOSK_CONFIRM)
            if confirmed.state is SessionState.BOUND:
                if claim is None:
                    raise SessionRaced("the phone let go meanwhile")
                self._edges.bind(uow, claim, news=True)
            uow.commit()
            return self._view(uow, confirmed)

    def _claim_of(self, uow: UnitOfWork, session: CardSession) -> Binding | None:
        """Return what a phone has proposed of this session, its account held until the transaction ends."""
        if session.account_id is None:
            return None
        load_account(uow, session.account_id)
        proposed = uow.bindings.proposed_of_account(session.account_id)
        return proposed if proposed is not None and proposed.card_session == session.id else None

    def _drop_claim(
        self, uow: UnitOfWork, session: CardSession, *, news: News | None, late: bool = False
    ) -> None:
        claim = self._claim_of(uow, session) if session.state in CLAIMED else None
        if claim is not None:
            self._edges.move(uow, claim, BindingEvent.EXPIRE if late else BindingEvent.CANCEL, news=news)

    def _mine(self, uow: UnitOfWork, kiosk_id: str, session_id: str) -> CardSession:
        """Return the kiosk's own session, ended first when its time is up."""
        session = uow.card_sessions.get(session_id)
        if session is None or session.kiosk_id != kiosk_id:
            raise SessionUnknown
        if session.over(self._clock.now()):
            session = self.close(uow, session, EndReason.EXPIRED)
            uow.commit()
        return session

    def _live(
        self, uow: UnitOfWork, kiosk_id: str, session_id: str, *, also: SessionState | None = None
    ) -> CardSession:
        session = self._mine(uow, kiosk_id, session_id)
        if session.state is SessionState.ENDED:
            raise SessionOver(session.reason or EndReason.EXPIRED)
        if session.state is SessionState.BOUND and also is not SessionState.BOUND:
            raise IllegalMove("the session is over: bound")
        return session

    def _person(self, uow: UnitOfWork, session: CardSession) -> Person:
        person = uow.people.get(session.person_id)
        if person is None:
            raise UnknownPerson
        return person

    def _view(self, uow: UnitOfWork, session: CardSession) -> CardSessionView:
        named = session.state in CLAIMED or session.state is SessionState.BOUND
        return CardSessionView(
            state=session.state,
            digits=session.digits if named else None,
            masked_name=mask_name(self._person(uow, session).name) if named else None,
            reason=session.reason,
            expires_in=session.left(self._clock.now()),
        )
