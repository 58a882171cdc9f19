"""Through which channels and on which themes offices promote, as data with the ROC years they are valid in.

The lists are those of the division's evaluation of 111. A code stays for ever: figures of past years keep the
wording of their time. A further theme or channel is a row here and a label in the five PO files.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from nhi_core.domain.roc import OFFSET


class ChannelKind(StrEnum):
    """How a channel counts in the evaluation."""

    STATIC = "static"  # 靜態宣導
    ACTIVITY = "activity"  # 活動宣導


@dataclass(frozen=True, slots=True)
class Theme:
    """What was promoted. `since` and `until` are ROC years, both included; None: until further notice."""

    code: str
    since: int
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Channel:
    """Through what it was promoted; the years as for themes."""

    code: str
    kind: ChannelKind
    since: int
    until: int | None = None


THEMES: tuple[Theme, ...] = (
    Theme("health_bank", 109),  # 健保行動快易通|健康存摺
    Theme("hardship", 109),  # 健保弱勢協助
    Theme("arrears", 109),  # 健保欠費協助措施
    # 出國停復保及疫情彈性加保措施. New suspensions ended on 2024-12-23 (施行細則 after 憲判字 111-19), so no
    # office may promote them any more; what holds while one is abroad took the place.
    Theme("suspension", 109, 113),
    Theme("abroad", 114),
    Theme("virtual_card", 110),  # 虛擬健保卡
    Theme("copayment", 111),  # 健保部分負擔新制
    Theme("official_line", 109),  # 健保署官方LINE
    Theme("pay_ways", 109),  # 健保多元繳費
    Theme("hepatitis_c", 109),  # 健保C肝新藥
    Theme("rules", 109),  # 健保相關規定
    Theme("other", 109),  # 其它
)
CHANNELS: tuple[Channel, ...] = (
    Channel("poster", ChannelKind.STATIC, 109),  # 張貼海報
    Channel("own_facebook", ChannelKind.STATIC, 109),  # 個人臉書
    Channel("office_facebook", ChannelKind.STATIC, 109),  # 公所臉書
    Channel("open_facebook", ChannelKind.STATIC, 109),  # 公開臉書社團
    Channel("line_group", ChannelKind.STATIC, 109),  # LINE群組
    Channel("office_website", ChannelKind.STATIC, 109),  # 公所官網
    Channel("video_wall", ChannelKind.STATIC, 109),  # 電視牆
    Channel("meeting", ChannelKind.ACTIVITY, 109),  # 公開會議(說明會)
    Channel("festival", ChannelKind.ACTIVITY, 109),  # 年節主題活動
    Channel("joint_stand", ChannelKind.ACTIVITY, 109),  # 跨單位定點宣導
)
KIND_OF_CHANNEL = {channel.code: channel.kind for channel in CHANNELS}


def themes_of(year: int) -> tuple[Theme, ...]:
    """Return the themes that may be chosen in the AD year, in the order of the list."""
    return tuple(one for one in THEMES if _valid(one, year))


def channels_of(year: int) -> tuple[Channel, ...]:
    """Return the channels that may be chosen in the AD year, in the order of the list."""
    return tuple(one for one in CHANNELS if _valid(one, year))


def codes() -> frozenset[str]:
    """Return every code of both lists, past ones among them: each has a label in every language."""
    return frozenset([one.code for one in THEMES] + [one.code for one in CHANNELS])


def _valid(one: Theme | Channel, year: int) -> bool:
    roc = year - OFFSET
    return one.since <= roc and (one.until is None or roc <= one.until)
