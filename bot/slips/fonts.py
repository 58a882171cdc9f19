"""The type of a slip: one small TrueType font a page, made of exactly the glyphs that stand on it.

reportlab embeds TrueType outlines only, and Noto's Chinese has cubic ones; so each glyph is taken from the
font packages and redrawn (quadratic, within one unit of a thousand). Thai needs shaping: its marks have other
forms above a vowel or beside a tall letter. HarfBuzz picks them; those without a code point of their own get
one of the private area here, and the drawing says what the text really is (`bot.slips.setting`).
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import pylopdf_fonts_th
import pylopdf_fonts_zh_tw
import uharfbuzz as hb
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

UNITS = 1000
_ASCENT, _DESCENT = 880, -120
_PRIVATE = 0xE000
_THAI = re.compile(r"[\u0e00-\u0e7f]+")
_MISSING = "□"  # for a rare surname that the font does not have


@dataclass(frozen=True, slots=True)
class Glyph:
    """One glyph to draw. `char` is its code in our font; lengths in thousandths of the type size."""

    char: str
    name: str
    thai: bool
    advance: int
    dx: int = 0
    dy: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one script, and what it reads as."""

    text: str
    glyphs: tuple[Glyph, ...]

    @property
    def plain(self) -> bool:
        """Whether the glyphs' codes are the text itself, each where the pen is."""
        return "".join(glyph.char for glyph in self.glyphs) == self.text and not any(
            glyph.dx or glyph.dy for glyph in self.glyphs
        )

    @property
    def width(self) -> int:
        """The advance, in thousandths of the type size."""
        return sum(glyph.advance for glyph in self.glyphs)


@lru_cache(maxsize=1024)
def shape(text: str) -> tuple[Run, ...]:
    """Return the glyphs of a line of text, in runs."""
    return tuple(_thai(piece) if thai else _other(piece) for piece, thai in _pieces(text))


def built_of(texts: Iterable[str]) -> io.BytesIO:
    """Return a TrueType font with every glyph that these texts need."""
    glyphs = {glyph.char: glyph for text in texts for run in shape(text) for glyph in run.glyphs}
    names = {char: f"g{number}" for number, char in enumerate(sorted(glyphs))}
    builder = FontBuilder(UNITS, isTTF=True)
    builder.setupGlyphOrder([".notdef", *names.values()])
    builder.setupCharacterMap({ord(char): name for char, name in names.items()})
    outlines = {names[char]: _outline(glyph.name, thai=glyph.thai) for char, glyph in glyphs.items()}
    builder.setupGlyf({".notdef": TTGlyphPen(None).glyph(), **outlines})
    drawn = builder.font["glyf"]
    metrics = {
        names[char]: (_width(glyph.name, thai=glyph.thai), getattr(drawn[names[char]], "xMin", 0))
        for char, glyph in glyphs.items()
    }
    builder.setupHorizontalMetrics({".notdef": (UNITS, 0), **metrics})
    builder.setupHorizontalHeader(ascent=_ASCENT, descent=_DESCENT)
    builder.setupNameTable({"familyName": "Slip", "styleName": "Regular", "psName": "Slip-Regular"})
    builder.setupOS2(sTypoAscender=_ASCENT, sTypoDescender=_DESCENT, usWinAscent=_ASCENT, usWinDescent=120)
    builder.setupPost()
    out = io.BytesIO()
    builder.save(out)
    out.seek(0)
    return out


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    end = 0
    for found in _THAI.finditer(text):
        if found.start() > end:
            yield text[end : found.start()], False
        yield found.group(), True
        end = found.end()
    if end < len(text):
        yield text[end:], False


def _other(text: str) -> Run:
    known = _codes(thai=False)
    shown = "".join(char if ord(char) in known else _MISSING for char in text)
    return Run(
        text,
        tuple(
            Glyph(char, known[ord(char)], thai=False, advance=_width(known[ord(char)], thai=False))
            for char in shown
        ),
    )


def _thai(text: str) -> Run:
    font, names = _shaper(), _source(thai=True).getGlyphOrder()
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    hb.shape(font, buffer)
    own = {name: chr(code) for code, name in _codes(thai=True).items()}
    return Run(
        text,
        tuple(
            Glyph(
                own.get(names[info.codepoint], chr(_PRIVATE + info.codepoint)),
                names[info.codepoint],
                thai=True,
                advance=place.x_advance,
                dx=place.x_offset,
                dy=place.y_offset,
            )
            for info, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True)
        ),
    )


@cache
def _source(*, thai: bool) -> Any:
    path = pylopdf_fonts_th.sans_path() if thai else pylopdf_fonts_zh_tw.sans_path()
    return TTFont(path, lazy=True)


@cache
def _codes(*, thai: bool) -> dict[int, str]:
    return dict(_source(thai=thai).getBestCmap())


@cache
def _glyphs(*, thai: bool) -> Any:
    return _source(thai=thai).getGlyphSet()


@cache
def _shaper() -> Any:
    return hb.Font(hb.Face(hb.Blob.from_file_path(str(pylopdf_fonts_th.sans_path()))))


@lru_cache(maxsize=4096)
def _width(name: str, *, thai: bool) -> int:
    return int(_source(thai=thai)["hmtx"][name][0])


@lru_cache(maxsize=4096)
def _outline(name: str, *, thai: bool) -> Any:
    glyphs = _glyphs(thai=thai)
    parts = DecomposingRecordingPen(glyphs)
    glyphs[name].draw(parts)
    pen = TTGlyphPen(None)
    # Cubic outlines run the other way round.
    parts.replay(pen if thai else Cu2QuPen(pen, 1.0, reverse_direction=True))
    return pen.glyph()
