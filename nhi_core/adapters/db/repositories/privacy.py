"""Everything about one person, read and erased by the table of rules; and the requests for erasure."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import cast

from sqlalchemy import Connection, FromClause, RowMapping, Table, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from nhi_core.adapters.db.sealing import ColumnSealer, fingerprint_columns, sealed_columns
from nhi_core.adapters.db.subject_rules import RULES, Delete, Empty, Rule
from nhi_core.adapters.db.tables import accounts, bindings
from nhi_core.adapters.db.tables_offices import clerks
from nhi_core.adapters.db.tables_privacy import erasure_accounts, erasures
from nhi_core.adapters.db.tables_promotion import promotion_photos
from nhi_core.domain.binding import Relation
from nhi_core.domain.errors import StoreUnavailable
from nhi_core.domain.identifiers import mask_name
from nhi_core.domain.offices import ClerkState
from nhi_core.domain.privacy import Erased, Erasure, ErasureState, Keep, LeavingAccount, Proof, Subject

_ERASED = "erased"
_NOBODY = "—"


class SqlSubjects:
    """Fulfils ports_privacy.Subjects."""

    def __init__(self, connection: Connection, sealer: ColumnSealer) -> None:
        """Work on one connection."""
        self._connection = connection
        self._sealer = sealer

    def of(self, person_id: str) -> Subject:
        """An account is a person's own when its latest own binding is the person's: phones change hands."""
        b = bindings.c
        own = (b.relation == Relation.SELF.value, b.bound_at.is_not(None))
        candidates = select(b.account_id).where(b.person_id == person_id, *own)
        query = (
            select(b.account_id, b.person_id)
            .where(b.account_id.in_(candidates), *own)
            .order_by(b.bound_at.desc(), b.id)
        )
        latest: dict[str, str] = {}
        for row in self._connection.execute(query):
            latest.setdefault(row.account_id, row.person_id)
        mine = tuple(account for account, person in sorted(latest.items()) if person == person_id)
        serving = select(clerks.c.account_id).where(
            clerks.c.account_id.in_(mine), clerks.c.state != ClerkState.ENDED.value
        )
        stays = set(self._connection.execute(serving).scalars())
        return Subject(person_id, mine, tuple(one for one in mine if one not in stays))

    def read(self, subject: Subject) -> Mapping[str, tuple[Mapping[str, object], ...]]:
        """See the port."""
        found: dict[str, tuple[Mapping[str, object], ...]] = {}
        for rule in RULES:
            query = select(rule.table).where(rule.whose(subject)).order_by(*rule.table.primary_key.columns)
            rows = self._connection.execute(query).mappings().all()
            if rows:
                found[rule.table.name] = tuple(self._shown(rule, row) for row in rows)
        return found

    def erase(self, subject: Subject) -> Erased:
        """See the port. Raises StoreUnavailable when somebody wrote about the person at this very moment."""
        deleted: dict[str, int] = {}
        emptied: dict[str, int] = {}
        kept: dict[str, tuple[int, Keep]] = {}
        leaving = Subject(subject.person_id, subject.leaving, subject.leaving)
        contents = self._contents(leaving)
        self._anonymise(subject.leaving)
        for rule in RULES:
            name, whose = rule.table.name, rule.whose(leaving if rule.account else subject)
            try:
                if isinstance(rule.act, Delete):
                    only = () if rule.act.only is None else (rule.act.only,)
                    _note(deleted, name, self._changed(delete(rule.table).where(whose, *only)))
                elif isinstance(rule.act, Empty):
                    _note(emptied, name, self._emptied(rule, whose, kept))
            except IntegrityError:
                raise StoreUnavailable("rows about the person were added meanwhile") from None
            stay = rule.then or rule.act
            if not isinstance(stay, Delete | Empty):
                self._keep(kept, rule.table, whose, stay.keep)
            if rule.account and subject.leaving != subject.accounts:
                staying = tuple(one for one in subject.accounts if one not in subject.leaving)
                theirs = rule.whose(Subject(subject.person_id, staying, ()))
                self._keep(kept, rule.table, theirs, Keep.SERVING_CLERK)
        return Erased(deleted, emptied, kept, contents)

    def _shown(self, rule: Rule, row: RowMapping) -> dict[str, object]:
        prints = {column.name for column in fingerprint_columns(rule.table)}
        shown = {
            name: value
            for name, value in row.items()
            if name not in prints and name not in rule.secret and value is not None
        }
        for column in sealed_columns(rule.table):
            if column.name in shown:
                value = self._sealer.open(column, row[column], row=str(row["id"]))
                shown[column.name] = mask_name(value) if column.name in rule.others else value
        return cast("dict[str, object]", shown)

    def _contents(self, leaving: Subject) -> tuple[str, ...]:
        (rule,) = (one for one in RULES if one.table is promotion_photos)
        query = select(promotion_photos.c.digest, promotion_photos.c.thumbnail).where(rule.whose(leaving))
        return tuple(digest for row in self._connection.execute(query) for digest in row if digest)

    def _emptied(self, rule: Rule, whose: object, kept: dict[str, tuple[int, Keep]]) -> int:
        act = cast("Empty", rule.act)
        count = self._changed(update(rule.table).where(whose).values(**act.values))  # type: ignore[arg-type]
        if count:
            kept[rule.table.name] = (count, act.keep)
        return count

    def _anonymise(self, account_ids: tuple[str, ...]) -> None:
        """Put something that leads to nobody in the place of LINE ids and clerks' names."""
        for account_id in account_ids:
            channel = self._connection.execute(
                select(accounts.c.channel).where(accounts.c.id == account_id)
            ).scalar_one()
            nobody = f"{_ERASED}:{uuid.uuid4()}"
            values = {
                "channel_user": self._sealer.seal(accounts.c.channel_user, nobody, row=account_id),
                "channel_user_fp": self._sealer.fingerprint(
                    accounts.c.channel_user_fp, nobody, channel=channel
                ),
                "blocked": True,
            }
            self._connection.execute(update(accounts).where(accounts.c.id == account_id).values(**values))
        ended = select(clerks.c.id).where(clerks.c.account_id.in_(account_ids))
        for clerk_id in self._connection.execute(ended).scalars().all():
            name = self._sealer.seal(clerks.c.name, _NOBODY, row=clerk_id)
            self._connection.execute(update(clerks).where(clerks.c.id == clerk_id).values(name=name))

    def _keep(self, kept: dict[str, tuple[int, Keep]], table: FromClause, whose: object, why: Keep) -> None:
        query = select(func.count()).select_from(table).where(whose)  # type: ignore[arg-type]
        count = int(self._connection.execute(query).scalar_one())
        if count:
            kept[cast("Table", table).name] = (count, why)

    def _changed(self, statement: object) -> int:
        return int(self._connection.execute(statement).rowcount)  # type: ignore[call-overload]


