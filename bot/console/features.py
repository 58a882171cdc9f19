"""The features of the console, each one module with `register(console)`. Add yours here, by its name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.console import (
    account,
    applications,
    approvals,
    chat_groups,
    clerks,
    dashboard,
    evaluation,
    evaluation_tables,
    group_activity,
    imports,
    kiosks,
    notice_board,
    notices,
    offices,
    promotion,
    promotion_photos,
    quality,
    satisfaction,
    sign_in,
    staff,
    traffic,
    trail,
    usage,
)

if TYPE_CHECKING:
    from bot.console.blueprint import Console


FEATURES: tuple[Callable[[Console], None], ...] = (
    account.register,
    applications.register,
    approvals.register,
    chat_groups.register,
    clerks.register,
    dashboard.register,
    evaluation.register,
    evaluation_tables.register,
    group_activity.register,
    imports.register,
    kiosks.register,
    notice_board.register,
    notices.register,
    offices.register,
    promotion.register,
    promotion_photos.register,
    quality.register,
    satisfaction.register,
    sign_in.register,
    staff.register,
    traffic.register,
    trail.register,
    usage.register,
)
