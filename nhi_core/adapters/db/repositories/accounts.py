"""Channel accounts, one-time codes and bindings."""

from __future__ import annotations

import dataclasses
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from nhi_core.adapters.db.repositories.statements import insert_if_absent
from nhi_core.adapters.db.sealing import ColumnSealer
from nhi_core.adapters.db.tables import accounts, bindings, one_time_codes
from nhi_core.domain.accounts import Account, AccountKind, Binding, CodePurpose, OneTimeCode
from nhi_core.domain.binding import BindingState
from nhi_core.domain.errors import IllegalMove, StoreUnavailable

_c = accounts.c
_MUTABLE = ("conversation", "session", "session_at", "language", "language_chosen", "kind", "blocked")


class SqlAccounts:
    """Fulfils ports.Accounts.

    Reading an account locks its row until the transaction ends (PostgreSQL; SQLite's transactions queue
    anyway): `save` writes what was read with changes, and must not undo another transaction's changes.
    """

    def __init__(self, connection: Connection, sealer: ColumnSealer) -> None:
        """Work on one connection."""
        self._connection = connection
        self._sealer = sealer

    def get(self, account_id: str) -> Account | None:
        """Return the account of this id."""
        return self._one(_c.id == account_id)

    def by_channel_user(self, channel: str, channel_user: str) -> Account | None:
        """Return the account of a channel's user."""
        candidates = self._sealer.candidates(_c.channel_user_fp, channel_user, channel=channel)
        return self._one(_c.channel_user_fp.in_(candidates))

    def add(self, account: Account) -> Account:
        """Insert; if another process was first, return the row that stands."""
        standing = self.by_channel_user(account.channel, account.channel_user)
        if standing is not None:
            return standing
        user = account.channel_user
        values = {
            "id": account.id,
            "channel": account.channel,
            "channel_user": self._sealer.seal(_c.channel_user, user, row=account.id),
            "channel_user_fp": self._sealer.fingerprint(_c.channel_user_fp, user, channel=account.channel),
            "created_at": account.created_at,
            **_mutable(account),
        }
        if insert_if_absent(self._connection, accounts, values):
            return account
        standing = self.by_channel_user(account.channel, account.channel_user)
        if standing is None:
            raise StoreUnavailable("the account could neither be added nor found")
        return standing

    def save(self, account: Account) -> None:
        """Write everything that may change; the channel and its user never do."""
        self._connection.execute(update(accounts).where(_c.id == account.id).values(**_mutable(account)))

    def _one(self, condition: ColumnElement[bool]) -> Account | None:
        query = select(accounts).where(condition).with_for_update(key_share=True)
        row = self._connection.execute(query).mappings().one_or_none()
        if row is None:
            return None
        values = {key: value for key, value in row.items() if key != "channel_user_fp"}
        return Account(
            **{
                **values,
                "channel_user": self._sealer.open(_c.channel_user, row["channel_user"], row=row["id"]),
                "kind": AccountKind(row["kind"]),
            }
        )


class SqlCodes:
    """Fulfils ports.Codes."""

    def __init__(self, connection: Connection) -> None:
        """Work on one connection."""
        self._connection = connection

    def add(self, code: OneTimeCode) -> None:
        """Insert."""
        self._connection.execute(
            insert(one_time_codes).values(**{**_columns(code), "purpose": code.purpose.value})
        )

    def by_hashes(self, purpose: CodePurpose, hashes: tuple[str, ...]) -> OneTimeCode | None:
        """Return the newest code with one of these hashes, used or not."""
        table = one_time_codes.c
        query = (
            select(one_time_codes)
            .where(table.purpose == purpose.value, table.code_hash.in_(hashes))
            .order_by(table.expires_at.desc())
            .limit(1)
        )
        row = self._connection.execute(query).mappings().one_or_none()
        return None if row is None else OneTimeCode(**{**row, "purpose": CodePurpose(row["purpose"])})

    def use(self, code_id: str, at: datetime) -> bool:
        """Mark as used; True for the one caller who did."""
        table = one_time_codes.c
        statement = update(one_time_codes).where(table.id == code_id, table.used_at.is_(None))
        return self._connection.execute(statement.values(used_at=at)).rowcount == 1

    def unused(self, purpose: CodePurpose, subject: str, now: datetime) -> tuple[OneTimeCode, ...]:
        """Return the codes for a subject that can still be used, those that end first in front."""
        table = one_time_codes.c
        good = (table.expires_at > now, table.used_at.is_(None))
        query = (
            select(one_time_codes)
            .where(table.purpose == purpose.value, table.subject == subject, *good)
            .order_by(table.expires_at, table.id)
        )
        rows = self._connection.execute(query).mappings()
        return tuple(OneTimeCode(**{**row, "purpose": CodePurpose(row["purpose"])}) for row in rows)