class SqlErasures:
    """Fulfils ports_privacy.Erasures."""

    def __init__(self, connection: Connection, sealer: ColumnSealer) -> None:
        """Work on one connection."""
        self._connection = connection
        self._sealer = sealer

    def add(self, erasure: Erasure) -> None:
        """Insert. Raises StoreUnavailable when one of the person is under way."""
        try:
            self._connection.execute(insert(erasures).values(**_columns(erasure)))
        except IntegrityError:
            raise StoreUnavailable("an erasure of this person began a moment ago") from None

    def get(self, erasure_id: str) -> Erasure | None:
        """See the port."""
        query = select(erasures).where(erasures.c.id == erasure_id).with_for_update()
        row = self._connection.execute(query).mappings().one_or_none()
        return None if row is None else _erasure(row)

    def open_of(self, person_id: str) -> Erasure | None:
        """See the port."""
        query = select(erasures).where(
            erasures.c.person_id == person_id, erasures.c.state != ErasureState.DONE.value
        )
        row = self._connection.execute(query).mappings().one_or_none()
        return None if row is None else _erasure(row)

    def open(self, limit: int) -> tuple[Erasure, ...]:
        """See the port."""
        query = select(erasures).where(erasures.c.state != ErasureState.DONE.value)
        query = query.order_by(erasures.c.requested_at, erasures.c.id).limit(limit)
        return tuple(_erasure(row) for row in self._connection.execute(query).mappings())

    def persons(self) -> tuple[str, ...]:
        """See the port."""
        query = select(erasures.c.person_id).distinct().order_by(erasures.c.person_id)
        return tuple(self._connection.execute(query).scalars())

    def save(self, erasure: Erasure, *, was: str) -> bool:
        """See the port."""
        same = update(erasures).where(erasures.c.id == erasure.id, erasures.c.state == str(was))
        return self._connection.execute(same.values(**_columns(erasure))).rowcount == 1

    def note_leaving(self, accounts: Iterable[LeavingAccount]) -> None:
        """Insert them."""
        column = erasure_accounts.c.channel_user
        for one in accounts:
            values = {
                "id": one.id,
                "erasure_id": one.erasure_id,
                "account_id": one.account_id,
                "conversation": one.conversation,
                "channel_user": self._sealer.seal(column, one.channel_user, row=one.id),
            }
            self._connection.execute(insert(erasure_accounts).values(**values))

    def leaving(self, erasure_id: str) -> tuple[LeavingAccount, ...]:
        """Return those of an erasure that are still on their way."""
        column = erasure_accounts.c.channel_user
        query = select(erasure_accounts).where(erasure_accounts.c.erasure_id == erasure_id)
        return tuple(
            LeavingAccount(
                **{**row, "channel_user": self._sealer.open(column, row["channel_user"], row=row["id"])}
            )
            for row in self._connection.execute(query).mappings()
        )

    def gone(self, leaving_id: str) -> None:
        """See the port."""
        self._connection.execute(delete(erasure_accounts).where(erasure_accounts.c.id == leaving_id))


def _note(counts: dict[str, int], name: str, count: int) -> None:
    if count:
        counts[name] = count


def _columns(erasure: Erasure) -> dict[str, object]:
    return {
        "id": erasure.id,
        "person_id": erasure.person_id,
        "proof": erasure.proof.value,
        "case": erasure.case,
        "state": erasure.state.value,
        "requested_at": erasure.requested_at,
        "cleared_at": erasure.cleared_at,
        "done_at": erasure.done_at,
        "result": None if erasure.result is None else dict(erasure.result),
    }


def _erasure(row: RowMapping) -> Erasure:
    return Erasure(**{**row, "proof": Proof(row["proof"]), "state": ErasureState(row["state"])})
