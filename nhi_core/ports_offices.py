"""What offices, clerks and groups need from the store."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Protocol

from nhi_core.domain.offices import ChatGroup, Clerk, ClerkRole, GroupMember, Office, Posting


class Offices(Protocol):
    """Township offices, closed ones among them."""

    def get(self, code: str) -> Office | None: ...
    def all(self) -> tuple[Office, ...]:
        """Return every office, by size group and then by code."""

    def put(self, office: Office) -> None:
        """Insert, or write over the office of the same code."""


class Clerks(Protocol):
    """Clerks of offices and editors of the division. An account is at most one of them that has not ended."""

    def add(self, clerk: Clerk) -> None:
        """Insert. Raises IllegalMove when the account has one that has not ended."""

    def get(self, clerk_id: str) -> Clerk | None: ...
    def live_of_account(self, account_id: str) -> Clerk | None:
        """Return the account's pending or active clerk."""

    def active(
        self, *, offices: Collection[str] | None = None, roles: Collection[ClerkRole] | None = None
    ) -> tuple[Clerk, ...]:
        """Return active clerks (of these offices, in these roles), by office and then by id."""

    def all(self) -> tuple[Clerk, ...]:
        """Return every clerk ever, the newest first."""

    def counts(self) -> Mapping[str, int]:
        """Return office code → active clerks; an office without any is left out."""

    def save(self, clerk: Clerk, *, was: Clerk) -> bool:
        """Compare-and-set on state and office: False when somebody else changed them."""

    def pending_since(self, before: datetime) -> tuple[Clerk, ...]:
        """Return registrations begun before this moment and still not completed."""

    def post(self, posting: Posting) -> None: ...
    def close_posting(self, clerk_id: str, until: date) -> None:
        """End the clerk's present posting."""

    def postings(self, clerk_id: str) -> tuple[Posting, ...]:
        """Return where the clerk was, the earliest first."""


class ChatGroups(Protocol):
    """Groups that the account is or was in, and who was seen in them."""

    def get(self, group_id: str) -> ChatGroup | None: ...
    def by_channel_group(self, channel: str, channel_group: str) -> ChatGroup | None:
        """Return the group, its row locked until the transaction ends."""

    def add(self, group: ChatGroup) -> ChatGroup:
        """Insert; if another process was first, return the row that stands."""

    def all(self) -> tuple[ChatGroup, ...]:
        """Return every group, the newest first."""

    def save(self, group: ChatGroup) -> None: ...
    def see(self, member: GroupMember) -> None:
        """Note that an account is in the group; who had left is back."""

    def gone(self, group_id: str, account_id: str, at: datetime) -> None: ...
    def all_gone(self, group_id: str, at: datetime) -> None:
        """Note that nobody of the group can be seen any more: the account was removed."""

    def has_member(self, group_id: str, account_id: str) -> bool:
        """Tell whether an account was seen in the group and has not left."""

    def members(self, group_id: str) -> tuple[GroupMember, ...]:
        """Return who was seen in the group and has not left, in the order of their rows' ids."""

    def counts(self) -> Mapping[str, tuple[int, int]]:
        """Return group id → (members seen, active clerks among them)."""
