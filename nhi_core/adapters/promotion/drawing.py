"""Draws the sandbox's photos: a poster on a board, or a stall with people before it. No words, no faces."""

from __future__ import annotations

import io
import random

from PIL import Image, ImageDraw

_SIZE = (960, 720)
_WALLS = ("#d8cfc0", "#cfd8d2", "#d6d2dd", "#e0d6c8")
_INKS = ("#00594f", "#7a4300", "#1f4e79", "#8a1c4a", "#4b5563", "#14602b")


def draw(number: int, *, activity: bool) -> bytes:
    """Return a JPEG; the same number gives the same picture."""
    dice = random.Random(number)  # noqa: S311 - a drawing
    image = Image.new("RGB", _SIZE, dice.choice(_WALLS))
    pen = ImageDraw.Draw(image)
    (_stall if activity else _board)(pen, dice)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=88)
    return out.getvalue()


def _board(pen: ImageDraw.ImageDraw, dice: random.Random) -> None:
    pen.rectangle((60, 60, 900, 660), fill="#9c7a4d", outline="#6b5230", width=14)
    for place in range(3):
        left = 110 + place * 260 + dice.randint(-12, 12)
        _poster(pen, dice, (left, 110 + dice.randint(-10, 20), left + 220, 600 + dice.randint(-40, 20)))


def _poster(pen: ImageDraw.ImageDraw, dice: random.Random, box: tuple[int, int, int, int]) -> None:
    left, top, right, bottom = box
    ink = dice.choice(_INKS)
    pen.rectangle(box, fill="white", outline="#b8b8b8", width=3)
    pen.rectangle((left, top, right, top + 80), fill=ink)
    pen.rectangle((left + 50, top + 120, right - 50, top + 220), fill="#e3f1ef", outline=ink, width=6)
    pen.ellipse((left + 90, top + 140, right - 90, top + 200), fill=ink)
    for line in range(4):
        y = top + 260 + line * 44
        if y + 16 < bottom:
            pen.rectangle((left + 24, y, right - 24 - dice.randint(0, 70), y + 16), fill="#c9d1d9")
    pen.ellipse(((left + right) // 2 - 8, top - 8, (left + right) // 2 + 8, top + 8), fill="#9b1c1c")


def _stall(pen: ImageDraw.ImageDraw, dice: random.Random) -> None:
    ink = dice.choice(_INKS)
    pen.rectangle((0, 520, *_SIZE), fill="#8f9a84")
    pen.polygon([(140, 220), (820, 220), (900, 320), (60, 320)], fill=ink)
    for stripe in range(4):
        left = 160 + stripe * 170
        pen.polygon([(left, 220), (left + 80, 220), (left + 70, 320), (left - 30, 320)], fill="white")
    for post in (100, 840):
        pen.rectangle((post, 320, post + 16, 560), fill="#4b5563")
    pen.rectangle((180, 450, 780, 570), fill="#f4f6f8", outline=ink, width=6)
    for person in range(dice.randint(3, 6)):
        middle = 220 + person * 110 + dice.randint(-20, 20)
        body = dice.choice(_INKS)
        pen.ellipse((middle - 26, 400, middle + 26, 452), fill="#e0b48c")
        pen.rounded_rectangle((middle - 42, 456, middle + 42, 640), 26, fill=body)
