"""The months of a year at a glance: twelve fields, each with a mark, a word and the amount that is open.

Drawn with the system's fonts (Debian: fonts-noto-cjk, fonts-thai-tlwg). Where one is missing the marks and
figures are still drawn, in the library's own font: the card beside the picture says the same in words.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from babel.dates import format_date
from PIL import Image, ImageDraw, ImageFont

from bot.rendering.catalogue import catalogue
from bot.rendering.formats import money, year
from bot.rendering.store import palette
from bot.richmenus.draw import FontMissing, font
from nhi_core.domain.roc import PremiumMonth
from nhi_core.services.history import MonthMark, MonthState

WIDTH, HEIGHT = 1000, 650
_COLUMNS, _ROWS = 4, 3
_MARGIN, _GAP, _HEAD = 24, 14, 96
_TITLE, _MONTH, _WORD, _SMALLEST = 44, 34, 30, 18

Face = ImageFont.FreeTypeFont | ImageFont.ImageFont
Box = tuple[int, int, int, int]

_LEVEL = {
    MonthState.PAID: "green",
    MonthState.UNPOSTED: "green",
    MonthState.IN_PLAN: "green",
    MonthState.UPCOMING: "brand",
    MonthState.DEFERRED: "brand",
    MonthState.OWED: "red",
}


@dataclass(frozen=True, slots=True)
class _Hand:
    """Writes in one language; `words` is False where its font is missing."""

    language: str
    words: bool

    def face(self, text: str, size: int, width: int) -> Face:
        """Return the largest font, at most `size`, in which the text is at most `width` wide."""
        for pixels in range(size, _SMALLEST, -2):
            face = font(self.language, pixels) if self.words else ImageFont.load_default(pixels)
            if face.getlength(text) <= width:
                return face
        return font(self.language, _SMALLEST) if self.words else ImageFont.load_default(_SMALLEST)


def year_chart(number: str, marks: Sequence[MonthMark], language: str) -> bytes:
    """Return the chart of a year (`YYYY`, its twelve `marks`) as PNG."""
    hand = _hand(language)
    colours = palette()
    image = Image.new("RGB", (WIDTH, HEIGHT), colours["paper"])
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, WIDTH, _HEAD - _GAP), fill=colours["brand"])
    title = number
    if hand.words:
        title = catalogue(language).text("chart.title", {"year": year(number, language)})
    face = hand.face(title, _TITLE, WIDTH - 2 * _MARGIN)
    draw.text((_MARGIN, (_HEAD - _GAP) // 2), title, font=face, fill=colours["on_brand"], anchor="lm")
    for place, mark in enumerate(marks):
        _field(draw, _box(place), mark, hand)
    out = io.BytesIO()
    image.quantize(colors=64, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
        out, "PNG", optimize=True
    )
    return out.getvalue()


def _hand(language: str) -> _Hand:
    try:
        font(language, _WORD)
    except FontMissing:
        return _Hand("en", words=False)
    return _Hand(language, words=True)


def _box(place: int) -> Box:
    width = (WIDTH - 2 * _MARGIN - (_COLUMNS - 1) * _GAP) // _COLUMNS
    height = (HEIGHT - _HEAD - _MARGIN - (_ROWS - 1) * _GAP) // _ROWS
    left = _MARGIN + place % _COLUMNS * (width + _GAP)
    top = _HEAD + place // _COLUMNS * (height + _GAP)
    return left, top, left + width, top + height


def _field(draw: ImageDraw.ImageDraw, box: Box, mark: MonthMark, hand: _Hand) -> None:
    colours = palette()
    left, top, right, bottom = box
    level = _LEVEL.get(mark.state)
    paper = colours[f"{level}_soft"] if level else colours["paper"]
    ink = colours["brand"] if level == "brand" else colours[f"{level}_ink"] if level else colours["muted"]
    draw.rounded_rectangle(box, radius=14, fill=paper, outline=colours["line"], width=2)
    inside = right - left - 2 * _GAP
    month = _month_name(mark.month, hand)
    draw.text(
        (left + _GAP, top + 34), month, font=hand.face(month, _MONTH, inside - 60),
        fill=colours["ink"], anchor="lm",
    )  # fmt: skip
    _symbol(draw, mark.state, (right - _GAP - 22, top + 34), ink)
    if mark.state is MonthState.NONE:
        return
    lines = [money(mark.outstanding or mark.amount, hand.language)]
    if hand.words:
        lines.insert(0, catalogue(hand.language).text(f"chart.{mark.state}"))
    for row, text in enumerate(reversed(lines)):
        place = (left + _GAP, bottom - 26 - row * 40)
        draw.text(place, text, font=hand.face(text, _WORD, inside), fill=ink, anchor="lm")


def _month_name(iso: str, hand: _Hand) -> str:
    month = PremiumMonth.parse(iso)
    if hand.language == "zh-TW":
        return f"{month.month}月"
    return format_date(month.first_day, "LLL", locale=hand.language)


def _symbol(draw: ImageDraw.ImageDraw, state: MonthState, centre: tuple[int, int], ink: str) -> None:
    """Draw a mark that differs in shape, not in colour alone."""
    x, y = centre
    if state in (MonthState.PAID, MonthState.UNPOSTED):
        draw.line([(x - 16, y), (x - 4, y + 13), (x + 18, y - 14)], fill=ink, width=7, joint="curve")
        if state is MonthState.UNPOSTED:
            draw.ellipse((x - 24, y - 22, x + 24, y + 24), outline=ink, width=3)
    elif state is MonthState.OWED:
        draw.rectangle((x - 4, y - 18, x + 4, y + 6), fill=ink)
        draw.ellipse((x - 5, y + 11, x + 5, y + 21), fill=ink)
    elif state is MonthState.NONE:
        draw.line([(x - 12, y), (x + 12, y)], fill=ink, width=4)
    else:
        draw.ellipse((x - 16, y - 16, x + 16, y + 16), outline=ink, width=5)
