"""Eight months of made-up promotion reports with drawn pictures, and of talk in the tied group.

Which month has how many follows the division's figures of 111, halved.
"""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from nhi_core.adapters.offices.sandbox import GROUP
from nhi_core.adapters.promotion.drawing import draw
from nhi_core.domain.calendar import TAIPEI
from nhi_core.domain.group_activity import Message, MessageKind
from nhi_core.domain.offices import Clerk
from nhi_core.domain.promotion import NotCounted, Photo, PhotoState, Report, ReportState, month_of
from nhi_core.domain.promotion_lists import KIND_OF_CHANNEL, ChannelKind, themes_of
from nhi_core.domain.roc import PremiumMonth
from nhi_core.ports import Clock, UnitOfWork, UnitOfWorkFactory
from nhi_core.ports_files import ContentStore, PictureCleaner

_STATIC = (98, 57, 31, 37, 26, 66, 56, 24)
_ACTIVITY = (3, 6, 2, 1, 2, 1, 2, 1)
_REPLIES = (160, 152, 148, 139, 155, 151, 158, 60)  # of the group, a month
_PICTURES = 24
_ID = "sample"
_STATIC_CHANNELS = ("poster",) * 13 + ("own_facebook",) * 4 + ("office_facebook",) * 2 + ("line_group",)
_ACTIVITY_CHANNELS = ("meeting", "meeting", "festival", "joint_stand")
_NOTES = (
    "一樓服務台張貼",
    "里民大會擺攤宣導",
    "役男說明會",
    "社區關懷據點",
    "中秋晚會攤位",
    None,
    None,
    None,
)


@dataclass(frozen=True, slots=True)
class PromotionSeeded:
    """How many reports and messages are new."""

    reports: int
    messages: int


@dataclass(frozen=True, slots=True)
class _Picture:
    source: str
    digest: str
    thumbnail: str
    width: int
    height: int


def seed_promotion(
    uow_factory: UnitOfWorkFactory, store: ContentStore, cleaner: PictureCleaner, clock: Clock
) -> PromotionSeeded:
    """Put them in; what is there already stays as it is. Without seeded offices there is nobody to report."""
    with uow_factory() as uow:
        clerks = [one for one in uow.clerks.active() if one.office_code is not None]
        if not clerks or uow.promotions.get(f"{_ID}-0") is not None:
            return PromotionSeeded(0, 0)
    pictures = [_kept(store, cleaner, number) for number in range(_PICTURES)]
    dice, today = random.Random(111), clock.today()  # noqa: S311 - made-up data, the same each time
    last = month_of(clock.now())
    with uow_factory() as uow:
        reports = 0
        for back in range(len(_STATIC)):
            month = last.plus(back + 1 - len(_STATIC))
            for number in range(_STATIC[back] + _ACTIVITY[back]):
                channels = _STATIC_CHANNELS if number < _STATIC[back] else _ACTIVITY_CHANNELS
                moment = _moment(month, today, dice)
                _report(
                    uow,
                    number=reports,
                    dice=dice,
                    clerks=clerks,
                    channel=dice.choice(channels),
                    pictures=pictures,
                    moment=moment,
                )
                reports += 1
        messages = _talk(uow, dice, last, today) if uow.chat_groups.get(GROUP) is not None else 0
        uow.commit()
    return PromotionSeeded(reports, messages)


def _report(
    uow: UnitOfWork,
    *,
    number: int,
    dice: random.Random,
    clerks: list[Clerk],
    channel: str,
    pictures: list[_Picture],
    moment: datetime,
) -> None:
    clerk, month = dice.choice(clerks), month_of(moment)
    theme = dice.choice(themes_of(month.year)).code
    report = Report(
        f"{_ID}-{number}",
        clerk.id,
        clerk.account_id,
        clerk.office_code or "",
        month,
        ReportState.FILED,
        moment,
        last_photo_at=moment,
        theme=theme,
        channel=channel,
        note=dice.choice(_NOTES),
        noted_at=moment,
        filed_at=moment + timedelta(minutes=1),
    )
    uow.promotions.add(report)
    kind = 0 if KIND_OF_CHANNEL[channel] is ChannelKind.STATIC else _PICTURES // 2
    for part in range(dice.choice((1, 1, 2, 3))):
        picture = pictures[kind + dice.randrange(_PICTURES // 2)]
        uow.promotions.add_photo(
            Photo(
                f"{_ID}-{number}-{part}",
                report.id,
                f"{_ID}-{number}-{part}",
                PhotoState.KEPT,
                moment + timedelta(seconds=part),
                asks=part == 0,
                source=picture.source,
                digest=picture.digest,
                thumbnail=picture.thumbnail,
                width=picture.width,
                height=picture.height,
                not_counted=NotCounted.UNREADABLE if number % 97 == 41 else None,
            )
        )


def _talk(uow: UnitOfWork, dice: random.Random, last: PremiumMonth, today: date) -> int:
    members = [one for one in uow.clerks.active() if one.id.startswith("staff-")]
    said = 0

    def say(kind: MessageKind, clerk: Clerk, moment: datetime) -> None:
        nonlocal said
        day = moment.astimezone(TAIPEI).date()
        uow.group_talk.put(
            Message(f"{_ID}-talk-{said}", GROUP, clerk.account_id, clerk.office_code, kind, day, moment)
        )
        said += 1

    editor = next(one for one in members if one.office_code is None)
    clerks = [one for one in members if one.office_code is not None]
    for back, replies in enumerate(_REPLIES):
        month = last.plus(back + 1 - len(_REPLIES))
        for _ in range(10):
            say(MessageKind.EDITOR, editor, _moment(month, today, dice))
        for _ in range(replies):
            say(MessageKind.READ_REPLY, dice.choice(clerks), _moment(month, today, dice))
        for kind, count in ((MessageKind.DISCUSSION, back % 3), (MessageKind.QUESTION, 4)):
            for _ in range(count):
                say(kind, dice.choice(clerks), _moment(month, today, dice))
        for _ in range(4):
            say(MessageKind.ANSWER, editor, _moment(month, today, dice))
    return said


def _moment(month: PremiumMonth, today: date, dice: random.Random) -> datetime:
    last = min(month.last_day, today)
    day = date(month.year, month.month, dice.randint(1, last.day))
    return datetime.combine(day, time(8, dice.randrange(60)), TAIPEI).astimezone(UTC)


def _kept(store: ContentStore, cleaner: PictureCleaner, number: int) -> _Picture:
    drawn = draw(number, activity=number >= _PICTURES // 2)
    clean = cleaner.clean(drawn)
    source = hashlib.sha256(drawn).hexdigest()
    return _Picture(source, store.put(clean.data), store.put(clean.thumbnail), clean.width, clean.height)
