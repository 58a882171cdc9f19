"""Files by their content: what kind it is, and what was made of a picture.

A file's name and the type its sender claims are never trusted: the first bytes decide.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

DIGEST = re.compile(r"[0-9a-f]{64}")
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heif", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"})


class FileKind(StrEnum):
    """The kinds we know; the value is the media type."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    HEIC = "image/heic"  # known to be named in an answer; not taken (see Refusal.HEIC)
    PDF = "application/pdf"


class Refusal(StrEnum):
    """Why a file is not taken."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"  # bytes
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_SMALL = "too_small"  # nothing can be seen on it
    HEIC = "heic"  # sent as a file; sent as a photo, LINE makes a JPEG of it
    UNKNOWN_KIND = "unknown_kind"
    BROKEN = "broken"


PICTURES = frozenset({FileKind.JPEG, FileKind.PNG, FileKind.WEBP})
# Bytes. LINE itself takes pictures of 10 MB.
MOST_BYTES: Mapping[FileKind, int] = {
    FileKind.JPEG: 10 * 1024 * 1024,
    FileKind.PNG: 10 * 1024 * 1024,
    FileKind.WEBP: 10 * 1024 * 1024,
    FileKind.PDF: 20 * 1024 * 1024,
}
# Pixels. A JPEG is read at a fraction of its size; the others are unfolded whole (4 bytes a pixel).
MOST_PIXELS: Mapping[FileKind, int] = {
    FileKind.JPEG: 50_000_000,
    FileKind.PNG: 25_000_000,
    FileKind.WEBP: 25_000_000,
}


@dataclass(frozen=True, slots=True)
class CleanPicture:
    """A picture safe to keep and to show: JPEG, upright, nothing but pixels. `thumbnail` is a JPEG too."""

    data: bytes = field(repr=False)
    thumbnail: bytes = field(repr=False)
    width: int
    height: int


def kind_of(data: bytes) -> FileKind | None:
    """Return what the first bytes say; None for anything we do not know."""
    if data.startswith(b"\xff\xd8\xff"):
        return FileKind.JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return FileKind.PNG
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return FileKind.WEBP
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        return FileKind.HEIC
    if data.startswith(b"%PDF-"):
        return FileKind.PDF
    return None
