"""The edges of a binding's table, each with its audit record; inside the caller's transaction."""

from __future__ import annotations

import dataclasses
from datetime import datetime

from nhi_core.domain.accounts import Account, AccountKind, Binding
from nhi_core.domain.binding import AUDIT_EVENTS, BindingEvent, BindingState, News, Relation, next_state
from nhi_core.domain.card_session import LIVE as LIVE_SESSIONS
from nhi_core.domain.card_session import EndReason
from nhi_core.domain.errors import NotBound, NothingProposed
from nhi_core.domain.people import Person
from nhi_core.ports import Clock, Ids, UnitOfWork
from nhi_core.services.card_edges import CardEdges
from nhi_core.services.conversations import load_account


class BindingEdges:
    """Moves bindings. What a move takes away from another account is told there: `News`."""

    def __init__(self, clock: Clock, ids: Ids) -> None:
        self._clock = clock
        self._ids = ids
        self._cards = CardEdges(clock)

    def propose(
        self,
        uow: UnitOfWork,
        account: Account,
        person: Person,
        *,
        until: datetime,
        relation: str = Relation.SELF,
        card_session: str | None = None,
        detail: dict[str, object] | None = None,
    ) -> Binding:
        """Propose the person to the account, in place of what was proposed before."""
        now = self._clock.now()
        earlier = uow.bindings.proposed_of_account(account.id)
        if earlier is not None:
            self.drop(uow, earlier, BindingEvent.EXPIRE if expired(earlier, now) else BindingEvent.CANCEL)
        binding = Binding(
            id=self._ids.uuid(),
            account_id=account.id,
            person_id=person.id,
            state=BindingState.PROPOSED,
            proposed_at=now,
            expires_at=until,
            bound_at=None,
            ended_at=None,
            relation=relation,
            card_session=card_session,
        )
        uow.bindings.add(binding)
        told = {"binding": binding.id, "relation": str(relation), **(detail or {})}
        uow.audit.record("binding_proposed", subject=account.id, detail=told)
        return binding

    def bind(self, uow: UnitOfWork, proposed: Binding, *, news: bool = False) -> tuple[Binding, str | None]:
        """Put a proposal in force: return the binding, and the other account that lost the person.

        `news`: the account did not ask for it just now, and is told. Who lost the person is told in any case.
        Raises NothingProposed.
        """
        account = load_account(uow, proposed.account_id)
        if proposed.relation != Relation.SELF:
            self._take_dependant(uow, proposed)
            told = News.ADDED if news else None
            return self.move(uow, proposed, BindingEvent.ADD, news=told), None
        replaced = self._let_go(uow, proposed)
        bound = self.move(uow, proposed, BindingEvent.CONFIRM, news=News.BOUND if news else None)
        clerk = account.kind is AccountKind.CLERK
        self.renew(uow, account, AccountKind.CLERK if clerk else AccountKind.BOUND)
        return bound, replaced

    def drop(
        self,
        uow: UnitOfWork,
        proposed: Binding,
        event: BindingEvent,
        *,
        reason: EndReason | None = None,
        news: News | None = None,
    ) -> None:
        """End a proposal, and with `reason` the card session that it came from."""
        self.move(uow, proposed, event, news=news)
        if proposed.card_session is None:
            return
        session = uow.card_sessions.get(proposed.card_session)
        ours = session is not None and session.account_id == proposed.account_id
        if session is not None and ours and session.state in LIVE_SESSIONS:
            why = EndReason.EXPIRED if event is BindingEvent.EXPIRE else EndReason.REFUSED_ON_PHONE
            self._cards.end(uow, session, reason or why)

    def untie(self, uow: UnitOfWork, bound: Binding, *, news: News | None = None) -> None:
        """End the account's own binding and, with it, its dependants'. The account's kind is the caller's."""
        self._end_dependants(uow, bound.account_id, BindingEvent.UNBIND)
        self.move(uow, bound, BindingEvent.UNBIND, news=news)

    def move(
        self, uow: UnitOfWork, binding: Binding, event: BindingEvent, *, news: News | None = None
    ) -> Binding:
        """Move along the table. Raises IllegalMove, NothingProposed, NotBound (somebody else was first)."""
        state = next_state(binding.state, event)
        now = self._clock.now()
        if state in (BindingState.BOUND, BindingState.DEPENDANT):
            moved = dataclasses.replace(binding, state=state, bound_at=now, expires_at=None, news=news)
        else:
            moved = dataclasses.replace(binding, state=state, ended_at=now, news=news)
        if not uow.bindings.move(moved, was=binding.state):
            # Nothing of this transaction may stand.
            raise NothingProposed if binding.state == BindingState.PROPOSED else NotBound
        if binding.state == BindingState.BOUND:
            uow.reminders.forget(binding.id, now)
        uow.audit.record(AUDIT_EVENTS[event], subject=binding.account_id, detail={"binding": binding.id})
        return moved

    def renew(self, uow: UnitOfWork, account: Account, kind: AccountKind) -> Account:
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

    def release(self, uow: UnitOfWork, account: Account) -> Account:
        """Make an account that lost its person a stranger's again; a clerk's stays a clerk's."""
        clerk = account.kind is AccountKind.CLERK
        return self.renew(uow, account, AccountKind.CLERK if clerk else AccountKind.UNBOUND)

    def _let_go(self, uow: UnitOfWork, proposed: Binding) -> str | None:
        """End what the new binding replaces; return the other account that lost the person."""
        mine = uow.bindings.bound_of_account(proposed.account_id)
        if mine is not None:
            if mine.person_id != proposed.person_id:
                self._end_dependants(uow, mine.account_id, BindingEvent.REPLACE)
            self.move(uow, mine, BindingEvent.REPLACE)
        replaced = None
        for other in uow.bindings.live_of_person(proposed.person_id):
            if other.state != BindingState.BOUND or other.account_id == proposed.account_id:
                continue
            self._end_dependants(uow, other.account_id, BindingEvent.REPLACE)
            self.move(uow, other, BindingEvent.REPLACE, news=News.MOVED)
            replaced = self.release(uow, load_account(uow, other.account_id)).id
        return replaced

    def _take_dependant(self, uow: UnitOfWork, proposed: Binding) -> None:
        """End where the person was a dependant so far. Another account hears of it."""
        for other in uow.bindings.dependants(person_id=proposed.person_id):
            elsewhere = other.account_id != proposed.account_id
            self.move(uow, other, BindingEvent.REPLACE, news=News.MOVED if elsewhere else None)

    def _end_dependants(self, uow: UnitOfWork, account_id: str, event: BindingEvent) -> None:
        for one in uow.bindings.dependants(account_id=account_id):
            self.move(uow, one, event)


def expired(binding: Binding, now: datetime) -> bool:
    """Whether a proposal's time is up."""
    return binding.expires_at is not None and binding.expires_at <= now
