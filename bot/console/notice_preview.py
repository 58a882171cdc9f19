"""The card of a notice for the console, drawn from the very JSON that LINE would get."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import g

from bot.rendering.engine import RenderError, render
from bot.rendering.postbacks import MENU_SESSION
from bot.rendering.store import palette
from nhi_core.services.views import to_json

if TYPE_CHECKING:
    from nhi_core.domain.notices import Notice
    from nhi_core.services.notice_reading import NoticeReading

TEMPLATE = "notice_card"


@dataclass(frozen=True, slots=True)
class Preview:
    """A bubble as LINE's JSON; `alt` is what the phone's lock screen shows; `tones` names its colours."""

    bubble: dict[str, Any]
    quick: list[str]
    alt: str
    tones: dict[str, str]


def preview(reading: NoticeReading, notice: Notice) -> Preview | None:
    """Return the card in the page's language; None while too little is written for one."""
    if notice.ack_deadline is None:
        notice = dataclasses.replace(notice, needs_ack=False)
    try:
        (message,) = render(
            TEMPLATE, to_json(reading.card(notice)), language=g.language, session=MENU_SESSION
        )
    except RenderError:
        return None
    quick = [item["action"]["label"] for item in message.get("quickReply", {}).get("items", ())]
    tones = {colour: name for name, colour in palette().items()}
    return Preview(message["contents"], quick, message["altText"], tones)
