"""Who is a clerk of which office: registering in the chat, leaving, and what the staff does about it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from nhi_core.domain.accounts import AccountKind
from nhi_core.domain.calendar import TAIPEI
from nhi_core.domain.errors import IllegalMove, Invalid, NotAClerk
from nhi_core.domain.identifiers import mask_name
from nhi_core.domain.offices import Clerk, ClerkRole, ClerkState, Posting, clerk_name
from nhi_core.ports import Clock, Ids, UnitOfWork, UnitOfWorkFactory
from nhi_core.services.binding_edges import BindingEdges
from nhi_core.services.clerk_edges import ClerkEdges
from nhi_core.services.conversations import load_account

NAME_TTL = timedelta(minutes=30)
"""For so long after a code a text is taken as the name; later it is a text like any other."""
PENDING_TTL = timedelta(hours=24)
_REASON_LENGTH = 4


@dataclass(frozen=True, slots=True)
class ClerkCard:
    """What a clerk is shown about oneself. `office` is empty for an editor, `name` before it is given."""

    state: ClerkState
    name: str
    office: str
    role: ClerkRole
    since: date


@dataclass(frozen=True, slots=True)
class ClerkRow:
    """What the staff is shown: the name masked. `office` and `office_code` are None for an editor."""

    id: str
    account_id: str
    masked_name: str
    office_code: str | None
    office: str | None
    role: ClerkRole
    state: ClerkState
    registered_at: datetime
    ended_at: datetime | None


class ClerkService:
    """Keeps clerks. Nothing here opens a citizen's data, whoever asks."""

    def __init__(self, uow: UnitOfWorkFactory, clock: Clock, ids: Ids) -> None:
        self._uow = uow
        self._clock = clock
        self._edges = ClerkEdges(clock, ids, BindingEdges(clock, ids))

    def of_account(self, account_id: str) -> Clerk | None:
        """Return who this account is to the division: its active clerk, or None."""
        clerk = self._live(account_id)
        return clerk if clerk is not None and clerk.state is ClerkState.ACTIVE else None

    def card(self, account_id: str) -> ClerkCard | None:
        """Return what the account's registration looks like, completed or not; None without one."""
        with self._uow() as uow:
            clerk = uow.clerks.live_of_account(account_id)
            return None if clerk is None else _card(uow, clerk)

    def asks_name(self, account_id: str) -> bool:
        """Whether the next text of this account is meant as its name."""
        clerk = self._live(account_id)
        return (
            clerk is not None
            and clerk.state is ClerkState.PENDING
            and self._clock.now() - clerk.registered_at < NAME_TTL
        )

    def ask_again(self, account_id: str) -> ClerkCard:
        """Open the time for the name anew, and forget what was typed so far.

        Raises NotAClerk, IllegalMove (registered already).
        """
        with self._uow() as uow:
            clerk = _pending(uow, account_id)
            asked = dataclasses.replace(clerk, name="", registered_at=self._clock.now())
            return self._saved(uow, asked, was=clerk)

    def give_name(self, account_id: str, typed: str) -> ClerkCard:
        """Take a name, to be confirmed by choosing a role.

        Raises Invalid (not a name), NotAClerk, IllegalMove (registered already).
        """
        name = clerk_name(typed)
        with self._uow() as uow:
            clerk = _pending(uow, account_id)
            return self._saved(uow, dataclasses.replace(clerk, name=name), was=clerk)

    def choose_role(self, account_id: str, role: ClerkRole) -> ClerkCard:
        """Confirm the name with a role, or change the role later. An editor is one by the code alone.

        Raises NotAClerk, Invalid (no name yet; an editor's role without an editor's code).
        """
        with self._uow() as uow:
            clerk = _living(uow, account_id)
            if not clerk.name or (role is ClerkRole.EDITOR) != (clerk.office_code is None):
                raise Invalid("no name yet, or a role of another code")
            fresh = clerk.state is ClerkState.PENDING
            since = self._clock.now() if fresh else clerk.registered_at
            done = dataclasses.replace(clerk, role=role, state=ClerkState.ACTIVE, registered_at=since)
            card = self._saved(uow, done, was=clerk, commit=False)
            if fresh:
                self._edges.post(uow, done, self._clock.today())
            event = "clerk_registered" if fresh else "clerk_role_changed"
            told = {"clerk": clerk.id, "office": clerk.office_code, "role": role.value}
            uow.audit.record(event, subject=account_id, detail=told)
            uow.commit()
            return card

    def leave(self, account_id: str) -> None:
        """End the account's registration because its owner says so. Raises NotAClerk."""
        with self._uow() as uow:
            account = load_account(uow, account_id)
            clerk = uow.clerks.live_of_account(account_id)
            if clerk is not None:
                self._edges.end(uow, account, clerk, detail={"by": "self"})
            elif account.kind is AccountKind.CLERK:
                # Became one before offices were kept: there is the menu alone to take back.
                self._edges.dismiss(uow, account)
                uow.audit.record("clerk_unbound", subject=account.id, detail={"by": "self"})
            else:
                raise NotAClerk
            uow.commit()

    def end(self, clerk_id: str, *, staff: str) -> str:
        """End a clerk who left; return the account, whose menu changes.

        Raises Invalid (no such clerk), IllegalMove (ended already).
        """
        with self._uow() as uow:
            clerk = _get(uow, clerk_id)
            if clerk.state is ClerkState.ENDED:
                raise IllegalMove("this clerk has left already")
            self._edges.end(uow, load_account(uow, clerk.account_id), clerk, detail={"staff": staff})
            uow.commit()
            return clerk.account_id

    def unmask(self, clerk_id: str, reason: str, *, staff: str) -> str:
        """Return a clerk's whole name, for a reason that goes into the trail. Raises Invalid."""
        if len(reason.strip()) < _REASON_LENGTH:
            raise Invalid("say why")
        with self._uow() as uow:
            clerk = uow.clerks.get(clerk_id)
            if clerk is None:
                raise Invalid("no such clerk")
            detail = {"clerk": clerk.id, "staff": staff, "why": reason.strip()[:200]}
            uow.audit.record("clerk_unmasked", subject=clerk.account_id, detail=detail)
            uow.commit()
        return clerk.name

    def transfer(self, clerk_id: str, office_code: str, on: date, *, staff: str) -> None:
        """Move an active clerk to another office from this day on; where he or she was is kept.

        Raises Invalid (no such clerk or open office, the same office, an impossible day), IllegalMove.
        """
        with self._uow() as uow:
            clerk = _get(uow, clerk_id)
            office = uow.offices.get(office_code)
            if office is None or not office.active or office.code == clerk.office_code:
                raise Invalid("no such office to move to")
            if clerk.state is not ClerkState.ACTIVE:
                raise IllegalMove("only an active clerk can move")
            self._edges.transfer(uow, clerk, office.code, on, detail={"staff": staff})
            uow.commit()

    def rows(self) -> tuple[ClerkRow, ...]:
        """Return every clerk for the staff, the newest first."""
        with self._uow() as uow:
            names = {office.code: office.name for office in uow.offices.all()}
            return tuple(_row(clerk, names) for clerk in uow.clerks.all())

    def find(self, clerk_id: str) -> ClerkRow:
        """Return one clerk for the staff. Raises Invalid: there is none of this id."""
        with self._uow() as uow:
            names = {office.code: office.name for office in uow.offices.all()}
            return _row(_get(uow, clerk_id), names)

    def postings(self, clerk_id: str) -> tuple[Posting, ...]:
        """Return where a clerk was, the earliest first."""
        with self._uow() as uow:
            return uow.clerks.postings(clerk_id)

    def tidy(self) -> tuple[str, ...]:
        """End registrations that nobody completed within a day; return the accounts, whose menus change."""
        accounts = []
        with self._uow() as uow:
            for clerk in uow.clerks.pending_since(self._clock.now() - PENDING_TTL):
                account = load_account(uow, clerk.account_id)
                self._edges.end(uow, account, clerk, detail={"by": "time"})
                accounts.append(account.id)
            uow.commit()
        return tuple(accounts)

    def _live(self, account_id: str) -> Clerk | None:
        with self._uow() as uow:
            return uow.clerks.live_of_account(account_id)

    def _saved(self, uow: UnitOfWork, clerk: Clerk, *, was: Clerk, commit: bool = True) -> ClerkCard:
        if not uow.clerks.save(clerk, was=was):
            raise IllegalMove("somebody else changed this clerk a moment ago")
        card = _card(uow, clerk)
        if commit:
            uow.commit()
        return card


