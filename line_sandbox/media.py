"""Pictures and other files people sent. Bounded by bytes: the oldest go first, as LINE promises no period."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

MAX_BYTES = 200 * 1024 * 1024
PREVIEW = 240


@dataclass
class Media:
    """`pending`: how many more times a download answers 202 (large videos)."""

    data: bytes
    content_type: str
    pending: int = 0


class MediaStore:
    """Message id to content. Callers hold the platform's lock."""

    def __init__(self) -> None:
        self._items: dict[str, Media] = {}
        self._size = 0

    def put(self, message_id: str, media: Media) -> None:
        """Keep a file; forget the oldest ones when there is no room."""
        self._items[message_id] = media
        self._size += len(media.data)
        while self._size > MAX_BYTES and len(self._items) > 1:
            self.drop(next(iter(self._items)))

    def get(self, message_id: str) -> Media | None:
        """The file, if it is still there."""
        return self._items.get(message_id)

    def drop(self, message_id: str) -> None:
        """Forget one file."""
        media = self._items.pop(message_id, None)
        if media:
            self._size -= len(media.data)


def image_info(data: bytes) -> tuple[str, int, int] | None:
    """(content type, width, height) of a JPEG or PNG; None for anything else."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            if image.format not in {"JPEG", "PNG"}:
                return None
            return f"image/{image.format.lower()}", image.width, image.height
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return None


def preview(media: Media) -> Media:
    """A thumbnail of a picture; other files come back as they are."""
    if not media.content_type.startswith("image/"):
        return media
    with Image.open(io.BytesIO(media.data)) as image:
        small = image.convert("RGB")
        small.thumbnail((PREVIEW, PREVIEW))
        out = io.BytesIO()
        small.save(out, "JPEG")
    return Media(out.getvalue(), "image/jpeg")
