"""Offices, clerks and groups in memory, over the store's tables."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

from nhi_core.domain.errors import IllegalMove
from nhi_core.domain.offices import ChatGroup, Clerk, ClerkRole, ClerkState, GroupMember, Office, Posting

if TYPE_CHECKING:
    from tests.fakes.store import _Table


class FakeOffices:
    """Fulfils ports_offices.Offices."""

    def __init__(self, table: _Table[Office]) -> None:
        self._rows = table.rows

    def get(self, code: str) -> Office | None:
        return self._rows.get(code)

    def all(self) -> tuple[Office, ...]:
        return tuple(sorted(self._rows.values(), key=lambda one: (one.size_group, one.code)))

    def put(self, office: Office) -> None:
        self._rows[office.code] = office


class FakeClerks:
    """Fulfils ports_offices.Clerks."""

    def __init__(self, clerks: _Table[Clerk], postings: _Table[Posting]) -> None:
        self._clerks, self._committed, self._postings = clerks.rows, clerks.committed, postings.rows

    def add(self, clerk: Clerk) -> None:
        if self.live_of_account(clerk.account_id) is not None:
            raise IllegalMove("the account is a clerk already")
        self._clerks[clerk.id] = clerk

    def get(self, clerk_id: str) -> Clerk | None:
        return self._clerks.get(clerk_id)

    def live_of_account(self, account_id: str) -> Clerk | None:
        live = (one for one in self._clerks.values() if one.state is not ClerkState.ENDED)
        return next((one for one in live if one.account_id == account_id), None)

    def active(
        self, *, offices: Collection[str] | None = None, roles: Collection[ClerkRole] | None = None
    ) -> tuple[Clerk, ...]:
        found = [
            one
            for one in self._clerks.values()
            if one.state is ClerkState.ACTIVE
            and (offices is None or one.office_code in offices)
            and (roles is None or one.role in roles)
        ]
        return tuple(sorted(found, key=lambda one: (one.office_code or "", one.id)))

    def all(self) -> tuple[Clerk, ...]:
        return tuple(sorted(self._clerks.values(), key=lambda one: one.registered_at, reverse=True))

    def counts(self) -> Mapping[str, int]:
        return Counter(one.office_code for one in self.active() if one.office_code is not None)

    def save(self, clerk: Clerk, *, was: Clerk) -> bool:
        for rows in (self._committed, self._clerks):
            now = rows.get(clerk.id, was)
            if (now.state, now.office_code) != (was.state, was.office_code):
                return False
        self._clerks[clerk.id] = clerk
        return True

    def pending_since(self, before: datetime) -> tuple[Clerk, ...]:
        pending = (one for one in self._clerks.values() if one.state is ClerkState.PENDING)
        return tuple(one for one in pending if one.registered_at < before)

    def post(self, posting: Posting) -> None:
        self._postings[posting.id] = posting

    def close_posting(self, clerk_id: str, until: date) -> None:
        for one in self.postings(clerk_id):
            if one.until is None:
                self._postings[one.id] = dataclasses.replace(one, until=until)

    def postings(self, clerk_id: str) -> tuple[Posting, ...]:
        mine = [one for one in self._postings.values() if one.clerk_id == clerk_id]
        return tuple(sorted(mine, key=lambda one: (one.since, one.until or date.max)))


class FakeChatGroups:
    """Fulfils ports_offices.ChatGroups."""

    def __init__(self, groups: _Table[ChatGroup], members: _Table[GroupMember], clerks: FakeClerks) -> None:
        self._groups, self._members, self._clerks = groups.rows, members.rows, clerks

    def get(self, group_id: str) -> ChatGroup | None:
        return self._groups.get(group_id)

    def by_channel_group(self, channel: str, channel_group: str) -> ChatGroup | None:
        wanted = (channel, channel_group)
        return next(
            (one for one in self._groups.values() if (one.channel, one.channel_group) == wanted), None
        )

    def add(self, group: ChatGroup) -> ChatGroup:
        standing = self.by_channel_group(group.channel, group.channel_group)
        if standing is None:
            self._groups[group.id] = group
        return standing or group

    def all(self) -> tuple[ChatGroup, ...]:
        return tuple(sorted(self._groups.values(), key=lambda one: one.joined_at, reverse=True))

    def save(self, group: ChatGroup) -> None:
        assert group.id in self._groups
        self._groups[group.id] = group

    def see(self, member: GroupMember) -> None:
        for key, one in dict(self._members).items():
            if (one.group_id, one.account_id) == (member.group_id, member.account_id):
                if one.left_at is not None:
                    self._members[key] = dataclasses.replace(one, seen_at=member.seen_at, left_at=None)
                return
        self._members[member.id] = member

    def gone(self, group_id: str, account_id: str, at: datetime) -> None:
        for one in self.members(group_id):
            if one.account_id == account_id:
                self._members[one.id] = dataclasses.replace(one, left_at=at)

    def all_gone(self, group_id: str, at: datetime) -> None:
        for one in self.members(group_id):
            self._members[one.id] = dataclasses.replace(one, left_at=at)

    def has_member(self, group_id: str, account_id: str) -> bool:
        return any(one.account_id == account_id for one in self.members(group_id))

    def members(self, group_id: str) -> tuple[GroupMember, ...]:
        here = [one for one in self._members.values() if one.group_id == group_id and one.left_at is None]
        return tuple(sorted(here, key=lambda one: one.id))

    def counts(self) -> Mapping[str, tuple[int, int]]:
        known = {one.account_id for one in self._clerks.active()}
        found = {}
        for group in self._groups:
            here = self.members(group)
            if here:
                found[group] = (len(here), sum(one.account_id in known for one in here))
        return found
