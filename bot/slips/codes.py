"""Barcodes and QR codes as shapes of a PDF page."""

from __future__ import annotations

from itertools import groupby

import segno
from barcode.codex import Code39
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

# 0.33 mm a narrow bar: what a store's scanner reads off ordinary paper and off a screen at full width.
MODULE: float = 0.33 * mm
_QUIET = 10


def barcode(canvas: Canvas, x: float, y: float, text: str, *, height: float) -> None:
    """Draw one Code 39 symbol whose lower left corner (with its white margin) is at x, y."""
    x += _QUIET * MODULE
    for value, run in groupby(str(Code39(text, add_checksum=False).build()[0])):
        wide = len(list(run)) * MODULE
        if value == "1":
            canvas.rect(x, y, wide, height, stroke=0, fill=1)
        x += wide


def qr(canvas: Canvas, x: float, y: float, text: str, *, side: float) -> None:
    """Draw a QR code, its white margin included, as a square of `side` points."""
    rows = [bytes(row) for row in segno.make(text, error="m", micro=False).matrix_iter(border=4)]
    module = side / len(rows)
    for number, row in enumerate(rows):
        place = 0
        for dark, run in groupby(row):
            length = len(list(run))
            if dark:
                top = y + side - (number + 1) * module
                # A hair more than a module: readers that smooth edges leave no white lines between rows.
                canvas.rect(x + place * module, top, length * module, module * 1.02, stroke=0, fill=1)
            place += length
