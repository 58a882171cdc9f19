"""LINE groups, and who was seen in them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, func, select, update

from nhi_core.adapters.db.repositories.statements import insert_if_absent
from nhi_core.adapters.db.sealing import ColumnSealer
from nhi_core.adapters.db.tables_offices import chat_groups, clerks, group_members
from nhi_core.domain.errors import StoreUnavailable
from nhi_core.domain.offices import ChatGroup, ClerkState, GroupMember, GroupState

_g = chat_groups.c
_m = group_members.c


class SqlChatGroups:
    """Fulfils ports_offices.ChatGroups."""

    def __init__(self, connection: Connection, sealer: ColumnSealer) -> None:
        """Work on one connection."""
        self._connection = connection
        self._sealer = sealer

    def get(self, group_id: str) -> ChatGroup | None:
        """Return the group of this id."""
        return self._one(_g.id == group_id)

    def by_channel_group(self, channel: str, channel_group: str) -> ChatGroup | None:
        """Return a channel's group, its row locked (PostgreSQL; SQLite's transactions queue anyway)."""
        candidates = self._sealer.candidates(_g.channel_group_fp, channel_group, channel=channel)
        return self._one(_g.channel_group_fp.in_(candidates))

    def add(self, group: ChatGroup) -> ChatGroup:
        """Insert; if another process was first, return the row that stands."""
        named = group.channel_group
        values = {
            "id": group.id,
            "channel": group.channel,
            "channel_group": self._sealer.seal(_g.channel_group, named, row=group.id),
            "channel_group_fp": self._sealer.fingerprint(_g.channel_group_fp, named, channel=group.channel),
            **_mutable(group),
        }
        if insert_if_absent(self._connection, chat_groups, values):
            return group
        standing = self.by_channel_group(group.channel, named)
        if standing is None:
            raise StoreUnavailable("the group could neither be added nor found")
        return standing

    def all(self) -> tuple[ChatGroup, ...]:
        """Return every group, the newest first."""
        query = select(chat_groups).order_by(_g.joined_at.desc(), _g.id)
        return tuple(self._group(row) for row in self._connection.execute(query).mappings())

    def save(self, group: ChatGroup) -> None:
        """Write everything that may change; the channel and its group never do."""
        self._connection.execute(update(chat_groups).where(_g.id == group.id).values(**_mutable(group)))

    def see(self, member: GroupMember) -> None:
        """Note that an account is in the group."""
        if insert_if_absent(self._connection, group_members, dataclasses.asdict(member)):
            return
        back = update(group_members).where(
            _m.group_id == member.group_id, _m.account_id == member.account_id, _m.left_at.is_not(None)
        )
        self._connection.execute(back.values(seen_at=member.seen_at, left_at=None))

    def gone(self, group_id: str, account_id: str, at: datetime) -> None:
        """Note that an account left the group."""
        self._leave(at, _m.group_id == group_id, _m.account_id == account_id)

    def all_gone(self, group_id: str, at: datetime) -> None:
        """Note that nobody of the group can be seen any more."""
        self._leave(at, _m.group_id == group_id)

    def has_member(self, group_id: str, account_id: str) -> bool:
        """Tell whether an account was seen in the group and has not left."""
        here = (_m.group_id == group_id, _m.account_id == account_id, _m.left_at.is_(None))
        return self._connection.execute(select(_m.id).where(*here)).first() is not None

    def members(self, group_id: str) -> tuple[GroupMember, ...]:
        """Return who was seen in the group and has not left."""
        here = (_m.group_id == group_id, _m.left_at.is_(None))
        query = select(group_members).where(*here).order_by(_m.id)
        return tuple(GroupMember(**row) for row in self._connection.execute(query).mappings())

    def counts(self) -> Mapping[str, tuple[int, int]]:
        """Return group id → (members seen, active clerks among them)."""
        active = and_(clerks.c.account_id == _m.account_id, clerks.c.state == ClerkState.ACTIVE.value)
        query = (
            select(_m.group_id, func.count(), func.count(clerks.c.id))
            .select_from(group_members.outerjoin(clerks, active))
            .where(_m.left_at.is_(None))
            .group_by(_m.group_id)
        )
        return {group: (seen, known) for group, seen, known in self._connection.execute(query)}

    def _leave(self, at: datetime, *whose: ColumnElement[bool]) -> None:
        self._connection.execute(update(group_members).where(*whose, _m.left_at.is_(None)).values(left_at=at))

    def _one(self, condition: ColumnElement[bool]) -> ChatGroup | None:
        query = select(chat_groups).where(condition).with_for_update(key_share=True)
        row = self._connection.execute(query).mappings().one_or_none()
        return None if row is None else self._group(row)

    def _group(self, row: RowMapping) -> ChatGroup:
        values = {key: value for key, value in row.items() if key != "channel_group_fp"}
        return ChatGroup(
            **{
                **values,
                "channel_group": self._sealer.open(_g.channel_group, row["channel_group"], row=row["id"]),
                "state": GroupState(row["state"]),
            }
        )


def _mutable(group: ChatGroup) -> dict[str, object]:
    fixed = ("id", "channel", "channel_group")
    values = {name: value for name, value in dataclasses.asdict(group).items() if name not in fixed}
    return {**values, "state": group.state.value}
