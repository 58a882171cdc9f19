"""Draws the pictures of the rich menus: `python -m bot.richmenus.draw`. The pictures are kept in the project.

Needs the fonts Noto Sans CJK and, for Thai, Loma (Debian: fonts-noto-cjk, fonts-thai-tlwg).
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from bot.rendering.catalogue import catalogue
from bot.rendering.store import palette
from bot.richmenus.icons import ICONS, Pen
from bot.richmenus.layouts import HEIGHT, IMAGES, WIDTH, WISHES, cells, image_path
from nhi_core.domain.accounts import AccountKind
from nhi_core.wire import LANGUAGES

CJK = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc")
THAI = Path("/usr/share/fonts/truetype/tlwg/Loma-Bold.ttf")
_TAIWAN_FACE = 3  # the TC face in the collection
MAX_BYTES = 1_000_000  # LINE takes up to 1 MB
# 2500 pixels are some 390 points on a phone: 112 pixels read like 17 points.
LARGEST, SMALLEST = 124, 92
_ICON, _GAP, _MARGIN, _LEADING = 300, 56, 50, 1.25


LABELS_KEY = "Labels"


class FontMissing(RuntimeError):
    """A font of the system is not there; says which package has it."""


def font(language: str, size: int) -> ImageFont.FreeTypeFont:
    """Return the font for a language. Raises FontMissing."""
    path, package = (THAI, "fonts-thai-tlwg") if language == "th" else (CJK, "fonts-noto-cjk")
    if not path.exists():
        raise FontMissing(f"{path} is missing: install the package {package}")
    return ImageFont.truetype(str(path), size, index=0 if language == "th" else _TAIWAN_FACE)


def lines_of(label: str, language: str, width: int) -> tuple[list[str], ImageFont.FreeTypeFont]:
    """Return the label in one or two lines and the largest font with which it fits into `width`."""
    for size in range(LARGEST, SMALLEST - 1, -4):
        face = font(language, size)
        if face.getlength(label) <= width:
            return [label], face
        words = label.split(" ")
        cuts = [[" ".join(words[:at]), " ".join(words[at:])] for at in range(1, len(words))]
        evenest = min(cuts, key=lambda halves: max(map(face.getlength, halves)), default=None)
        if evenest and max(map(face.getlength, evenest)) <= width:
            return evenest, face
    return [label], font(language, SMALLEST)


def labels(kind: AccountKind, language: str) -> str:
    """Return what a picture shows, as one line of ASCII."""
    words = catalogue(language)
    shown = " | ".join(words.text(f"intent.{intent}") for intent in WISHES[kind])
    return shown.encode("unicode_escape").decode("ascii")


def picture(kind: AccountKind, language: str) -> bytes:
    """Return one menu's picture as PNG. Raises FontMissing."""
    colours, words = palette(), catalogue(language)
    image = Image.new("RGB", (WIDTH, HEIGHT), colours["paper"])
    draw = ImageDraw.Draw(image)
    for number, (intent, (x, y, width, height)) in enumerate(zip(WISHES[kind], cells(), strict=True)):
        first = number == 0
        paper, ink = (colours["brand"], colours["on_brand"]) if first else (colours["paper"], colours["ink"])
        if first:
            draw.rectangle((x, y, x + width, y + height), fill=paper)
        lines, face = lines_of(words.text(f"intent.{intent}"), language, width - 2 * _MARGIN)
        leading = round(face.size * _LEADING)
        top = y + (height - _ICON - _GAP - leading * len(lines)) // 2
        icon_ink = ink if first else colours["brand"]
        ICONS[intent](Pen(draw, x + (width - _ICON) / 2, top, _ICON / 100, icon_ink, paper))
        for row, text in enumerate(lines):
            middle = top + _ICON + _GAP + leading * row + leading // 2
            draw.text((x + width // 2, middle), text, font=face, fill=ink, anchor="mm")
    for x, y, width, height in cells():
        draw.rectangle((x, y, x + width, y + height), outline=colours["line"], width=4)
    out, info = io.BytesIO(), PngInfo()
    # So that a changed label without a new picture can be told (a test does).
    info.add_text(LABELS_KEY, labels(kind, language))
    image.quantize(colors=64, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
        out, "PNG", optimize=True, pnginfo=info
    )
    return out.getvalue()


def main() -> int:
    """Draw all; return the exit status."""
    IMAGES.mkdir(exist_ok=True)
    for kind in WISHES:
        for language in LANGUAGES:
            try:
                data = picture(kind, language)
            except FontMissing as error:
                sys.stderr.write(f"{error}\n")
                return 1
            path = image_path(kind, language)
            path.write_bytes(data)
            sys.stdout.write(f"{path.name} {len(data)} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
