"""What a code makes of an account at an office, and how that ends; inside the caller's transaction."""

from __future__ import annotations

import dataclasses
from datetime import date
from enum import StrEnum

from nhi_core.domain.accounts import Account, AccountKind, CodePurpose, OneTimeCode
from nhi_core.domain.errors import CodeRefused, IllegalMove, Invalid
from nhi_core.domain.offices import Clerk, ClerkRole, ClerkState, Office, Posting
from nhi_core.ports import Clock, Ids, Json, UnitOfWork
from nhi_core.services.binding_edges import BindingEdges


class ClerkStep(StrEnum):
    """What the account is to be told next."""

    NAME = "name"
    """The code was good; the name is asked for."""
    MOVED = "moved"
    """A clerk of another office: the transfer is done."""
    SAME = "same"
    """Registered there already: nothing has changed."""


class ClerkEdges:
    """Moves clerks. Each edge leaves an audit record about the clerk's account, without a name."""

    def __init__(self, clock: Clock, ids: Ids, bindings: BindingEdges) -> None:
        self._clock = clock
        self._ids = ids
        self._bindings = bindings

    def register(self, uow: UnitOfWork, account: Account, used: OneTimeCode) -> tuple[ClerkStep, str]:
        """Take the account in by a code; return what comes next and the office's name (empty: the division).

        Raises CodeRefused when the office is unknown or closed.
        """
        editor = used.purpose is CodePurpose.EDITOR
        office = None if editor else _open_office(uow, used.subject)
        code, name = (office.code, office.name) if office else (None, "")
        clerk = uow.clerks.live_of_account(account.id)
        if clerk is None:
            self._begin(uow, account, code, used)
            return ClerkStep.NAME, name
        if clerk.office_code == code:
            return ClerkStep.NAME if clerk.state is ClerkState.PENDING else ClerkStep.SAME, name
        if clerk.state is ClerkState.PENDING:
            role = ClerkRole.EDITOR if editor else ClerkRole.CLERK
            now = self._clock.now()
            moved = dataclasses.replace(clerk, office_code=code, role=role, registered_at=now)
            _save(uow, moved, was=clerk)
            return ClerkStep.NAME, name
        self.transfer(uow, clerk, code, self._clock.today(), detail={"code": used.id})
        return ClerkStep.MOVED, name

    def transfer(
        self, uow: UnitOfWork, clerk: Clerk, office_code: str | None, on: date, *, detail: Json
    ) -> Clerk:
        """Move an active clerk to another office, or (None) to the division, from this day on.

        Raises Invalid for a day before the present posting, or after today.
        """
        postings = uow.clerks.postings(clerk.id)
        present = next((one for one in postings if one.until is None), None)
        if on > self._clock.today() or (present is not None and on < present.since):
            raise Invalid("a transfer is dated between the last one and today")
        role = clerk.role
        if office_code is None:
            role = ClerkRole.EDITOR
        elif role is ClerkRole.EDITOR:
            role = ClerkRole.CLERK
        moved = dataclasses.replace(clerk, office_code=office_code, role=role)
        _save(uow, moved, was=clerk)
        uow.clerks.close_posting(clerk.id, on)
        self.post(uow, moved, on)
        told = {"clerk": clerk.id, "from": clerk.office_code, "to": office_code, "on": on.isoformat()}
        uow.audit.record("clerk_moved", subject=clerk.account_id, detail={**told, **detail})
        return moved

    def post(self, uow: UnitOfWork, clerk: Clerk, since: date) -> None:
        """Write down where a clerk belongs from this day on; an editor belongs to no office."""
        if clerk.office_code is not None:
            uow.clerks.post(Posting(self._ids.uuid(), clerk.id, clerk.office_code, since))

    def end(self, uow: UnitOfWork, account: Account, clerk: Clerk, *, detail: Json) -> Clerk:
        """End a clerk; the account is a citizen's again, with its own binding as it was.

        A name that was never confirmed is not kept.
        """
        name = "" if clerk.state is ClerkState.PENDING else clerk.name
        ended = dataclasses.replace(clerk, name=name, state=ClerkState.ENDED, ended_at=self._clock.now())
        _save(uow, ended, was=clerk)
        uow.clerks.close_posting(clerk.id, self._clock.today())
        self.dismiss(uow, account)
        uow.audit.record("clerk_unbound", subject=account.id, detail={"clerk": clerk.id, **detail})
        return ended

    def dismiss(self, uow: UnitOfWork, account: Account) -> Account:
        """Give the account the menu of what it is without an office."""
        bound = uow.bindings.bound_of_account(account.id) is not None
        return self._bindings.renew(uow, account, AccountKind.BOUND if bound else AccountKind.UNBOUND)

    def _begin(self, uow: UnitOfWork, account: Account, office_code: str | None, used: OneTimeCode) -> None:
        role = ClerkRole.CLERK if office_code else ClerkRole.EDITOR
        clerk = Clerk(
            id=self._ids.uuid(),
            account_id=account.id,
            office_code=office_code,
            name="",
            role=role,
            state=ClerkState.PENDING,
            registered_at=self._clock.now(),
        )
        uow.clerks.add(clerk)
        self._bindings.renew(uow, account, AccountKind.CLERK)
        told = {"clerk": clerk.id, "code": used.id, "office": office_code, "role": role.value}
        uow.audit.record("clerk_bound", subject=account.id, detail=told)


def _open_office(uow: UnitOfWork, code: str) -> Office:
    office = uow.offices.get(code)
    if office is None or not office.active:
        raise CodeRefused
    return office


def _save(uow: UnitOfWork, clerk: Clerk, *, was: Clerk) -> None:
    if not uow.clerks.save(clerk, was=was):
        raise IllegalMove("somebody else changed this clerk a moment ago")