def _living(uow: UnitOfWork, account_id: str) -> Clerk:
    # Reading the account locks it: whatever else is happening to it waits.
    load_account(uow, account_id)
    clerk = uow.clerks.live_of_account(account_id)
    if clerk is None:
        raise NotAClerk
    return clerk


def _pending(uow: UnitOfWork, account_id: str) -> Clerk:
    clerk = _living(uow, account_id)
    if clerk.state is not ClerkState.PENDING:
        raise IllegalMove("registered already")
    return clerk


def _get(uow: UnitOfWork, clerk_id: str) -> Clerk:
    clerk = uow.clerks.get(clerk_id)
    if clerk is None:
        raise Invalid("no such clerk")
    return clerk


def _card(uow: UnitOfWork, clerk: Clerk) -> ClerkCard:
    office = uow.offices.get(clerk.office_code) if clerk.office_code else None
    since = clerk.registered_at.astimezone(TAIPEI).date()
    return ClerkCard(clerk.state, clerk.name, office.name if office else "", clerk.role, since)


def _row(clerk: Clerk, names: dict[str, str]) -> ClerkRow:
    return ClerkRow(
        id=clerk.id,
        account_id=clerk.account_id,
        masked_name=mask_name(clerk.name) if clerk.name else "",
        office_code=clerk.office_code,
        office=names.get(clerk.office_code) if clerk.office_code else None,
        role=clerk.role,
        state=clerk.state,
        registered_at=clerk.registered_at,
        ended_at=clerk.ended_at,
    )
