"""Offices and the people in them."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, RowMapping, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from nhi_core.adapters.db.repositories.statements import insert_if_absent
from nhi_core.adapters.db.sealing import ColumnSealer
from nhi_core.adapters.db.tables_offices import clerk_postings, clerks, offices
from nhi_core.domain.errors import IllegalMove
from nhi_core.domain.offices import Clerk, ClerkRole, ClerkState, Office, Posting

_c = clerks.c
_p = clerk_postings.c


class SqlOffices:
    """Fulfils ports_offices.Offices."""

    def __init__(self, connection: Connection) -> None:
        """Work on one connection."""
        self._connection = connection

    def get(self, code: str) -> Office | None:
        """Return the office of this code."""
        row = self._connection.execute(select(offices).where(offices.c.code == code)).mappings().one_or_none()
        return None if row is None else Office(**row)

    def all(self) -> tuple[Office, ...]:
        """Return every office, by size group and then by code."""
        query = select(offices).order_by(offices.c.size_group, offices.c.code)
        return tuple(Office(**row) for row in self._connection.execute(query).mappings())

    def put(self, office: Office) -> None:
        """Insert, or write over what stands."""
        values = dataclasses.asdict(office)
        if not insert_if_absent(self._connection, offices, values):
            self._connection.execute(update(offices).where(offices.c.code == office.code).values(**values))


class SqlClerks:
    """Fulfils ports_offices.Clerks."""

    def __init__(self, connection: Connection, sealer: ColumnSealer) -> None:
        """Work on one connection."""
        self._connection = connection
        self._sealer = sealer

    def add(self, clerk: Clerk) -> None:
        """Insert; raises IllegalMove when the account has one that has not ended."""
        values = {"id": clerk.id, "account_id": clerk.account_id, **self._mutable(clerk)}
        try:
            with self._connection.begin_nested():
                self._connection.execute(insert(clerks).values(**values))
        except IntegrityError:
            raise IllegalMove("the account is a clerk already") from None

    def get(self, clerk_id: str) -> Clerk | None:
        """Return the clerk of this id."""
        found = self._where(_c.id == clerk_id)
        return found[0] if found else None

    def live_of_account(self, account_id: str) -> Clerk | None:
        """Return the account's pending or active clerk."""
        found = self._where(_c.account_id == account_id, _c.state != ClerkState.ENDED.value)
        return found[0] if found else None

    def active(
        self, *, offices: Collection[str] | None = None, roles: Collection[ClerkRole] | None = None
    ) -> tuple[Clerk, ...]:
        """Return active clerks, by office and then by id."""
        wanted = [_c.state == ClerkState.ACTIVE.value]
        wanted += [_c.office_code.in_(offices)] if offices is not None else []
        wanted += [_c.role.in_([role.value for role in roles])] if roles is not None else []
        return self._where(*wanted, order=(_c.office_code, _c.id))

    def all(self) -> tuple[Clerk, ...]:
        """Return every clerk, the newest first."""
        return self._where(order=(_c.registered_at.desc(), _c.id))

    def counts(self) -> Mapping[str, int]:
        """Return office code → active clerks."""
        query = (
            select(_c.office_code, func.count())
            .where(_c.state == ClerkState.ACTIVE.value, _c.office_code.is_not(None))
            .group_by(_c.office_code)
        )
        return {row[0]: row[1] for row in self._connection.execute(query)}

    def save(self, clerk: Clerk, *, was: Clerk) -> bool:
        """Compare-and-set on state and office."""
        same_office = (
            _c.office_code.is_(None) if was.office_code is None else _c.office_code == was.office_code
        )
        statement = update(clerks).where(_c.id == clerk.id, _c.state == was.state.value, same_office)
        return self._connection.execute(statement.values(**self._mutable(clerk))).rowcount == 1

    def pending_since(self, before: datetime) -> tuple[Clerk, ...]:
        """Return what was begun before this moment and is not completed."""
        return self._where(_c.state == ClerkState.PENDING.value, _c.registered_at < before)

    def post(self, posting: Posting) -> None:
        """Insert."""
        self._connection.execute(insert(clerk_postings).values(**dataclasses.asdict(posting)))

    def close_posting(self, clerk_id: str, until: date) -> None:
        """End the clerk's present posting."""
        present = update(clerk_postings).where(_p.clerk_id == clerk_id, _p.until.is_(None))
        self._connection.execute(present.values(until=until))

    def postings(self, clerk_id: str) -> tuple[Posting, ...]:
        """Return where the clerk was, the earliest first; the present one is the last."""
        query = (
            select(clerk_postings)
            .where(_p.clerk_id == clerk_id)
            .order_by(_p.since, _p.until.is_(None), _p.until, _p.id)
        )
        return tuple(Posting(**row) for row in self._connection.execute(query).mappings())

    def _where(
        self, *conditions: ColumnElement[bool], order: tuple[ColumnElement[object], ...] = ()
    ) -> tuple[Clerk, ...]:
        query = select(clerks).where(*conditions).order_by(*order)
        return tuple(self._clerk(row) for row in self._connection.execute(query).mappings())

    def _clerk(self, row: RowMapping) -> Clerk:
        return Clerk(
            **{
                **row,
                "name": self._sealer.open(_c.name, row["name"], row=row["id"]),
                "role": ClerkRole(row["role"]),
                "state": ClerkState(row["state"]),
            }
        )

    def _mutable(self, clerk: Clerk) -> dict[str, object]:
        return {
            "office_code": clerk.office_code,
            "name": self._sealer.seal(_c.name, clerk.name, row=clerk.id),
            "role": clerk.role.value,
            "state": clerk.state.value,
            "registered_at": clerk.registered_at,
            "ended_at": clerk.ended_at,
        }
