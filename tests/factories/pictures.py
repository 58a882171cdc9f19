"""Pictures as phones send them."""

from __future__ import annotations

import io

from PIL import Image

ORIENTATION, MAKE, GPS = 0x0112, 0x010F, 0x8825


def picture(
    size: tuple[int, int] = (640, 480),
    colour: str = "teal",
    *,
    kind: str = "JPEG",
    corner: str = "white",
    orientation: int | None = None,
    place: bool = False,
) -> bytes:
    """Return a picture of one colour, its left upper quarter in another, with what a camera writes."""
    image = Image.new("RGB", size, colour)
    image.paste(corner, (0, 0, size[0] // 2, size[1] // 2))
    exif = Image.Exif()
    if orientation is not None:
        exif[ORIENTATION] = orientation
    if place:
        exif[MAKE] = "Canary Camera"
        exif[GPS] = {1: "N", 2: (22.0, 37.0, 12.0), 3: "E", 4: (120.0, 18.0, 36.0)}
    out = io.BytesIO()
    image.save(out, kind, exif=exif)
    return out.getvalue()
