"""A page as a list of what is to be drawn: only when all its text is known can its font be made."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont, TTFontFace
from reportlab.pdfgen.canvas import Canvas

from bot.rendering.store import palette
from bot.slips.fonts import UNITS, Run, built_of, shape
from bot.slips.lines import broken, width

_FONT = "Slip"
_FILL, _FILL_AND_STROKE = 0, 2
# One weight is built; the bold one has a thin outline more, as a part of the type size.
_BOLD = 0.022
_LEADING = 1.5
# reportlab keeps one registry of fonts for the whole process.
_registry = Lock()

Draw = Callable[[Canvas], None]


@dataclass(frozen=True, slots=True)
class _Text:
    """A line of text at a place, in points from the lower left corner."""

    x: float
    y: float
    text: str
    size: float
    bold: bool
    colour: str


class Page:
    """One page A4."""

    def __init__(self) -> None:
        """Begin with an empty one."""
        self._items: list[_Text | Draw] = []

    def left(
        self, x: float, y: float, text: str, size: float, *, bold: bool = False, colour: str = "ink"
    ) -> None:
        """Set a line that begins at x."""
        self._items.append(_Text(x, y, text, size, bold, colour))

    def right(
        self, x: float, y: float, text: str, size: float, *, bold: bool = False, colour: str = "ink"
    ) -> None:
        """Set a line that ends at x."""
        self.left(x - width(text, size), y, text, size, bold=bold, colour=colour)

    def fitted(
        self, x: float, y: float, text: str, size: float, most: float, *, bold: bool = False,
        colour: str = "ink",
    ) -> None:  # fmt: skip
        """Set a line that begins at x, smaller where it would be wider than `most` points."""
        wide = width(text, size)
        self.left(x, y, text, size if wide <= most else size * most / wide, bold=bold, colour=colour)

    def paragraph(
        self, x: float, y: float, text: str, size: float, most: float, *, colour: str = "ink"
    ) -> float:
        """Set lines of at most `most` points from y downwards; return where the next one would stand."""
        for line in broken(text, size, most):
            self.left(x, y, line, size, colour=colour)
            y -= size * _LEADING
        return y

    def box(self, x: float, y: float, wide: float, high: float, colour: str) -> None:
        """Fill a rectangle whose lower left corner is at x, y."""

        def draw(canvas: Canvas) -> None:
            canvas.setFillColor(HexColor(palette()[colour]))
            canvas.rect(x, y, wide, high, stroke=0, fill=1)

        self._items.append(draw)

    def rule(self, x: float, y: float, wide: float, colour: str = "line") -> None:
        """Draw a thin line."""

        def draw(canvas: Canvas) -> None:
            canvas.setStrokeColor(HexColor(palette()[colour]))
            canvas.setLineWidth(0.6)
            canvas.line(x, y, x + wide, y)

        self._items.append(draw)

    def black(self, draw: Draw) -> None:
        """Draw something in black: codes that machines read."""

        def in_black(canvas: Canvas) -> None:
            canvas.setFillColorRGB(0, 0, 0)
            draw(canvas)

        self._items.append(in_black)

    def pdf(self, *, title: str, author: str, language: str) -> bytes:
        """Return the page as PDF."""
        out = io.BytesIO()
        data = built_of(item.text for item in self._items if isinstance(item, _Text))
        with _registry:
            _use(data)
            canvas = Canvas(out, pagesize=A4, lang=language)
            canvas.setTitle(title)
            canvas.setAuthor(author)
            canvas.setViewerPreference("DisplayDocTitle", "true")
            for item in self._items:
                if isinstance(item, _Text):
                    _set(canvas, item)
                else:
                    item(canvas)
            canvas.save()
        return out.getvalue()


def _use(data: io.BytesIO) -> None:
    """Make `data` the font of the next page: the registry keeps one font for good, so its face is changed."""
    if _FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(_FONT, io.BytesIO(data.getvalue()), shapable=False))
    pdfmetrics.getFont(_FONT).face = TTFontFace(data)


def _set(canvas: Canvas, item: _Text) -> None:
    canvas.setFont(_FONT, item.size)
    canvas.setFillColor(HexColor(palette()[item.colour]))
    canvas.setStrokeColor(HexColor(palette()[item.colour]))
    canvas.setLineWidth(item.size * _BOLD)
    x = item.x
    for run in shape(item.text):
        _draw_run(canvas, x, item, run)
        x += run.width * item.size / UNITS


def _draw_run(canvas: Canvas, x: float, item: _Text, run: Run) -> None:
    mode = _FILL_AND_STROKE if item.bold else _FILL
    if run.plain:
        canvas.drawString(x, item.y, run.text, mode=mode)
        return
    # What the glyphs read as (ISO 32000-1, 14.9.4): for copying, searching and screen readers.
    canvas.addLiteral(f"/Span <</ActualText <FEFF{run.text.encode('utf-16-be').hex().upper()}>>> BDC")
    scale = item.size / UNITS
    for glyph in run.glyphs:
        canvas.drawString(x + glyph.dx * scale, item.y + glyph.dy * scale, glyph.char, mode=mode)
        x += glyph.advance * scale
    canvas.addLiteral("EMC")
