"""Fulfils ports_files.PictureCleaner with Pillow.

Pixels alone pass: the picture is decoded and encoded anew, so that neither the place where it was taken nor
anything hidden in the file is kept. Size and pixels are checked before anything is unfolded.
"""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image, ImageOps

from nhi_core.domain.errors import ContentRefused
from nhi_core.domain.files import MOST_BYTES, MOST_PIXELS, PICTURES, CleanPicture, FileKind, Refusal, kind_of

LONGEST = 2048  # pixels of the longer edge: a poster on it can still be read
SMALL = 480
LEAST = 32
_QUALITY, _SMALL_QUALITY = 85, 78
# What Pillow's decoders raise on broken or hostile input.
_BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    LookupError,
    TypeError,
    ArithmeticError,
    MemoryError,
    struct.error,
    zlib.error,
)


class PillowCleaner:
    """Keeps nothing; safe to share."""

    def clean(self, data: bytes) -> CleanPicture:
        """See the port."""
        kind = _checked(data)
        try:
            with Image.open(io.BytesIO(data), formats=[kind.name]) as image:
                _check_pixels(image, kind)
                # Lets libjpeg decode at a half, a quarter or an eighth: a huge photo never stands in memory.
                image.draft("RGB", (LONGEST, LONGEST))
                upright = _flat(ImageOps.exif_transpose(image))
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise ContentRefused(Refusal.TOO_MANY_PIXELS) from None
        except _BROKEN:
            raise ContentRefused(Refusal.BROKEN) from None
        upright.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
        small = upright.copy()
        small.thumbnail((SMALL, SMALL), Image.Resampling.LANCZOS)
        return CleanPicture(
            data=_jpeg(upright, _QUALITY),
            thumbnail=_jpeg(small, _SMALL_QUALITY),
            width=upright.width,
            height=upright.height,
        )


def _checked(data: bytes) -> FileKind:
    if not data:
        raise ContentRefused(Refusal.EMPTY)
    kind = kind_of(data)
    if kind is FileKind.HEIC:
        raise ContentRefused(Refusal.HEIC)
    if kind is None or kind not in PICTURES:
        raise ContentRefused(Refusal.UNKNOWN_KIND)
    if len(data) > MOST_BYTES[kind]:
        raise ContentRefused(Refusal.TOO_LARGE)
    return kind


def _check_pixels(image: Image.Image, kind: FileKind) -> None:
    """Look at the size the header claims; nothing is decoded yet."""
    if image.width * image.height > MOST_PIXELS[kind]:
        raise ContentRefused(Refusal.TOO_MANY_PIXELS)
    if min(image.width, image.height) < LEAST:
        raise ContentRefused(Refusal.TOO_SMALL)


def _flat(image: Image.Image) -> Image.Image:
    """Return the first frame as RGB on white, with no more than its pixels."""
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        clear = image.convert("RGBA")
        paper = Image.new("RGBA", clear.size, "white")
        paper.alpha_composite(clear)
        image = paper
    plain = image.convert("RGB")
    plain.info = {}
    return plain


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
    return out.getvalue()
