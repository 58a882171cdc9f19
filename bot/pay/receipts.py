"""The record of a payment as a PDF: Chinese with English beside it, as offices and tax forms want it.

It is our record of the payment, and says so: the agency's own certificate follows its posting.
"""

from __future__ import annotations

import io
from datetime import datetime

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from bot.pay.words import words
from bot.rendering import formats
from nhi_core.domain.calendar import TAIPEI
from nhi_core.services.payments import PayView

_FONT = "MSung-Light"  # Adobe's Traditional Chinese: every reader has it or stands in for it
_LEFT, _RIGHT, _TOP = 20 * mm, 190 * mm, 272 * mm
_STEP = 8 * mm
_LAST_ROW = 60 * mm
_BOTH = ("zh-TW", "en")


def draw(view: PayView, language: str) -> io.BytesIO:
    """Return the PDF of a paid order. It holds no name and no number of a person."""
    del language  # an office reads it: both languages of offices, always
    pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
    out = io.BytesIO()
    # `invariant`: the same payment gives the same bytes.
    page = Canvas(out, pagesize=A4, invariant=1)
    page.setTitle(_both("receipt.title"))
    page.setAuthor(_both("brand"))
    page.setFont(_FONT, 18)
    page.drawString(_LEFT, _TOP, _both("receipt.title"))
    page.setFont(_FONT, 11)
    y = _TOP - 2 * _STEP
    for name, value in _facts(view):
        page.drawString(_LEFT, y, name)
        page.drawRightString(_RIGHT, y, value)
        y -= _STEP
    page.line(_LEFT, y + _STEP / 2, _RIGHT, y + _STEP / 2)
    y -= _STEP / 2
    for month, amount in _rows(view):
        if y < _LAST_ROW:
            page.showPage()
            page.setFont(_FONT, 11)
            y = _TOP
        page.drawString(_LEFT, y, month)
        page.drawRightString(_RIGHT, y, amount)
        y -= _STEP
    page.setFont(_FONT, 9)
    for number, one in enumerate(_BOTH):
        page.drawString(_LEFT, 40 * mm - number * 6 * mm, words(one).text("receipt.note"))
    page.save()
    out.seek(0)
    return out


def _facts(view: PayView) -> list[tuple[str, str]]:
    paid_at = view.paid_at or datetime.min.replace(tzinfo=TAIPEI)
    channel = " ".join(words(one).text(f"channel.{view.channel}") for one in _BOTH)
    return [
        (_both("receipt.number"), view.order_id),
        (_both("receipt.when"), f"{paid_at.astimezone(TAIPEI):%Y-%m-%d %H:%M} (Taipei)"),
        (_both("receipt.channel"), channel),
        (_both("paid.amount"), formats.money(view.received, "en")),
    ]


def _rows(view: PayView) -> list[tuple[str, str]]:
    rows = []
    for claim in view.claims:
        month = f"{formats.month(claim.month.iso, 'zh-TW')} {formats.month(claim.month.iso, 'en')}"
        rows.append((f"{month}  {_both('col.premium')}", formats.money(claim.premium, "en")))
        if claim.late_fee:
            rows.append((f"{month}  {_both('col.fee')}", formats.money(claim.late_fee, "en")))
    return rows


def _both(key: str) -> str:
    return " ".join(words(one).text(key) for one in _BOTH)
