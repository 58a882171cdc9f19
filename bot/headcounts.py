"""How many people are in a group: asked of LINE, kept for the estimate of what a push there costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from bot.line import LineClient, LineError

if TYPE_CHECKING:
    from nhi_core.bootstrap import Core
    from nhi_core.domain.offices import ChatGroup

log = structlog.get_logger(__name__)


def count(line: LineClient, core: Core, group: ChatGroup) -> bool:
    """Ask LINE and keep the answer; False when it did not tell: an old number is better than none."""
    try:
        people = line.group_count(group.channel_group)
    except LineError as error:
        log.info("group_not_counted", group=group.id, result=str(error))
        return False
    core.chat_groups.counted(group.id, people)
    return True
