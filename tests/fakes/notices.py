"""A division that has sent no notice: enough for chats that are about something else.

What notices do is played over a real database (tests/integration/notices).
"""

from __future__ import annotations

from datetime import date, datetime

from nhi_core.domain.notices import Notice


class NoNotices:
    """Stands for ports_notices.Notices without any."""

    def get(self, notice_id: str) -> Notice | None:
        return None

    def by_code(self, code: str) -> Notice | None:
        return None

    def valid_on(self, day: date) -> tuple[Notice, ...]:
        return ()


class NoNoticeAcks:
    """Stands for ports_notices.NoticeAcks without any."""

    def by_message(self, message_id: str) -> tuple[object, ...]:
        return ()

    def of(self, notice_id: str) -> tuple[object, ...]:
        return ()

    def take_back(self, ack_id: str, at: datetime) -> None:
        raise AssertionError("there is no acknowledgement to take back")


class NoNoticeSends:
    """Stands for ports_notices.NoticeSends: nothing was posted."""

    def posted(self, message_id: str) -> str | None:
        return None
