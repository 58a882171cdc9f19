"""Promotion reports in the chat: photos, theme and channel by buttons, a note, corrections.

For registered clerks alone; everybody else's photos are what they were. In a tied group photos are taken only
after the clerk said so there, and the questions are asked one to one: everybody reads along in a group, and a
tap there may not say whose it was.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import PurePath
from urllib.parse import quote

from bot.outcomes import Answer, Line, Quiet, Say
from bot.scrub import scrub
from bot.visit import Visit
from nhi_core.domain.accounts import AccountKind
from nhi_core.domain.errors import IllegalMove, Invalid, MonthClosed, NotAClerk
from nhi_core.domain.files import MOST_BYTES
from nhi_core.services.promotion import PromotionService, Taken
from nhi_core.services.promotion_views import ReportView
from nhi_core.services.views import to_json

INTENT = "promotion"
FETCH = "promotion.fetch"
WORD = "宣導回報"
_WORD = re.compile(r"^[\s@#!/]*(?:宣導回報|回報宣導)[\s。!~]*$")
# A name decides only whether a file may be a photo; its content decides whether it is one.
_MAY_BE_PHOTO = frozenset({".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif"})
_MOST_FILE = max(MOST_BYTES.values())


def take_media(visit: Visit) -> Answer | None:
    """Take what a clerk sent one to one; None: the sender is no clerk of an office."""
    if visit.view.kind is not AccountKind.CLERK:
        return None
    try:
        if not _may_be_photo(visit):
            visit.core.promotion.check(visit.view.account_id)
            return Say.one("promotion_photos_only")
        taken = _take(visit, None)
    except NotAClerk:
        return None
    if taken is None or not taken.asks:
        return Quiet("promotion_photo")
    return _shown(taken.report)


def take_note(visit: Visit, words: str) -> Answer | None:
    """Keep a word or two said right after photos; None: it is a text like any other."""
    if visit.view.kind is not AccountKind.CLERK or asks_to_report(words):
        return None
    said = scrub(words)
    if said.secrets:
        return None
    report = visit.core.promotion.note(visit.view.account_id, said.text)
    if report is None:
        return None
    return Say((Line("promotion_noted", {"id": report.id}), _line(report)))


def tap(visit: Visit, entities: Mapping[str, str]) -> Answer:
    """Do what a button under a report says. Its report is named in it, so it holds in any later session."""
    account_id = visit.view.account_id
    does = _TAPS.get(entities.get("do", ""))
    if does is None:
        return Say.one("stale_button")
    try:
        return does(visit.core.promotion, account_id, entities.get("report", ""), entities.get("to", ""))
    except MonthClosed:
        return Say.one("promotion_closed")
    except (IllegalMove, Invalid):
        return Say.one("stale_button")
    except NotAClerk:
        return Say.one("report_promotion")


def asks_to_report(words: str) -> bool:
    """Whether the words are the command, and nothing else."""
    return _WORD.match(unicodedata.normalize("NFKC", words)) is not None


def open_in_group(visit: Visit, group_id: str) -> Answer:
    """Take the clerk's next photos in this group; who is no clerk is not answered."""
    try:
        visit.core.promotion.open(visit.view.account_id, group_id=group_id)
    except NotAClerk:
        return Quiet("group_chatter")
    return _in_private(visit, "open")


def take_in_group(visit: Visit, group_id: str) -> Answer:
    """Take a photo that a clerk announced; all others are the group's own."""
    try:
        taken = _take(visit, group_id)
    except NotAClerk:
        return Quiet("group_chatter")
    if taken is None:
        return Quiet("group_chatter")
    return _in_private(visit, "got") if taken.asks else Quiet("promotion_photo")


def _take(visit: Visit, group_id: str | None) -> Taken | None:
    message = visit.event.message
    image_set = message.get("imageSet")
    set_id = image_set.get("id") if isinstance(image_set, dict) else None
    taken: Taken | None = visit.core.promotion.take(
        visit.view.account_id,
        str(message.get("id", "")),
        set_id=set_id if isinstance(set_id, str) else None,
        group_id=group_id,
    )
    if taken is not None:
        visit.hurry(FETCH, taken.photo_id)
    return taken


def _may_be_photo(visit: Visit) -> bool:
    message = visit.event.message
    if message.get("type") == "image":
        return True
    size = message.get("fileSize")
    suffix = PurePath(str(message.get("fileName", ""))).suffix.lower()
    return (
        message.get("type") == "file"
        and suffix in _MAY_BE_PHOTO
        and isinstance(size, int)
        and size <= _MOST_FILE
    )


def _shown(report: ReportView) -> Say:
    return Say((_line(report),))


def _line(report: ReportView) -> Line:
    return Line(f"promotion_{report.step}", to_json(report))


def _fix(report: ReportView, what: str) -> Say:
    """Ask once more what is to be corrected, or say that it is too late."""
    if not report.can_correct:
        return Say.one("promotion_closed")
    if what == "channel" and report.theme is None:
        return _shown(report)
    return Say((Line(f"promotion_{what}", to_json(report)),))


def _in_private(visit: Visit, stage: str) -> Say:
    chat = f"https://line.me/R/oaMessage/{quote(visit.core.settings.line_basic_id, safe='')}/?{quote(WORD)}"
    return Say.one("promotion_group", stage=stage, chat=chat)


def _not_note(reports: PromotionService, account_id: str, report_id: str, _to: str) -> Say:
    reports.drop_note(account_id, report_id)
    return Say.one("promotion_note_dropped")


_TAPS: Mapping[str, Callable[[PromotionService, str, str, str], Say]] = {
    "theme": lambda reports, who, report, to: _shown(reports.choose_theme(who, report, to)),
    "channel": lambda reports, who, report, to: _shown(reports.choose_channel(who, report, to)),
    "withdraw": lambda reports, who, report, _to: _shown(reports.withdraw(who, report)),
    "fix_theme": lambda reports, who, report, _to: _fix(reports.show(who, report), "theme"),
    "fix_channel": lambda reports, who, report, _to: _fix(reports.show(who, report), "channel"),
    "not_note": _not_note,
}
