"""Notices, posts and acknowledgements in memory, over the tables of `tests.fakes.store`.

What the chat needs is here. Batches, deliveries and nudges only the databases work out.
"""

from __future__ import annotations

import dataclasses
from datetime import date, datetime
from typing import TYPE_CHECKING

from nhi_core.domain.notice_acks import Ack
from nhi_core.domain.notices import Notice

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from tests.fakes.table import Table


class FakeNotices:
    """The part of ports_notices.Notices that the chat uses."""

    def __init__(self, notices: Table[Notice]) -> None:
        self._rows = notices.rows

    def add(self, notice: Notice) -> None:
        self._rows[notice.id] = notice

    def get(self, notice_id: str) -> Notice | None:
        return self._rows.get(notice_id)

    def by_code(self, code: str) -> Notice | None:
        return next((one for one in self._rows.values() if one.code == code), None)

    def valid_on(self, day: date, *, limit: int = 200) -> tuple[Notice, ...]:
        found = (one for one in self._rows.values() if one.valid_on(day))
        return tuple(sorted(found, key=lambda one: one.created_at, reverse=True))[:limit]


class FakeNoticeSends:
    """Of ports_notices.NoticeSends what LINE called our messages."""

    def __init__(self, posts: Table[str]) -> None:
        self._posts = posts.rows

    def post(self, notice_id: str, _group: str | None, message_ids: Sequence[str], _at: datetime) -> None:
        for message_id in message_ids:
            self._posts.setdefault(message_id, notice_id)

    def posted(self, message_id: str) -> str | None:
        return self._posts.get(message_id)


class FakeNoticeAcks:
    """The part of ports_notices.NoticeAcks that the chat uses."""

    def __init__(self, acks: Table[Ack]) -> None:
        self._rows = acks.rows

    def record(self, ack: Ack) -> bool:
        held = [
            one
            for one in self._rows.values()
            if (one.notice_id, one.clerk_id) == (ack.notice_id, ack.clerk_id)
        ]
        if any(one.taken_back_at is None for one in held):
            return False
        self._rows[held[0].id if held else ack.id] = dataclasses.replace(
            ack, id=held[0].id if held else ack.id
        )
        return True

    def by_message(self, message_id: str) -> tuple[Ack, ...]:
        return tuple(one for one in self._rows.values() if one.message_id == message_id)

    def take_back(self, ack_id: str, at: datetime) -> None:
        self._rows[ack_id] = dataclasses.replace(self._rows[ack_id], taken_back_at=at)

    def of(self, notice_id: str) -> tuple[Ack, ...]:
        found = [one for one in self._rows.values() if one.notice_id == notice_id]
        return tuple(one for one in found if one.taken_back_at is None)

    def counts(self, notice_ids: Collection[str]) -> Mapping[str, int]:
        return {one: len(self.of(one)) for one in notice_ids}