class SqlBindings:
    """Fulfils ports.Bindings."""

    def __init__(self, connection: Connection) -> None:
        """Work on one connection."""
        self._connection = connection

    def add(self, binding: Binding) -> None:
        """Insert; raises IllegalMove when the account (or person) has such a binding already."""
        try:
            with self._connection.begin_nested():
                self._connection.execute(insert(bindings).values(**_columns(binding)))
        except IntegrityError:
            raise IllegalMove("such a binding stands already") from None

    def proposed_of_account(self, account_id: str) -> Binding | None:
        """Return the binding that waits to be confirmed."""
        proposed = bindings.c.state == BindingState.PROPOSED.value
        found = self._where(bindings.c.account_id == account_id, proposed)
        return found[0] if found else None

    def bound_of_account(self, account_id: str) -> Binding | None:
        """Return the binding in force."""
        found = self._where(bindings.c.account_id == account_id, bindings.c.state == BindingState.BOUND.value)
        return found[0] if found else None

    def live_of_person(self, person_id: str) -> tuple[Binding, ...]:
        """Return the person's proposed and bound bindings, the newest first."""
        return self._where(bindings.c.person_id == person_id, _live())

    def dependants(
        self, *, account_id: str | None = None, person_id: str | None = None
    ) -> tuple[Binding, ...]:
        """Return an account's dependants, or where a person is one, the newest first."""
        whose = [bindings.c.account_id == account_id] if account_id is not None else []
        whose += [bindings.c.person_id == person_id] if person_id is not None else []
        return self._where(bindings.c.state == BindingState.DEPENDANT.value, *whose)

    def with_news(self, limit: int = 100) -> tuple[Binding, ...]:
        """Return bindings of which the account is still to be told something."""
        return self._where(bindings.c.news.is_not(None))[:limit]

    def told(self, binding_id: str, news: str) -> None:
        """Note that the account was told this."""
        statement = update(bindings).where(bindings.c.id == binding_id, bindings.c.news == news)
        self._connection.execute(statement.values(news=None))

    def move(self, binding: Binding, *, was: str) -> bool:
        """Compare-and-set on `state`; False when somebody else moved it, or took its place."""
        statement = (
            update(bindings)
            .where(bindings.c.id == binding.id, bindings.c.state == str(was))
            .values(
                state=str(binding.state),
                expires_at=binding.expires_at,
                bound_at=binding.bound_at,
                ended_at=binding.ended_at,
                news=binding.news,
            )
        )
        try:
            with self._connection.begin_nested():
                return self._connection.execute(statement).rowcount == 1
        except IntegrityError:
            # Another transaction bound this person or this account a moment ago.
            return False

    def _where(self, *conditions: ColumnElement[bool]) -> tuple[Binding, ...]:
        query = select(bindings).where(*conditions).order_by(bindings.c.proposed_at.desc(), bindings.c.id)
        return tuple(Binding(**row) for row in self._connection.execute(query).mappings())


def _live() -> ColumnElement[bool]:
    return bindings.c.state.in_([BindingState.PROPOSED.value, BindingState.BOUND.value])


def _mutable(account: Account) -> dict[str, object]:
    values = {name: getattr(account, name) for name in _MUTABLE}
    return {**values, "kind": AccountKind(account.kind).value}


def _columns(record: OneTimeCode | Binding) -> dict[str, object]:
    values = {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}
    return {name: str(value) if isinstance(value, str) else value for name, value in values.items()}
