"""Figures of the evaluation that we count ourselves: promotion reports, and answers in the offices' group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from nhi_core.domain.evaluation_model import Scheme
from nhi_core.domain.promotion_lists import ChannelKind
from nhi_core.domain.roc import OFFSET, PremiumMonth
from nhi_core.services.group_activity import GroupActivityService
from nhi_core.services.promotion_figures import PromotionFigures

STATIC, EVENT, ACTIVITY = "promotion_static", "promotion_event", "line_activity"
OWN = frozenset({STATIC, EVENT, ACTIVITY})
_KEYS = {ChannelKind.STATIC: STATIC, ChannelKind.ACTIVITY: EVENT}

Cases = Mapping[tuple[str, int, str], int]


class OwnFigures:
    """Reads alone. Raises StoreUnavailable."""

    def __init__(self, promotion: PromotionFigures, activity: GroupActivityService) -> None:
        self._promotion = promotion
        self._activity = activity

    def of(self, scheme: Scheme) -> Cases:
        """Return (office, month, key of a figure) → cases, of what the scheme asks for."""
        wanted = OWN & set(scheme.counted)
        found: Counter[tuple[str, int, str]] = Counter()
        if not wanted:
            return found
        months = {PremiumMonth(scheme.year + OFFSET, month): month for month in scheme.months}
        first, last = min(months), max(months)
        for cell in self._promotion.figures(first, last).cells:
            if cell.month in months:
                found[cell.office_code, months[cell.month], _KEYS[cell.kind]] += cell.count
        for (office, at), count in self._activity.answers(first, last).items():
            if at in months:
                found[office, months[at], ACTIVITY] += count
        return {key: count for key, count in found.items() if count and key[2] in wanted}
